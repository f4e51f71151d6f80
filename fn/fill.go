package fn

import (
	"fmt"
	"math"

	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/half"
	"github.com/pullback-go/pullback/trace"
)

// Scalar returns a number that takes the dtype of the other operand: Mul(x, Scalar(2))
// has the type of x. Combined with an integer array it must be an integer. Alone, or with
// another such number, it counts as float64. A result of such numbers alone is again such
// a number. So is one that is an argument or a result of a transformed function.
func Scalar(x float64) trace.Value { return trace.Weak(x) }

// Full returns an array of type t whose elements are all x. In a float dtype, x is rounded. In
// an integer dtype, x must be one of its values. In bool, every x but 0 is true.
func Full(t trace.Type, x float64) trace.Value { return trace.Bind1(full{t, x}) }

// Zeros returns an array of zeros, of false in bool.
func Zeros(t trace.Type) trace.Value { return Full(t, 0) }

// Ones returns an array of ones, of true in bool.
func Ones(t trace.Type) trace.Value { return Full(t, 1) }

// FullLike is Full in the type of like and in the trace that like belongs to. Derivatives
// and batch rules make their constants with it and its siblings.
func FullLike(like trace.Value, x float64) trace.Value {
	defer trace.Naming("full_like", like)
	return FillAs(like, like.Type(), x).WithWeak(like.IsWeak())
}

// ZerosLike is FullLike with 0.
func ZerosLike(like trace.Value) trace.Value {
	defer trace.Naming("zeros_like", like)
	return FullLike(like, 0)
}

// OnesLike is FullLike with 1.
func OnesLike(like trace.Value) trace.Value {
	defer trace.Naming("ones_like", like)
	return FullLike(like, 1)
}

// FillAs is Full(t, x) in the trace that like belongs to.
func FillAs(like trace.Value, t trace.Type, x float64) trace.Value {
	return trace.BindLike(like, full{t, x})
}

// Iota returns an array of type t that counts 0, 1, 2, ... along an axis and repeats
// along the others. A negative axis counts from the last. Bool is an error.
func Iota(t trace.Type, axis int) trace.Value {
	return IotaLike(trace.Value{}, t, axis)
}

// IotaLike is Iota(t, axis) in the trace that like belongs to.
func IotaLike(like trace.Value, t trace.Type, axis int) trace.Value {
	wide := trace.TypeOf(t.DType.Wide(), t.Shape...)
	return Cast(trace.BindLike(like, counting{wide, fromEnd(axis, t.Rank())}), t.DType)
}

// Eye returns the n by n identity matrix.
func Eye(d trace.DType, n int) trace.Value {
	defer trace.Naming("eye")
	t := trace.TypeOf(trace.Int64, n, n)
	return Cast(Equal(Iota(t, 0), Iota(t, 1)), d)
}

type full struct {
	Type  trace.Type
	Value float64
}

func (full) Name() string { return "full" }

func (op full) Infer([]trace.Type) ([]trace.Type, error) {
	if op.Type.DType.IsInt() && !fits(op.Value, op.Type.DType) {
		return nil, fmt.Errorf("%v is not an %v: fn.Cast the array to a float dtype first", op.Value, op.Type.DType)
	}
	return []trace.Type{op.Type}, nil
}

// fits reports whether x is a value of the integer dtype.
func fits(x float64, d trace.DType) bool {
	least, largest := d.Limits()
	return x == math.Trunc(x) && least <= x && (x < largest || x == largest && d != trace.Int64)
}

func (op full) Eval(_, out []*trace.Array) { fillWith(out[0], op.Value) }

// fillWith sets all elements of an array to a number of its dtype, or the float nearest to
// it.
func fillWith(y *trace.Array, x float64) {
	switch y.DType() {
	case trace.Bool:
		kelementwise.Fill(trace.Elems[bool](y), x != 0)
	case trace.Uint8:
		kelementwise.Fill(trace.Elems[uint8](y), uint8(int64(x)))
	case trace.Int8:
		kelementwise.Fill(trace.Elems[int8](y), int8(int64(x)))
	case trace.Int32:
		kelementwise.Fill(trace.Elems[int32](y), int32(x))
	case trace.Int64:
		kelementwise.Fill(trace.Elems[int64](y), int64(x))
	case trace.BFloat16:
		kelementwise.Fill(trace.Elems[trace.BF16](y), trace.ToBF16(half.OddOfFloat(x)))
	case trace.Float16:
		kelementwise.Fill(trace.Elems[trace.F16](y), trace.ToF16(half.OddOfFloat(x)))
	case trace.Float32:
		kelementwise.Fill(trace.Elems[float32](y), float32(x))
	case trace.Float64:
		kelementwise.Fill(trace.Elems[float64](y), x)
	}
}

// number lists the dtypes that have arithmetic.
type number interface {
	int32 | int64 | float32 | float64
}

func (full) StoresIn(int) bool { return true }

// Uniform says that all elements of the output are one number.
func (full) Uniform() {}

func (full) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return nil }

func (op full) Batch(int, []trace.Value, []bool) []trace.Value { return trace.Bind(op) }

// Signs returns the class of the number. As a bool, anything but 0 is true.
func (op full) Signs([]trace.Sign) []trace.Sign {
	if op.Type.DType == trace.Bool {
		return oneSign(truth(op.Value != 0))
	}
	return oneSign(trace.SignOf(op.Value))
}

type counting struct {
	Type trace.Type
	Axis int
}

func (counting) Name() string { return "iota" }

func (op counting) Infer([]trace.Type) ([]trace.Type, error) {
	if err := wantNumbers(op.Type); err != nil {
		return nil, err
	}
	return []trace.Type{op.Type}, checkAxis(op.Axis, op.Type)
}

func (op counting) Eval(_, out []*trace.Array) {
	onNumber(out[0].DType(), count[int32], count[int64], count[float32], count[float64])(out[0], op.Axis)
}

func count[T number](y *trace.Array, axis int) {
	outer, n, inner := around(y.Shape(), axis)
	kelementwise.Iota(trace.Elems[T](y), outer, n, inner)
}

func (counting) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return nil }

func (op counting) Batch(int, []trace.Value, []bool) []trace.Value { return trace.Bind(op) }

func (counting) Signs([]trace.Sign) []trace.Sign { return oneSign(trace.PosZero | trace.Positive) }
