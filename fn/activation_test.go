package fn

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

type activationCase struct {
	name string
	f    func(x trace.Value) trace.Value
	at   func(x float64) float64 // by the defining formula
	// kinks are points where the derivative jumps, and slopes the derivatives there.
	kinks, slopes []float64
	smooth        bool
}

func sig(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func piece(cond bool, a, b float64) float64 {
	if cond {
		return a
	}
	return b
}

func clip(x float64) float64 { return math.Min(math.Max(x, 0), 6) }

func with(f func(x trace.Value, p float64) trace.Value, p float64) func(x trace.Value) trace.Value {
	return func(x trace.Value) trace.Value { return f(x, p) }
}

func activationCases() []activationCase {
	return []activationCase{
		{"elu", with(ELU, 1.3), func(x float64) float64 { return piece(x > 0, x, 1.3*(math.Exp(x)-1)) }, []float64{0}, []float64{1.3}, true},
		{"hardshrink", with(HardShrink, 0.5), func(x float64) float64 { return piece(math.Abs(x) > 0.5, x, 0) }, []float64{-0.5, 0.5}, []float64{0, 0}, false},
		{"hardsigmoid", HardSigmoid, func(x float64) float64 { return clip(x+3) / 6 }, []float64{-3, 3}, []float64{0, 0}, false},
		{"hardtanh", func(x trace.Value) trace.Value { return HardTanh(x, -1, 1.5) },
			func(x float64) float64 { return math.Min(math.Max(x, -1), 1.5) }, []float64{-1, 1.5}, []float64{0, 0}, false},
		{"hardswish", HardSwish, func(x float64) float64 { return x * clip(x+3) / 6 }, []float64{-3, 3}, []float64{0, 1}, false},
		{"leaky_relu", with(LeakyReLU, 0.01), func(x float64) float64 { return piece(x > 0, x, 0.01*x) }, []float64{0}, []float64{0.01}, false},
		{"logsigmoid", LogSigmoid, func(x float64) float64 { return math.Log(sig(x)) }, nil, nil, true},
		{"relu", ReLU, func(x float64) float64 { return math.Max(x, 0) }, []float64{0}, []float64{0}, false},
		{"relu6", ReLU6, clip, []float64{0, 6}, []float64{0, 0}, false},
		{"rrelu", func(x trace.Value) trace.Value { return RReLU(x, 0.125, 0.375) },
			func(x float64) float64 { return piece(x > 0, x, 0.25*x) }, []float64{0}, []float64{0.25}, false},
		{"selu", SELU, func(x float64) float64 {
			return 1.0507009873554805 * piece(x > 0, x, 1.6732632423543772*(math.Exp(x)-1))
		},
			[]float64{0}, []float64{1.7580993408473766}, true},
		{"celu", with(CELU, 1.7), func(x float64) float64 { return piece(x > 0, x, 1.7*(math.Exp(x/1.7)-1)) }, []float64{0}, []float64{1}, true},
		{"gelu", GELU, func(x float64) float64 { return x * (1 + math.Erf(x/math.Sqrt2)) / 2 }, nil, nil, true},
		{"gelu.tanh", GELUTanh, func(x float64) float64 {
			return x * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x))) / 2
		}, nil, nil, true},
		{"sigmoid", Sigmoid, sig, nil, nil, true},
		{"silu", SiLU, func(x float64) float64 { return x * sig(x) }, nil, nil, true},
		{"softplus", func(x trace.Value) trace.Value { return Softplus(x, 2, 8) },
			func(x float64) float64 { return piece(2*x > 8, x, math.Log(1+math.Exp(2*x))/2) }, nil, nil, true},
		{"softshrink", with(Softshrink, 0.5), func(x float64) float64 {
			return piece(x > 0.5, x-0.5, piece(x < -0.5, x+0.5, 0))
		}, []float64{-0.5, 0.5}, []float64{0, 0}, false},
		{"softsign", Softsign, func(x float64) float64 { return x / (1 + math.Abs(x)) }, []float64{0}, []float64{1}, true},
		{"tanh", Tanh, func(x float64) float64 { return (math.Exp(x) - math.Exp(-x)) / (math.Exp(x) + math.Exp(-x)) }, nil, nil, true},
		{"tanhshrink", Tanhshrink, func(x float64) float64 { return x - math.Tanh(x) }, nil, nil, true},
		{"threshold", func(x trace.Value) trace.Value { return Threshold(x, 0.3, -2) },
			func(x float64) float64 { return piece(x > 0.3, x, -2) }, []float64{0.3}, []float64{0}, false},
	}
}

// activationBounds are the errors in ulp that the documentation allows. Activations that
// are not listed are rounded once.
var activationBounds = map[string]float64{"tanh": 2.5, "sigmoid": 2.5, "silu": 3.5, "gelu": 6.5, "gelu.tanh": 5.5}

func TestActivationValues(t *testing.T) {
	var points []float64
	for x := -8.0; x <= 8; x += 0.25 {
		points = append(points, x)
	}
	for _, a := range activationCases() {
		t.Run(a.name, func(t *testing.T) {
			for _, x := range []trace.Value{f64(points...), Cast(f64(points...), trace.Float32)} {
				tol := 1e-14
				if x.DType() == trace.Float32 {
					tol = max(1e-7, activationBounds[a.name]*0x1p-23)
				}
				for i, got := range a.f(x).Float64s() {
					if want := a.at(points[i]); !(math.Abs(got-want) <= tol*math.Max(1, math.Abs(want))) {
						t.Errorf("%v at %v: got %v, want %v", x.DType(), points[i], got, want)
					}
				}
			}
		})
	}
}

