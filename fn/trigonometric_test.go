package fn

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// Values and slopes are package math's in float64, rounded once.
func TestTrigonometryAgainstMath(t *testing.T) {
	tests := []struct {
		name      string
		f         func(x trace.Value) trace.Value
		at, slope func(x float64) float64
	}{
		{"sin", Sin, math.Sin, math.Cos}, {"cos", Cos, math.Cos, func(x float64) float64 { return -math.Sin(x) }},
		{"tan", Tan, math.Tan, func(x float64) float64 { return 1 / (math.Cos(x) * math.Cos(x)) }},
		{"atan", Atan, math.Atan, func(x float64) float64 { return 1 / (1 + x*x) }},
	}
	points := []float64{-100, -3, -1, -0.25, negZero, 0, 1e-9, 0.5, 1.25, 2, 40, 1e6}
	for _, test := range tests {
		for _, d := range floatTypes {
			x := vector(d, points...)
			want, slope := make([]float64, len(points)), make([]float64, len(points))
			for i, v := range x.Float64s() {
				want[i], slope[i] = test.at(v), test.slope(v)
			}
			wantElems(t, test.f(x), x.Type().String(), vector(d, want...).Float64s()...)
			for i, got := range deriv(test.f, x).Float64s() {
				tol := map[trace.DType]float64{trace.Float32: 1e-6, trace.Float64: 1e-14}[d]
				if !(math.Abs(got-slope[i]) <= tol*max(1, math.Abs(slope[i]))) {
					t.Errorf("%s, %v: the slope at %v is %v, want %v", test.name, d, points[i], got, slope[i])
				}
			}
		}
	}
}

func TestTrigonometryAtTheEnds(t *testing.T) {
	for _, f := range []func(x trace.Value) trace.Value{Sin, Cos, Tan} {
		wantElems(t, f(f64(-inf, inf, nan)), "f64[3]", nan, nan, nan)
	}
	wantElems(t, Atan(f64(-inf, inf, nan)), "f64[3]", -math.Pi/2, math.Pi/2, nan)
	// Twice the square of the argument would overflow long before.
	wantElems(t, deriv(Atan, f64(-inf, -1e300, 1e200, math.MaxFloat64, nan)), "f64[5]", 0, 0, 0, 0, nan)
	wantElems(t, deriv(Atan, f32(inf32, 1e30, math.MaxFloat32)), "f32[3]", 0, 0, 0)
	want := float64(float32(1e-36)) // 1/x², which is still a number
	if got := deriv(Atan, f32(1e18)).Float64s()[0]; !(math.Abs(got-want) <= 1e-6*want) {
		t.Errorf("the slope of atan at 1e18 is %v, want %v", got, want)
	}
	for name, f := range map[string]func(x trace.Value) trace.Value{"sin": Sin, "cos": Cos, "tan": Tan, "atan": Atan} {
		wantError(t, name+"(i32[1]): i32[1] is not a float array: fn.Cast it to f32 or f64", func() { f(i32(1)) })
	}
}

func TestTrigonometryRules(t *testing.T) {
	x := f64(0.3, -2, 5)
	for _, op := range []trace.Op{unary[sin]{}, unary[cos]{}, unary[tan]{}, unary[atan]{}} {
		slopesHold(t, op, x)
		batchHolds(t, op, x)
	}
}

// Near ±1 the inverse functions, and their slopes, keep all digits. The values are series
// in the distance from 1.
func TestInverseFunctionsNearOne(t *testing.T) {
	const d = 0x1p-40
	x := f64(1-d, -1+d)
	angle := math.Sqrt(2*d) * (1 + d/12)
	wantClose(t, "acos", Acos(x).Float64s()[:1], []float64{angle}, 1e-21)
	wantElems(t, Acos(f64(1, -1, 0, 1.1, -1.1, nan, inf)), "f64[7]", 0, math.Pi, math.Pi/2, nan, nan, nan, nan)
	wantElems(t, Asin(f64(1, -1, negZero, 1.1, nan, -inf)), "f64[6]", math.Pi/2, -math.Pi/2, negZero, nan, nan, nan)
	wantElems(t, Atanh(f64(1, -1, negZero, 1.1, nan)), "f64[5]", inf, -inf, negZero, nan, nan)
	wantElems(t, Acosh(f64(1, 0.5, inf, nan)), "f64[4]", 0, nan, inf, nan)
	wantElems(t, Asinh(f64(negZero, inf, -inf, nan)), "f64[4]", negZero, inf, -inf, nan)
	slope := 1 / math.Sqrt(d*(2-d))
	for name, test := range map[string]struct {
		f        func(trace.Value) trace.Value
		at, want float64
	}{
		"asin": {Asin, 1 - d, slope}, "acos": {Acos, -1 + d, -slope}, "atanh": {Atanh, 1 - d, 1 / (d * (2 - d))},
		"acosh": {Acosh, 1 + d, 1 / math.Sqrt(d*(2+d))}, "asinh": {Asinh, 1e300, 1e-300}, "asinh at infinity": {Asinh, inf, 0},
		"asin at 1": {Asin, 1, inf}, "acos at -1": {Acos, -1, -inf}, "acosh at 1": {Acosh, 1, inf}, "atanh at 1": {Atanh, 1, inf},
	} {
		if got := deriv(test.f, f64(test.at)).Float64s()[0]; got != test.want && !(math.Abs(got/test.want-1) <= 1e-14) {
			t.Errorf("%s: the slope at %v is %v, want %v", name, test.at, got, test.want)
		}
	}
}
