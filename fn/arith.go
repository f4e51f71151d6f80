package fn

import (
	"slices"

	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/trace"
)

// Add is a + b, elementwise. Like every operation of two operands, it broadcasts by
// NumPy's rules (see [BroadcastTo]), gives a [Scalar] the dtype of the other operand, and
// refuses two different dtypes. Integers wrap.
func Add(a, b trace.Value) trace.Value { return binary(add{}, a, b) }

// Sub is a - b, elementwise. Integers wrap.
func Sub(a, b trace.Value) trace.Value { return binary(sub{}, a, b) }

// Mul is a · b, elementwise. Integers wrap.
func Mul(a, b trace.Value) trace.Value { return binary(mul{}, a, b) }

// Div is a / b, elementwise. Floats follow IEEE 754: x/0 is infinite, 0/0 is NaN.
// Integers are truncated towards zero, and division by zero panics with a *trace.Error.
func Div(a, b trace.Value) trace.Value { return binary(div{}, a, b) }

// Neg is -x, elementwise.
func Neg(x trace.Value) trace.Value { return trace.Bind1(neg{}, x) }

// binary applies an elementwise op of two equal types. It first gives the operands one
// dtype and shape.
func binary(op trace.Op, a, b trace.Value) trace.Value {
	defer trace.Naming(op.Name(), a, b)
	a, b = agree(a, b)
	return trace.Bind1(op, a, b)
}

// agree gives a weak operand the dtype of the other and broadcasts both to one shape.
// Operands that cannot agree are returned as they are, so that Infer can name them.
func agree(a, b trace.Value) (trace.Value, trace.Value) {
	if a.IsAbsent() || b.IsAbsent() || a.Type().Equal(b.Type()) && a.IsWeak() == b.IsWeak() {
		return a, b
	}
	switch {
	case a.IsWeak() == b.IsWeak():
	case isNumber(a):
		return FullLike(b, a.Float64()), b
	case isNumber(b):
		return a, FullLike(a, b.Float64())
	case a.IsWeak():
		a = Promote(a, b.DType())
	default:
		b = Promote(b, a.DType())
	}
	shape, err := BroadcastShapes(a.Shape(), b.Shape())
	if err != nil || a.DType() != b.DType() {
		return a, b
	}
	both := together(a, b)
	return BroadcastTo(both[0], shape...), BroadcastTo(both[1], shape...)
}

// together lifts operands to the newest of their traces, so that operations on a captured
// array are recorded, not computed.
func together(vs ...trace.Value) []trace.Value { return trace.Newest(vs).LiftAll(vs) }

// loop computes dst from two operands of the same length.
type loop[T number] func(dst, a, b []T)

// arithmetic runs the loop for the dtype of the operands.
func arithmetic(in, out []*trace.Array, i32 loop[int32], i64 loop[int64], f32 loop[float32], f64 loop[float64]) {
	switch out[0].DType() {
	case trace.Int32:
		run(in, out, i32)
	case trace.Int64:
		run(in, out, i64)
	case trace.Float32:
		run(in, out, f32)
	case trace.Float64:
		run(in, out, f64)
	}
}

func run[T number](in, out []*trace.Array, f loop[T]) {
	f(trace.Elems[T](out[0]), trace.Elems[T](in[0]), trace.Elems[T](in[1]))
}

type add struct{}

func (add) Name() string                                { return "add" }
func (add) Kind() trace.Kind                            { return trace.KindAdd }
func (add) Infer(in []trace.Type) ([]trace.Type, error) { return sameNumbers(in) }
func (add) LinearIn(marked []bool) bool                 { return every(marked) }

func (add) Eval(in, out []*trace.Array) {
	arithmetic(in, out, kelementwise.Add, kelementwise.Add, kelementwise.Add, kelementwise.Add)
}

func (add) VJP(_, _, ct []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{ct[0], ct[0]}
}

func (op add) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}

func (add) Elementwise()  {}
func (add) Nonexpansive() {}

func (add) Signs(in []trace.Sign) []trace.Sign { return oneSign(in[0].Plus(in[1])) }

// SimplifySigns replaces x + (-0) by x, and x + (+0) too unless x may be -0.
func (add) SimplifySigns(in []trace.Sign) (trace.Op, []int, bool) {
	if addsNothing(in[0], in[1]) {
		return nil, []int{1}, true
	}
	return nil, []int{0}, addsNothing(in[1], in[0])
}

type sub struct{}

func (sub) Name() string                                { return "sub" }
func (sub) Kind() trace.Kind                            { return trace.KindSub }
func (sub) Infer(in []trace.Type) ([]trace.Type, error) { return sameNumbers(in) }
func (sub) LinearIn(marked []bool) bool                 { return every(marked) }

