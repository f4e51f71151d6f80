package fn

import (
	"math"

	"github.com/pullback-go/pullback/trace"
)

// Sin is the sine of x in radians, elementwise, for floats like all functions of this
// file; NaN at ±Inf.
func Sin(x trace.Value) trace.Value { return elementwise(sin{}, x) }

type sin struct{}

func (sin) Name() string                       { return "sin" }
func (sin) At(x float64) float64               { return math.Sin(x) }
func (sin) Deriv(x, _ trace.Value) trace.Value { return Cos(x) }

// Cos is the cosine of x in radians; NaN at ±Inf.
func Cos(x trace.Value) trace.Value { return elementwise(cos{}, x) }

type cos struct{}

func (cos) Name() string                       { return "cos" }
func (cos) At(x float64) float64               { return math.Cos(x) }
func (cos) Deriv(x, _ trace.Value) trace.Value { return Neg(Sin(x)) }

// Tan is the tangent of x in radians; NaN at ±Inf.
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

// Deriv is 1/(1 + x²), which is 0 long before twice x overflows.
func (atan) Deriv(x, _ trace.Value) trace.Value {
	limit := 1e300
	if x.DType() == trace.Float32 {
		limit = 1e36
	}
	return Reciprocal(Add(Square(upTo(limit, x)), Scalar(1)))
}

func (atan) Sign(x trace.Sign) trace.Sign { return odd(sign{}.Sign(x)) }
