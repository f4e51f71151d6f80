package fn

import (
	"math"

	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/trace"
)

// function2 is a real function of two numbers and its slopes, as [function] is of one.
type function2 interface {
	Name() string
	At(a, b float64) float64
	// Slopes returns the derivatives by a and by b, where y is the value. They are
	// functions, as not every one is wanted; a nil one is 0 everywhere.
	Slopes(a, b, y trace.Value) (byA, byB func() trace.Value)
}

// ofTwo applies f to the elements of a and b, which broadcast like those of [Add].
func ofTwo[F function2](f F, a, b trace.Value) trace.Value { return binary(pairwise[F]{f}, a, b) }

// pairwise is the operation that applies a function of two numbers to floats.
type pairwise[F function2] struct{ Func F }

func (op pairwise[F]) Name() string                             { return op.Func.Name() }
func (op pairwise[F]) String() string                           { return op.Func.Name() }
func (pairwise[F]) Infer(in []trace.Type) ([]trace.Type, error) { return sameFloats(in) }
func (pairwise[F]) Elementwise()                                {}

func (op pairwise[F]) Eval(in, out []*trace.Array) {
	onFloat(out[0].DType(), atTwo[float32, F], atTwo[float64, F])(op.Func, in, out[0])
}

func atTwo[T float32 | float64, F function2](f F, in []*trace.Array, out *trace.Array) {
	byTwo(in, out, func(a, b T) T { return T(f.At(float64(a), float64(b))) })
}

func (op pairwise[F]) VJP(in, out, ct []trace.Value, want []bool) []trace.Value {
	byA, byB := op.Func.Slopes(in[0], in[1], out[0])
	cts := make([]trace.Value, 2)
	for i, slope := range []func() trace.Value{byA, byB} {
		if want[i] && slope != nil {
			cts[i] = Mul(ct[0], slope())
		}
	}
	return cts
}

func (op pairwise[F]) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}

// Atan2 is the angle of the point (x, y) from the positive x axis, in [-π, π]. Its slopes
// at the origin are 0.
func Atan2(y, x trace.Value) trace.Value { return ofTwo(atan2{}, y, x) }

type atan2 struct{}

func (atan2) Name() string            { return "atan2" }
func (atan2) At(y, x float64) float64 { return math.Atan2(y, x) }

func (atan2) Slopes(y, x, _ trace.Value) (byY, byX func() trace.Value) {
	over := func(v trace.Value) trace.Value {
		r := Hypot(y, x)
		some := NotEqual(r, Scalar(0))
		r = Where(some, r, Scalar(1))
		return Mask(some, Div(Div(v, r), r))
	}
	return func() trace.Value { return over(x) }, func() trace.Value { return Neg(over(y)) }
}

// Hypot is √(a² + b²), without overflow. Its slopes at the origin are 0.
func Hypot(a, b trace.Value) trace.Value { return ofTwo(hypot{}, a, b) }

type hypot struct{}

func (hypot) Name() string            { return "hypot" }
func (hypot) At(a, b float64) float64 { return math.Hypot(a, b) }

func (hypot) Slopes(a, b, y trace.Value) (byA, byB func() trace.Value) {
	over := func(v trace.Value) trace.Value {
		some := NotEqual(y, Scalar(0))
		return Mask(some, Div(v, Where(some, y, Scalar(1))))
	}
	return func() trace.Value { return over(a) }, func() trace.Value { return over(b) }
}

// LogAddExp is log(exp a + exp b), without overflow.
func LogAddExp(a, b trace.Value) trace.Value { return ofTwo(logAddExp{}, a, b) }

type logAddExp struct{}

func (logAddExp) Name() string            { return "log_add_exp" }
func (logAddExp) At(a, b float64) float64 { return logAddExpOf(a, b) }

func logAddExpOf(a, b float64) float64 {
	if a == b { // infinite numbers, too
		return a + math.Ln2
	}
	high, low := max(a, b), min(a, b) // both NaN if one is
	return high + math.Log1p(math.Exp(low-high))
}

func (logAddExp) Slopes(a, b, y trace.Value) (byA, byB func() trace.Value) {
	return func() trace.Value { return expOfDifference(a, y) }, func() trace.Value { return expOfDifference(b, y) }
}

