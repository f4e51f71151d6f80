package fn

import (
	"fmt"
	"slices"

	karray "github.com/pullback-go/pullback/internal/kernel/array"
	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	klayout "github.com/pullback-go/pullback/internal/kernel/layout"
	"github.com/pullback-go/pullback/trace"
)

// BroadcastTo repeats x to a shape by NumPy's rules. Shapes are aligned at their last
// axes, and an axis of x that is missing or has length 1 is repeated. If x has the shape
// already, the result is x itself.
func BroadcastTo(x trace.Value, shape ...int) trace.Value {
	defer trace.Naming("broadcast_to", x)
	axes := allAxes(x.Rank())
	if lead := len(shape) - len(axes); lead > 0 {
		axes = shifted(axes, lead)
	}
	return BroadcastIn(x, shape, axes...)
}

// BroadcastIn repeats x to a shape in which axis i of x becomes axis axes[i]:
// BroadcastIn(x[c], []int{n, c, h, w}, 1) repeats a row of channels over images and
// pixels. The axes ascend. An axis of x has the length of its place in the shape, or it
// has length 1 and is repeated. Anything else is an error, even where the shapes are
// equal.
func BroadcastIn(x trace.Value, shape []int, axes ...int) trace.Value {
	defer trace.Naming("broadcast_in", x)
	if slices.Equal(x.Shape(), shape) && isIdentity(axes) && len(axes) == len(shape) {
		return x
	}
	return trace.Bind1(expand{slices.Clone(shape), slices.Clone(axes)}, x)
}

// isIdentity reports whether each axis stays where it is.
func isIdentity(axes []int) bool {
	for i, a := range axes {
		if a != i {
			return false
		}
	}
	return true
}

// Expand repeats x n times along a new axis, which has the given position in the result:
// with axis 0, y[i ...] = x[...].
func Expand(x trace.Value, axis, n int) trace.Value {
	defer trace.Naming("expand", x)
	axis = fromEnd(axis, x.Rank()+1)
	if axis < 0 || axis > x.Rank() {
		refuse("expand", []trace.Value{x}, "a new axis %d does not fit: it lies between 0 and %d", axis, x.Rank())
	}
	axes := allAxes(x.Rank())
	for i := axis; i < len(axes); i++ {
		axes[i]++
	}
	return trace.Bind1(expand{slices.Insert(slices.Clone(x.Shape()), axis, n), axes}, x)
}

// SumTo adds up x to a shape that BroadcastTo would repeat to the shape of x. It is the
// adjoint of BroadcastTo.
func SumTo(x trace.Value, shape ...int) trace.Value {
	defer trace.Naming("sum_to", x)
	lead := x.Rank() - len(shape)
	if got, err := BroadcastShapes(x.Shape(), shape); err != nil || !slices.Equal(got, x.Shape()) {
		refuse("sum_to", []trace.Value{x}, "the shape %v does not broadcast to %v", shape, x.Shape())
	}
	return sumIn(x, shape, shifted(allAxes(len(shape)), lead))
}

// BroadcastShapes returns the shape to which both shapes broadcast by NumPy's rules.
func BroadcastShapes(a, b []int) ([]int, error) {
	long, short := a, b
	if len(a) < len(b) {
		long, short = b, a
	}
	out, lead := slices.Clone(long), len(long)-len(short)
	for i, d := range short {
		switch at := lead + i; {
		case out[at] == 1:
			out[at] = d
		case d != 1 && d != out[at]:
			back := len(long) - at
			return nil, fmt.Errorf("shapes %v and %v do not broadcast: axis -%d has the lengths %d and %d, neither equal nor 1",
				a, b, back, a[len(a)-back], b[len(b)-back])
		}
	}
	return out, nil
}

// expand repeats an array to a shape. Axis i of the operand becomes axis Axes[i].
type expand struct{ Shape, Axes []int }

func (expand) Name() string         { return "expand" }
func (expand) Kind() trace.Kind     { return trace.KindShaping + ".expand" }
func (expand) LinearIn([]bool) bool { return true }

func (op expand) Infer(in []trace.Type) ([]trace.Type, error) {
	x := in[0].Shape
	if len(x) > len(op.Shape) {
		return nil, fmt.Errorf("%v does not broadcast to the shape %v, which has fewer axes", in[0], op.Shape)
	}
	if len(x) != len(op.Axes) {
		return nil, fmt.Errorf("%d axes are named for the %d of %v", len(op.Axes), len(x), in[0])
	}
	for i, a := range op.Axes {
		if a < 0 || a >= len(op.Shape) || i > 0 && a <= op.Axes[i-1] {
			return nil, fmt.Errorf("axes %v do not ascend within the %d axes of the shape %v", op.Axes, len(op.Shape), op.Shape)
		}
		if x[i] != 1 && x[i] != op.Shape[a] {
			return nil, fmt.Errorf("%v does not broadcast to the shape %v: axis %d of the operand has length %d, want %d or 1",
				in[0], op.Shape, i, x[i], op.Shape[a])
		}
	}
	return []trace.Type{trace.TypeOf(in[0].DType, op.Shape...)}, nil
}

