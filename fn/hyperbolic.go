package fn

import (
	"math"

	"github.com/pullback-go/pullback/trace"
)

// Sinh is the hyperbolic sine (e^x - e^-x) / 2, elementwise. All functions of this file
// are for floats. They are those of package math in float64, rounded once.
func Sinh(x trace.Value) trace.Value { return elementwise(sinh{}, x) }

type sinh struct{}

func (sinh) Name() string                       { return "sinh" }
func (sinh) At(x float64) float64               { return math.Sinh(x) }
func (sinh) Deriv(x, _ trace.Value) trace.Value { return Cosh(x) }

// Cosh is the hyperbolic cosine (e^x + e^-x) / 2.
func Cosh(x trace.Value) trace.Value { return elementwise(cosh{}, x) }

type cosh struct{}

func (cosh) Name() string                       { return "cosh" }
func (cosh) At(x float64) float64               { return math.Cosh(x) }
func (cosh) Deriv(x, _ trace.Value) trace.Value { return Sinh(x) }

// Asinh is the inverse of Sinh.
func Asinh(x trace.Value) trace.Value { return elementwise(asinh{}, x) }

type asinh struct{}

func (asinh) Name() string                       { return "asinh" }
func (asinh) At(x float64) float64               { return math.Asinh(x) }
func (asinh) Deriv(x, _ trace.Value) trace.Value { return elementwise(reciprocalHypot{}, x) }

// reciprocalHypot is 1/√(1 + x²). The square of x never overflows.
type reciprocalHypot struct{}

func (reciprocalHypot) Name() string         { return "reciprocal_hypot" }
func (reciprocalHypot) At(x float64) float64 { return 1 / math.Hypot(1, x) }

// Deriv is -x / (1 + x²)^(3/2). x is kept finite, since 0 times infinity is NaN.
func (reciprocalHypot) Deriv(x, y trace.Value) trace.Value {
	_, largest := x.DType().Limits()
	return Neg(Mul(Mul(upTo(largest, x), y), Square(y)))
}

// Acosh is the inverse of Cosh for x ≥ 1. It is at least 0, and NaN for x < 1. Its
// derivative at 1 is +Inf.
func Acosh(x trace.Value) trace.Value { return elementwise(acosh{}, x) }

type acosh struct{}

func (acosh) Name() string         { return "acosh" }
func (acosh) At(x float64) float64 { return math.Acosh(x) }

// Deriv is 1/√(x² - 1), as factors that do not cancel near 1 and do not overflow.
func (acosh) Deriv(x, _ trace.Value) trace.Value {
	return Mul(Rsqrt(Sub(x, Scalar(1))), Rsqrt(Add(x, Scalar(1))))
}

// Atanh is the inverse of Tanh for x in [-1, 1]. At the ends it is infinite, like its
// derivative. It is NaN beyond them.
func Atanh(x trace.Value) trace.Value { return elementwise(atanh{}, x) }

type atanh struct{}

func (atanh) Name() string         { return "atanh" }
func (atanh) At(x float64) float64 { return math.Atanh(x) }

// Deriv is 1/(1 - x²), as factors that do not cancel near ±1.
func (atanh) Deriv(x, _ trace.Value) trace.Value {
	return Mul(Reciprocal(Sub(Scalar(1), x)), Reciprocal(Add(x, Scalar(1))))
}