// expOfDifference is exp(x - y) for x ≤ y, and 0 where x or y is infinite.
func expOfDifference(x, y trace.Value) trace.Value {
	some := IsFinite(Sub(x, y))
	return Where(Or(some, IsNaN(Add(x, y))), Exp(Where(some, Sub(x, y), Scalar(0))), Scalar(0))
}

// CopySign is |a| with the sign of b, where -0 has one, too, and NaN has none.
func CopySign(a, b trace.Value) trace.Value { return ofTwo(copySign{}, a, b) }

type copySign struct{}

func (copySign) Name() string { return "copy_sign" }
func (copySign) At(a, b float64) float64 {
	if b != b {
		return math.Abs(a)
	}
	return math.Copysign(a, b)
}

func (copySign) Slopes(a, b, _ trace.Value) (byA, byB func() trace.Value) {
	return func() trace.Value {
		one := OnesLike(a)
		return Mul(CopySign(one, a), CopySign(one, b))
	}, nil
}

// SignBit is whether a float is negative or -0.
func SignBit(x trace.Value) trace.Value {
	defer trace.Naming("sign_bit", x)
	return Less(CopySign(OnesLike(x), x), Scalar(0))
}

// XLogY is x·log y, and 0 where x is 0 and y is not NaN.
func XLogY(x, y trace.Value) trace.Value {
	defer trace.Naming("xlogy", x, y)
	x, y = agree(x, y)
	usual := Or(NotEqual(x, Scalar(0)), Or(IsNaN(y), And(Greater(y, Scalar(0)), IsFinite(y))))
	return Mul(x, Log(Where(usual, y, Scalar(1))))
}

// XLog1pY is x·log(1 + y), and 0 where x is 0 and y is not NaN.
func XLog1pY(x, y trace.Value) trace.Value {
	defer trace.Naming("xlog1py", x, y)
	x, y = agree(x, y)
	usual := Or(NotEqual(x, Scalar(0)), Or(IsNaN(y), And(Greater(y, Scalar(-1)), IsFinite(y))))
	return Mul(x, Log1p(Where(usual, y, Scalar(0))))
}

// FloorDiv is a divided by b and rounded down, elementwise, as NumPy's floor_divide and
// Python's //, for floats and integers. Operands broadcast like those of [Add]. For
// integers, division by zero panics with a *trace.Error. The derivative is 0.
func FloorDiv(a, b trace.Value) trace.Value { return binary(floorDiv{}, a, b) }

type floorDiv struct{}

func (floorDiv) Name() string                                { return "floor_div" }
func (floorDiv) Infer(in []trace.Type) ([]trace.Type, error) { return sameNumbers(in) }
func (floorDiv) Elementwise()                                {}

func (op floorDiv) Eval(in, out []*trace.Array) {
	wantNoZeros(op, in[1])
	onNumber(out[0].DType(), wholeFloorDiv[int32], wholeFloorDiv[int64], floatFloorDiv[float32], floatFloorDiv[float64])(in, out[0])
}

func wholeFloorDiv[T int32 | int64](in []*trace.Array, out *trace.Array) {
	kelementwise.Binary(trace.Elems[T](out), trace.Elems[T](in[0]), trace.Elems[T](in[1]), func(a, b T) T {
		q := a / b
		if a%b != 0 && (a < 0) != (b < 0) {
			q--
		}
		return q
	})
}

func floatFloorDiv[T float32 | float64](in []*trace.Array, out *trace.Array) {
	byTwo(in, out, func(a, b T) T { return T(floorDivOf(float64(a), float64(b))) })
}

// floorDivOf divides exactly what the remainder leaves, so that no rounding of a / b
// passes a whole number.
func floorDivOf(a, b float64) float64 {
	if b == 0 {
		return a / b
	}
	m := math.Mod(a, b)
	q := (a - m) / b
	if m != 0 && (m < 0) != (b < 0) {
		q--
	}
	switch near := math.Floor(q); {
	case q == 0:
		return math.Copysign(0, a/b)
	case q-near > 0.5:
		return near + 1
	default:
		return near
	}
}

func (floorDiv) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return make([]trace.Value, 2) }

func (op floorDiv) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}
