package fn

import (
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

func TestArgExtremesAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 1))
	for range 100 {
		outer, n, inner := r.IntN(4), 1+r.IntN(5), r.IntN(4)
		elems := make([]float64, outer*n*inner)
		for i := range elems {
			elems[i] = float64(r.IntN(5) - 2) // with many equal ones
		}
		for _, d := range numberTypes {
			x := array(d, elems, outer, n, inner)
			most, least := ArgMax(x, 1), ArgMin(x, -2)
			if want := trace.TypeOf(trace.Int64, outer, inner); !most.Type().Equal(want) || !least.Type().Equal(want) {
				t.Fatalf("of %v: got %v and %v, want %v", x.Type(), most.Type(), least.Type(), want)
			}
			for line := range outer * inner {
				at := func(k int) float64 { return elems[(line/inner*n+k)*inner+line%inner] }
				first, last := 0, 0
				for k := range n {
					if at(k) > at(first) {
						first = k
					}
					if at(k) < at(last) {
						last = k
					}
				}
				if got, low := most.Float64s()[line], least.Float64s()[line]; got != float64(first) || low != float64(last) {
					t.Fatalf("line %d of %v: got %v and %v, want %d and %d", line, x, got, low, first, last)
				}
			}
		}
	}
}

// Zeros of either sign are equal. The first NaN comes before any number.
func TestArgExtremesOfSpecialNumbers(t *testing.T) {
	tests := []struct {
		x           []float64
		most, least float64
	}{
		{[]float64{negZero, 0}, 0, 0}, {[]float64{0, negZero}, 0, 0},
		{[]float64{1, inf, inf}, 1, 0}, {[]float64{-inf, 1, -inf}, 1, 0}, {[]float64{1, -inf}, 0, 1},
		{[]float64{inf, nan, nan, -inf}, 1, 1}, {[]float64{nan, inf}, 0, 0}, {[]float64{-inf}, 0, 0},
	}
	for _, test := range tests {
		for _, d := range floatTypes {
			x := vector(d, test.x...)
			wantElems(t, ArgMax(x, 0), "i64[]", test.most)
			wantElems(t, ArgMin(x, 0), "i64[]", test.least)
		}
	}
	big := i64(1<<60, 1<<60+1, 1<<60-1) // which float64 cannot tell apart
	wantElems(t, ArgMax(big, 0), "i64[]", 1)
	wantElems(t, ArgMin(big, 0), "i64[]", 2)
}

func TestArgExtremesRules(t *testing.T) {
	x := trace.New([]float64{3, 1, 2, 2, 9, -4, 0, 7, 7, 5, 6, 1}, 2, 3, 2)
	for axis := range 3 {
		for _, least := range []bool{false, true} {
			op := argExtreme{axis, least}
			batchHolds(t, op, x)
			if cts := vjp(op, x); len(cts) != 1 || !cts[0].IsAbsent() {
				t.Errorf("%s has the cotangents %v, want none", trace.Describe(op), cts)
			}
		}
	}
	for want, op := range map[string]argExtreme{"argmax{Axis:1}": {1, false}, "argmin{Axis:2}": {2, true}} {
		if got := trace.Describe(op); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestArgExtremeErrors(t *testing.T) {
	wantError(t, "argmax(bool[2]): bool[2] has no arithmetic: use fn.Any or fn.All, or fn.Cast it to numbers", func() { ArgMax(bools(true, false), 0) })
	wantError(t, "argmin(f64[0 2]): axis 0 of f64[0 2] is empty and has no min", func() { ArgMin(array(trace.Float64, nil, 0, 2), 0) })
	wantError(t, "argmax(f64[0]): axis 0 of f64[0] is empty and has no max", func() { ArgMax(array(trace.Float64, nil, 0), -1) })
	wantError(t, "argmax(f64[2]): axis -2 does not exist: f64[2] has axes 0 to 0 (or -1 to -1, from the end)", func() { ArgMax(f64(1, 2), -2) })
	wantError(t, "argmin(f64[]): axis 0 does not exist: f64[] is a scalar", func() { ArgMin(trace.Scalar(1.0), 0) })
	wantElems(t, ArgMax(array(trace.Float64, nil, 0, 2), 1), "i64[0]")
}
