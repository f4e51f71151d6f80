package elementwise

// Fill is dst[i] = v.
func Fill[E any](dst []E, v E) {
	one := [1]E{v}
	if fillVectors(dst, one[:], 0, len(dst)) > 0 {
		return
	}
	const block = 512
	first := dst[:min(len(dst), block/8)]
	for i := range first {
		first[i] = v
	}
	for n := len(first); n < len(dst); n = min(2*n, n+block) {
		copy(dst[n:], dst[:min(n, block)]) // which is a vector at a time
	}
}

// FillRuns fills dst with runs of one element each: run i, dst[i·run] and those up to the
// next, with src[i·stride].
func FillRuns[E any](dst, src []E, stride, run int) {
	if len(dst) == 0 {
		return
	}
	for i := fillVectors(dst, src, stride, run); i < len(dst)/run; i++ {
		Fill(dst[i*run:(i+1)*run], src[i*stride])
	}
}
