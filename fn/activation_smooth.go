package fn

import (
	"fmt"
	"math"

	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/trace"
)

// This file holds activations made of exponentials. Their first derivatives are written
// so that derivatives of the next orders, too, are finite for every finite x. Error
// bounds mean what they mean for [Exp]. Softplus, LogSigmoid, ELU, CELU and SELU are
// computed in float64, within 4 ulp, and rounded once.

// Sigmoid is 1 / (1 + e^-x), in [0, 1], within 2.5 ulp.
func Sigmoid(x trace.Value) trace.Value { return activate(sigmoid{}, x) }

type sigmoid struct{}

func (sigmoid) Name() string                       { return "sigmoid" }
func (sigmoid) At(x float64) float64               { return logistic(x) }
func (sigmoid) Deriv(_, y trace.Value) trace.Value { return Mul(y, Sub(Scalar(1), y)) }
func (sigmoid) Loop(x, y *trace.Array)             { byKernel(x, y, kelementwise.Sigmoid, kelementwise.Sigmoid) }

func (sigmoid) Sign(x trace.Sign) trace.Sign { return share(x) }

// logistic computes only the exponential that does not overflow.
func logistic(x float64) float64 {
	if x >= 0 {
		return 1 / (1 + math.Exp(-x))
	}
	e := math.Exp(x)
	return e / (1 + e)
}

// Tanh is the hyperbolic tangent, in [-1, 1], within 2.5 ulp.
func Tanh(x trace.Value) trace.Value { return activate(tanh{}, x) }

type tanh struct{}

func (tanh) Name() string                       { return "tanh" }
func (tanh) At(x float64) float64               { return math.Tanh(x) }
func (tanh) Deriv(_, y trace.Value) trace.Value { return Sub(Scalar(1), Square(y)) }
func (tanh) Loop(x, y *trace.Array)             { byKernel(x, y, kelementwise.Tanh, kelementwise.Tanh) }

func (tanh) Sign(x trace.Sign) trace.Sign { return odd(sign{}.Sign(x)) }

// Tanhshrink is x - tanh x.
func Tanhshrink(x trace.Value) trace.Value { return activate(tanhshrink{}, x) }

type tanhshrink struct{}

func (tanhshrink) Name() string                       { return "tanhshrink" }
func (tanhshrink) At(x float64) float64               { return x - math.Tanh(x) }
func (tanhshrink) Deriv(x, _ trace.Value) trace.Value { return Square(Tanh(x)) }

// Softsign is x / (1 + |x|), in [-1, 1].
func Softsign(x trace.Value) trace.Value { return activate(softsign{}, x) }

type softsign struct{}

func (softsign) Name() string           { return "softsign" }
func (softsign) Loop(x, y *trace.Array) { byKernel(x, y, kelementwise.Softsign, kelementwise.Softsign) }

func (softsign) At(x float64) float64 {
	if math.IsInf(x, 0) {
		return math.Copysign(1, x)
	}
	return x / (1 + math.Abs(x))
}

func (softsign) Deriv(x, _ trace.Value) trace.Value {
	return Square(Reciprocal(Add(Abs(x), Scalar(1))))
}

func (softsign) Sign(x trace.Sign) trace.Sign { return odd(sign{}.Sign(x)) }

// SiLU is x·sigmoid(x), also called swish. It is within 3.5 ulp unless it underflows.
//
// Elfwing et al., "Sigmoid-Weighted Linear Units for Neural Network Function
// Approximation in Reinforcement Learning", Neural Networks 107, 2018.
func SiLU(x trace.Value) trace.Value { return activate(silu{}, x) }

type silu struct{}

func (silu) Name() string           { return "silu" }
func (silu) Loop(x, y *trace.Array) { byKernel(x, y, kelementwise.SiLU, kelementwise.SiLU) }

func (silu) At(x float64) float64 {
	if math.IsInf(x, -1) {
		return 0
	}
	return x * logistic(x)
}

func (silu) Deriv(x, _ trace.Value) trace.Value {
	s := Sigmoid(x)
	return Mul(s, Add(Mul(x, Sub(Scalar(1), s)), Scalar(1)))
}

func (silu) Sign(x trace.Sign) trace.Sign { return gate(x) }

// Mish is x·tanh(softplus(x)) with softplus(x) = log(1 + e^x).
//
// Misra, "Mish: A Self Regularized Non-Monotonic Activation Function", BMVC 2020.
func Mish(x trace.Value) trace.Value { return activate(mish{}, x) }

type mish struct{}

func (mish) Name() string { return "mish" }

// At uses tanh(log(1 + e)) = e(e + 2) / (e(e + 2) + 2). It is 1 where that may overflow.
func (mish) At(x float64) float64 {
	if x > 40 {
		return x
	}
	if math.IsInf(x, -1) {
		return 0
	}
	e := math.Exp(x)
	n := e * (e + 2)
	return x * (n / (n + 2))
}

