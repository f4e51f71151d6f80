package kernel

// The kernels of this file take indices along the middle axis of an array [outer n inner]. They return
// the position of the first index that is outside [0, n), having written nothing, or -1 if there is
// none. Where several elements are added to one, they are added in the order in which they lie.

// TakeAlong is y[o,i,r] = x[o, index[o,i,r], r] for x[outer n inner], index and y[outer m inner].
func TakeAlong[E any](y, x []E, index []int64, outer, n, m, inner int) int {
	wantLen("TakeAlong", "x", len(x), outer*n*inner)
	wantLen("TakeAlong", "y", len(y), outer*m*inner)
	wantLen("TakeAlong", "index", len(index), len(y))
	if bad := firstOutside(index, n); bad >= 0 || len(y) == 0 {
		return bad
	}
	Parallel(outer, max(1, elementGrain/(m*inner)), func(lo, hi int) {
		for o := lo; o < hi; o++ {
			plane := x[o*n*inner : (o+1)*n*inner]
			at := o * m * inner
			for j := range m * inner {
				y[at+j] = plane[int(index[at+j])*inner+j%inner]
			}
		}
	})
	return -1
}

// AddAlong is the adjoint of [TakeAlong]: dst[outer n inner] is zeroed, and then
// dst[o, index[o,i,r], r] += src[o,i,r] for index and src[outer m inner].
func AddAlong[T Number](dst, src []T, index []int64, outer, n, m, inner int) int {
	wantLen("AddAlong", "dst", len(dst), outer*n*inner)
	wantLen("AddAlong", "src", len(src), outer*m*inner)
	wantLen("AddAlong", "index", len(index), len(src))
	if bad := firstOutside(index, n); bad >= 0 || len(dst) == 0 {
		return bad
	}
	Parallel(outer, max(1, elementGrain/((m+n)*inner)), func(lo, hi int) {
		for o := lo; o < hi; o++ {
			plane := dst[o*n*inner : (o+1)*n*inner]
			clear(plane)
			at := o * m * inner
			for j := range m * inner {
				plane[int(index[at+j])*inner+j%inner] += src[at+j]
			}
		}
	})
	return -1
}

// Take is y[o,i,r] = x[o, index[i], r] for x[outer n inner] and y[outer len(index) inner].
func Take[E any](y, x []E, index []int64, outer, n, inner int) int {
	m := len(index)
	wantLen("Take", "x", len(x), outer*n*inner)
	wantLen("Take", "y", len(y), outer*m*inner)
	if bad := firstOutside(index, n); bad >= 0 || len(y) == 0 {
		return bad
	}
	Parallel(outer*m, max(1, elementGrain/inner), func(lo, hi int) {
		for u := lo; u < hi; u++ {
			from := u/m*n + int(index[u%m])
			copy(y[u*inner:(u+1)*inner], x[from*inner:])
		}
	})
	return -1
}

// AddTake is the adjoint of [Take]: dst[outer n inner] is zeroed, and then
// dst[o, index[i], r] += src[o,i,r] for src[outer len(index) inner].
func AddTake[T Number](dst, src []T, index []int64, outer, n, inner int) int {
	m := len(index)
	wantLen("AddTake", "dst", len(dst), outer*n*inner)
	wantLen("AddTake", "src", len(src), outer*m*inner)
	if bad := firstOutside(index, n); bad >= 0 || len(dst) == 0 {
		return bad
	}
	const width = 1 << 8
	strips := ceilDiv(inner, width)
	Parallel(outer*strips, max(1, elementGrain/((m+n)*min(width, inner))), func(lo, hi int) {
		for u := lo; u < hi; u++ {
			o, r := u/strips, u%strips*width
			addTakeStrip(dst[o*n*inner:(o+1)*n*inner], src[o*m*inner:], index, inner, r, min(r+width, inner))
		}
	})
	return -1
}

// addTakeStrip is AddTake for the columns [lo, hi) of one dst[n inner].
func addTakeStrip[T Number](dst, src []T, index []int64, inner, lo, hi int) {
	for at := 0; at < len(dst); at += inner {
		clear(dst[at+lo : at+hi])
	}
	for i, to := range index {
		at := int(to) * inner
		addInto(dst[at+lo:at+hi], src[i*inner+lo:i*inner+hi])
	}
}

// firstOutside is the position of the first index outside [0, n), or -1.
func firstOutside(index []int64, n int) int {
	for i, v := range index {
		if uint64(v) >= uint64(n) {
			return i
		}
	}
	return -1
}
