//go:build !purego

package kernel

// copySteps copies the width elements from each of some places that are stride apart, one
// behind the other, and reports whether it did: the width must be that of the tile.
func copySteps[T Float](dst, src []T, width, stride, steps int) bool {
	if isa() == plain || width != sizesOf[T]().tileCols || steps == 0 {
		return false
	}
	_, _ = dst[width*steps-1], src[(steps-1)*stride+width-1]
	if isa() == avx512 {
		copyStepsAVX512(start(dst), start(src), stride*sizeOf[T](), steps)
	} else {
		copyStepsAVX2(start(dst), start(src), stride*sizeOf[T](), steps)
	}
	return true
}

// transposeSquares is dst[k·width + r] = src[r·stride + k] for as many whole squares of
// lines r and steps k as there are, and returns how many lines and steps that was.
func transposeSquares[T Float](dst []T, width int, src []T, stride, lines, steps int) (int, int) {
	size := sizeOf[T]()
	square := 32 / size
	lines, steps = lines/square*square, steps/square*square
	if isa() == plain || lines == 0 || steps == 0 {
		return 0, 0
	}
	_, _ = dst[(steps-1)*width+lines-1], src[(lines-1)*stride+steps-1]
	for r := 0; r < lines; r += square {
		transposeLines(dst[r:], width, src[r*stride:], stride, steps/square)
	}
	return lines, steps
}