func TestActivationKinks(t *testing.T) {
	for _, a := range activationCases() {
		if a.kinks == nil {
			continue
		}
		got := deriv(a.f, f64(a.kinks...)).Float64s()
		for i, want := range a.slopes {
			if !(math.Abs(got[i]-want) <= 1e-15) {
				t.Errorf("%s: derivative at %v: got %v, want %v", a.name, a.kinks[i], got[i], want)
			}
		}
	}
}

// Each activation is one operation of its own kind, alone and over a batch.
func TestActivationsAreOneOp(t *testing.T) {
	cases := append(activationCases(), activationCase{name: "prelu", f: func(x trace.Value) trace.Value { return PReLU(x, x) }})
	for _, a := range cases {
		p := trace.Record(func(in []trace.Value) []trace.Value { return []trace.Value{a.f(in[0])} }, []trace.Type{trace.TypeOf(trace.Float32, 2, 3)})
		if len(p.Eqns) != 1 {
			t.Errorf("%s is recorded as\n%v", a.name, p)
			continue
		}
		for _, op := range []trace.Op{p.Eqns[0].Op, batchedOp(p.Eqns[0].Op)} {
			k, ok := op.(trace.Kinded)
			if !ok || k.Kind() != trace.KindActivation+"."+trace.Kind(a.name) || !k.Kind().Is(trace.KindActivation) {
				t.Errorf("%s is of another kind", a.name)
			}
		}
	}
	if !(activation[geluTanh]{}).Kind().Is("activation.gelu") {
		t.Error("the approximation of GELU is not of its kind")
	}
}

// batchedOp is the op that the batch rule of an elementwise op applies.
func batchedOp(op trace.Op) trace.Op {
	p := trace.Record(func(in []trace.Value) []trace.Value {
		if op.Name() == "prelu" {
			in = append(in, in[0])
		}
		return op.Batch(4, in, []bool{true, true})
	}, []trace.Type{trace.TypeOf(trace.Float32, 4, 2, 3)})
	return p.Eqns[len(p.Eqns)-1].Op
}

func TestActivationsAtTheEnds(t *testing.T) {
	for _, a := range activationCases() {
		ends := a.f(f64(inf, -inf, nan)).Float64s()
		if ends[0] != ends[0] || ends[1] != ends[1] || ends[2] == ends[2] {
			t.Errorf("%s of +Inf, -Inf, NaN: got %v, want two numbers and NaN", a.name, ends)
		}
	}
	for _, d := range []trace.DType{trace.Float32, trace.Float64} {
		x := Cast(f64(1e3, -1e3), d)
		wantElems(t, Softplus(x, 1, 20), d.String()+"[2]", 1e3, 0)
		wantElems(t, Softplus(x, 1, 1e9), d.String()+"[2]", 1e3, 0)
		wantElems(t, LogSigmoid(x), d.String()+"[2]", 0, -1e3)
		wantElems(t, SiLU(x), d.String()+"[2]", 1e3, math.Copysign(0, -1))
		wantElems(t, ELU(x, 1), d.String()+"[2]", 1e3, -1)
	}
}

func TestPReLU(t *testing.T) {
	x := trace.New([]float64{-1, 2, 0, -4, -5, 6}, 1, 2, 3)
	wantElems(t, PReLU(x, f64(0.5, 0.25)), "f64[1 2 3]", -0.5, 2, 0, -1, -1.25, 6)
	wantElems(t, PReLU(x, f64(0.5)), "f64[1 2 3]", -0.5, 2, 0, -2, -2.5, 6)
	wantElems(t, PReLU(x, trace.Scalar(0.5)), "f64[1 2 3]", -0.5, 2, 0, -2, -2.5, 6)
	wantElems(t, PReLU(f64(-2, 2), Scalar(0.5)), "f64[2]", -1, 2)
	c := vjp(prelu{}, f64(0, -3, 3), f64(0.5, 0.5, 0.5))
	wantElems(t, c[0], "f64[3]", 0.5, 0.5, 1)
	wantElems(t, c[1], "f64[3]", 0, -3, 0)
	wantError(t, "prelu(f64[1 2 3], f64[3]): f64[3] does not fit: want one weight for each element of axis 1, or a single one", func() { PReLU(x, f64(1, 2, 3)) })
	wantError(t, "prelu(f64[1 2 3], f32[1]): dtypes differ: f64 and f32; convert one of them with fn.Cast", func() { PReLU(x, f32(1)) })
	wantError(t, "prelu(f64[1 2 3], absent): operand 1 is absent (the zero trace.Value): was a field never set?", func() { PReLU(x, trace.Value{}) })
}

func TestActivationErrors(t *testing.T) {
	x := f64(1)
	wantError(t, "hardtanh(f64[1]): the lower bound 2 is not below the upper bound 2", func() { HardTanh(x, 2, 2) })
	wantError(t, "hardshrink(f64[1]): the bound -1 is not at least 0", func() { HardShrink(x, -1) })
	wantError(t, "softshrink(f64[1]): the bound NaN is not at least 0", func() { Softshrink(x, nan) })
	wantError(t, "softplus(f64[1]): beta is 0: want a finite number above 0", func() { Softplus(x, 0, 20) })
	wantError(t, "celu(f64[1]): alpha is -1: want a finite number above 0", func() { CELU(x, -1) })
	wantError(t, "relu(i32[1]): i32[1] is not a float array: fn.Cast it to f32 or f64", func() { ReLU(i32(1)) })
}
