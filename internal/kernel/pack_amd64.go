//go:build !purego

package kernel

//go:generate go run -C asm ./pack -out ../pack_amd64.s -stubs ../pack_decl_amd64.go -pkg kernel

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
		to, from := start(dst[r:]), start(src[r*stride:])
		if size == 4 {
			transposeF32(to, width*size, from, stride*size, steps/square)
		} else {
			transposeF64(to, width*size, from, stride*size, steps/square)
		}
	}
	return lines, steps
}

// interleave is dst[2j] = even[j] and dst[2j+1] = odd[j] for the first n elements of dst,
// in whole vectors, of which the last may go past n but not past dst, and returns for how
// many j.
func interleave[T Float](dst []T, n int, even, odd []T) int {
	size := sizeOf[T]()
	vectors := min(ceilDiv(n*size, 64), len(dst)*size/64)
	if isa() == plain || vectors == 0 {
		return 0
	}
	done := vectors * 32 / size
	_, _ = even[done-1], odd[done-1]
	if size == 4 {
		interleaveF32(start(dst), start(even), start(odd), vectors)
	} else {
		interleaveF64(start(dst), start(even), start(odd), vectors)
	}
	return done
}

// even is dst[j] = src[2j] for as many whole vectors as there are in both, and returns
// for how many j.
func even[T Float](dst, src []T) int {
	size := sizeOf[T]()
	vectors := min(len(dst)*size/32, len(src)*size/64)
	if isa() == plain || vectors == 0 {
		return 0
	}
	var here int64
	if size == 4 {
		gatherEvenF32(start(dst), 0, start(src), &here, 1, 1, 0, 0, vectors)
	} else {
		gatherEvenF64(start(dst), 0, start(src), &here, 1, 1, 0, 0, vectors)
	}
	return vectors * 32 / size
}