// Deriv is t + x·sigmoid(x)·(1 - t²) with t = tanh(softplus(x)). For an x beyond the limit,
// sigmoid(x) or 1 - t² is 0.
func (mish) Deriv(x, _ trace.Value) trace.Value {
	t := Tanh(Softplus(x, 1, steepest))
	return Add(t, Mul(Mul(upTo(1000, x), Sigmoid(x)), Sub(Scalar(1), Square(t))))
}

func (mish) Sign(x trace.Sign) trace.Sign { return gate(x) }

// GELU is x·Φ(x), where Φ is the distribution function of the standard normal. It is
// within 6.5 ulp unless it underflows.
//
// Hendrycks and Gimpel, "Gaussian Error Linear Units (GELUs)", 2016.
func GELU(x trace.Value) trace.Value { return activate(gelu{}, x) }

type gelu struct{}

func (gelu) Name() string           { return "gelu" }
func (gelu) Loop(x, y *trace.Array) { byKernel(x, y, kelementwise.GELU, kelementwise.GELU) }

func (gelu) At(x float64) float64 {
	if math.IsInf(x, -1) {
		return 0
	}
	return x * 0.5 * math.Erfc(-x/math.Sqrt2)
}

func (gelu) Deriv(x, _ trace.Value) trace.Value {
	return Add(normalCDF(x), Mul(upTo(steepest, x), normalDensity(x)))
}

func (gelu) Sign(x trace.Sign) trace.Sign { return gate(x) }

// GELUTanh is the approximation x/2·(1 + tanh u) of GELU with u = √(2/π)·(x + 0.044715
// x³). It is within 5 + 3·|2u| ulp unless it underflows. Its kind is
// activation.gelu.tanh.
func GELUTanh(x trace.Value) trace.Value { return activate(geluTanh{}, x) }

type geluTanh struct{}

const (
	geluScale = 0.797884560802865355879892119868763736951717 // √(2/π)
	geluCubic = 0.044715
)

func (geluTanh) Name() string           { return "gelu.tanh" }
func (geluTanh) Loop(x, y *trace.Array) { byKernel(x, y, kelementwise.GELUTanh, kelementwise.GELUTanh) }

func (geluTanh) At(x float64) float64 {
	if math.IsInf(x, -1) {
		return 0
	}
	return x * logistic(2*geluScale*(x+geluCubic*x*x*x)) // (1 + tanh u)/2 = sigmoid(2u)
}

func (geluTanh) Deriv(x, _ trace.Value) trace.Value {
	x = upTo(steepest, x)
	square := Square(x)
	s := Sigmoid(Mul(Mul(x, Add(Mul(square, Scalar(geluCubic)), Scalar(1))), Scalar(2*geluScale)))
	slope := Mul(Add(Mul(square, Scalar(3*geluCubic)), Scalar(1)), Scalar(2*geluScale))
	return Mul(s, Add(Mul(Mul(x, slope), Sub(Scalar(1), s)), Scalar(1)))
}

func (geluTanh) Sign(x trace.Sign) trace.Sign { return gate(x) }

// Softplus is log(1 + e^(beta·x)) / beta, and x where beta·x > threshold. Above the
// threshold its derivative is 1; at the threshold it jumps by e^-threshold. PyTorch's
// beta is 1 and its threshold 20. Softplus panics with a *trace.Error unless beta is
// finite and above 0.
func Softplus(x trace.Value, beta, threshold float64) trace.Value {
	return activate(softplus{beta, threshold}, x)
}

type softplus struct{ Beta, Threshold float64 }

func (softplus) Name() string { return "softplus" }

func (f softplus) Check() error {
	switch {
	case !(f.Beta > 0) || math.IsInf(f.Beta, 1):
		return fmt.Errorf("beta is %v: want a finite number above 0", f.Beta)
	case math.IsNaN(f.Threshold):
		return fmt.Errorf("the threshold is not a number")
	}
	return nil
}

func (f softplus) At(x float64) float64 {
	u := f.Beta * x
	if u > f.Threshold {
		return x
	}
	return (max(u, 0) + math.Log1p(math.Exp(-math.Abs(u)))) / f.Beta // no exponential that overflows
}

func (f softplus) Loop(x, y *trace.Array) {
	threshold := inDType(f.Threshold, x.DType())
	if x.DType() == trace.Float32 {
		kelementwise.Softplus(trace.Elems[float32](y), trace.Elems[float32](x), f.Beta, threshold)
		return
	}
	kelementwise.Softplus(trace.Elems[float64](y), trace.Elems[float64](x), f.Beta, threshold)
}

// Deriv compares beta·x in float64, as Loop does.
func (f softplus) Deriv(x, _ trace.Value) trace.Value {
	if f.Beta == 1 {
		return Where(above(x, f.Threshold), OnesLike(x), Sigmoid(x))
	}
	linear := above(Mul(Cast(x, trace.Float64), Scalar(f.Beta)), inDType(f.Threshold, x.DType()))
	return Where(linear, OnesLike(x), Sigmoid(Mul(x, Scalar(f.Beta))))
}

