package fn_test

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// operation is a function of several operands, as the laws take it.
type operation func(in tree) trace.Value

// operand describes an operand of a law: its shape and the range of its elements. They
// keep further from kinks than finite differences move them.
type operand struct {
	shape     []int
	low, high float64
	kinks     []float64
}

func between(low, high float64, shape ...int) operand {
	return operand{shape: shape, low: low, high: high}
}

func (o operand) off(kinks ...float64) operand { o.kinks = kinks; return o }

// holdsFor holds an operation to the laws at operands drawn as described.
func holdsFor(t *testing.T, f operation, operands ...operand) {
	t.Helper()
	inputs := make([]lawtest.Input, len(operands))
	for i, o := range operands {
		inputs[i] = lawtest.Input{Shape: o.shape, Sampler: lawtest.Between(o.low, o.high).AwayFrom(o.kinks...)}
	}
	lawtest.LawsWith(t, lawtest.Config{}, f, inputs...)
}

// of1 and of2 turn functions of one and two values into operations.
func of1(f func(x trace.Value) trace.Value) operation {
	return func(in tree) trace.Value { return f(in[0]) }
}

func of2(f func(a, b trace.Value) trace.Value) operation {
	return func(in tree) trace.Value { return f(in[0], in[1]) }
}

func TestArithmeticLaws(t *testing.T) {
	x, row, column := between(-2, 2, 2, 3, 4), between(-2, 2, 4), between(0.5, 2, 3, 1)
	tests := []struct {
		name     string
		f        operation
		operands []operand
	}{
		{"add", of2(fn.Add), []operand{x, x}},
		{"add row", of2(fn.Add), []operand{x, row}},
		{"sub", of2(fn.Sub), []operand{column, row}},
		{"mul", of2(fn.Mul), []operand{x, x}},
		{"mul column", of2(fn.Mul), []operand{column, x}},
		{"mul by itself", of1(func(x trace.Value) trace.Value { return fn.Mul(x, x) }), []operand{x}},
		{"div", of2(fn.Div), []operand{x, column}},
		{"div scalar", of2(fn.Div), []operand{between(-2, 2), between(1, 2)}},
		{"rem", of2(fn.Rem), []operand{between(5.1, 5.9, 2, 3), between(2, 2.4, 3)}},
		{"mod", of2(fn.Mod), []operand{between(-5.9, -5.1, 2, 3), between(2, 2.4, 3)}},
		{"pow", of2(fn.Pow), []operand{between(0.5, 2, 2, 3), row3()}},
		{"maximum", of2(fn.Maximum), []operand{between(-1, 0, 2, 3), between(0.1, 1, 3)}},
		{"minimum", of2(fn.Minimum), []operand{between(-1, 0, 2, 3), between(0.1, 1, 3)}},
		{"neg", of1(fn.Neg), []operand{x}},
		{"weak", of1(func(x trace.Value) trace.Value { return fn.Div(fn.Scalar(3), fn.Add(fn.Scalar(5), x)) }), []operand{x}},
		{"where", chooseByFirst, []operand{between(-1, 1, 2, 3).off(0), x3(), between(-1, 1, 3)}},
		{"mask", func(in tree) trace.Value { return fn.Mask(fn.Greater(in[0], fn.Scalar(0)), in[1]) }, []operand{between(-1, 1, 3).off(0), x3()}},
		{"cast", of1(func(x trace.Value) trace.Value { return fn.Square(fn.Cast(x, trace.Float64)) }), []operand{x}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { holdsFor(t, test.f, test.operands...) })
	}
}

func row3() operand { return between(-2, 2, 3) }
func x3() operand   { return between(-1, 1, 2, 3) }

func chooseByFirst(in tree) trace.Value {
	return fn.Mul(in[1], fn.Where(fn.Less(in[0], fn.Scalar(0)), in[1], in[2]))
}

