package kernel

import "math"

// ArgMax is y[o,r] = the first i for which x[o,i,r] is largest, or the first at which it is NaN. x is
// [outer n inner]. It panics if n == 0 and y is not empty.
func ArgMax[T Number](y []int64, x []T, outer, n, inner int) {
	argBest("ArgMax", y, x, outer, n, inner, beats[T])
}

// ArgMin is y[o,r] = the first i for which x[o,i,r] is smallest, or the first at which it is NaN. x is
// [outer n inner]. It panics if n == 0 and y is not empty.
func ArgMin[T Number](y []int64, x []T, outer, n, inner int) {
	argBest("ArgMin", y, x, outer, n, inner, undercuts[T])
}

// beats says whether v takes the place of the maximum so far, as a NaN does unless there is one.
func beats[T Number](v, best T) bool { return v > best || v != v && best == best }

// undercuts says whether v takes the place of the minimum so far.
func undercuts[T Number](v, best T) bool { return v < best || v != v && best == best }

func argBest[T Number](fn string, y []int64, x []T, outer, n, inner int, better func(v, best T) bool) {
	wantLen(fn, "y", len(y), outer*inner)
	wantLen(fn, "x", len(x), outer*n*inner)
	wantSome(fn, len(y), n)
	if len(y) == 0 {
		return
	}
	Parallel(outer, max(1, elementGrain/(n*inner)), func(lo, hi int) {
		for o := lo; o < hi; o++ {
			argRows(y[o*inner:(o+1)*inner], x[o*n*inner:(o+1)*n*inner], n, better)
		}
	})
}

// argRows goes through x[n inner] row by row, with y as the best rows so far.
func argRows[T Number](y []int64, x []T, n int, better func(v, best T) bool) {
	inner := len(y)
	clear(y)
	for i := 1; i < n; i++ {
		row := x[i*inner : (i+1)*inner]
		for r, v := range row {
			if better(v, x[int(y[r])*inner+r]) {
				y[r] = int64(i)
			}
		}
	}
}

// least is what a maximum over nothing is: -Inf, or the least integer.
func least[T Number]() T {
	var t T
	switch p := any(&t).(type) {
	case *float32:
		*p = float32(math.Inf(-1))
	case *float64:
		*p = math.Inf(-1)
	case *int32:
		*p = math.MinInt32
	case *int64:
		*p = math.MinInt64
	}
	return t
}
