package fn

import (
	"math"

	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/trace"
)

// Maximum is the larger of a and b, elementwise, and NaN if one is NaN. Operands
// broadcast like those of [Add]. Where they are equal, each gets half of the cotangent.
func Maximum(a, b trace.Value) trace.Value { return binary(maximum{}, a, b) }

// Minimum is the smaller of a and b, elementwise, and NaN if one is NaN. Operands
// broadcast like those of [Add]. Where they are equal, each gets half of the cotangent.
func Minimum(a, b trace.Value) trace.Value { return binary(minimum{}, a, b) }

// Rem is the remainder of a divided by b with the sign of a, elementwise. Operands
// broadcast like those of [Add]. For floats it is exact, and NaN for b = 0. For integers,
// division by zero panics with a *trace.Error. The derivatives are 1 and -trunc(a/b),
// also at the jumps.
func Rem(a, b trace.Value) trace.Value { return binary(rem{}, a, b) }

// Mod is the remainder of a divided by b with the sign of b, elementwise, like NumPy's mod
// and Python's %. Operands broadcast like those of [Add]. For floats it is NaN for b = 0,
// and a result of 0 has the sign of b. For integers, division by zero panics with a
// *trace.Error. The derivatives are 1 and -floor(a/b), also at the jumps.
func Mod(a, b trace.Value) trace.Value { return binary(mod{}, a, b) }

type maximum struct{}

func (maximum) Name() string                                { return "maximum" }
func (maximum) Infer(in []trace.Type) ([]trace.Type, error) { return sameNumbers(in) }

func (maximum) Eval(in, out []*trace.Array) {
	arithmetic(in, out, kelementwise.Maximum, kelementwise.Maximum, kelementwise.Maximum, kelementwise.Maximum)
}

func (maximum) VJP(in, _, ct []trace.Value, want []bool) []trace.Value {
	shared := halved(in, ct[0])
	return pair(want,
		func() trace.Value { return Mask(GreaterEqual(in[0], in[1]), shared) },
		func() trace.Value { return Mask(LessEqual(in[0], in[1]), shared) })
}

// halved is ct where the two operands differ, and half of it where they are equal.
func halved(in []trace.Value, ct trace.Value) trace.Value {
	return Mul(ct, Where(Equal(in[0], in[1]), FullLike(ct, 0.5), OnesLike(ct)))
}

func (op maximum) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}

func (maximum) Elementwise()  {}
func (maximum) Nonexpansive() {}

func (maximum) Signs(in []trace.Sign) []trace.Sign { return oneSign(most(in[0], in[1])) }

type minimum struct{}

func (minimum) Name() string                                { return "minimum" }
func (minimum) Infer(in []trace.Type) ([]trace.Type, error) { return sameNumbers(in) }

func (minimum) Eval(in, out []*trace.Array) {
	arithmetic(in, out, kelementwise.Minimum, kelementwise.Minimum, kelementwise.Minimum, kelementwise.Minimum)
}

func (minimum) VJP(in, _, ct []trace.Value, want []bool) []trace.Value {
	shared := halved(in, ct[0])
	return pair(want,
		func() trace.Value { return Mask(LessEqual(in[0], in[1]), shared) },
		func() trace.Value { return Mask(GreaterEqual(in[0], in[1]), shared) })
}

func (op minimum) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}

func (minimum) Elementwise()  {}
func (minimum) Nonexpansive() {}

func (minimum) Signs(in []trace.Sign) []trace.Sign { return oneSign(least(in[0], in[1])) }

type rem struct{}

func (rem) Name() string                                { return "rem" }
func (rem) Infer(in []trace.Type) ([]trace.Type, error) { return sameNumbers(in) }

func (op rem) Eval(in, out []*trace.Array) {
	wantNoZeros(op, in[1])
	onNumber(out[0].DType(), wholeRem[int32], wholeRem[int64], floatRem[float32], floatRem[float64])(in, out[0])
}

func wholeRem[T int32 | int64](in []*trace.Array, out *trace.Array) {
	byTwo(in, out, wholeRemOf[T])
}

func wholeRemOf[T int32 | int64](a, b T) T { return a % b }

func floatRem[T float32 | float64](in []*trace.Array, out *trace.Array) {
	byTwo(in, out, floatRemOf[T])
}

func floatRemOf[T float32 | float64](a, b T) T { return T(math.Mod(float64(a), float64(b))) }

// byTwo applies f to the elements of two operands.
func byTwo[T number](in []*trace.Array, out *trace.Array, f func(a, b T) T) {
	kelementwise.Binary(trace.Elems[T](out), trace.Elems[T](in[0]), trace.Elems[T](in[1]), f)
}

func (rem) VJP(in, out, ct []trace.Value, want []bool) []trace.Value {
	return remainderVJP(in, out, ct, want)
}

// remainderVJP is the VJP of a - q·b, where the whole number q is locally constant.
func remainderVJP(in, out, ct []trace.Value, want []bool) []trace.Value {
	return pair(want, func() trace.Value { return ct[0] }, func() trace.Value {
		quotient := Round(Div(Sub(in[0], out[0]), in[1])) // whole, up to the rounding of the division
		return Neg(Mul(ct[0], quotient))
	})
}

func (op rem) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}

func (rem) Elementwise() {}

type mod struct{}

func (mod) Name() string                                { return "mod" }
func (mod) Infer(in []trace.Type) ([]trace.Type, error) { return sameNumbers(in) }

func (op mod) Eval(in, out []*trace.Array) {
	wantNoZeros(op, in[1])
	onNumber(out[0].DType(), wholeMod[int32], wholeMod[int64], floatMod[float32], floatMod[float64])(in, out[0])
}

func wholeMod[T int32 | int64](in []*trace.Array, out *trace.Array) { byTwo(in, out, wholeModOf[T]) }

func wholeModOf[T int | int32 | int64](a, b T) T {
	if r := a % b; r == 0 || r < 0 == (b < 0) {
		return r
	}
	return a%b + b
}

func floatMod[T float32 | float64](in []*trace.Array, out *trace.Array) {
	byTwo(in, out, floatModOf[T])
}

func floatModOf[T float32 | float64](a, b T) T {
	r := math.Mod(float64(a), float64(b))
	switch {
	case r == 0:
		return T(math.Copysign(0, float64(b)))
	case r < 0 != (b < 0):
		return T(r) + b
	}
	return T(r)
}

func (mod) VJP(in, out, ct []trace.Value, want []bool) []trace.Value {
	return remainderVJP(in, out, ct, want)
}

func (op mod) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}

func (mod) Elementwise() {}
