//go:build !purego

package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

// interleave is dst[2j] = even[j] and dst[2j+1] = odd[j] for the first n elements of dst,
// in whole vectors, of which the last may go past n but not past dst, and returns for how
// many j.
func interleave[T array.Float](dst []T, n int, even, odd []T) int {
	size := array.SizeOf[T]()
	vectors := min(array.CeilDiv(n*size, 64), len(dst)*size/64)
	if cpu.InUse() == cpu.Plain || vectors == 0 {
		return 0
	}
	done := vectors * 32 / size
	_, _ = even[done-1], odd[done-1]
	if size == 4 {
		interleaveF32(array.Start(dst), array.Start(even), array.Start(odd), vectors)
	} else {
		interleaveF64(array.Start(dst), array.Start(even), array.Start(odd), vectors)
	}
	return done
}

// even is dst[j] = src[2j] for as many whole vectors as there are in both, and returns
// for how many j.
func even[T array.Float](dst, src []T) int {
	size := array.SizeOf[T]()
	vectors := min(len(dst)*size/32, len(src)*size/64)
	if cpu.InUse() == cpu.Plain || vectors == 0 {
		return 0
	}
	var here int64
	if size == 4 {
		gatherEvenF32(array.Start(dst), 0, array.Start(src), &here, 1, 1, 0, 0, vectors)
	} else {
		gatherEvenF64(array.Start(dst), 0, array.Start(src), &here, 1, 1, 0, 0, vectors)
	}
	return vectors * 32 / size
}
