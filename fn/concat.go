package fn

import (
	"errors"
	"fmt"

	karray "github.com/pullback-go/pullback/internal/kernel/array"
	klayout "github.com/pullback-go/pullback/internal/kernel/layout"
	"github.com/pullback-go/pullback/trace"
)

// Concat joins arrays along an axis. They have one dtype, which weak arrays take from the
// others, and their other axes have equal lengths. A negative axis counts from the last.
// Concat of one array is that array.
func Concat(axis int, xs ...trace.Value) trace.Value {
	defer trace.Naming("concat", xs...)
	if len(xs) == 1 {
		x := xs[0]
		if err := checkAxis(fromEnd(axis, x.Rank()), x.Type()); err != nil {
			refuse("concat", xs, "%v", err)
		}
		return x
	}
	rank := 0
	if len(xs) > 0 {
		rank = xs[0].Rank()
	}
	return trace.Bind1(concat{fromEnd(axis, rank)}, promoteAll(xs)...)
}

// Stack joins arrays of one type along a new axis; a [Scalar] takes the dtype of the
// others. The axis is its position in the result: Stack(1, x[a b], y[a b]) is z[a 2 b]. A
// negative axis counts from the end of the result.
func Stack(axis int, xs ...trace.Value) trace.Value {
	defer trace.Naming("stack", xs...)
	xs = promoteAll(xs)
	parts := make([]trace.Value, len(xs))
	for i, x := range together(xs...) {
		if !x.Type().Equal(xs[0].Type()) {
			refuse("stack", xs, "operand %d is %v, operand 0 is %v: all have one type", i, x.Type(), xs[0].Type())
		}
		parts[i] = ExpandDims(x, axis)
	}
	return Concat(axis, parts...)
}

type concat struct{ Axis int }

func (concat) Name() string                { return "concat" }
func (concat) Kind() trace.Kind            { return trace.KindShaping + ".concat" }
func (concat) LinearIn(marked []bool) bool { return every(marked) }

func (op concat) Infer(in []trace.Type) ([]trace.Type, error) {
	if len(in) == 0 {
		return nil, errors.New("there is nothing to join: give at least one array")
	}
	if err := checkAxis(op.Axis, in[0]); err != nil {
		return nil, err
	}
	shape := append([]int(nil), in[0].Shape...)
	for i, t := range in[1:] {
		if err := op.joins(in[0], t, i+1); err != nil {
			return nil, err
		}
		shape[op.Axis] += t.Shape[op.Axis]
	}
	return []trace.Type{trace.TypeOf(in[0].DType, shape...)}, nil
}

// joins reports why operand i, of type u, cannot be joined to t.
func (op concat) joins(t, u trace.Type, i int) error {
	if t.DType != u.DType {
		return fmt.Errorf("operand %d is %v, operand 0 is %v: fn.Cast one of them", i, u.DType, t.DType)
	}
	if t.Rank() != u.Rank() {
		return fmt.Errorf("operand %d has %d axes, operand 0 has %d", i, u.Rank(), t.Rank())
	}
	for a, d := range t.Shape {
		if a != op.Axis && u.Shape[a] != d {
			return fmt.Errorf("axis %d of operand %d has length %d, of operand 0 %d: only axis %d may differ", a, i, u.Shape[a], d, op.Axis)
		}
	}
	return nil
}

func (op concat) Eval(in, out []*trace.Array) {
	onBits(in[0].DType(), concatElems[uint8], concatElems[uint16], concatElems[uint32], concatElems[uint64])(op, in, out)
}

func concatElems[E karray.Bits](op concat, in, out []*trace.Array) {
	srcs, widths := make([][]E, len(in)), make([]int, len(in))
	for i, a := range in {
		srcs[i], widths[i] = trace.Bits[E](a), volume(a.Shape()[op.Axis:])
	}
	klayout.Concat(trace.Bits[E](out[0]), srcs, volume(in[0].Shape()[:op.Axis]), widths)
}

func (op concat) VJP(in, _, ct []trace.Value, want []bool) []trace.Value {
	out := make([]trace.Value, len(in))
	at := 0
	for i, x := range in {
		n := x.Shape()[op.Axis]
		if want[i] {
			out[i] = part(ct[0], op.Axis, at, at+n)
		}
		at += n
	}
	return out
}

// part is x from start to stop along one axis.
func part(x trace.Value, axis, start, stop int) trace.Value {
	op := wholeSlice(x.Shape())
	op.Start[axis], op.Size[axis] = start, stop-start
	return op.apply(x)
}

func (op concat) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	all := make([]trace.Value, len(in))
	for i, x := range in {
		all[i] = toFront(x, batched[i], size)
	}
	return []trace.Value{Concat(op.Axis+1, all...)}
}

func (concat) Moves() {}

func (concat) StoresIn(int) bool { return true }
func (concat) Nonexpansive()     {}

func (concat) Signs(in []trace.Sign) []trace.Sign {
	var all trace.Sign
	for _, s := range in {
		all |= s
	}
	return oneSign(all)
}
