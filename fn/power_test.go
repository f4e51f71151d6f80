package fn

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

func TestSquaresAndRootsOfSpecialNumbers(t *testing.T) {
	tests := []struct {
		name string
		f    func(x trace.Value) trace.Value
		x, y []float64
	}{
		{"square", Square, []float64{-3, negZero, 0, -inf, nan}, []float64{9, 0, 0, inf, nan}},
		{"reciprocal", Reciprocal, []float64{-4, negZero, 0, -inf, inf, nan}, []float64{-0.25, -inf, inf, negZero, 0, nan}},
		{"sqrt", Sqrt, []float64{9, negZero, 0, -1, -inf, inf, nan}, []float64{3, negZero, 0, nan, nan, inf, nan}},
		{"rsqrt", Rsqrt, []float64{0.25, 0, -1, -inf, inf, nan}, []float64{2, inf, nan, nan, 0, nan}},
	}
	for _, test := range tests {
		for _, d := range floatTypes {
			if got := test.f(vector(d, test.x...)).Float64s(); !same64(got, test.y) {
				t.Errorf("%s, %v, of %v: got %v, want %v", test.name, d, test.x, got, test.y)
			}
		}
	}
	wantElems(t, Square(i32(-46341, 1<<16)), "i32[2]", -2147479015, 0) // wrapped around
	if got := trace.Data[int64](Square(i64(94906267)))[0]; got != 94906267*94906267 {
		t.Errorf("the square of an integer goes through floats: got %d", got)
	}
	wantError(t, "sqrt(i32[1]): i32[1] is not a float array: fn.Cast it to f32 or f64", func() { Sqrt(i32(4)) })
	wantError(t, "square(bool[1]): bool[1] has no arithmetic: use fn.Any or fn.All, or fn.Cast it to numbers", func() { Square(bools(true)) })
}

// A power, whatever op it becomes, agrees with package math, and so does its slope
// p·x^(p-1).
func TestPowersAgainstMath(t *testing.T) {
	points := []float64{-2, -0.5, negZero, 0, 0.5, 1, 3, inf, nan}
	for _, p := range []float64{-2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 4} {
		for _, d := range floatTypes {
			f := func(x trace.Value) trace.Value { return PowScalar(x, p) }
			want, slope := make([]float64, len(points)), make([]float64, len(points))
			for i, x := range points {
				want[i], slope[i] = math.Pow(x, p), p*math.Pow(x, p-1)
				if p == 0 {
					slope[i] = 0
				}
			}
			x := vector(d, points...)
			for name, y := range map[string]trace.Value{"PowScalar": f(x), "Pow": Pow(x, Scalar(p)), "of arrays": Pow(x, FullLike(x, p))} {
				wantClose(t, name, y.Float64s(), want, 1e-6)
				if d == trace.Float64 && !(p == -1 || p == -2) { // these are not rounded as by math.Pow
					wantClose(t, name, y.Float64s(), want, 1e-15)
				}
			}
			if p != 1 {
				for i, got := range deriv(f, x).Float64s() {
					if w := slope[i]; !(math.Abs(got-w) <= 1e-6*math.Abs(w)) && !same64([]float64{math.Abs(got)}, []float64{math.Abs(w)}) {
						t.Errorf("%v: the slope of x^%v at %v is %v, want %v", d, p, points[i], got, w)
					}
				}
			}
		}
	}
	x := f64(1, 2)
	if PowScalar(x, 1) != x {
		t.Error("the first power makes another array")
	}
}

func TestPowersAreTheirShortForms(t *testing.T) {
	of := func(f func(in []trace.Value) trace.Value) string {
		_, p := recorded(f, typed(trace.Float32, 2), typed(trace.Float32, 2))
		return p.Eqns[len(p.Eqns)-1].Op.Name()
	}
	for p, want := range map[float64]string{2: "square", -1: "reciprocal", 3: "pow_scalar", 0: "pow_scalar", 0.5: "pow_scalar", nan: "pow_scalar"} {
		if got := of(func(in []trace.Value) trace.Value { return Pow(in[0], Scalar(p)) }); got != want {
			t.Errorf("the power %v is a %s, want %s", p, got, want)
		}
	}
	if got := of(func(in []trace.Value) trace.Value { return Pow(Scalar(2), in[1]) }); got != "pow" {
		t.Errorf("a power of a number is a %s", got)
	}
	wantError(t, "pow(absent, 2): operand 0 is absent (the zero trace.Value): was a field never set?", func() { Pow(trace.Value{}, Scalar(2)) })
	wantError(t, "pow_scalar(i32[1]): i32[1] is not a float array: fn.Cast it to f32 or f64", func() { PowScalar(i32(1), 3) })
	wantError(t, "pow(f32[1], f64[1]): dtypes differ: f32 and f64; convert one of them with fn.Cast", func() { Pow(f32(1), f64(1)) })
}

func TestPowRules(t *testing.T) {
	x, y := f64(0.5, 1, 2, 3), f64(2, -1, 0.5, 3)
	batchHolds(t, pow{}, x, y)
	slopesHold(t, pow{}, x, y)
	for i, want := range [][]bool{{true, false}, {false, true}} {
		cts := pow{}.VJP([]trace.Value{x, y}, []trace.Value{Pow(x, y)}, []trace.Value{y}, want)
		if cts[i].IsAbsent() || !cts[1-i].IsAbsent() {
			t.Errorf("wanted %v, got %v", want, cts)
		}
	}
	cts := vjp(pow{}, f64(0, 0, 0, 0, inf, -2), f64(0, 1, 3, -1, 2, 2))
	wantElems(t, cts[0], "f64[6]", 0, 1, 0, -inf, inf, -4)
	wantElems(t, cts[1], "f64[6]", 0, 0, 0, -inf, inf, nan)
}