func TestBroadcastLaws(t *testing.T) {
	// A product makes a linear function curved, so that it has a second derivative.
	tests := []struct {
		name string
		f    func(x trace.Value) trace.Value
		x    operand
	}{
		{"to", func(x trace.Value) trace.Value { return fn.Square(fn.BroadcastTo(x, 2, 3, 4)) }, between(-1, 1, 3, 1)},
		{"to, scalar", func(x trace.Value) trace.Value { return fn.Square(fn.BroadcastTo(x, 2, 3)) }, between(-1, 1)},
		{"to, ones in front", func(x trace.Value) trace.Value { return fn.Square(fn.BroadcastTo(x, 1, 1, 3)) }, between(-1, 1, 3)},
		{"in", func(x trace.Value) trace.Value { return fn.Square(fn.BroadcastIn(x, []int{4, 3, 5, 2}, 1, 3)) }, between(-1, 1, 3, 2)},
		{"in, a length of 1", func(x trace.Value) trace.Value { return fn.Square(fn.BroadcastIn(x, []int{4, 3, 2}, 0, 2)) }, between(-1, 1, 1, 2)},
		{"expand in front", func(x trace.Value) trace.Value { return fn.Square(fn.Expand(x, 0, 5)) }, between(-1, 1, 2, 3)},
		{"expand between", func(x trace.Value) trace.Value { return fn.Square(fn.Expand(x, 1, 5)) }, between(-1, 1, 2, 3)},
		{"expand behind", func(x trace.Value) trace.Value { return fn.Square(fn.Expand(x, -1, 5)) }, between(-1, 1, 2, 3)},
		{"sum to", func(x trace.Value) trace.Value { return fn.Square(fn.SumTo(x, 3, 1)) }, between(-1, 1, 2, 3, 4)},
		{"sum to scalar", func(x trace.Value) trace.Value { return fn.Square(fn.SumTo(x)) }, between(-1, 1, 2, 3)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { holdsFor(t, of1(test.f), test.x) })
	}
}

func TestFunctionLaws(t *testing.T) {
	all := between(-3, 3, 2, 3, 4)
	tests := []struct {
		name string
		f    func(x trace.Value) trace.Value
		x    operand
	}{
		{"exp", fn.Exp, all}, {"expm1", fn.Expm1, all}, {"erf", fn.Erf, all}, {"atan", fn.Atan, all},
		{"sin", fn.Sin, all}, {"cos", fn.Cos, all}, {"tan", fn.Tan, between(-1, 1, 2, 3)},
		{"asin", fn.Asin, between(-0.9, 0.9, 2, 3)}, {"acos", fn.Acos, between(-0.9, 0.9, 2, 3)},
		{"sinh", fn.Sinh, all}, {"cosh", fn.Cosh, all}, {"asinh", fn.Asinh, all},
		{"acosh", fn.Acosh, between(1.2, 3, 2, 3)}, {"atanh", fn.Atanh, between(-0.9, 0.9, 2, 3)},
		{"log", fn.Log, between(0.5, 3, 2, 3)}, {"log1p", fn.Log1p, between(-0.5, 3, 2, 3)},
		{"sqrt", fn.Sqrt, between(0.5, 3, 2, 3)}, {"rsqrt", fn.Rsqrt, between(0.5, 3, 2, 3)},
		{"square", fn.Square, all}, {"reciprocal", fn.Reciprocal, between(0.5, 3, 2, 3)},
		{"abs", fn.Abs, all.off(0)}, {"sign", fn.Sign, all.off(0)},
		{"floor", fn.Floor, all.off(-3, -2, -1, 0, 1, 2, 3)}, {"ceil", fn.Ceil, all.off(-3, -2, -1, 0, 1, 2, 3)},
		{"round", fn.Round, all.off(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5)}, {"trunc", fn.Trunc, all.off(-3, -2, -1, 0, 1, 2, 3)},
		{"pow 3", func(x trace.Value) trace.Value { return fn.PowScalar(x, 3) }, all},
		{"pow 0", func(x trace.Value) trace.Value { return fn.PowScalar(x, 0) }, all},
		{"pow 1.5", func(x trace.Value) trace.Value { return fn.Pow(x, fn.Scalar(1.5)) }, between(0.5, 2, 2, 3)},
		{"pow -2", func(x trace.Value) trace.Value { return fn.PowScalar(x, -2) }, between(0.5, 2, 2, 3)},
		{"scalar to the x", func(x trace.Value) trace.Value { return fn.Pow(fn.Scalar(1.7), x) }, all},
		{"clamp", func(x trace.Value) trace.Value { return fn.Clamp(x, -1, 2) }, all.off(-1, 2)},
		{"positive", fn.Positive, all.off(0)}, {"negative", fn.Negative, all.off(0)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { holdsFor(t, of1(test.f), test.x) })
	}
}

