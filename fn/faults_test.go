package fn

import (
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// BroadcastIn checks its axes even where the shapes are equal.
func TestFaultB10AxesAreChecked(t *testing.T) {
	square, other := f64(1, 2, 3, 4), trace.New([]float64{1, 2, 3, 4, 5, 6}, 2, 3)
	square = Reshape(square, 2, 2)
	wantError(t, "broadcast_in(f64[2 2]): axes [1 0] do not ascend within the 2 axes of the shape [2 2]", func() { BroadcastIn(square, []int{2, 2}, 1, 0) })
	wantError(t, "broadcast_in(f64[2 2]): 1 axes are named for the 2 of f64[2 2]", func() { BroadcastIn(square, []int{2, 2}, 7) })
	wantError(t, "broadcast_in(f64[2 2]): axes [0 7] do not ascend within the 2 axes of the shape [2 2]", func() { BroadcastIn(square, []int{2, 2}, 0, 7) })
	wantError(t, "broadcast_in(f64[2 2]): axes [0 0] do not ascend within the 2 axes of the shape [2 2]", func() { BroadcastIn(square, []int{2, 2}, 0, 0) })
	wantError(t, "broadcast_in(f64[2 2]): 3 axes are named for the 2 of f64[2 2]", func() { BroadcastIn(square, []int{2, 2}, 0, 1, 2) })
	wantError(t, "broadcast_in(f64[2 3]): axes [1 0] do not ascend within the 2 axes of the shape [3 2]", func() { BroadcastIn(other, []int{3, 2}, 1, 0) })
	if BroadcastIn(square, []int{2, 2}, 0, 1) != square {
		t.Error("broadcasting to the own shape is not the array itself")
	}
}

// Messages name the operation that was called, in terms that the caller knows.
func TestFaultsA5AndB12Messages(t *testing.T) {
	var none trace.Value
	two, x := f64(1, 2), Zeros(trace.TypeOf(trace.Float64, 2, 3))
	ids := trace.New([]int64{0, 3})
	tests := []struct {
		want string
		call func()
	}{
		{"layer_norm(f64[2], absent, absent): the last 2 axes of f64[2] are to be normalized: want 1 to 1", func() { LayerNorm(two, none, none, 1e-5, 2) }},
		{"layer_norm(f64[2 3], absent, absent): the last 3 axes of f64[2 3] are to be normalized: want 1 to 2", func() { LayerNorm(x, none, none, 1e-5, 3) }},
		{"one_hot: index 3 (element 1 of the index) is not at least 0 and below 3, the length of a row", func() { OneHot(ids, 3, trace.Float64) }},
		{"one_hot: index 3 (element 0 of the index) is not at least 0 and below 3, the length of a row", func() { OneHot(trace.Scalar(int64(3)), 3, trace.Bool) }},
		{"squeeze(f64[2 3]): no axis is named: name at least one", func() { Squeeze(x) }},
		{"flip(f64[2 3]): no axis is named: name at least one", func() { Flip(x) }},
		{"conv(f64[1 1 4], absent): operand 1 is absent (the zero trace.Value): was a field never set?", func() { Conv(Zeros(trace.TypeOf(trace.Float64, 1, 1, 4)), none, ConvConfig{}) }},
		{"conv_transpose(absent, f64[1 1 4]): operand 0 is absent (the zero trace.Value): was a field never set?",
			func() { ConvTranspose(none, Zeros(trace.TypeOf(trace.Float64, 1, 1, 4)), ConvTransposeConfig{}) }},
		{"dot(f64[2], absent): operand 1 is absent (the zero trace.Value): was a field never set?", func() { Dot(two, none) }},
		{"stack(f64[2], absent): operand 1 is absent (the zero trace.Value): was a field never set?", func() { Stack(0, two, none) }},
		{"concat(absent): operand 0 is absent (the zero trace.Value): was a field never set?", func() { Concat(0, none) }},
		{"linear(f64[2], absent, absent): operand 1 is absent (the zero trace.Value): was a field never set?", func() { Linear(two, none, none) }},
		{"add(i64[2], 0.5): 0.5 is not an i64: fn.Cast the array to a float dtype first", func() { Add(ids, Scalar(0.5)) }},
		{"var(absent): operand 0 is absent (the zero trace.Value): was a field never set?", func() { Var(none, true, 0) }},
		{"threshold(f64[2]): the threshold is not a number", func() { Threshold(two, math.NaN(), 0) }},
	}
	for _, test := range tests {
		wantError(t, test.want, test.call)
	}
}

// OneHot works in every dtype, for indices of every rank and dtype.
func TestOneHotOfEveryKind(t *testing.T) {
	for _, d := range []trace.DType{trace.Bool, trace.Uint8, trace.Int8, trace.BFloat16, trace.Float16, trace.Int32, trace.Int64, trace.Float32, trace.Float64} {
		for _, index := range []trace.Value{trace.New([]int32{2, 0}, 2, 1), trace.New([]int64{2, 0}, 2, 1)} {
			wantElems(t, OneHot(index, 3, d), d.String()+"[2 1 3]", 0, 0, 1, 1, 0, 0)
		}
	}
	wantElems(t, OneHot(trace.New([]int64{}, 0), 3, trace.Float32), "f32[0 3]")
	wantError(t, "one_hot(i64[]): rows of -1 elements: want at least 0", func() { OneHot(trace.Scalar(int64(0)), -1, trace.Float32) })
	err := trace.Try(func() { OneHot(trace.Scalar(int64(0)), 0, trace.Float32) })
	if err == nil || !strings.Contains(err.Error(), "one_hot: index 0") {
		t.Errorf("an index into no row: %v", err)
	}
}
