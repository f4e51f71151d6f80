package fn

import (
	"math"

	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/trace"
)

// The functions of this file are elementwise, for floats. With vector instructions (on
// amd64) they are within the stated number of units in the last place (ulp) of the exact
// value. Elsewhere, and where no number is stated, they are those of package math in
// float64, rounded once. An element's result does not depend on its position or its
// neighbors.

// Exp is e^x, within 1 ulp.
func Exp(x trace.Value) trace.Value { return elementwise(exp{}, x) }

type exp struct{}

func (exp) Name() string                       { return "exp" }
func (exp) At(x float64) float64               { return math.Exp(x) }
func (exp) Deriv(_, y trace.Value) trace.Value { return y }
func (exp) Loop(x, y *trace.Array)             { byKernel(x, y, kelementwise.Exp, kelementwise.Exp) }

func (exp) Sign(x trace.Sign) trace.Sign {
	if x == trace.Positive {
		return x | trace.PosInf
	}
	if x == trace.PosInf {
		return x
	}
	return share(x)
}

// Expm1 is e^x - 1, within 2 ulp, also near 0.
func Expm1(x trace.Value) trace.Value { return elementwise(expm1{}, x) }

type expm1 struct{}

func (expm1) Name() string                       { return "expm1" }
func (expm1) At(x float64) float64               { return math.Expm1(x) }
func (expm1) Deriv(x, _ trace.Value) trace.Value { return Exp(x) }
func (expm1) Loop(x, y *trace.Array)             { byKernel(x, y, kelementwise.Expm1, kelementwise.Expm1) }

// Log is the natural logarithm, within 1 ulp. It is -Inf at 0 and NaN below. Its
// derivative at 0 is +Inf.
func Log(x trace.Value) trace.Value { return elementwise(log{}, x) }

type log struct{}

func (log) Name() string                       { return "log" }
func (log) At(x float64) float64               { return math.Log(x) }
func (log) Deriv(x, _ trace.Value) trace.Value { return Reciprocal(x) }
func (log) Loop(x, y *trace.Array)             { byKernel(x, y, kelementwise.Log, kelementwise.Log) }

func (log) Sign(x trace.Sign) trace.Sign {
	switch x = (sqrt{}).Sign(x); {
	case x&trace.Zero != 0:
		return trace.NegInf
	case x == trace.Positive:
		return trace.Finite
	}
	return x
}

// Log1p is log(1 + x), within 3 ulp, also near 0. It is -Inf at -1 and NaN below.
func Log1p(x trace.Value) trace.Value { return elementwise(log1p{}, x) }

type log1p struct{}

func (log1p) Name() string                       { return "log1p" }
func (log1p) At(x float64) float64               { return math.Log1p(x) }
func (log1p) Deriv(x, _ trace.Value) trace.Value { return Reciprocal(Add(x, Scalar(1))) }
func (log1p) Loop(x, y *trace.Array)             { byKernel(x, y, kelementwise.Log1p, kelementwise.Log1p) }

// Erf is the error function 2/√π ∫₀ˣ exp(-t²) dt, within 3 ulp.
func Erf(x trace.Value) trace.Value { return elementwise(erf{}, x) }

type erf struct{}

func (erf) Name() string           { return "erf" }
func (erf) At(x float64) float64   { return math.Erf(x) }
func (erf) Loop(x, y *trace.Array) { byKernel(x, y, kelementwise.Erf, kelementwise.Erf) }

func (erf) Deriv(x, _ trace.Value) trace.Value {
	return Mul(Exp(Neg(Square(upTo(steepest, x)))), Scalar(2/math.Sqrt(math.Pi)))
}

func (erf) Sign(x trace.Sign) trace.Sign { return odd(sign{}.Sign(x)) }

// normalCDF is Φ(x), the probability that a standard normal variable is at most x. It is
// within 6 ulp, also in both tails.
func normalCDF(x trace.Value) trace.Value { return elementwise(cdf{}, x) }

type cdf struct{}

func (cdf) Name() string                       { return "normal_cdf" }
func (cdf) At(x float64) float64               { return 0.5 * math.Erfc(-x/math.Sqrt2) }
func (cdf) Deriv(x, _ trace.Value) trace.Value { return normalDensity(x) }
func (cdf) Loop(x, y *trace.Array)             { byKernel(x, y, kelementwise.NormalCDF, kelementwise.NormalCDF) }

func (cdf) Sign(x trace.Sign) trace.Sign { return share(x) }

// normalDensity is φ(x) = exp(-x²/2) / √(2π), within 3 ulp.
func normalDensity(x trace.Value) trace.Value { return elementwise(density{}, x) }

type density struct{}

func (density) Name() string                       { return "normal_density" }
func (density) At(x float64) float64               { return math.Exp(-0.5*x*x) / math.Sqrt(2*math.Pi) }
func (density) Deriv(x, y trace.Value) trace.Value { return Neg(Mul(upTo(steepest, x), y)) }
func (density) Loop(x, y *trace.Array) {
	byKernel(x, y, kelementwise.NormalDensity, kelementwise.NormalDensity)
}

func (density) Sign(x trace.Sign) trace.Sign {
	if x&trace.Zero != 0 {
		return trace.Positive
	}
	return share(least(x, x.Negated()))
}

// upTo is x between -limit and limit, and the nearer end beyond. NaN stays NaN, with the
// derivative 1. Derivatives multiply powers of x with factors that are 0 beyond the
// limit. There the product should be 0, but a power of x may be infinite, and 0 times
// infinity is NaN.
func upTo(limit float64, x trace.Value) trace.Value { return elementwise(bounding{limit}, x) }

// steepest is a limit beyond which e^(-x²/2) is 0, also in float64.
const steepest = 40

type bounding struct{ Limit float64 }

func (bounding) Name() string                         { return "up_to" }
func (f bounding) At(x float64) float64               { return limited(x, -f.Limit, f.Limit) }
func (f bounding) Deriv(x, _ trace.Value) trace.Value { return Not(above(Abs(x), f.Limit)) }
func (f bounding) Loop(x, y *trace.Array)             { limit(x, y, -f.Limit, f.Limit) }
