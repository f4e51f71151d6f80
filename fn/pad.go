package fn

import (
	"fmt"
	"math"
	"slices"

	karray "github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/trace"
)

// PadConfig says what [Pad] puts around an array. A list has an entry for each axis. An
// empty list means 0 on every axis.
type PadConfig struct {
	// Low and High are the numbers of elements to add before the first and after the last
	// of each axis. A negative number takes elements away.
	Low, High []int
	// Value is the element to add, 0 by default. In an int array its fraction is dropped.
	// In a bool array anything but 0 is true.
	Value float64
	// Mode says what to add instead, where it is not PadConstant. Then Value has no effect.
	Mode PadMode
}

// PadMode says which elements [Pad] adds.
type PadMode uint8

// The modes, with what they add on both sides of an axis with the elements 1 2 3.
const (
	PadConstant  PadMode = iota // a constant
	PadEdge                     // the first and the last element: 1 1 [1 2 3] 3 3
	PadReflect                  // mirrored elements without the edge: 3 2 [1 2 3] 2 1
	PadWrap                     // those of the other end: 2 3 [1 2 3] 1 2
	PadSymmetric                // mirrored elements with the edge: 2 1 [1 2 3] 3 2
)

// Pad adds elements around x, as is usual before a convolution: Pad(x[a b], {Low: {1, 0},
// High: {2, 3}}) is y[a+3 b+3]. Elements are taken away first. The cotangents of constants
// are dropped; those of copied elements go to where they were copied from. A reflection
// that goes beyond the other end turns back there.
func Pad(x trace.Value, c PadConfig) trace.Value {
	defer trace.Naming("pad", x)
	for _, list := range [][]int{c.Low, c.High} {
		if len(list) != 0 && len(list) != x.Rank() {
			refuse("pad", []trace.Value{x}, "%v has %d entries for %d axes: give one for each", list, len(list), x.Rank())
		}
	}
	if c.Mode > PadSymmetric {
		refuse("pad", []trace.Value{x}, "the mode %d does not exist: use fn.PadConstant, PadEdge, PadReflect, PadWrap or PadSymmetric", c.Mode)
	}
	x = crop(x, c)
	op := pad{slices.Clone(x.Shape()), make([]int, x.Rank()), wholeSlice(x.Shape()).Step, c.Value}
	for a := range op.Shape {
		low, high := max(entry(c.Low, a, 0), 0), max(entry(c.High, a, 0), 0)
		length := plus(op.Shape[a], low, high)
		if length > longest {
			refuse("pad", []trace.Value{x}, "axis %d: %d elements with %d before and %d after them are more than memory can address",
				a, op.Shape[a], low, high)
		}
		op.Start[a], op.Shape[a] = low, length
	}
	if slices.Equal(op.Shape, x.Shape()) {
		return x
	}
	if c.Mode != PadConstant {
		return c.Mode.around(x, op.Start, op.Shape)
	}
	return trace.Bind1(op, x)
}

// around takes elements of x along each axis, so that x begins at start in an array of a
// shape.
func (m PadMode) around(x trace.Value, start, shape []int) trace.Value {
	for a, length := range shape {
		n := x.Dim(a)
		if length == n {
			continue
		}
		if n == 0 {
			refuse("pad", []trace.Value{x}, "axis %d is empty: it has no elements to copy", a)
		}
		index := trace.NewArray(trace.TypeOf(trace.Int64, length))
		for i := range length {
			trace.Elems[int64](index)[i] = int64(m.source(i-start[a], n))
		}
		x = Take(x, trace.FromArray(index), a)
	}
	return x
}

// source returns the index, on an axis of n elements, that stands for index i, which may
// lie outside of the axis.
func (m PadMode) source(i, n int) int {
	switch m {
	case PadWrap:
		return wholeModOf(i, n)
	case PadSymmetric:
		i = wholeModOf(i, 2*n)
		return min(i, 2*n-1-i)
	case PadReflect:
		period := max(2*n-2, 1)
		i = wholeModOf(i, period)
		return min(i, period-i)
	}
	return min(max(i, 0), n-1)
}

