//go:build !purego

package kernel

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
