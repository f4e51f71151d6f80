package fn

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// hardCase is a piecewise linear activation with its value and derivative at some points,
// by hand.
type hardCase struct {
	name        string
	f           func(x trace.Value) trace.Value
	x, y, slope []float64
}

func hardCases() []hardCase {
	hardTanh := func(low, high float64) func(x trace.Value) trace.Value {
		return func(x trace.Value) trace.Value { return HardTanh(x, low, high) }
	}
	return []hardCase{
		{"hardtanh", hardTanh(-1, 2), []float64{-inf, -1.5, -1, -0.5, negZero, 2, 2.5, inf, nan}, []float64{-1, -1, -1, -0.5, negZero, 2, 2, 2, nan}, []float64{0, 0, 0, 1, 1, 0, 0, 0, 0}},
		{"hardtanh without a lower bound", hardTanh(-inf, 2), []float64{-inf, -1e30, 2, 3}, []float64{-inf, -1e30, 2, 2}, []float64{1, 1, 0, 0}},
		{"hardtanh without bounds", hardTanh(-inf, inf), []float64{-inf, 0, inf}, []float64{-inf, 0, inf}, []float64{1, 1, 1}},
		{"hardtanh above 0", hardTanh(0.5, 1), []float64{0, 0.5, 0.75, 1}, []float64{0.5, 0.5, 0.75, 1}, []float64{0, 0, 1, 0}},
		{"relu6", ReLU6, []float64{-inf, -1, negZero, 0, 0.25, 5.75, 6, 7, inf, nan}, []float64{0, 0, 0, 0, 0.25, 5.75, 6, 6, 6, nan}, []float64{0, 0, 0, 0, 1, 1, 0, 0, 0, 0}},
		{"hardsigmoid", HardSigmoid, []float64{-inf, -4, -3, -1.5, 0, 1.5, 3, 4, inf}, []float64{0, 0, 0, 0.25, 0.5, 0.75, 1, 1, 1}, []float64{0, 0, 0, 1.0 / 6, 1.0 / 6, 1.0 / 6, 0, 0, 0}},
		{"hardswish", HardSwish, []float64{-4, -3, -1.5, 0, 1.5, 3, 4, inf}, []float64{0, 0, -0.375, 0, 1.125, 3, 4, inf}, []float64{0, 0, 0, 0.5, 1, 1, 1, 1}},
		{"hardshrink", with(HardShrink, 0.5), []float64{-inf, -0.75, -0.5, 0, 0.25, 0.5, 0.75, inf, nan}, []float64{-inf, -0.75, 0, 0, 0, 0, 0.75, inf, nan}, []float64{1, 1, 0, 0, 0, 0, 1, 1, 1}},
		{"hardshrink of nothing", with(HardShrink, 0), []float64{-1, 0, 1}, []float64{-1, 0, 1}, []float64{1, 0, 1}},
		{"hardshrink of all", with(HardShrink, inf), []float64{-1e30, 0, inf}, []float64{0, 0, 0}, []float64{0, 0, 0}},
		{"softshrink", with(Softshrink, 0.5), []float64{-inf, -0.75, -0.5, 0.25, 0.5, 0.75, inf, nan}, []float64{-inf, -0.25, 0, 0, 0, 0.25, inf, nan}, []float64{1, 1, 0, 0, 0, 1, 1, 1}},
		{"softshrink of nothing", with(Softshrink, 0), []float64{-1, 0, 1}, []float64{-1, 0, 1}, []float64{1, 0, 1}},
	}
}

func TestHardActivations(t *testing.T) {
	for _, c := range hardCases() {
		for _, d := range floatTypes {
			x := vector(d, c.x...)
			y, slope := c.f(x).Float64s(), deriv(c.f, x)
			for i, at := range c.x {
				if want := vector(d, c.y...).Float64s()[i]; !(math.Abs(y[i]-want) <= 1e-7) && !same64(y[i:i+1], []float64{want}) {
					t.Errorf("%s, %v: at %v got %v, want %v", c.name, d, at, y[i], want)
				}
				if got := slope.Float64s()[i]; !(math.Abs(got-c.slope[i]) <= 1e-7) {
					t.Errorf("%s, %v: the slope at %v is %v, want %v", c.name, d, at, got, c.slope[i])
				}
			}
			if slope.DType() != d && slope.DType() != trace.Bool {
				t.Errorf("%s: the slope of %v is %v", c.name, d, slope.DType())
			}
		}
	}
}

