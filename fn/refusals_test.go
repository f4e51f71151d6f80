package fn

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// No function of this package passes these operands to an operation, but a program that
// is made otherwise may. The operation refuses them.
func TestInferRefuses(t *testing.T) {
	d := trace.Float32
	pool := line(2, 2, 0, 1, false)
	const (
		ints = "i32[2 4] is not a float array: fn.Cast it to f32 or f64"
		all  = "bool[2 4] has no arithmetic: use fn.Any or fn.All, or fn.Cast it to numbers"
	)
	wantReason(t, avgPool{pool}, ints, typed(trace.Int32, 2, 4))
	wantReason(t, avgPool{pool}, "f32[] has fewer axes than the 1 that are pooled", typed(d))
	wantReason(t, avgPoolInput{pool, []int{5}}, "", typed(d, 3, 2))
	wantReason(t, avgPoolInput{pool, []int{5}}, ints, typed(trace.Int32, 2, 4))
	wantReason(t, avgPoolInput{pool, []int{5}}, "pooling [3 5] gives [3 2], not [3 4]", typed(d, 3, 4))
	wantReason(t, avgPoolInput{pool, []int{5}}, "pooling [5] gives [2], not []", typed(d))
	wantReason(t, avgPoolInput{pool, []int{1}}, "spatial axis 0: 1 elements with padding 0 hold no window of 2 elements, 1 apart", typed(d, 3, 2))
	wantReason(t, maxPool{pool}, all, typed(trace.Bool, 2, 4))
	wantReason(t, maxPool{pool}, "", typed(d, 1, math.MaxInt32))
	wantReason(t, maxPool{pool}, "a plane of 2147483648 elements is too large: where a maximum was found is an i32", typed(d, 1, math.MaxInt32+1))
	wantReason(t, take{1, 1}, "", typed(d, 2, 4), typed(trace.Int64, 2, 3))
	wantReason(t, take{1, 1}, "the first 1 axes of f32[2 4] and of the index i64[3 3] differ", typed(d, 2, 4), typed(trace.Int64, 3, 3))
	wantReason(t, take{1, 1}, "the first 1 axes of f32[2 4] and of the index i64[] differ", typed(d, 2, 4), typed(trace.Int64))
	wantReason(t, addTake{0, 0, 3}, all, typed(trace.Bool, 2, 4), typed(trace.Int64, 2))
	wantReason(t, addTake{1, 1, 3}, "f32[2 4] does not hold the slices that the index i64[3 4] takes along axis 1", typed(d, 2, 4), typed(trace.Int64, 3, 4))
	far := convInput{[]int{math.MaxInt}, []int{0}, []int{1}, 1, []int{5}}
	wantReason(t, far, "spatial axis 0: 3 windows of 2 elements with stride 9223372036854775807 and dilation 1 reach further than memory can address",
		typed(d, 1, 1, 3), typed(d, 1, 1, 2))
}

// No work is counted for operands that do not fit.
func TestNoWorkOfMisfits(t *testing.T) {
	image, weights := typed(trace.Float32, 1, 2, 5), typed(trace.Float32, 3, 7, 2)
	for _, op := range []trace.Costed{conv{[]int{1}, []int{0}, []int{0}, []int{1}, 1}, convWeights{[]int{1}, []int{0}, []int{1}, 2, []int{2}}} {
		if got := op.FLOPs([]trace.Type{image, weights}); got != 0 {
			t.Errorf("%s of %v and %v costs %d", op.Name(), image, weights, got)
		}
	}
}

// Operations give no cotangent to any operand if their results jump, are constant, or are
// no function of floats.
func TestCountsHaveNoCotangent(t *testing.T) {
	tests := []struct {
		op trace.Op
		in []trace.Value
	}{
		{quantifier{[]int{0}, true}, []trace.Value{bools(true, false)}}, {quantifier{[]int{0}, false}, []trace.Value{bools(true, false)}},
		{full{typed(trace.Float64, 2), 3}, nil}, {counting{typed(trace.Float64, 2), 0}, nil},
	}
	for _, test := range tests {
		cts := vjp(test.op, test.in...)
		if len(cts) != len(test.in) {
			t.Errorf("%s: %d cotangents for %d operands", test.op.Name(), len(cts), len(test.in))
		}
		for i, c := range cts {
			if !c.IsAbsent() {
				t.Errorf("%s: operand %d has the cotangent %v", test.op.Name(), i, c)
			}
		}
		if len(test.in) > 0 {
			batchHolds(t, test.op, test.in...)
		}
	}
	if _, ok := trace.Op(full{}).(trace.Uniform); !ok {
		t.Error("an array of one number does not say so")
	}
	if _, ok := trace.Op(counting{}).(trace.Uniform); ok {
		t.Error("a count says that it is one number")
	}
	wantElems(t, full{typed(trace.Int32, 2), 3}.Batch(5, nil, nil)[0], "i32[2]", 3, 3)
	wantElems(t, counting{typed(trace.Int32, 3), 0}.Batch(5, nil, nil)[0], "i32[3]", 0, 1, 2)
}

// A batch without cases has the shapes of a batch, whichever operands carry it. Operands
// that do not fit are refused there too.
func TestEmptyBatches(t *testing.T) {
	op := conv{[]int{1}, []int{0}, []int{0}, []int{1}, 1}
	x, w := waves(1, 2, 3, 5), waves(2, 4, 3, 2)
	none := func(v trace.Value) trace.Value { return array(v.DType(), nil, prepend(0, v.Shape())...) }
	for _, c := range []struct {
		in      []trace.Value
		batched []bool
	}{{[]trace.Value{none(x), w}, []bool{true, false}}, {[]trace.Value{x, none(w)}, []bool{false, true}}, {[]trace.Value{none(x), none(w)}, []bool{true, true}}} {
		out := emptyBatch(op, c.in, c.batched)
		if len(out) != 1 || !out[0].Type().Equal(typed(trace.Float64, 0, 2, 4, 4)) {
			t.Errorf("batched %v: got %v", c.batched, out)
		}
	}
	wantError(t, "conv(f64[0 2 3 5], f64[4 2 2]): channels differ: x has 3, w reads 2 in each of 1 groups",
		func() { emptyBatch(op, []trace.Value{none(x), waves(2, 4, 2, 2)}, []bool{true, false}) })
}
