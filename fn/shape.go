package fn

import (
	"fmt"
	"slices"

	karray "github.com/pullback-go/pullback/internal/kernel/array"
	klayout "github.com/pullback-go/pullback/internal/kernel/layout"
	"github.com/pullback-go/pullback/trace"
)

// Reshape gives the elements, in row-major order, another shape of as many elements. One
// length may be -1; it follows from the others. If x has the shape already, the result is
// x itself.
func Reshape(x trace.Value, shape ...int) trace.Value {
	defer trace.Naming("reshape", x)
	shape = filledIn(x, shape)
	if slices.Equal(shape, x.Shape()) {
		return x
	}
	return trace.Bind1(reshape{shape}, x)
}

// filledIn copies a shape and replaces the one -1 by what the other lengths leave of x.
func filledIn(x trace.Value, shape []int) []int {
	out, open, rest := slices.Clone(shape), -1, 1
	for i, d := range shape {
		switch {
		case d == -1 && open >= 0:
			refuse("reshape", []trace.Value{x}, "%v leaves two lengths open: only one may be -1", shape)
		case d == -1:
			open = i
		default:
			rest *= d
		}
	}
	if open < 0 {
		return out
	}
	if rest == 0 || x.Size()%rest != 0 {
		refuse("reshape", []trace.Value{x}, "no length for axis %d makes %d elements of %v", open, x.Size(), shape)
	}
	out[open] = x.Size() / rest
	return out
}

// Flatten merges the axes from fromAxis on into one: Flatten(x[n c h w], 1) is y[n
// c·h·w]. A negative axis counts from the last. If fromAxis is the rank of x, Flatten
// adds an axis of length 1.
func Flatten(x trace.Value, fromAxis int) trace.Value {
	defer trace.Naming("flatten", x)
	from := fromEnd(fromAxis, x.Rank())
	if from < 0 || from > x.Rank() {
		refuse("flatten", []trace.Value{x}, "there is no axis %d to flatten from", fromAxis)
	}
	kept := x.Shape()[:from:from]
	return Reshape(x, append(kept, volume(x.Shape()[from:]))...)
}

// Squeeze drops the named axes, which have length 1. At least one axis is named, as for
// [Sum].
func Squeeze(x trace.Value, axes ...int) trace.Value {
	defer trace.Naming("squeeze", x)
	sorted := sortedAxes(axes, x.Rank())
	if err := checkNamed(sorted, x.Type()); err != nil {
		refuse("squeeze", []trace.Value{x}, "%v", err)
	}
	for _, a := range sorted {
		if d := x.Shape()[a]; d != 1 {
			refuse("squeeze", []trace.Value{x}, "axis %d has length %d, not 1: use fn.Index or a reduction to drop it", a, d)
		}
	}
	return Reshape(x, without(x.Shape(), sorted)...)
}

// ExpandDims inserts an axis of length 1 before the named one; a negative axis counts
// from the end of the result, so that -1 adds a last axis.
func ExpandDims(x trace.Value, axis int) trace.Value {
	defer trace.Naming("expand_dims", x)
	at := fromEnd(axis, x.Rank()+1)
	if at < 0 || at > x.Rank() {
		refuse("expand_dims", []trace.Value{x}, "there is no place %d for a new axis: use %d to %d", axis, -x.Rank()-1, x.Rank())
	}
	return Reshape(x, slices.Insert(slices.Clone(x.Shape()), at, 1)...)
}

// Transpose puts the axes in another order: axis i of the result is axis perm[i] of x.
// Negative axes count from the last. Without perm the axes are reversed.
func Transpose(x trace.Value, perm ...int) trace.Value {
	defer trace.Naming("transpose", x)
	order := make([]int, len(perm))
	for i, a := range perm {
		order[i] = fromEnd(a, x.Rank())
	}
	if len(perm) == 0 {
		order = allAxes(x.Rank())
		slices.Reverse(order)
	}
	if slices.Equal(order, allAxes(x.Rank())) {
		return x
	}
	return trace.Bind1(transpose{order}, x)
}

// moveAxis moves one axis to another place. The others keep their order.
func moveAxis(x trace.Value, from, to int) trace.Value {
	order := slices.Delete(allAxes(x.Rank()), from, from+1)
	return Transpose(x, slices.Insert(order, to, from)...)
}

// Flip reverses the named axes. At least one axis is named, as for [Sum].
func Flip(x trace.Value, axes ...int) trace.Value {
	defer trace.Naming("flip", x)
	sorted := sortedAxes(axes, x.Rank())
	if err := checkNamed(sorted, x.Type()); err != nil {
		refuse("flip", []trace.Value{x}, "%v", err)
	}
	op := wholeSlice(x.Shape())
	for _, a := range sorted {
		if op.Size[a] > 0 {
			op.Start[a], op.Step[a] = op.Size[a]-1, -1
		}
	}
	return op.apply(x)
}

