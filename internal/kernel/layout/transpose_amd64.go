//go:build !purego

package layout

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

// transposeVectors is dst[h·pitch + w] = src[h + w·step] for as many whole squares of w <
// width and h < height as there are, and returns how many columns and lines that was.
func transposeVectors[E any](dst, src []E, pitch, step, width, height int) (int, int) {
	size := array.SizeOf[E]()
	square := cpu.Bytes256 / size
	width, height = width/square*square, height/square*square
	if cpu.InUse() == cpu.Plain || !isNumber[E]() || width == 0 || height == 0 {
		return 0, 0
	}
	_, _ = dst[(height-1)*pitch+width-1], src[(width-1)*step+height-1]
	// Two squares side by side fill lines of the cache, before others of the same set
	// drive them out.
	for w := 0; w < width; w += 2 * square {
		for h := 0; h < height; h += square {
			for at := w; at < min(w+2*square, width); at += square {
				TransposeSquares(dst[h*pitch+at:], pitch, src[at*step+h:], step, 1)
			}
		}
	}
	return width, height
}

// TransposeSquares transposes squares that lie side by side in src, each with as many
// lines and elements as a vector of [cpu.Bytes256] has elements of 4 or 8 bytes, to
// squares one below the other in dst. Lines of src are srcStride apart, those of dst
// dstStride.
func TransposeSquares[E any](dst []E, dstStride int, src []E, srcStride, squares int) {
	to, from := array.Start(dst), array.Start(src)
	if size := array.SizeOf[E](); size == 4 {
		transposeF32(to, dstStride*size, from, srcStride*size, squares)
	} else {
		transposeF64(to, dstStride*size, from, srcStride*size, squares)
	}
}

// isNumber says whether elements are numbers, which the garbage collector has no business
// with.
func isNumber[E any]() bool {
	switch any(*new(E)).(type) {
	case int32, int64, float32, float64:
		return true
	}
	return false
}
