package fn

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// smoothCase is an activation of exponentials, with formulas that are right but may
// overflow.
type smoothCase struct {
	f         function
	at, slope func(x float64) float64
	// ulps is the largest distance between the loop and the function of one number. The
	// function rounds its argument, and an exponential amplifies that.
	ulps float64
}

func smoothCases() []smoothCase {
	density := func(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }
	normal := func(x float64) float64 { return (1 + math.Erf(x/math.Sqrt2)) / 2 }
	below := func(alpha, rate float64) (at, slope func(x float64) float64) {
		return func(x float64) float64 { return piece(x > 0, x, alpha*(math.Exp(rate*x)-1)) },
			func(x float64) float64 { return piece(x > 0, 1, alpha*rate*math.Exp(rate*x)) }
	}
	const s, a, c = 1.0507009873554805, 1.6732632423543772, 0.044715
	k := math.Sqrt(2 / math.Pi)
	eluAt, eluSlope := below(1.3, 1)
	celuAt, celuSlope := below(0.5, 2)
	return []smoothCase{
		{sigmoid{}, sig, func(x float64) float64 { return sig(x) * (1 - sig(x)) }, 4},
		{tanh{}, math.Tanh, func(x float64) float64 { return 1 - math.Tanh(x)*math.Tanh(x) }, 4},
		{tanhshrink{}, func(x float64) float64 { return x - math.Tanh(x) }, func(x float64) float64 { return math.Tanh(x) * math.Tanh(x) }, 4},
		{softsign{}, func(x float64) float64 { return x / (1 + math.Abs(x)) }, func(x float64) float64 { return 1 / ((1 + math.Abs(x)) * (1 + math.Abs(x))) }, 1},
		{silu{}, func(x float64) float64 { return x * sig(x) }, func(x float64) float64 { return sig(x) + x*sig(x)*(1-sig(x)) }, 5},
		{gelu{}, func(x float64) float64 { return x * normal(x) }, func(x float64) float64 { return normal(x) + x*density(x) }, 40},
		{geluTanh{}, func(x float64) float64 { return x / 2 * (1 + math.Tanh(k*(x+c*x*x*x))) }, func(x float64) float64 {
			u := math.Tanh(k * (x + c*x*x*x))
			return (1+u)/2 + x/2*(1-u*u)*k*(1+3*c*x*x)
		}, 60},
		{softplus{1, 20}, func(x float64) float64 { return math.Log(1 + math.Exp(x)) }, sig, 5},
		{softplus{3, 6}, func(x float64) float64 { return piece(3*x > 6, x, math.Log(1+math.Exp(3*x))/3) },
			func(x float64) float64 { return piece(3*x > 6, 1, sig(3*x)) }, 5},
		{logSigmoid{}, func(x float64) float64 { return -math.Log(1 + math.Exp(-x)) }, func(x float64) float64 { return sig(-x) }, 5},
		{elu{1.3}, eluAt, eluSlope, 5},
		{celu{0.5}, celuAt, celuSlope, 5},
		{selu{}, func(x float64) float64 { return s * piece(x > 0, x, a*(math.Exp(x)-1)) }, func(x float64) float64 { return s * piece(x > 0, 1, a*math.Exp(x)) }, 5},
	}
}

// The function of one number, the loop and the derivative agree with the formula.
func TestSmoothActivations(t *testing.T) {
	points := []float64{-6, -3.25, -2, -1, -0.5, -0.125, 0, 0.125, 0.5, 1, 1.75, 2.25, 3, 6}
	for _, c := range smoothCases() {
		x := f64(points...)
		y := trace.NewArray(x.Type())
		if l, ok := c.f.(looped); ok {
			l.Loop(x.Array(), y)
		} else {
			at[float64](c.f, x.Array(), y)
		}
		slope := c.f.Deriv(x, trace.FromArray(y)).Float64s()
		for i, v := range points {
			want, got := c.at(v), c.f.At(v)
			if !(math.Abs(got-want) <= 1e-14) {
				t.Errorf("%s at %v: got %v, want %v", c.f.Name(), v, got, want)
			}
			if loop := y.Float64s()[i]; !(math.Abs(loop-got) <= c.ulps*0x1p-52*math.Abs(got)) {
				t.Errorf("%s at %v: got %v in the loop and %v alone", c.f.Name(), v, loop, got)
			}
			if want := c.slope(v); !(math.Abs(slope[i]-want) <= 1e-14) {
				t.Errorf("%s: the slope at %v is %v, want %v", c.f.Name(), v, slope[i], want)
			}
		}
	}
}

