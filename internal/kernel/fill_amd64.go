//go:build !purego

package kernel

// fillVectors is [FillRuns] for runs of a vector at least, of elements that hold no
// pointers, as in all kernels; it returns how many there were.
func fillVectors[E any](dst, src []E, stride, run int) int {
	size := sizeOf[E]()
	if isa() == plain || size != 4 && size != 8 || run*size < bits256 {
		return 0
	}
	count := len(dst) / run
	_ = src[(count-1)*stride]
	if size == 4 {
		fillRunsF32(start(dst), start(src), stride*size, run*size, count)
	} else {
		fillRunsF64(start(dst), start(src), stride*size, run*size, count)
	}
	return count
}
