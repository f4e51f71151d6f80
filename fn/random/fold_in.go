package random

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// FoldIn makes another key from key and a number, such as a step count: an int, an int64, or
// a Value of i32 or i64, which may be traced and broadcasts with the keys. A number gives the
// same key in each of these forms.
func FoldIn[N int | int64 | trace.Value](key trace.Value, data N) trace.Value {
	var number trace.Value
	switch data := any(data).(type) {
	case int:
		number = trace.Scalar(int64(data))
	case int64:
		number = trace.Scalar(data)
	case trace.Value:
		number = data
		defer trace.Naming("fold_in", key, data)
		if number.DType().IsInt() {
			number = fn.Cast(number, trace.Int64)
		}
	}
	defer trace.Naming("fold_in", key)
	shape, err := fn.BroadcastShapes(key.Shape(), number.Shape())
	if err != nil {
		trace.Refuse("fold_in", []trace.Value{key, number}, "%v", err)
	}
	return trace.Bind1(foldIn{}, fn.BroadcastTo(key, shape...), fn.BroadcastTo(number, shape...))
}

// foldIn derives a key from each key and the number at its place.
type foldIn struct{}

func (foldIn) Name() string { return "fold_in" }

func (foldIn) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := checkKey(in[0]); err != nil {
		return nil, err
	}
	if !in[1].Equal(in[0]) {
		return nil, fmt.Errorf("the numbers %v are not i32 or i64, one for each key", in[1])
	}
	return in[:1:1], nil
}

func (foldIn) Eval(in, out []*trace.Array) {
	y, data := trace.Elems[int64](out[0]), trace.Elems[int64](in[1])
	for i, key := range trace.Elems[int64](in[0]) {
		y[i] = int64(streamOf(key, forFoldIn).at(uint64(data[i])))
	}
}

func (foldIn) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return make([]trace.Value, 2) }

func (op foldIn) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}

// allBatched gives every operand the batch axis and repeats those that lack it.
func allBatched(size int, in []trace.Value, batched []bool) []trace.Value {
	out := slices.Clone(in)
	for i := range out {
		if !batched[i] {
			out[i] = fn.Expand(out[i], 0, size)
		}
	}
	return out
}
