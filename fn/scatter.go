package fn

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// ScatterMode says what becomes of an element that is written to.
type ScatterMode uint8

const (
	ScatterSet ScatterMode = iota // the last of the elements written there
	ScatterAdd                    // its sum with all that are written there
	ScatterMul                    // its product with all of them
	ScatterMax                    // the largest of it and of all of them
	ScatterMin                    // the smallest
)

// ScatterAlong is x with the elements of src written into it along an axis: along axis 1,
// y starts as x and y[a, index[a,i,c], c] takes src[a,i,c], as mode says. The index is i32
// or i64 and has the shape of src, and the lengths of x except along the axis. An index
// below 0 or past the axis is a *trace.Error when the operation runs.
//
// What is overwritten gets no cotangent. Equal largest or smallest elements share it
// equally. The derivative of ScatterMul compares all pairs of elements along the axis of
// src, so it takes memory for the square of their number.
func ScatterAlong(x, index, src trace.Value, axis int, mode ScatterMode) trace.Value {
	defer trace.Naming("scatter_along", x, index, src)
	axis = fromEnd(axis, x.Rank())
	in := []trace.Value{x, index, src}
	if err := checkAlong(x.Type(), index.Type(), axis); err != nil {
		refuse("scatter_along", in, "%v", err)
	}
	wantSource("scatter_along", in, mode, index.Shape())
	switch mode {
	case ScatterAdd:
		return trace.Bind1(addOnto[addAlong]{addAlong{axis, x.Dim(axis)}}, x, src, index)
	case ScatterSet:
		if index.Dim(axis) == 0 {
			return x
		}
		last := trace.Bind1(lastWriter{axis, x.Dim(axis)}, index)
		written := TakeAlong(src, ClampMin(last, 0), axis)
		return Where(GreaterEqual(last, Scalar(0)), written, x)
	}
	return trace.Bind1(scatterFold{axis, mode}, in...)
}

// ScatterND is x with slices of src written into it: index[m... k] holds indices for the
// first k axes of x, and src[m... r...] a slice for each of them, where r are the other
// axes of x. mode and errors are those of [ScatterAlong].
func ScatterND(x, index, src trace.Value, mode ScatterMode) trace.Value {
	defer trace.Naming("scatter_nd", x, index, src)
	in := []trace.Value{x, index, src}
	k := wantPlaces("scatter_nd", in, 0)
	lead, rest := index.Shape()[:index.Rank()-1], x.Shape()[k:]
	wantSource("scatter_nd", in, mode, slices.Concat(lead, rest))
	places, writes := volume(x.Shape()[:k]), volume(lead)
	flat := Reshape(trace.Bind1(flatPlace{x.Shape()[:k], 0}, index), writes)
	rows, slicesOf := Reshape(x, prepend(places, rest)...), Reshape(src, prepend(writes, rest)...)
	return Reshape(scatterRows(rows, flat, slicesOf, mode), x.Shape()...)
}

// scatterRows writes rows of src into x at the indices of a vector.
func scatterRows(x, index, src trace.Value, mode ScatterMode) trace.Value {
	switch mode {
	case ScatterAdd:
		return trace.Bind1(addOnto[addTake]{addTake{0, 0, x.Dim(0)}}, x, src, index)
	case ScatterSet:
		return trace.Bind1(setRows{}, x, index, src)
	}
	return trace.Bind1(scatterFold{0, mode}, x, BroadcastIn(index, src.Shape(), 0), src)
}

// TakeND picks slices of x: index[b... m... k] holds indices for k axes of x[b... s... r...],
// and y[b... m... r...] the slices at these places. The first batch axes of x and of the
// index are the same and go together. The index is i32 or i64. An index below 0 or past
// its axis is a *trace.Error when the operation runs.
func TakeND(x, index trace.Value, batch int) trace.Value {
	defer trace.Naming("take_nd", x, index)
	in := []trace.Value{x, index}
	if batch < 0 || batch > x.Rank() || batch >= index.Rank() || !slices.Equal(x.Shape()[:batch], index.Shape()[:batch]) {
		refuse("take_nd", in, "the first %d axes of %v and of the index %v differ, or there are fewer", batch, x.Type(), index.Type())
	}
	k := wantPlaces("take_nd", in, batch)
	lead, shape := index.Shape()[:index.Rank()-1], x.Shape()
	cases, rest := volume(shape[:batch]), shape[batch+k:]
	flat := Reshape(trace.Bind1(flatPlace{shape[batch : batch+k], batch}, index), cases, volume(lead[batch:]))
	rows := Reshape(x, slices.Concat([]int{cases, volume(shape[batch : batch+k])}, rest)...)
	return Reshape(trace.Bind1(take{1, 1}, rows, flat), slices.Concat(lead, rest)...)
}

