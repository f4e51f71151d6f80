package elementwise

import (
	"math"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// CumSum is the running sum along the middle axis of x[outer n inner], y of the same
// shape:
//
//	y[o,i,r] = Σ_{j<=i} x[o,j,r],  or Σ_{j>=i} if reverse is set.
//
// A sum of float32 is kept in float64, and one of float64 with what was lost in rounding,
// so that each y is as accurate as [Sum] of its terms, however many they are. y may be
// the same slice as x.
func CumSum[T array.Number](y, x []T, outer, n, inner int, reverse bool) {
	array.WantLen("elementwise.CumSum", "x", len(x), outer*n*inner)
	array.WantLen("elementwise.CumSum", "y", len(y), outer*n*inner)
	if len(y) == 0 {
		return
	}
	width := min(inner, 1<<8)
	c := cumulation[T]{y, x, n, inner, width, array.CeilDiv(inner, width), reverse}
	parallel.Split(outer*c.strips, max(1, Grain/(n*width)), c)
}

// cumulation is a running sum, in strips of some columns.
type cumulation[T array.Number] struct {
	y, x                    []T
	n, inner, width, strips int
	reverse                 bool
}

func (c cumulation[T]) Run(lo, hi int) {
	sums, st := scratch.Borrow[float64](2 * c.width)
	for u := lo; u < hi; u++ {
		at, r := u/c.strips*c.n*c.inner, u%c.strips*c.width
		c.strip(c.y[at:at+c.n*c.inner], c.x[at:at+c.n*c.inner], r, min(r+c.width, c.inner), sums)
	}
	scratch.Release(st)
}

// strip is the running sum of the columns [lo, hi) of x[n inner], with room for two
// numbers for each of them.
func (c cumulation[T]) strip(y, x []T, lo, hi int, room []float64) {
	from, step, width := lo, c.inner, hi-lo
	if c.reverse {
		from, step = len(x)-c.inner+lo, -c.inner
	}
	clear(room)
	switch y := any(y).(type) {
	case []float32:
		accumulateF32(y, any(x).([]float32), from, step, c.n, room[:width])
	case []float64:
		accumulateF64(y, any(x).([]float64), from, step, c.n, room[:width], room[c.width:][:width])
	case []int32:
		accumulateInts(y, any(x).([]int32), from, step, c.n, width)
	case []int64:
		accumulateInts(y, any(x).([]int64), from, step, c.n, width)
	}
}

// accumulateInts adds each row, which is step elements after the one before, to the sums
// in that.
func accumulateInts[I array.Integer](y, x []I, from, step, rows, width int) {
	copy(y[from:from+width], x[from:from+width])
	for range rows - 1 {
		from += step
		add(y[from:from+width], y[from-step:from-step+width], x[from:from+width])
	}
}

// accumulateF32 adds each row to the sums, and rounds them to y. A sum of -0 alone is -0.
func accumulateF32(y, x []float32, from, step, rows int, sums []float64) {
	negativeZeros(sums)
	for range rows {
		y, x := y[from:from+len(sums)], x[from:from+len(sums)]
		for i, v := range x {
			sum := sums[i] + float64(v)
			sums[i], y[i] = sum, float32(sum)
		}
		from += step
	}
}

// accumulateF64 adds each row to the sums, what that loses to lost, and both together are
// y: after Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher
// Summen", ZAMM 54, 1974. Where something is not finite nothing is lost.
func accumulateF64(y, x []float64, from, step, rows int, sums, lost []float64) {
	negativeZeros(sums)
	for range rows {
		y, x := y[from:from+len(sums)], x[from:from+len(sums)]
		for i, v := range x {
			before := sums[i]
			sum := before + v
			part := sum - before // of v that is in the sum
			if rest := (before - (sum - part)) + (v - part); rest-rest == 0 {
				lost[i] += rest
			}
			sums[i], y[i] = sum, sum
			if lost[i] != 0 {
				y[i] = sum + lost[i]
			}
		}
		from += step
	}
}

// negativeZeros fills sums with what changes no number that is added.
func negativeZeros(sums []float64) { Fill(sums, math.Copysign(0, -1)) }
