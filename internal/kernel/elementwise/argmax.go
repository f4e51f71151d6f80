package elementwise

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// ArgMax is y[o,r] = the first i for which x[o,i,r] is largest, or the first at which it
// is NaN. x is [outer n inner]. It panics if n == 0 and y is not empty.
func ArgMax[T array.Number](y []int64, x []T, outer, n, inner int) {
	argBest("elementwise.ArgMax", y, x, outer, n, inner, false)
}

// ArgMin is y[o,r] = the first i for which x[o,i,r] is smallest, or the first at which it
// is NaN. x is [outer n inner]. It panics if n == 0 and y is not empty.
func ArgMin[T array.Number](y []int64, x []T, outer, n, inner int) {
	argBest("elementwise.ArgMin", y, x, outer, n, inner, true)
}

func argBest[T array.Number](fn string, y []int64, x []T, outer, n, inner int, smallest bool) {
	array.WantLen(fn, "y", len(y), outer*inner)
	array.WantLen(fn, "x", len(x), outer*n*inner)
	wantSome(fn, len(y), n)
	if len(y) > 0 {
		parallel.Split(outer, max(1, Grain/(n*inner)), selection[T]{y, x, n, inner, smallest})
	}
}

// selection finds the best of the rows of x[outer n inner].
type selection[T array.Number] struct {
	y        []int64
	x        []T
	n, inner int
	smallest bool
}

func (s selection[T]) Run(lo, hi int) {
	for o := lo; o < hi; o++ {
		s.plane(s.y[o*s.inner:(o+1)*s.inner], s.x[o*s.n*s.inner:(o+1)*s.n*s.inner])
	}
}

// plane finds the best values of x[n inner] first, and then where they are.
func (s selection[T]) plane(y []int64, x []T) {
	op := opMax
	if s.smallest {
		op = opMin
	}
	if s.inner == 1 {
		y[0] = int64(firstOf(x, foldLine(op, x)))
		return
	}
	best, held := scratch.Borrow[T](s.inner)
	copy(best, x)
	for at := s.inner; at < len(x); at += s.inner {
		combine(op, best, best, x[at:at+s.inner])
	}
	for i := s.n - 1; i >= 0; i-- { // so that the first is the last to be written
		for r, v := range x[i*s.inner : (i+1)*s.inner] {
			if v == best[r] || v != v {
				y[r] = int64(i)
			}
		}
	}
	scratch.Release(held)
}

// firstOf is where x is first NaN or equal to what is one of its elements.
func firstOf[T array.Number](x []T, v T) int {
	i := 0
	for x[i] != v && x[i] == x[i] {
		i++
	}
	return i
}
