package fn

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// exponential is a function with its value and derivative by package math.
type exponential struct {
	f         function
	at, slope func(x float64) float64
	ulps      float64 // of the loop, and the error of at itself
}

func exponentials() []exponential {
	normal := func(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }
	return []exponential{
		{exp{}, math.Exp, math.Exp, 1},
		{expm1{}, math.Expm1, math.Exp, 2},
		{log{}, math.Log, func(x float64) float64 { return 1 / x }, 1},
		{log1p{}, math.Log1p, func(x float64) float64 { return 1 / (1 + x) }, 3},
		{erf{}, math.Erf, func(x float64) float64 { return 2 / math.Sqrt(math.Pi) * math.Exp(-x*x) }, 3},
		{cdf{}, func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }, normal, 40},
		{density{}, normal, func(x float64) float64 { return -x * normal(x) }, 40},
	}
}

// The function of one number, its loop in both dtypes and its derivative agree with
// package math.
func TestExponentialsAgainstMath(t *testing.T) {
	points := []float64{1e-300, 1e-20, 1e-9, 0.01, 0.25, 0.5, 0.75, 1, 1.5, 2, 3.75, 6}
	for _, c := range exponentials() {
		for i := range 2 * len(points) {
			v := points[i/2]
			if i%2 == 1 {
				v = -v
			}
			if _, ok := c.f.(log); ok && v < 0 || c.f.Name() == "log1p" && v <= -1 {
				continue
			}
			want := c.at(v)
			if got := c.f.At(v); !(math.Abs(got-want) <= 0x1p-50*math.Abs(want)) {
				t.Errorf("%s at %v: got %v, want %v", c.f.Name(), v, got, want)
			}
			for _, d := range floatTypes {
				x, ulp := vector(d, v), map[trace.DType]float64{trace.Float32: 0x1p-23, trace.Float64: 0x1p-52}[d]
				if x.Float64s()[0] == 0 || d == trace.Float32 && math.Abs(want) < 1e-30 {
					continue // results that underflow have fewer digits
				}
				y := trace.NewArray(x.Type())
				c.f.(looped).Loop(x.Array(), y)
				want := c.at(x.Float64s()[0])
				if got := y.Float64s()[0]; !(math.Abs(got-want) <= (c.ulps+1)*ulp*math.Abs(want)) {
					t.Errorf("%s, %v, at %v: got %v in the loop, want %v", c.f.Name(), d, v, got, want)
				}
			}
			slope := c.f.Deriv(f64(v), f64(c.f.At(v))).Float64s()
			wantClose(t, c.f.Name()+": slope", slope, []float64{c.slope(v)}, 1e-14)
		}
	}
}

func TestExponentialsAtTheEnds(t *testing.T) {
	half := 0.5
	tests := []struct {
		f    func(x trace.Value) trace.Value
		x, y []float64
	}{
		{Exp, []float64{-inf, -800, negZero, 0, 800, inf, nan}, []float64{0, 0, 1, 1, inf, inf, nan}},
		{Expm1, []float64{-inf, negZero, 0, 800, inf, nan}, []float64{-1, negZero, 0, inf, inf, nan}},
		{Log, []float64{-inf, -1, negZero, 0, 1, inf, nan}, []float64{nan, nan, -inf, -inf, 0, inf, nan}},
		{Log1p, []float64{-inf, -2, -1, negZero, 0, inf, nan}, []float64{nan, nan, -inf, negZero, 0, inf, nan}},
		{Erf, []float64{-inf, -30, negZero, 0, 30, inf, nan}, []float64{-1, -1, negZero, 0, 1, 1, nan}},
		{normalCDF, []float64{-inf, -50, 0, 50, inf, nan}, []float64{0, 0, half, 1, 1, nan}},
		{normalDensity, []float64{-inf, -50, 50, inf, nan}, []float64{0, 0, 0, 0, nan}},
	}
	for i, test := range tests {
		for _, d := range floatTypes {
			if got := test.f(vector(d, test.x...)).Float64s(); !same64(got, test.y) {
				t.Errorf("function %d, %v, at %v: got %v, want %v", i, d, test.x, got, test.y)
			}
		}
	}
	wantElems(t, deriv(Log, f64(0, inf)), "f64[2]", inf, 0)
	wantElems(t, deriv(Log1p, f64(-1, inf)), "f64[2]", inf, 0)
	wantElems(t, deriv(Erf, f64(-inf, 1e200, nan)), "f64[3]", 0, 0, nan)
	wantElems(t, Neg(Abs(deriv(normalDensity, f64(-inf, 1e300)))), "f64[2]", negZero, negZero)
}

// A number beyond the limit is moved to the limit, and its derivative is 0. At the limit,
// and at NaN, the derivative is 1.
func TestUpToALimit(t *testing.T) {
	for _, d := range floatTypes {
		x := vector(d, -inf, -41, -40, -1, negZero, 40, 41, inf, nan)
		wantElems(t, upTo(steepest, x), x.Type().String(), -40, -40, -40, -1, negZero, 40, 40, 40, nan)
		wantElems(t, deriv(func(x trace.Value) trace.Value { return upTo(40, x) }, x), x.Type().String(), 0, 0, 1, 1, 1, 1, 0, 0, 1)
	}
	for _, v := range []float64{-50, -3, 40, nan} {
		if got, want := (bounding{40}).At(v), max(-40, min(40, v)); !same64([]float64{got}, []float64{want}) {
			t.Errorf("%v up to 40: got %v, want %v", v, got, want)
		}
	}
	for _, v := range []float64{steepest, -steepest} {
		if e := math.Exp(-v * v / 2); e != 0 && e > 1e-300 {
			t.Errorf("beyond the limit %v the exponential is %v", v, e)
		}
	}
}
