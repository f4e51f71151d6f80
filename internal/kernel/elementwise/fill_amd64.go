//go:build !purego

package elementwise

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

// fillVectors is [FillRuns] for runs of a vector at least, of elements that hold no
// pointers, as in all kernels; it returns how many there were.
func fillVectors[E any](dst, src []E, stride, run int) int {
	size := array.SizeOf[E]()
	if cpu.InUse() == cpu.Plain || size != 4 && size != 8 || run*size < cpu.Bytes256 {
		return 0
	}
	count := len(dst) / run
	_ = src[(count-1)*stride]
	if size == 4 {
		fillRunsF32(array.Start(dst), array.Start(src), stride*size, run*size, count)
	} else {
		fillRunsF64(array.Start(dst), array.Start(src), stride*size, run*size, count)
	}
	return count
}
