package fn

import (
	"fmt"
	"math"

	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/trace"
)

// The activations are elementwise functions of floats that a composite can name. Their
// kind is activation and the operation's name, as in activation.relu. The defaults that
// their documentation gives, and the derivatives at kinks, are PyTorch's.

// activation is the operation that applies an activation to each element.
type activation[F function] struct{ unary[F] }

func activate[F function](f F, x trace.Value) trace.Value {
	return trace.Bind1(activation[F]{unary[F]{f}}, x)
}

func (op activation[F]) Kind() trace.Kind { return trace.KindActivation + "." + trace.Kind(op.Name()) }

func (op activation[F]) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(op, in[0])
}

func (activation[F]) Nonexpansive() {}

// either is inside where cond is true, else outside. It is the derivative of a function
// with a constant slope on each side.
func either(cond, like trace.Value, inside, outside float64) trace.Value {
	return Where(cond, FullLike(like, inside), FullLike(like, outside))
}

// ReLU is max(x, 0). Its derivative is 1 for x > 0, else 0, also at 0.
func ReLU(x trace.Value) trace.Value { return activate(relu{}, x) }

type relu struct{}

func (relu) Name() string                       { return "relu" }
func (relu) At(x float64) float64               { return max(x, 0) }
func (relu) Deriv(x, _ trace.Value) trace.Value { return above(x, 0) }
func (relu) Loop(x, y *trace.Array)             { byKernel(x, y, rectify[float32], rectify[float64]) }

func (relu) Sign(x trace.Sign) trace.Sign { return most(x, trace.PosZero) }

func (relu) Identity(x trace.Sign) bool { return !signBit(x) }

func rectify[T float32 | float64](y, x []T) { kelementwise.Clamp(y, x, 0, T(math.Inf(1))) }

// LeakyReLU is x for x > 0, else slope·x. Its derivative at 0 is slope. PyTorch's slope
// is 0.01.
func LeakyReLU(x trace.Value, slope float64) trace.Value { return activate(leakyReLU{slope}, x) }

type leakyReLU struct{ Slope float64 }

func (leakyReLU) Name() string           { return "leaky_relu" }
func (f leakyReLU) At(x float64) float64 { return leaky(x, f.Slope) }

func (f leakyReLU) Loop(x, y *trace.Array) { leak(x, y, f.Slope) }

func (f leakyReLU) Deriv(x, _ trace.Value) trace.Value { return either(above(x, 0), x, 1, f.Slope) }

func (f leakyReLU) Sign(x trace.Sign) trace.Sign {
	if x == trace.Positive || x == trace.PosInf {
		return x
	}
	return x.Times(trace.SignOf(f.Slope))
}

// Identity holds for zeros too, if the slope keeps their sign.
func (f leakyReLU) Identity(x trace.Sign) bool {
	keeps := trace.SignOf(f.Slope)&^(trace.PosZero|trace.Positive) == 0
	return x&(trace.NegInf|trace.Negative) == 0 && (keeps || x&trace.Zero == 0)
}

// leak is leaky for arrays.
func leak(x, y *trace.Array, slope float64) {
	if x.DType() == trace.Float32 {
		kelementwise.LeakyReLU(trace.Elems[float32](y), trace.Elems[float32](x), slope)
		return
	}
	kelementwise.LeakyReLU(trace.Elems[float64](y), trace.Elems[float64](x), slope)
}

func leaky(x, slope float64) float64 {
	if x > 0 {
		return x
	}
	return slope * x
}

// RReLU is the randomized leaky ReLU outside of training. It is a LeakyReLU with the mean
// of two bounds as its slope; in training the slope is drawn between them. PyTorch's
// bounds are 1/8 and 1/3.
//
// Xu et al., "Empirical Evaluation of Rectified Activations in Convolutional Network",
// 2015.
func RReLU(x trace.Value, lower, upper float64) trace.Value { return activate(rrelu{lower, upper}, x) }

type rrelu struct{ Lower, Upper float64 }

func (rrelu) Name() string           { return "rrelu" }
func (f rrelu) slope() float64       { return (f.Lower + f.Upper) / 2 }
func (f rrelu) At(x float64) float64 { return leaky(x, f.slope()) }

