package fn

import (
	"math"

	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/trace"
)

// Floor is the largest whole number not above x, elementwise, for floats. Its derivative
// is 0, also at its steps, like that of Ceil, Round and Trunc.
func Floor(x trace.Value) trace.Value { return elementwise(floor{}, x) }

type floor struct{}

func (floor) Name() string                       { return "floor" }
func (floor) At(x float64) float64               { return math.Floor(x) }
func (floor) Deriv(_, _ trace.Value) trace.Value { return trace.Value{} }
func (floor) Loop(x, y *trace.Array)             { byKernel(x, y, kelementwise.Floor, kelementwise.Floor) }

// Ceil is the smallest whole number not below x.
func Ceil(x trace.Value) trace.Value { return elementwise(ceil{}, x) }

type ceil struct{}

func (ceil) Name() string                       { return "ceil" }
func (ceil) At(x float64) float64               { return math.Ceil(x) }
func (ceil) Deriv(_, _ trace.Value) trace.Value { return trace.Value{} }
func (ceil) Loop(x, y *trace.Array)             { byKernel(x, y, kelementwise.Ceil, kelementwise.Ceil) }

// Round is the whole number nearest to x. Of two equally near ones it is the even one.
func Round(x trace.Value) trace.Value { return elementwise(round{}, x) }

type round struct{}

func (round) Name() string                       { return "round" }
func (round) At(x float64) float64               { return math.RoundToEven(x) }
func (round) Deriv(_, _ trace.Value) trace.Value { return trace.Value{} }
func (round) Loop(x, y *trace.Array)             { byKernel(x, y, kelementwise.Round, kelementwise.Round) }

// Trunc is x without its fraction.
func Trunc(x trace.Value) trace.Value { return elementwise(trunc{}, x) }

type trunc struct{}

func (trunc) Name() string                       { return "trunc" }
func (trunc) At(x float64) float64               { return math.Trunc(x) }
func (trunc) Deriv(_, _ trace.Value) trace.Value { return trace.Value{} }
func (trunc) Loop(x, y *trace.Array)             { byKernel(x, y, kelementwise.Trunc, kelementwise.Trunc) }

// Sign is -1, 0 or 1 for x negative, zero or positive, elementwise, for floats and
// integers. ±0 and NaN stay as they are. Its derivative is 0, also at 0.
func Sign(x trace.Value) trace.Value { return elementwise(sign{}, x) }

type sign struct{}

func (sign) Name() string                       { return "sign" }
func (sign) Deriv(_, _ trace.Value) trace.Value { return trace.Value{} }
func (sign) OfIntegers()                        {}

func (sign) At(x float64) float64 {
	if x == 0 || x != x {
		return x
	}
	return math.Copysign(1, x)
}

func (sign) Loop(x, y *trace.Array) {
	numbersByKernel(x, y, kelementwise.Sign, kelementwise.Sign, kelementwise.Sign, kelementwise.Sign)
}

func (sign) Sign(x trace.Sign) trace.Sign {
	switch x {
	case trace.NegInf:
		return trace.Negative
	case trace.PosInf:
		return trace.Positive
	}
	return x
}

// Abs is |x|, elementwise, for floats and integers. The smallest integer wraps to itself.
// The derivative is Sign(x), so 0 at 0.
func Abs(x trace.Value) trace.Value { return elementwise(abs{}, x) }

type abs struct{}

func (abs) Name() string                       { return "abs" }
func (abs) At(x float64) float64               { return math.Abs(x) }
func (abs) Deriv(x, _ trace.Value) trace.Value { return Sign(x) }
func (abs) OfIntegers()                        {}

func (abs) Loop(x, y *trace.Array) {
	numbersByKernel(x, y, kelementwise.Abs, kelementwise.Abs, kelementwise.Abs, kelementwise.Abs)
}

func (abs) Sign(x trace.Sign) trace.Sign { return most(x, x.Negated()) }

func (abs) Identity(x trace.Sign) bool { return !signBit(x) }