// Tile repeats x as a whole: axis i of the result holds counts[i] copies of axis i, one
// after the other. It takes a count for every axis.
func Tile(x trace.Value, counts ...int) trace.Value {
	defer trace.Naming("tile", x)
	if len(counts) != x.Rank() {
		refuse("tile", []trace.Value{x}, "%d counts for %d axes: give one for each", len(counts), x.Rank())
	}
	split, spread, merged := make([]int, 0, 2*x.Rank()), make([]int, 0, 2*x.Rank()), make([]int, x.Rank())
	for i, d := range x.Shape() {
		if counts[i] < 0 {
			refuse("tile", []trace.Value{x}, "axis %d cannot be repeated %d times", i, counts[i])
		}
		split, spread = append(split, 1, d), append(spread, counts[i], d)
		merged[i] = counts[i] * d
	}
	return Reshape(BroadcastTo(Reshape(x, split...), spread...), merged...)
}

type reshape struct{ Shape []int }

func (reshape) Name() string         { return "reshape" }
func (reshape) Kind() trace.Kind     { return trace.KindShaping + ".reshape" }
func (reshape) LinearIn([]bool) bool { return true }

func (op reshape) Infer(in []trace.Type) ([]trace.Type, error) {
	out := trace.TypeOf(in[0].DType, op.Shape...)
	for i, d := range op.Shape {
		if d < 0 {
			return nil, fmt.Errorf("axis %d of %v has a negative length", i, op.Shape)
		}
	}
	if out.Size() != in[0].Size() {
		return nil, fmt.Errorf("%v has %d elements, %v has %d: a reshape keeps them all", in[0].Shape, in[0].Size(), op.Shape, out.Size())
	}
	return []trace.Type{out}, nil
}

func (reshape) Eval(in, out []*trace.Array) { out[0].CopyFrom(in[0]) }

// Alias says that the output may lie in the operand's memory.
func (reshape) Alias() bool { return true }

func (reshape) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{Reshape(ct[0], in[0].Shape()...)}
}

func (op reshape) Batch(size int, in []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{Reshape(in[0], append([]int{size}, op.Shape...)...)}
}

// Simplify removes a reshape to the same shape.
func (op reshape) Simplify(in []trace.Type) (trace.Op, []int, bool) {
	return nil, []int{0}, slices.Equal(in[0].Shape, op.Shape)
}

func (reshape) Moves()       {}
func (reshape) Elementwise() {}

func (reshape) Signs(in []trace.Sign) []trace.Sign { return in[:1:1] }

type transpose struct{ Perm []int }

func (transpose) Name() string         { return "transpose" }
func (transpose) Kind() trace.Kind     { return trace.KindShaping + ".transpose" }
func (transpose) LinearIn([]bool) bool { return true }

func (op transpose) Infer(in []trace.Type) ([]trace.Type, error) {
	if len(op.Perm) != in[0].Rank() {
		return nil, fmt.Errorf("%v orders %d axes, %v has %d", op.Perm, len(op.Perm), in[0], in[0].Rank())
	}
	sorted := slices.Clone(op.Perm)
	slices.Sort(sorted)
	if err := checkAxes(sorted, in[0]); err != nil {
		return nil, err
	}
	return []trace.Type{trace.TypeOf(in[0].DType, permuted(in[0].Shape, op.Perm)...)}, nil
}

// permuted returns the shape with its axes in the order of perm.
func permuted(shape, perm []int) []int {
	out := make([]int, len(perm))
	for i, a := range perm {
		out[i] = shape[a]
	}
	return out
}

// inverse returns the order that undoes perm.
func inverse(perm []int) []int {
	out := make([]int, len(perm))
	for i, a := range perm {
		out[a] = i
	}
	return out
}

func (op transpose) Eval(in, out []*trace.Array) {
	onBits(in[0].DType(), transposeElems[uint8], transposeElems[uint16], transposeElems[uint32], transposeElems[uint64])(op, in, out)
}

func transposeElems[E karray.Bits](op transpose, in, out []*trace.Array) {
	klayout.Permute(trace.Bits[E](out[0]), trace.Bits[E](in[0]), in[0].Shape(), op.Perm)
}

func (op transpose) VJP(_, _, ct []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{Transpose(ct[0], inverse(op.Perm)...)}
}

func (op transpose) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{Transpose(in[0], append([]int{0}, shifted(op.Perm, 1)...)...)}
}

// Simplify removes a transpose that keeps the order. One that only moves axes of length 1
// becomes a reshape.
func (op transpose) Simplify(in []trace.Type) (trace.Op, []int, bool) {
	last, identity := -1, true
	for i, a := range op.Perm {
		identity = identity && a == i
		if in[0].Shape[a] == 1 {
			continue
		}
		if a < last {
			return nil, nil, false
		}
		last = a
	}
	if identity {
		return nil, []int{0}, true
	}
	return reshape{permuted(in[0].Shape, op.Perm)}, []int{0}, true
}

func (transpose) Moves() {}

func (transpose) StoresIn(int) bool { return true }

func (transpose) Signs(in []trace.Sign) []trace.Sign { return in[:1:1] }
