package fn_test

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// smooth are the functions whose derivatives are bounded, or grow no faster than a power
// of x.
var smooth = []struct {
	name string
	f    func(x trace.Value) trace.Value
}{
	{"sigmoid", fn.Sigmoid}, {"tanh", fn.Tanh}, {"tanhshrink", fn.Tanhshrink}, {"softsign", fn.Softsign},
	{"silu", fn.SiLU}, {"mish", fn.Mish}, {"asinh", fn.Asinh}, {"gelu", fn.GELU}, {"gelu.tanh", fn.GELUTanh}, {"logsigmoid", fn.LogSigmoid},
	{"softplus", func(x trace.Value) trace.Value { return fn.Softplus(x, 1, 20) }},
	{"softplus 3", func(x trace.Value) trace.Value { return fn.Softplus(x, 3, 20) }},
	{"elu", func(x trace.Value) trace.Value { return fn.ELU(x, 1.3) }},
	{"celu", func(x trace.Value) trace.Value { return fn.CELU(x, 0.1) }},
	{"selu", fn.SELU}, {"erf", fn.Erf}, {"atan", fn.Atan},
	{"sin", fn.Sin}, {"cos", fn.Cos},
	{"hardswish", fn.HardSwish}, {"hardsigmoid", fn.HardSigmoid},
	{"gelu, normalized", func(x trace.Value) trace.Value { return fn.GELU(fn.Mul(x, fn.Scalar(0.5))) }},
}

// anywhere holds numbers of each size that the dtype has, of both signs.
func anywhere(d trace.DType) trace.Value {
	points := []float64{0, 1, 5, 14, 30, 39.9, 40, 40.1, 1e3, 1e13, 2e13, 1e18, 2e19, 1e20, 1e25, 1e37, 1.5e38, 3.4e38, math.MaxFloat32}
	for e := -40.0; e < 38; e += 3 {
		points = append(points, math.Pow(10, e))
	}
	if d == trace.Float64 {
		points = append(points, 1e100, 1e103, 1e140, 1e154, 1e155, 1e200, 1e300, 1e308, math.MaxFloat64, 5e-324, 1e-300)
	}
	for _, p := range points {
		points = append(points, -p)
	}
	return fn.Cast(trace.New(points), d)
}

// Three derivatives are finite at every finite x. In those of GELUTanh and in the third
// of GELU, a power of x is infinite where its factor is 0, and the product must not be
// NaN.
func TestFaultB11DerivativesAreFinite(t *testing.T) {
	for _, d := range []trace.DType{trace.Float32, trace.Float64} {
		x := anywhere(d)
		at := x.Float64s()
		for _, s := range smooth {
			f := s.f
			for order := 1; order <= 3; order++ {
				f = transforms.Pull(f, fn.OnesLike)
				ways := map[string]trace.Value{"reverse": f(x), "jit": transforms.Jit(f)(x)}
				_, ways["forward"] = transforms.JVP(prior(s.f, order))(x, fn.OnesLike(x))
				for way, y := range ways {
					for i, v := range y.Float64s() {
						if math.IsNaN(v) || math.IsInf(v, 0) {
							t.Errorf("%s, %v, %s: derivative %d at %v is %v", s.name, d, way, order, at[i], v)
						}
					}
				}
			}
		}
	}
}

// prior is the derivative of f of one order less.
func prior(f func(trace.Value) trace.Value, order int) func(trace.Value) trace.Value {
	for range order - 1 {
		f = transforms.Pull(f, fn.OnesLike)
	}
	return f
}

// These are the values that showed the fault, and what is known at NaN.
func TestFaultB11Values(t *testing.T) {
	for i, x := range []float32{1e13, 2e13, 1e18, -1e18} {
		want := []float64{1, 1, 1, 0}[i]
		if got := transforms.Grad(fn.GELUTanh)(trace.Scalar(x)).Float64(); got != want {
			t.Errorf("slope of GELUTanh at %v: got %v, want %v", x, got, want)
		}
	}
	if got := transforms.Grad(fn.GELUTanh)(trace.Scalar(1e103)).Float64(); got != 1 {
		t.Errorf("slope of GELUTanh at 1e103: got %v, want 1", got)
	}
	if got := prior(fn.GELU, 4)(trace.Scalar(float32(1e20))).Float64(); got != 0 {
		t.Errorf("third derivative of GELU at 1e20: got %v, want 0", got)
	}
	for _, f := range []func(trace.Value) trace.Value{fn.GELU, fn.GELUTanh, fn.Erf} {
		for order := 1; order <= 3; order++ {
			if got := prior(f, order+1)(trace.Scalar(math.NaN())).Float64(); !math.IsNaN(got) {
				t.Errorf("derivative %d at NaN: got %v", order, got)
			}
		}
	}
}

// If a derivative can be represented, none of its factors overflows before the product is
// made.
func TestFaultB11PowersThatOverflow(t *testing.T) {
	tests := []struct {
		name    string
		f       func(trace.Value) trace.Value
		x, want float64
	}{
		{"rsqrt", fn.Rsqrt, 1.5e-26, -0.5 * math.Pow(1.5e-26, -1.5)},
		{"sqrt", fn.Sqrt, 1e-30, 0.5e15},
		{"reciprocal", fn.Reciprocal, 1e-19, -1e38},
		{"atan", fn.Atan, 3e18, 1 / 9e36},
		{"asinh", fn.Asinh, 1e37, 1e-37}, {"acosh", fn.Acosh, 1e37, 1e-37}, {"acosh", fn.Acosh, 1 + 0x1p-23, 2048},
		{"pow 0.1", func(x trace.Value) trace.Value { return fn.PowScalar(x, 0.1) }, 1e-36, 0.1 * math.Pow(1e-36, -0.9)},
		{"square", fn.Square, 1e38, 2e38},
		{"softsign", fn.Softsign, 1e18, 1e-36},
	}
	for _, test := range tests {
		got := transforms.Grad(test.f)(trace.Scalar(float32(test.x))).Float64()
		if want := test.want; !(math.Abs(got-want) <= 1e-5*math.Abs(want)) {
			t.Errorf("%s at %v: slope %v, want %v", test.name, test.x, got, want)
		}
	}
}