// crop takes away the elements that negative numbers in c name.
func crop(x trace.Value, c PadConfig) trace.Value {
	op := wholeSlice(x.Shape())
	for a, n := range x.Shape() {
		low, high := taken(c.Low, a), taken(c.High, a)
		if plus(low, high) > n {
			refuse("pad", []trace.Value{x}, "axis %d has length %d: %d elements cannot be taken away", a, n, plus(low, high))
		}
		op.Start[a], op.Size[a] = low, n-low-high
	}
	return op.apply(x)
}

// taken returns how many elements of axis a a negative number in the list takes away.
func taken(list []int, a int) int {
	n := entry(list, a, 0)
	if n == math.MinInt {
		return math.MaxInt // its negative is no int, and no axis is that long
	}
	return max(-n, 0)
}

// pad fills Shape with Value and lays its operand over it, at Start, Start + Step, ...
// along each axis. If Value is 0, it is the adjoint of a slice.
type pad struct {
	Shape, Start, Step []int
	Value              float64
}

func (pad) Name() string            { return "pad" }
func (pad) Kind() trace.Kind        { return trace.KindShaping + ".pad" }
func (op pad) LinearIn([]bool) bool { return op.Value == 0 }

func (op pad) Infer(in []trace.Type) ([]trace.Type, error) {
	if len(op.Shape) != in[0].Rank() {
		return nil, fmt.Errorf("the result has %d axes, %v has %d", len(op.Shape), in[0], in[0].Rank())
	}
	for a, n := range op.Shape {
		if err := inAxis(a, n, op.Start[a], in[0].Shape[a], op.Step[a]); err != nil {
			return nil, err
		}
	}
	return []trace.Type{trace.TypeOf(in[0].DType, op.Shape...)}, nil
}

func (op pad) Eval(in, out []*trace.Array) {
	fillWith(out[0], op.Value)
	if in[0].Type().Size() > 0 {
		onBits(in[0].DType(), padElems[uint8], padElems[uint16], padElems[uint32], padElems[uint64])(op, in[0], out[0])
	}
}

func padElems[E karray.Bits](op pad, x, y *trace.Array) {
	place(trace.Bits[E](y), trace.Bits[E](x), op.Shape, op.Start, op.Step, x.Shape())
}

// place copies src, of the shape size, to dst[start + i·step].
func place[E any](dst, src []E, shape, start, step, size []int) {
	if len(size) == 0 {
		dst[0] = src[0]
		return
	}
	d, s := volume(shape[1:]), volume(size[1:])
	if step[0] == 1 && slices.Equal(shape[1:], size[1:]) && !slices.ContainsFunc(step[1:], isNotOne) {
		copy(dst[start[0]*d:], src[:size[0]*s])
		return
	}
	for i := range size[0] {
		place(dst[(start[0]+i*step[0])*d:], src[i*s:], shape[1:], start[1:], step[1:], size[1:])
	}
}

func isNotOne(n int) bool { return n != 1 }

func (op pad) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{trace.Bind1(slice{op.Start, in[0].Shape(), op.Step}, ct[0])}
}

func (op pad) Batch(size int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(pad{prepend(size, op.Shape), prepend(0, op.Start), prepend(1, op.Step), op.Value}, in[0])
}

// Simplify removes a pad that adds nothing.
func (op pad) Simplify(in []trace.Type) (trace.Op, []int, bool) {
	return nil, []int{0}, slice{op.Start, in[0].Shape, op.Step}.whole(op.Shape)
}

func (pad) Moves() {}

func (pad) StoresIn(int) bool { return true }

// Signs returns the classes of the operand and of Value.
func (op pad) Signs(in []trace.Sign) []trace.Sign {
	return oneSign(in[0] | full{Value: op.Value}.Signs(nil)[0])
}
