package trace_test

import (
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// New of a value's elements and shape is that value, of a scalar too. It used to be a
// vector of one element: an empty shape was taken for none.
func TestFaultA5NewOfAScalarsShape(t *testing.T) {
	fromOps := fn.SumAll(fn.Zeros(trace.TypeOf(trace.Float64, 2, 3)))
	values := map[string]trace.Value{
		"scalar": trace.Scalar(2.5), "weak": trace.Weak(2.5), "sum": fromOps,
		"full": fn.Zeros(trace.TypeOf(trace.Float64)), "reshaped": fn.Reshape(trace.New([]float64{3})),
		"array of": trace.FromArray(trace.ArrayOf([]float64{1})), "array": trace.FromArray(trace.NewArray(trace.Type{DType: trace.Float64})),
		"vector": trace.New([]float64{1, 2}), "one": trace.New([]float64{1}, 1), "empty": trace.New([]float64{}, 2, 0),
	}
	for name, v := range values {
		for _, shape := range [][]int{v.Shape(), v.Type().Shape, v.Array().Shape(), v.Array().Type().Shape, slices.Clone(v.Shape())} {
			again := trace.New(v.Float64s(), shape...)
			if !again.Type().Equal(v.Type()) {
				t.Errorf("%s: %v became %v", name, v.Type(), again.Type())
			}
		}
	}
	if got := trace.New([]float64{1}); got.Rank() != 1 {
		t.Errorf("without a shape: %v, want a vector", got.Type())
	}
	if err := trace.Try(func() { trace.New([]float64{1, 2}, []int{}...) }); err == nil {
		t.Error("two elements under the shape of a scalar: want an error")
	}
	traced := trace.Record(func(in []trace.Value) []trace.Value {
		if in[0].Shape() == nil || in[0].Type().Shape == nil {
			t.Error("the shape of a traced scalar is nil")
		}
		return in
	}, []trace.Type{trace.TypeOf(trace.Float64)})
	if len(traced.Out) != 1 {
		t.Error("no result")
	}
}