// LogSigmoid is log(sigmoid(x)) = -log(1 + e^-x).
func LogSigmoid(x trace.Value) trace.Value { return activate(logSigmoid{}, x) }

type logSigmoid struct{}

func (logSigmoid) Name() string                       { return "logsigmoid" }
func (logSigmoid) At(x float64) float64               { return min(x, 0) - math.Log1p(math.Exp(-math.Abs(x))) }
func (logSigmoid) Deriv(x, _ trace.Value) trace.Value { return Sigmoid(Neg(x)) }
func (logSigmoid) Loop(x, y *trace.Array) {
	byKernel(x, y, kelementwise.LogSigmoid, kelementwise.LogSigmoid)
}

// ELU is x for x > 0, else alpha·(e^x - 1). Its derivative at 0 is alpha. PyTorch's alpha
// is 1.
//
// Clevert et al., "Fast and Accurate Deep Network Learning by Exponential Linear Units
// (ELUs)", ICLR 2016.
func ELU(x trace.Value, alpha float64) trace.Value { return activate(elu{alpha}, x) }

type elu struct{ Alpha float64 }

func (elu) Name() string                         { return "elu" }
func (f elu) At(x float64) float64               { return exponentialBelow(x, f.Alpha, 1) }
func (f elu) Deriv(x, _ trace.Value) trace.Value { return slopeBelow(x, f.Alpha, 1) }
func (f elu) Loop(x, y *trace.Array)             { bendBelow(x, y, 1, f.Alpha, 1) }

// exponentialBelow is x for x > 0, else scale·(e^(rate·x) - 1).
func exponentialBelow(x, scale, rate float64) float64 {
	if x > 0 {
		return x
	}
	return scale * math.Expm1(rate*x)
}

// bendBelow is above·x for x > 0, else below·(e^(rate·x) - 1), for arrays.
func bendBelow(x, y *trace.Array, above, below, rate float64) {
	if x.DType() == trace.Float32 {
		kelementwise.ExpBelow(trace.Elems[float32](y), trace.Elems[float32](x), above, below, rate)
		return
	}
	kelementwise.ExpBelow(trace.Elems[float64](y), trace.Elems[float64](x), above, below, rate)
}

// slopeBelow is the derivative of exponentialBelow. It takes no exponential of an x above
// 0, which might be infinite. The second derivative jumps at 0; there it is the 0 from
// above, as in PyTorch.
func slopeBelow(x trace.Value, scale, rate float64) trace.Value {
	below := Mask(Not(GreaterEqual(x, Scalar(0))), x)
	if rate != 1 {
		below = Mul(below, Scalar(rate))
	}
	slope := Exp(below)
	if scale*rate != 1 {
		slope = Mul(slope, Scalar(scale*rate))
	}
	return Where(above(x, 0), OnesLike(x), slope)
}

// CELU is x for x > 0, else alpha·(e^(x/alpha) - 1). Its derivative is continuous.
// PyTorch's alpha is 1. CELU panics with a *trace.Error unless alpha is finite and above
// 0.
//
// Barron, "Continuously Differentiable Exponential Linear Units", 2017.
func CELU(x trace.Value, alpha float64) trace.Value { return activate(celu{alpha}, x) }

type celu struct{ Alpha float64 }

func (celu) Name() string                         { return "celu" }
func (f celu) At(x float64) float64               { return exponentialBelow(x, f.Alpha, 1/f.Alpha) }
func (f celu) Deriv(x, _ trace.Value) trace.Value { return slopeBelow(x, f.Alpha, 1/f.Alpha) }
func (f celu) Loop(x, y *trace.Array)             { bendBelow(x, y, 1, f.Alpha, 1/f.Alpha) }

func (f celu) Check() error {
	if !(f.Alpha > 0) || math.IsInf(f.Alpha, 1) {
		return fmt.Errorf("alpha is %v: want a finite number above 0", f.Alpha)
	}
	return nil
}

// SELU is s·x for x > 0, else s·a·(e^x - 1), with s = 1.0507... and a = 1.6732.... For
// these, mean 0 and variance 1 are a fixed point of a layer. Its derivative at 0 is s·a.
//
// Klambauer et al., "Self-Normalizing Neural Networks", NeurIPS 2017.
func SELU(x trace.Value) trace.Value { return activate(selu{}, x) }

type selu struct{}

const (
	seluScale = 1.0507009873554804934193349852946
	seluAlpha = 1.6732632423543772848170429916717
)

func (selu) Name() string           { return "selu" }
func (selu) At(x float64) float64   { return seluScale * exponentialBelow(x, seluAlpha, 1) }
func (selu) Loop(x, y *trace.Array) { bendBelow(x, y, seluScale, seluScale*seluAlpha, 1) }

func (selu) Deriv(x, _ trace.Value) trace.Value {
	return Mul(slopeBelow(x, seluAlpha, 1), Scalar(seluScale))
}