func (f rrelu) Loop(x, y *trace.Array) { leak(x, y, f.slope()) }

func (f rrelu) Deriv(x, _ trace.Value) trace.Value { return either(above(x, 0), x, 1, f.slope()) }

// Threshold is x for x > threshold, else value. Its derivative at the threshold is 0.
// Like every bound of an activation, the threshold is rounded to the dtype of x.
// Threshold panics with a *trace.Error if the threshold is NaN.
func Threshold(x trace.Value, threshold, value float64) trace.Value {
	return activate(thresholding{threshold, value}, x)
}

type thresholding struct{ Threshold, Value float64 }

func (thresholding) Name() string { return "threshold" }

func (f thresholding) At(x float64) float64 {
	if x <= f.Threshold {
		return f.Value
	}
	return x
}

func (f thresholding) Check() error {
	if math.IsNaN(f.Threshold) {
		return fmt.Errorf("the threshold is not a number")
	}
	return nil
}

func (f thresholding) Loop(x, y *trace.Array) {
	threshold := inDType(f.Threshold, x.DType())
	if x.DType() == trace.Float32 {
		kelementwise.Threshold(trace.Elems[float32](y), trace.Elems[float32](x), threshold, f.Value)
		return
	}
	kelementwise.Threshold(trace.Elems[float64](y), trace.Elems[float64](x), threshold, f.Value)
}

func (f thresholding) Deriv(x, _ trace.Value) trace.Value { return above(x, f.Threshold) }

// PReLU is x for x > 0, else weight·x. For x[n c ...] there is one weight per channel,
// weight[c], or one for all, weight[] or weight[1]. PyTorch's initial weight is 0.25. At
// 0 the derivative with respect to x is weight, and with respect to weight it is 0.
//
// He et al., "Delving Deep into Rectifiers: Surpassing Human-Level Performance on
// ImageNet Classification", ICCV 2015.
func PReLU(x, weight trace.Value) trace.Value {
	defer trace.Naming("prelu", x, weight)
	if x.IsAbsent() || weight.IsAbsent() {
		return trace.Bind1(prelu{}, x, weight)
	}
	if weight.IsWeak() && !isNumber(weight) && x.DType().IsFloat() {
		weight = Promote(weight, x.DType())
	}
	if !isNumber(weight) {
		both := together(x, weight)
		x, weight = both[0], both[1]
	}
	switch {
	case isNumber(weight):
		weight = FullLike(x, weight.Float64())
	case weight.Size() == 1 && weight.Rank() <= 1:
		weight = BroadcastTo(Reshape(weight), x.Shape()...)
	case weight.Rank() == 1 && x.Rank() >= 2 && weight.Dim(0) == x.Dim(1):
		weight = BroadcastIn(weight, x.Shape(), 1)
	case !weight.Type().Equal(x.Type()):
		refuse("prelu", []trace.Value{x, weight}, "%v does not fit: want one weight for each element of axis 1, or a single one", weight.Type())
	}
	return trace.Bind1(prelu{}, x, weight)
}

// prelu takes one weight for each element.
type prelu struct{}

func (prelu) Name() string                                { return "prelu" }
func (prelu) Kind() trace.Kind                            { return trace.KindActivation + ".prelu" }
func (prelu) Infer(in []trace.Type) ([]trace.Type, error) { return sameFloats(in) }

func (prelu) Eval(in, out []*trace.Array) {
	if out[0].DType() == trace.Float32 {
		run(in, out, kelementwise.PReLU[float32])
		return
	}
	run(in, out, kelementwise.PReLU[float64])
}

func (prelu) VJP(in, _, ct []trace.Value, want []bool) []trace.Value {
	x, w := in[0], in[1]
	positive := above(x, 0)
	return pair(want,
		func() trace.Value { return Mul(ct[0], Where(positive, OnesLike(x), w)) },
		func() trace.Value { return Mul(ct[0], Mask(Not(positive), x)) })
}

func (op prelu) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}

func (prelu) Elementwise() {}