func (op expand) Eval(in, out []*trace.Array) {
	onBits(in[0].DType(), repeat[uint8], repeat[uint16], repeat[uint32], repeat[uint64])(op, in[0], out[0])
}

func repeat[E karray.Bits](op expand, x, y *trace.Array) {
	src, dst := trace.Bits[E](x), trace.Bits[E](y)
	if len(src) == 1 {
		kelementwise.Fill(dst, src[0])
		return
	}
	var room [8]int
	klayout.Broadcast(dst, src, op.Shape, op.strides(room[:0], x.Shape()))
}

// strides appends a stride for each axis of the output: the distance, in an operand of
// shape x, between neighbors along that axis. It is 0 where the operand repeats.
func (op expand) strides(list, x []int) []int {
	list = append(list, op.Shape...)
	clear(list)
	step := 1
	for i := len(op.Axes) - 1; i >= 0; i-- {
		if n := x[i]; n != 1 {
			list[op.Axes[i]] = step
			step *= n
		}
	}
	return list
}

// Spread computes a part of the output.
func (op expand) Spread(in, part *trace.Array, from int) {
	onBits(in.DType(), repeatPart[uint8], repeatPart[uint16], repeatPart[uint32], repeatPart[uint64])(op, in, part, from)
}

// repeatPart works run by run. A run covers the last axes of the output, as far as all of
// them repeat or all of them follow the operand. It is one repeated element of the
// operand, or a copy of neighboring ones.
func repeatPart[E karray.Bits](op expand, x, y *trace.Array, from int) {
	src, dst := trace.Bits[E](x), trace.Bits[E](y)
	var room [8]int
	strides := op.strides(room[:0], x.Shape())
	axes, run := op.runs(strides)
	repeats := len(strides) == 0 || strides[len(strides)-1] == 0
	for len(dst) > 0 {
		within := from % run
		n := min(run-within, len(dst))
		at := operandAt(from/run, op.Shape[:axes], strides)
		switch {
		case repeats && n == run && axes > 0:
			length := op.Shape[axes-1]
			n *= min(length-from/run%length, len(dst)/run)
			kelementwise.FillRuns(dst[:n], src[at:], strides[axes-1], run)
		case repeats:
			kelementwise.Fill(dst[:n], src[at])
		default:
			copy(dst[:n], src[at+within:])
		}
		dst, from = dst[n:], from+n
	}
}

// runs returns the number of axes before those that make a run, and the length of a run.
func (op expand) runs(strides []int) (axes, run int) {
	axes, run = len(strides), 1
	for axes > 0 {
		want := run // the stride with which the operand continues the run
		if strides[len(strides)-1] == 0 {
			want = 0
		}
		if op.Shape[axes-1] != 1 && strides[axes-1] != want {
			break
		}
		axes--
		run *= op.Shape[axes]
	}
	return axes, run
}

// operandAt returns the position in the operand of the element with a flat index over the
// axes of a shape.
func operandAt(index int, shape, strides []int) int {
	at := 0
	for a := len(shape) - 1; a >= 0; a-- {
		at += index % shape[a] * strides[a]
		index /= shape[a]
	}
	return at
}

func (op expand) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{sumIn(ct[0], in[0].Shape(), op.Axes)}
}

// sumIn is the adjoint of BroadcastIn(x, y.Shape(), axes...) for x of the given shape.
func sumIn(y trace.Value, shape, axes []int) trace.Value {
	var over []int
	for a, n := range y.Shape() {
		if i, kept := slices.BinarySearch(axes, a); n != 1 && !(kept && shape[i] == n) {
			over = append(over, a)
		}
	}
	if len(over) > 0 {
		y = Sum(y, over...)
	}
	return Reshape(y, shape...)
}

func (op expand) Batch(size int, in []trace.Value, _ []bool) []trace.Value {
	shape := append([]int{size}, op.Shape...)
	return trace.Bind(expand{shape, append([]int{0}, shifted(op.Axes, 1)...)}, in[0])
}

// Simplify removes an expand that repeats nothing. One that only adds axes of length 1
// becomes a reshape.
func (op expand) Simplify(in []trace.Type) (trace.Op, []int, bool) {
	if slices.Equal(in[0].Shape, op.Shape) {
		return nil, []int{0}, true
	}
	return reshape{op.Shape}, []int{0}, in[0].Size() == trace.TypeOf(in[0].DType, op.Shape...).Size() && in[0].Size() > 0
}

func (expand) Moves() {}

func (expand) StoresIn(int) bool { return true }

func (expand) Signs(in []trace.Sign) []trace.Sign { return in[:1:1] }