// activations are the elementwise activations with PyTorch's parameters, and their kinks.
var activations = []struct {
	name  string
	f     func(x trace.Value) trace.Value
	kinks []float64
}{
	{"elu", func(x trace.Value) trace.Value { return fn.ELU(x, 1.3) }, []float64{0}},
	{"hardshrink", func(x trace.Value) trace.Value { return fn.HardShrink(x, 0.5) }, []float64{-0.5, 0.5}},
	{"hardsigmoid", fn.HardSigmoid, []float64{-3, 3}},
	{"hardtanh", func(x trace.Value) trace.Value { return fn.HardTanh(x, -1, 1.5) }, []float64{-1, 1.5}},
	{"hardswish", fn.HardSwish, []float64{-3, 3}},
	{"leaky_relu", func(x trace.Value) trace.Value { return fn.LeakyReLU(x, 0.01) }, []float64{0}},
	{"logsigmoid", fn.LogSigmoid, nil},
	{"relu", fn.ReLU, []float64{0}},
	{"relu6", fn.ReLU6, []float64{0, 6}},
	{"rrelu", func(x trace.Value) trace.Value { return fn.RReLU(x, 1.0/8, 1.0/3) }, []float64{0}},
	{"selu", fn.SELU, []float64{0}},
	{"celu", func(x trace.Value) trace.Value { return fn.CELU(x, 1.7) }, []float64{0}},
	{"gelu", fn.GELU, nil},
	{"gelu.tanh", fn.GELUTanh, nil},
	{"sigmoid", fn.Sigmoid, nil},
	{"silu", fn.SiLU, nil},
	{"mish", fn.Mish, nil},
	{"softplus", func(x trace.Value) trace.Value { return fn.Softplus(x, 2, 5) }, []float64{2.5}},
	{"softshrink", func(x trace.Value) trace.Value { return fn.Softshrink(x, 0.5) }, []float64{-0.5, 0.5}},
	{"softsign", fn.Softsign, []float64{0}},
	{"tanh", fn.Tanh, nil},
	{"tanhshrink", fn.Tanhshrink, nil},
	{"threshold", func(x trace.Value) trace.Value { return fn.Threshold(x, 0.3, -2) }, []float64{0.3}},
}

func TestActivationLaws(t *testing.T) {
	for _, a := range activations {
		t.Run(a.name, func(t *testing.T) { holdsFor(t, of1(a.f), between(-7, 7, 2, 3, 4).off(a.kinks...)) })
	}
	t.Run("prelu", func(t *testing.T) { holdsFor(t, of2(fn.PReLU), between(-1, 1, 2, 3, 4).off(0), between(0.1, 1, 3)) })
	t.Run("prelu, one weight", func(t *testing.T) { holdsFor(t, of2(fn.PReLU), between(-1, 1, 2, 3).off(0), between(0.1, 1, 1)) })
}

// Far out, where exponentials overflow or vanish, three derivatives are still numbers.
func TestActivationsFarOut(t *testing.T) {
	for _, a := range activations {
		for _, d := range []trace.DType{trace.Float32, trace.Float64} {
			f := a.f
			for order := 0; order <= 3; order++ {
				y := f(fn.Cast(trace.New([]float64{-1e3, -90, 90, 1e3}), d))
				for i, v := range y.Float64s() {
					if math.IsNaN(v) || math.IsInf(v, 0) || order >= 2 && math.Abs(v) > 1e-3 {
						t.Errorf("%s, %v: derivative %d of element %d is %v", a.name, d, order, i, v)
					}
				}
				f = transforms.Pull(f, fn.OnesLike)
			}
		}
	}
}

