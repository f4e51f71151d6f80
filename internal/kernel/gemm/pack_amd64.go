//go:build !purego

package gemm

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/layout"
)

// copySteps copies the width elements from each of some places that are stride apart, one
// behind the other, and reports whether it did: the width must be that of the tile.
func copySteps[T array.Float](dst, src []T, width, stride, steps int) bool {
	if cpu.InUse() == cpu.Plain || width != SizesOf[T]().TileCols || steps == 0 {
		return false
	}
	_, _ = dst[width*steps-1], src[(steps-1)*stride+width-1]
	if cpu.InUse() == cpu.AVX512 {
		copyStepsAVX512(array.Start(dst), array.Start(src), stride*array.SizeOf[T](), steps)
	} else {
		copyStepsAVX2(array.Start(dst), array.Start(src), stride*array.SizeOf[T](), steps)
	}
	return true
}

// transposeSquares is dst[k·width + r] = src[r·stride + k] for as many whole squares of
// lines r and steps k as there are, and returns how many lines and steps that was.
func transposeSquares[T array.Float](dst []T, width int, src []T, stride, lines, steps int) (int, int) {
	size := array.SizeOf[T]()
	square := 32 / size
	lines, steps = lines/square*square, steps/square*square
	if cpu.InUse() == cpu.Plain || lines == 0 || steps == 0 {
		return 0, 0
	}
	_, _ = dst[(steps-1)*width+lines-1], src[(lines-1)*stride+steps-1]
	for r := 0; r < lines; r += square {
		layout.TransposeSquares(dst[r:], width, src[r*stride:], stride, steps/square)
	}
	return lines, steps
}