// Where the formula overflows, value and derivative are the limits.
func TestSmoothActivationsAtTheLimits(t *testing.T) {
	tests := []struct {
		f                 function
		low, high         float64 // the values at -∞ and at +∞
		lowSlope, hiSlope float64 // the slopes at -800 and 800
	}{
		{sigmoid{}, 0, 1, 0, 0}, {tanh{}, -1, 1, 0, 0}, {softsign{}, -1, 1, 1 / (801.0 * 801), 1 / (801.0 * 801)}, {tanhshrink{}, -inf, inf, 1, 1},
		{silu{}, 0, inf, 0, 1}, {gelu{}, 0, inf, 0, 1}, {geluTanh{}, 0, inf, 0, 1},
		{softplus{1, 20}, 0, inf, 0, 1}, {softplus{0.5, inf}, 0, inf, 0, 1}, {logSigmoid{}, -inf, 0, 1, 0},
		{elu{2}, -2, inf, 0, 1}, {celu{2}, -2, inf, 0, 1}, {selu{}, -1.7580993408473766, inf, 0, 1.0507009873554805},
	}
	for _, test := range tests {
		for i, want := range []float64{test.low, test.high, nan} {
			if x := []float64{-inf, inf, nan}[i]; !same64([]float64{math.Abs(test.f.At(x))}, []float64{math.Abs(want)}) || want != 0 && want == want && math.Signbit(test.f.At(x)) != math.Signbit(want) {
				t.Errorf("%s at %v: got %v, want %v", trace.Describe(unary[function]{test.f}), x, test.f.At(x), want)
			}
		}
		x := f64(-800, 800)
		y := f64(test.f.At(-800), test.f.At(800))
		slope := test.f.Deriv(x, y).Float64s()
		wantClose(t, test.f.Name()+": slopes far out", slope, []float64{test.lowSlope, test.hiSlope}, 1e-15)
	}
}

// Softplus bends at its threshold, which is compared with beta·x. Above, it is x.
func TestSoftplusAtTheThreshold(t *testing.T) {
	for _, d := range floatTypes {
		x := vector(d, 0.5, 0.5000001, 0.4999999, 2)
		y := Softplus(x, 4, 2).Float64s()
		for i, v := range x.Float64s() {
			if above := v > 0.5; above != (y[i] == v) {
				t.Errorf("%v: at %v got %v, which is the argument: %v, want %v", d, v, y[i], y[i] == v, above)
			}
		}
		slope := deriv(func(x trace.Value) trace.Value { return Softplus(x, 4, 2) }, x).Float64s()
		wantClose(t, "slope at the threshold", slope, []float64{sig(2), 1, sig(2), 1}, 1e-6)
	}
	wantElems(t, Softplus(f64(-1, 0, 3), 1, -inf), "f64[3]", -1, 0, 3)
}

func TestSmoothActivationErrors(t *testing.T) {
	x := f64(1)
	tests := []struct {
		want string
		call func()
	}{
		{"softplus(f64[1]): beta is +Inf: want a finite number above 0", func() { Softplus(x, inf, 20) }},
		{"softplus(f64[1]): beta is NaN: want a finite number above 0", func() { Softplus(x, nan, 20) }},
		{"softplus(f64[1]): beta is -2: want a finite number above 0", func() { Softplus(x, -2, 20) }},
		{"softplus(f64[1]): the threshold is not a number", func() { Softplus(x, 1, nan) }},
		{"celu(f64[1]): alpha is 0: want a finite number above 0", func() { CELU(x, 0) }},
		{"celu(f64[1]): alpha is +Inf: want a finite number above 0", func() { CELU(x, inf) }},
		{"celu(f64[1]): alpha is NaN: want a finite number above 0", func() { CELU(x, nan) }},
		{"sigmoid(i32[1]): i32[1] is not a float array: fn.Cast it to f32 or f64", func() { Sigmoid(i32(1)) }},
	}
	for _, test := range tests {
		wantError(t, test.want, test.call)
	}
}
