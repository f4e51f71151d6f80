package fn

import (
	"fmt"
	"math"

	karray "github.com/pullback-go/pullback/internal/kernel/array"
	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/trace"
)

// Where is a where cond is true, else b, elementwise. cond is bool. All three broadcast
// together. A [Scalar] takes the dtype of the other branch; two Scalars give a result
// that takes the dtype of whatever it is combined with. With Scalar(0) as one branch,
// Where is a [Mask].
//
// The cotangent of the branch that was not taken is 0. That does not undo a NaN or an
// infinity in that branch's own derivative: Where(Greater(x, Scalar(0)), Log(x),
// Scalar(0)) has the gradient 0·(1/0) = NaN at 0. Make the operand harmless instead of
// the result: Log(Where(positive, x, Scalar(1))), and mask that.
func Where(cond, a, b trace.Value) trace.Value {
	defer trace.Naming("where", cond, a, b)
	switch {
	case cond.IsAbsent() || a.IsAbsent() || b.IsAbsent():
		return trace.Bind1(where{}, cond, a, b)
	case isZero(b) && !a.IsWeak():
		return Mask(cond, a)
	case isZero(a) && !b.IsWeak():
		return Mask(Not(cond), b)
	case isNumber(a) && isNumber(b):
		t := trace.TypeOf(trace.Float64, cond.Shape()...)
		return trace.Bind1(where{}, cond, FillAs(cond, t, a.Float64()), FillAs(cond, t, b.Float64())).WithWeak(true)
	}
	a, b = agree(a, b)
	shape, err := BroadcastShapes(cond.Shape(), a.Shape())
	if err != nil || !a.Type().Equal(b.Type()) {
		return trace.Bind1(where{}, cond, a, b)
	}
	all := together(cond, a, b)
	return trace.Bind1(where{}, BroadcastTo(all[0], shape...), BroadcastTo(all[1], shape...), BroadcastTo(all[2], shape...))
}

// isZero reports whether x is Scalar(0), and not Scalar(-0).
func isZero(x trace.Value) bool {
	return isNumber(x) && x.Float64() == 0 && !math.Signbit(x.Float64())
}

// Mask is x where cond is true, else +0, elementwise. Both broadcast. It is linear in x.
// Unlike a product with 0 and 1 it stops NaN and infinity.
func Mask(cond, x trace.Value) trace.Value {
	defer trace.Naming("mask", cond, x)
	if cond.IsAbsent() || x.IsAbsent() {
		return trace.Bind1(mask{}, cond, x)
	}
	if shape, err := BroadcastShapes(cond.Shape(), x.Shape()); err == nil {
		both := together(cond, x)
		cond, x = BroadcastTo(both[0], shape...), BroadcastTo(both[1], shape...)
	}
	return trace.Bind1(mask{}, cond, x)
}

// wantCond checks the condition of an elementwise choice among operands of type x.
func wantCond(cond, x trace.Type) error {
	if cond.DType != trace.Bool {
		return fmt.Errorf("the condition is %v, not bool: compare it first, as with fn.NotEqual", cond)
	}
	return same(trace.TypeOf(x.DType, cond.Shape...), x)
}

type where struct{}

func (where) Name() string { return "where" }

func (where) LinearIn(marked []bool) bool { return !marked[0] && marked[1] && marked[2] }

func (where) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := same(in[1], in[2]); err != nil {
		return nil, err
	}
	return in[1:2:2], wantCond(in[0], in[1])
}

func (where) Eval(in, out []*trace.Array) {
	if out[0].DType() == trace.Bool { // many at once
		kelementwise.Select(trace.Elems[bool](out[0]), trace.Elems[bool](in[0]), trace.Elems[bool](in[1]), trace.Elems[bool](in[2]))
		return
	}
	onBits(out[0].DType(), choose[uint8], choose[uint16], choose[uint32], choose[uint64])(in, out[0])
}

func choose[E karray.Bits](in []*trace.Array, y *trace.Array) {
	kelementwise.Select(trace.Bits[E](y), trace.Elems[bool](in[0]), trace.Bits[E](in[1]), trace.Bits[E](in[2]))
}

func (where) VJP(in, _, ct []trace.Value, want []bool) []trace.Value {
	out := make([]trace.Value, 3)
	if want[1] {
		out[1] = Mask(in[0], ct[0])
	}
	if want[2] {
		out[2] = Mask(Not(in[0]), ct[0])
	}
	return out
}

func (op where) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}

func (where) StoresIn(int) bool { return true }

func (where) Moves()        {}
func (where) Elementwise()  {}
func (where) Nonexpansive() {}

func (where) Signs(in []trace.Sign) []trace.Sign {
	return oneSign(in[0].Map(func(c trace.Sign) trace.Sign {
		if c == trace.Positive {
			return in[1]
		}
		return in[2]
	}))
}

func (where) SimplifySigns(in []trace.Sign) (trace.Op, []int, bool) {
	if in[0] == trace.Positive {
		return nil, []int{1}, true
	}
	return nil, []int{2}, in[0] == trace.PosZero
}

type mask struct{}

func (mask) Name() string { return "mask" }

func (mask) LinearIn(marked []bool) bool { return !marked[0] && marked[1] }

func (mask) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantNumbers(in[1]); err != nil {
		return nil, err
	}
	return in[1:2:2], wantCond(in[0], in[1])
}

func (mask) Eval(in, out []*trace.Array) {
	onBits(out[0].DType(), keep[uint8], keep[uint16], keep[uint32], keep[uint64])(in, out[0])
}

func keep[E karray.Bits](in []*trace.Array, out *trace.Array) {
	kelementwise.Keep(trace.Bits[E](out), trace.Elems[bool](in[0]), trace.Bits[E](in[1]))
}

func (mask) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{{}, Mask(in[0], ct[0])}
}

func (op mask) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}

func (mask) StoresIn(int) bool { return true }

func (mask) Moves()        {}
func (mask) Elementwise()  {}
func (mask) Nonexpansive() {}

func (mask) Signs(in []trace.Sign) []trace.Sign {
	return oneSign(in[0].Map(func(c trace.Sign) trace.Sign {
		if c == trace.Positive {
			return in[1]
		}
		return trace.PosZero
	}))
}

// SimplifySigns removes a mask that lets everything through, or whose operand is all +0.
func (mask) SimplifySigns(in []trace.Sign) (trace.Op, []int, bool) {
	return nil, []int{1}, in[0] == trace.Positive || in[1] == trace.PosZero
}