// wantPlaces returns how many axes an index of places has indices for, after so many batch
// axes.
func wantPlaces(name string, in []trace.Value, batch int) int {
	x, index := in[0], in[1]
	if err := checkIndex(index.Type()); err != nil {
		refuse(name, in, "%v", err)
	}
	if index.Rank() == 0 {
		refuse(name, in, "the index is a scalar: want one index for each axis along its last axis")
	}
	k := index.Dim(-1)
	if batch+k > x.Rank() {
		refuse(name, in, "the last axis of the index has %d indices, for axes %d to %d of %v", k, batch, batch+k-1, x.Type())
	}
	return k
}

// wantSource refuses a src of another type than the places have, and a mode that is none.
func wantSource(name string, in []trace.Value, mode ScatterMode, shape []int) {
	if want := trace.TypeOf(in[0].DType(), shape...); !in[2].Type().Equal(want) {
		refuse(name, in, "the source is %v, want %v", in[2].Type(), want)
	}
	if mode > ScatterMin {
		refuse(name, in, "the mode %d does not exist: use fn.ScatterSet, ScatterAdd, ScatterMul, ScatterMax or ScatterMin", mode)
	}
}

// flatPlace makes one index, into the elements of Shape in row-major order, of the indices
// along the last axis of its operand. First is how errors number the first of the axes.
type flatPlace struct {
	Shape []int
	First int
}

func (flatPlace) Name() string { return "flat_place" }

func (op flatPlace) Infer(in []trace.Type) ([]trace.Type, error) {
	t := in[0]
	if err := checkIndex(t); err != nil {
		return nil, err
	}
	last := t.Rank() - 1
	if last < 0 || t.Shape[last] != len(op.Shape) {
		return nil, fmt.Errorf("want %d indices along the last axis", len(op.Shape))
	}
	return []trace.Type{trace.TypeOf(trace.Int64, t.Shape[:last]...)}, nil
}

func (op flatPlace) Eval(in, out []*trace.Array) {
	y := trace.Elems[int64](out[0])
	withIndices(in[0], func(index []int64) {
		for i := range y {
			at := 0
			for a, n := range op.Shape {
				j := i*len(op.Shape) + a
				if index[j] < 0 || index[j] >= int64(n) {
					mustLie(op.Name(), j, index, op.First+a, n)
				}
				at = at*n + int(index[j])
			}
			y[i] = int64(at)
		}
	})
}

func (flatPlace) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return make([]trace.Value, 1) }

func (op flatPlace) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(op, in[0])
}

// lastWriter finds, for each of Size places along Axis, the last element of its operand
// that is the index of the place. It is -1 if there is none.
type lastWriter struct{ Axis, Size int }

func (lastWriter) Name() string { return "last_writer" }

func (op lastWriter) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := checkIndex(in[0]); err != nil {
		return nil, err
	}
	if err := checkAxis(op.Axis, in[0]); err != nil {
		return nil, err
	}
	shape := slices.Clone(in[0].Shape)
	shape[op.Axis] = op.Size
	return []trace.Type{trace.TypeOf(trace.Int64, shape...)}, nil
}

func (op lastWriter) Eval(in, out []*trace.Array) {
	y := trace.Elems[int64](out[0])
	for i := range y {
		y[i] = -1
	}
	eachWrite(op.Name(), in[0], op.Axis, op.Size, func(to, _, j int) { y[to] = int64(j) })
}

func (lastWriter) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value {
	return make([]trace.Value, 1)
}

func (op lastWriter) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	op.Axis++
	return trace.Bind(op, in[0])
}

// eachWrite calls f for each element of an index along an axis, in order: with the flat
// place that it names in an array of n elements along the axis, its own flat place, and
// its place along the axis.
func eachWrite(name string, index *trace.Array, axis, n int, f func(to, from, j int)) {
	outer, m, inner := around(index.Shape(), axis)
	withIndices(index, func(at []int64) {
		for o := range outer {
			for j := range m {
				for i := range inner {
					from := (o*m+j)*inner + i
					if at[from] < 0 || at[from] >= int64(n) {
						mustLie(name, from, at, axis, n)
					}
					f((o*n+int(at[from]))*inner+i, from, j)
				}
			}
		}
	})
}