// The second derivative of the exponential units jumps at 0, and is 0 there.
func TestExponentialUnitsAtZero(t *testing.T) {
	units := map[string]func(trace.Value) trace.Value{
		"elu":  func(x trace.Value) trace.Value { return fn.ELU(x, 1) },
		"celu": func(x trace.Value) trace.Value { return fn.CELU(x, 2) },
		"selu": fn.SELU,
	}
	for name, f := range units {
		second := transforms.Pull(transforms.Pull(f, fn.OnesLike), fn.OnesLike)
		got := second(trace.New([]float64{0, -1e-9, math.NaN()})).Float64s()
		if got[0] != 0 || !(got[1] > 0.4) || !math.IsNaN(got[2]) {
			t.Errorf("%s: second derivatives at 0, below 0 and NaN: got %v, want 0, more than 0.4 and NaN", name, got)
		}
	}
}

func TestNormalizationLaws(t *testing.T) {
	on := func(axis int, f func(x trace.Value, axis int) trace.Value) operation {
		return of1(func(x trace.Value) trace.Value { return f(x, axis) })
	}
	x, c := between(-2, 2, 2, 3, 4), between(-1, 1, 3)
	positive := between(0.5, 2, 3)
	batchNorm := func(in tree) trace.Value { return fn.BatchNorm(in[0], in[1], in[2], in[3], in[4], 1e-3) }
	layerNorm := func(axes int) operation {
		return func(in tree) trace.Value { return fn.LayerNorm(in[0], in[1], in[2], 0.1, axes) }
	}
	tests := []struct {
		name     string
		f        operation
		operands []operand
	}{
		{"softmax 0", on(0, fn.Softmax), []operand{x}}, {"softmax 1", on(1, fn.Softmax), []operand{x}}, {"softmax -1", on(-1, fn.Softmax), []operand{x}},
		{"log softmax 0", on(0, fn.LogSoftmax), []operand{x}}, {"log softmax -1", on(-1, fn.LogSoftmax), []operand{x}},
		{"log sum exp 1", on(1, fn.LogSumExp), []operand{x}}, {"log sum exp -1", on(-1, fn.LogSumExp), []operand{x}},
		{"batch norm", batchNorm, []operand{x, c, positive, c, c}},
		{"batch norm, dense", batchNorm, []operand{between(-2, 2, 4, 3), c, positive, c, c}},
		{"group norm", func(in tree) trace.Value { return fn.GroupNorm(in[0], 2, in[1], in[2], 0.1) }, []operand{between(-2, 2, 2, 4, 3), between(-1, 1, 4), between(-1, 1, 4)}},
		{"instance norm", func(in tree) trace.Value { return fn.InstanceNorm(in[0], in[1], in[2], 0.1) }, []operand{x, c, c}},
		{"rms norm", func(in tree) trace.Value { return fn.RMSNorm(in[0], in[1], 0.1, 2) }, []operand{x, between(-1, 1, 3, 4)}},
		{"local response norm", func(in tree) trace.Value { return fn.LocalResponseNorm(in[0], 2, 0.5, 0.75, 1) }, []operand{between(-2, 2, 2, 4, 3)}},
		{"layer norm", layerNorm(1), []operand{x, between(-1, 1, 4), between(-1, 1, 4)}},
		{"layer norm, two axes", layerNorm(2), []operand{x, between(-1, 1, 3, 4), between(-1, 1, 3, 4)}},
		{"layer norm, all axes", layerNorm(2), []operand{between(-2, 2, 3, 4), between(-1, 1, 3, 4), between(-1, 1, 3, 4)}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { holdsFor(t, test.f, test.operands...) })
	}
}
