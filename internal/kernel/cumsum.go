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
	width := min(inner, 1<<8)
	c := cumulation[T]{y, x, n, inner, width, ceilDiv(inner, width), reverse}
	split(outer*c.strips, max(1, elementGrain/(n*width)), c)
}

// cumulation is a running sum, in strips of some columns.
type cumulation[T Number] struct {
	y, x                    []T
	n, inner, width, strips int
	reverse                 bool
}

func (c cumulation[T]) run(lo, hi int) {
	size := c.n * c.inner
	for u := lo; u < hi; u++ {
		at, r := u/c.strips*size, u%c.strips*c.width
		c.strip(c.y[at:at+size], c.x[at:at+size], r, min(r+c.width, c.inner))
	}
}

// strip is the running sum of the columns [lo, hi) of x[n inner].
func (c cumulation[T]) strip(y, x []T, lo, hi int) {
	step, from, to := c.inner, 0, len(x)-c.inner
	if c.reverse {
		step, from, to = -c.inner, to, from
	}
	if c.inner == 1 {
		runningSum(y, x, from, step)
		return
	}
	copy(y[from+lo:from+hi], x[from+lo:from+hi])
	for at := from; at != to; at += step {
		next := at + step
		combine(opAdd, y[next+lo:next+hi], y[at+lo:at+hi], x[next+lo:next+hi])
	}
}

// runningSum is the running sum of one line, which it keeps out of memory.
func runningSum[T Number](y, x []T, from, step int) {
	sum := x[from]
	y[from] = sum
	for i := from + step; i >= 0 && i < len(x); i += step {
		sum += x[i]
		y[i] = sum
	}
}