// In float32 a bound becomes the nearest number. A finite bound stays finite.
func TestBoundsInDType(t *testing.T) {
	tests := []struct {
		bound float64
		d     trace.DType
		want  float64
	}{
		{0.1, trace.Float64, 0.1}, {0.1, trace.Float32, float64(float32(0.1))},
		{1e300, trace.Float64, 1e300}, {1e300, trace.Float32, math.MaxFloat32}, {-1e300, trace.Float32, -math.MaxFloat32},
		{inf, trace.Float32, inf}, {-inf, trace.Float32, -inf}, {1e-60, trace.Float32, 0}, {2, trace.Int32, 2},
	}
	for _, test := range tests {
		if got := inDType(test.bound, test.d); got != test.want {
			t.Errorf("the bound %v in %v: got %v, want %v", test.bound, test.d, got, test.want)
		}
	}
}

func TestLimited(t *testing.T) {
	for _, c := range [][4]float64{{-2, -1, 1, -1}, {-1, -1, 1, -1}, {0.5, -1, 1, 0.5}, {1, -1, 1, 1}, {2, -1, 1, 1}, {nan, -1, 1, nan}, {-inf, -1, 1, -1}, {inf, -1, 1, 1}} {
		if got := limited(c[0], c[1], c[2]); !same64([]float64{got}, c[3:]) {
			t.Errorf("%v between %v and %v: got %v, want %v", c[0], c[1], c[2], got, c[3])
		}
	}
}

func TestHardActivationErrors(t *testing.T) {
	x := f32(1, 2)
	tests := []struct {
		want string
		call func()
	}{
		{"hardtanh(f32[2]): the lower bound NaN is not below the upper bound 1", func() { HardTanh(x, nan, 1) }},
		{"hardtanh(f32[2]): the lower bound -1 is not below the upper bound NaN", func() { HardTanh(x, -1, nan) }},
		{"hardtanh(f32[2]): the lower bound 1 is not below the upper bound -1", func() { HardTanh(x, 1, -1) }},
		{"hardshrink(f32[2]): the bound NaN is not at least 0", func() { HardShrink(x, nan) }},
		{"softshrink(f32[2]): the bound -0.5 is not at least 0", func() { Softshrink(x, -0.5) }},
		{"hardswish(i64[1]): i64[1] is not a float array: fn.Cast it to f32 or f64", func() { HardSwish(i64(1)) }},
		{"hardsigmoid(bool[1]): bool[1] is not a float array: fn.Cast it to f32 or f64", func() { HardSigmoid(bools(true)) }},
		{"relu6(i32[1]): i32[1] is not a float array: fn.Cast it to f32 or f64", func() { ReLU6(i32(1)) }},
	}
	for _, test := range tests {
		wantError(t, test.want, test.call)
	}
}

// The ramp of hard swish has a second derivative of 1/3. Outside of it there is none.
func TestHardSwishIsParabolaBetween(t *testing.T) {
	slope := func(x trace.Value) trace.Value { return hardSwish{}.Deriv(x, trace.Value{}) }
	const h = 1e-3
	for x, want := range map[float64]float64{-5: 0, -2: 1.0 / 3, 0: 1.0 / 3, 2.5: 1.0 / 3, 3.5: 0} {
		low, high := slope(f64(x - h)).Float64s()[0], slope(f64(x + h)).Float64s()[0]
		if got := (high - low) / (2 * h); !(math.Abs(got-want) <= 1e-9) {
			t.Errorf("at %v the slope grows by %v, want %v", x, got, want)
		}
	}
}
