package fn

import (
	"math"

	"github.com/pullback-go/pullback/trace"
)

// Sin is the sine of x in radians, elementwise. It is NaN at ±Inf. All functions of this
// file are for floats.
func Sin(x trace.Value) trace.Value { return elementwise(sin{}, x) }

type sin struct{}

func (sin) Name() string                       { return "sin" }
func (sin) At(x float64) float64               { return math.Sin(x) }
func (sin) Deriv(x, _ trace.Value) trace.Value { return Cos(x) }

// Cos is the cosine of x in radians. It is NaN at ±Inf.
func Cos(x trace.Value) trace.Value { return elementwise(cos{}, x) }

type cos struct{}

func (cos) Name() string                       { return "cos" }
func (cos) At(x float64) float64               { return math.Cos(x) }
func (cos) Deriv(x, _ trace.Value) trace.Value { return Neg(Sin(x)) }

// Tan is the tangent of x in radians. It is NaN at ±Inf.
func Tan(x trace.Value) trace.Value { return elementwise(tan{}, x) }

type tan struct{}

func (tan) Name() string                       { return "tan" }
func (tan) At(x float64) float64               { return math.Tan(x) }
func (tan) Deriv(_, y trace.Value) trace.Value { return Add(Square(y), Scalar(1)) }

// Atan is the inverse of the tangent, in [-π/2, π/2].
func Atan(x trace.Value) trace.Value { return elementwise(atan{}, x) }

type atan struct{}

func (atan) Name() string         { return "atan" }
func (atan) At(x float64) float64 { return math.Atan(x) }

// Deriv is 1/(1 + x²). From the limit on it is 0. Higher derivatives multiply by 2x,
// which stays finite because x is limited.
func (atan) Deriv(x, _ trace.Value) trace.Value {
	limit := 1e300
	if x.DType() == trace.Float32 {
		limit = 1e36
	}
	return Reciprocal(Add(Square(upTo(limit, x)), Scalar(1)))
}

func (atan) Sign(x trace.Sign) trace.Sign { return odd(sign{}.Sign(x)) }

// Asin is the inverse of the sine for x in [-1, 1]. It lies in [-π/2, π/2], and is NaN for
// other x. Its derivative at ±1 is +Inf.
func Asin(x trace.Value) trace.Value { return elementwise(asin{}, x) }

type asin struct{}

func (asin) Name() string { return "asin" }

// At takes the arc tangent of two numbers, because 1 - x² would cancel near ±1.
func (asin) At(x float64) float64 { return math.Atan2(x, math.Sqrt((1-x)*(1+x))) }

// Deriv is 1/√(1 - x²).
func (asin) Deriv(x, _ trace.Value) trace.Value {
	return Mul(Rsqrt(Sub(Scalar(1), x)), Rsqrt(Add(x, Scalar(1))))
}

// Acos is the inverse of the cosine for x in [-1, 1]. It lies in [0, π], and is NaN for
// other x. Its derivative at ±1 is -Inf.
func Acos(x trace.Value) trace.Value { return elementwise(acos{}, x) }

type acos struct{}

func (acos) Name() string { return "acos" }

// At is twice the angle whose tangent is √(1-x) / √(1+x). It is accurate near 1 too, where
// π/2 - asin x is not.
//
// Kahan, "Branch Cuts for Complex Elementary Functions", in The State of the Art in
// Numerical Analysis, 1987.
func (acos) At(x float64) float64 { return 2 * math.Atan2(math.Sqrt(1-x), math.Sqrt(1+x)) }

func (acos) Deriv(x, y trace.Value) trace.Value { return Neg(asin{}.Deriv(x, y)) }