func (sub) Eval(in, out []*trace.Array) {
	arithmetic(in, out, kelementwise.Sub, kelementwise.Sub, kelementwise.Sub, kelementwise.Sub)
}

func (sub) VJP(_, _, ct []trace.Value, want []bool) []trace.Value {
	return pair(want, func() trace.Value { return ct[0] }, func() trace.Value { return Neg(ct[0]) })
}

func (op sub) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}

func (sub) Elementwise()  {}
func (sub) Nonexpansive() {}

func (sub) Signs(in []trace.Sign) []trace.Sign { return oneSign(in[0].Plus(in[1].Negated())) }

// SimplifySigns replaces x - (+0) by x, and x - (-0) too unless x may be -0. It replaces
// (-0) - x by -x, and (+0) - x too unless x may be +0.
func (sub) SimplifySigns(in []trace.Sign) (trace.Op, []int, bool) {
	if addsNothing(in[1].Negated(), in[0]) {
		return nil, []int{0}, true
	}
	return neg{}, []int{1}, addsNothing(in[0], in[1].Negated())
}

type mul struct{}

func (mul) Name() string                                { return "mul" }
func (mul) Kind() trace.Kind                            { return trace.KindProduct }
func (mul) Infer(in []trace.Type) ([]trace.Type, error) { return sameNumbers(in) }
func (mul) LinearIn(marked []bool) bool                 { return marked[0] != marked[1] }

func (mul) Eval(in, out []*trace.Array) {
	arithmetic(in, out, kelementwise.Mul, kelementwise.Mul, kelementwise.Mul, kelementwise.Mul)
}

func (mul) VJP(in, _, ct []trace.Value, want []bool) []trace.Value {
	return pair(want,
		func() trace.Value { return Mul(ct[0], in[1]) },
		func() trace.Value { return Mul(ct[0], in[0]) })
}

func (op mul) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}

func (mul) Elementwise() {}

func (mul) Signs(in []trace.Sign) []trace.Sign { return oneSign(in[0].Times(in[1])) }

type div struct{}

func (div) Name() string                                { return "div" }
func (div) Infer(in []trace.Type) ([]trace.Type, error) { return sameNumbers(in) }
func (div) LinearIn(marked []bool) bool                 { return marked[0] && !marked[1] }

func (op div) Eval(in, out []*trace.Array) {
	wantNoZeros(op, in[1])
	arithmetic(in, out, kelementwise.Div, kelementwise.Div, kelementwise.Div, kelementwise.Div)
}

// wantNoZeros panics with a *trace.Error if an integer divisor has a zero.
func wantNoZeros(op trace.Op, divisor *trace.Array) {
	at := -1
	switch divisor.DType() {
	case trace.Int32:
		at = slices.Index(trace.Elems[int32](divisor), 0)
	case trace.Int64:
		at = slices.Index(trace.Elems[int64](divisor), 0)
	}
	if at >= 0 {
		panic(trace.Errorf("%s: integer division by zero: element %d of the divisor %v is 0; use fn.Where to replace it, or fn.Cast to a float dtype",
			op.Name(), at, divisor.Type()))
	}
}

func (div) VJP(in, out, ct []trace.Value, want []bool) []trace.Value {
	return pair(want,
		func() trace.Value { return Div(ct[0], in[1]) },
		func() trace.Value { return Neg(Mul(ct[0], Div(out[0], in[1]))) })
}

func (op div) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}

func (div) Elementwise() {}

func (div) Signs(in []trace.Sign) []trace.Sign { return oneSign(in[0].Over(in[1])) }

type neg struct{}

func (neg) Name() string         { return "neg" }
func (neg) LinearIn([]bool) bool { return true }

func (neg) Infer(in []trace.Type) ([]trace.Type, error) { return in[:1:1], wantNumbers(in[0]) }

func (neg) Eval(in, out []*trace.Array) {
	onNumber(out[0].DType(), negate[int32], negate[int64], negate[float32], negate[float64])(in[0], out[0])
}

func negate[T number](x, y *trace.Array) { kelementwise.Neg(trace.Elems[T](y), trace.Elems[T](x)) }

func (neg) VJP(_, _, ct []trace.Value, _ []bool) []trace.Value { return []trace.Value{Neg(ct[0])} }

func (op neg) Batch(_ int, in []trace.Value, _ []bool) []trace.Value { return trace.Bind(op, in[0]) }

func (neg) Elementwise() {}

func (neg) Signs(in []trace.Sign) []trace.Sign { return oneSign(in[0].Negated()) }

// addsNothing reports whether adding a number of the classes zero leaves every number of
// the classes to unchanged.
func addsNothing(zero, to trace.Sign) bool {
	return zero == trace.NegZero || zero&^trace.Zero == 0 && to&trace.NegZero == 0
}
