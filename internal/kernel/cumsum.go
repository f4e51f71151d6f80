package kernel

// CumSum is the running sum along the middle axis of x[outer n inner], y of the same shape:
//
//	y[o,i,r] = Σ_{j<=i} x[o,j,r],  or Σ_{j>=i} if reverse is set,
//
// added up one by one. y may be the same slice as x.
func CumSum[T Number](y, x []T, outer, n, inner int, reverse bool) {
	wantLen("CumSum", "x", len(x), outer*n*inner)
	wantLen("CumSum", "y", len(y), outer*n*inner)
	if len(y) == 0 {
		return
	}
	const width = 1 << 8
	strips := ceilDiv(inner, width)
	Parallel(outer*strips, max(1, elementGrain/(n*min(inner, width))), func(lo, hi int) {
		for u := lo; u < hi; u++ {
			at, r := u/strips*n*inner, u%strips*width
			cumStrip(y[at:at+n*inner], x[at:at+n*inner], inner, r, min(r+width, inner), reverse)
		}
	})
}

// cumStrip is the running sum of the columns [lo, hi) of x[n inner].
func cumStrip[T Number](y, x []T, inner, lo, hi int, reverse bool) {
	step, from, to := inner, 0, len(x)-inner
	if reverse {
		step, from, to = -inner, to, from
	}
	copy(y[from+lo:from+hi], x[from+lo:from+hi])
	for at := from; at != to; at += step {
		next := at + step
		add(y[next+lo:next+hi], y[at+lo:at+hi], x[next+lo:next+hi])
	}
}
