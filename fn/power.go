package fn

import (
	"math"

	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/trace"
)

// Square is x², elementwise, for floats and integers.
func Square(x trace.Value) trace.Value { return elementwise(square{}, x) }

type square struct{}

func (square) Name() string                       { return "square" }
func (square) At(x float64) float64               { return x * x }
func (square) Deriv(x, _ trace.Value) trace.Value { return Mul(x, Scalar(2)) }
func (square) OfIntegers()                        {}

func (square) Loop(x, y *trace.Array) {
	numbersByKernel(x, y, squares[int32], squares[int64], squares[float32], squares[float64])
}

func (square) Sign(x trace.Sign) trace.Sign { return x.Times(x) }

func squares[T number](y, x []T) { kelementwise.Mul(y, x, x) }

// Reciprocal is 1/x, elementwise, for floats. At 0 it is infinite, with the sign of the
// zero.
func Reciprocal(x trace.Value) trace.Value { return elementwise(reciprocal{}, x) }

type reciprocal struct{}

func (reciprocal) Name() string                       { return "reciprocal" }
func (reciprocal) At(x float64) float64               { return 1 / x }
func (reciprocal) Deriv(_, y trace.Value) trace.Value { return Neg(Square(y)) }

func (reciprocal) Loop(x, y *trace.Array) {
	byKernel(x, y, kelementwise.Reciprocal, kelementwise.Reciprocal)
}

func (reciprocal) Sign(x trace.Sign) trace.Sign { return reciprocalSign(x) }

// Sqrt is the square root, elementwise, for floats. It is NaN below 0. Its derivative at
// 0 is +Inf.
func Sqrt(x trace.Value) trace.Value { return elementwise(sqrt{}, x) }

type sqrt struct{}

func (sqrt) Name() string                       { return "sqrt" }
func (sqrt) At(x float64) float64               { return math.Sqrt(x) }
func (sqrt) Deriv(_, y trace.Value) trace.Value { return Div(Scalar(0.5), y) }
func (sqrt) Loop(x, y *trace.Array)             { byKernel(x, y, kelementwise.Sqrt, kelementwise.Sqrt) }

// Sign is that of x, where there is a root.
func (sqrt) Sign(x trace.Sign) trace.Sign {
	if x == trace.NegInf || x == trace.Negative {
		return trace.NaN
	}
	return x
}

// Rsqrt is 1/√x, elementwise, for floats. It is +Inf at 0 and NaN below.
func Rsqrt(x trace.Value) trace.Value { return elementwise(rsqrt{}, x) }

type rsqrt struct{}

func (rsqrt) Name() string           { return "rsqrt" }
func (rsqrt) At(x float64) float64   { return 1 / math.Sqrt(x) }
func (rsqrt) Loop(x, y *trace.Array) { byKernel(x, y, kelementwise.Rsqrt, kelementwise.Rsqrt) }

func (rsqrt) Deriv(_, y trace.Value) trace.Value { return Mul(Mul(y, Scalar(-0.5)), Square(y)) }

func (rsqrt) Sign(x trace.Sign) trace.Sign { return reciprocalSign(sqrt{}.Sign(x)) }

// PowScalar is x^p, elementwise, for floats. It is NaN for x < 0 unless p is whole, and 1
// for p = 0 whatever x is.
func PowScalar(x trace.Value, p float64) trace.Value {
	defer trace.Naming("pow_scalar", x)
	switch p {
	case 1:
		return x
	case 2:
		return Square(x)
	case -1:
		return Reciprocal(x)
	}
	return elementwise(power{p}, x)
}

type power struct{ P float64 }

func (power) Name() string           { return "pow_scalar" }
func (f power) At(x float64) float64 { return math.Pow(x, f.P) }

func (f power) Deriv(x, _ trace.Value) trace.Value {
	if f.P == 0 {
		return trace.Value{}
	}
	return Mul(PowScalar(x, f.P-1), Scalar(f.P))
}

// Pow is x^y, elementwise, for floats. Operands broadcast like those of [Add]. It is NaN
// for x < 0 unless y is whole, and 1 for y = 0. At x = 0 its derivative with respect to y
// is 0 for y ≥ 0, and its derivative with respect to x is 0 for y = 0.
func Pow(x, y trace.Value) trace.Value {
	defer trace.Naming("pow", x, y)
	if isNumber(y) && !x.IsWeak() && !x.IsAbsent() {
		return PowScalar(x, y.Float64())
	}
	return binary(pow{}, x, y)
}

type pow struct{}

func (pow) Name() string                                { return "pow" }
func (pow) Infer(in []trace.Type) ([]trace.Type, error) { return sameFloats(in) }

func (pow) Eval(in, out []*trace.Array) {
	onFloat(out[0].DType(), raise[float32], raise[float64])(in, out[0])
}

func raise[T float32 | float64](in []*trace.Array, out *trace.Array) {
	byTwo(in, out, raised[T])
}

func raised[T float32 | float64](x, y T) T { return T(math.Pow(float64(x), float64(y))) }

// VJP is y·x^(y-1) and x^y·log x. At x = 0 one factor may be 0 and the other infinite,
// though their product is 0. The infinite factor is replaced before it is computed, which
// spares higher derivatives the NaN too.
func (pow) VJP(in, out, ct []trace.Value, want []bool) []trace.Value {
	x, y := in[0], in[1]
	zero := Equal(x, Scalar(0))
	return pair(want, func() trace.Value {
		constant := And(zero, Equal(y, Scalar(0)))
		return Mul(ct[0], Mul(y, Pow(x, Where(constant, y, Sub(y, Scalar(1))))))
	}, func() trace.Value {
		flat := And(zero, GreaterEqual(y, Scalar(0)))
		return Mul(ct[0], Mul(out[0], Log(Where(flat, OnesLike(x), x))))
	})
}

func (op pow) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}

func (pow) Elementwise() {}

// reciprocalSign returns the classes of 1/x, which may be too large for a dtype but not
// too small.
func reciprocalSign(x trace.Sign) trace.Sign {
	if x&infinite != 0 {
		return trace.Positive.Over(x)
	}
	return trace.Positive.Over(x) &^ trace.Zero
}
