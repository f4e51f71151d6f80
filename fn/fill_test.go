package fn

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

func TestFill(t *testing.T) {
	wantElems(t, Full(trace.TypeOf(trace.Float32, 2), 0.1), "f32[2]", float64(float32(0.1)), float64(float32(0.1)))
	wantElems(t, Full(trace.TypeOf(trace.Int64), math.MinInt64), "i64[]", math.MinInt64)
	wantElems(t, Full(trace.TypeOf(trace.Bool, 2), nan), "bool[2]", 1, 1)
	wantElems(t, Zeros(trace.TypeOf(trace.Int32, 0, 3)), "i32[0 3]")
	wantElems(t, Ones(trace.TypeOf(trace.Bool, 1)), "bool[1]", 1)
	wantElems(t, FullLike(f32(1, 2), 7), "f32[2]", 7, 7)
	wantElems(t, ZerosLike(i64(1, 2)), "i64[2]", 0, 0)
	wantElems(t, OnesLike(trace.Scalar(5.0)), "f64[]", 1)
	wantElems(t, FillAs(f32(1), trace.TypeOf(trace.Int32, 2), 3), "i32[2]", 3, 3)
	wantElems(t, Iota(trace.TypeOf(trace.Float64, 2, 3), 1), "f64[2 3]", 0, 1, 2, 0, 1, 2)
	wantElems(t, Iota(trace.TypeOf(trace.Int32, 2, 3), -2), "i32[2 3]", 0, 0, 0, 1, 1, 1)
	wantElems(t, IotaLike(f64(1), trace.TypeOf(trace.Int64, 2), 0), "i64[2]", 0, 1)
	wantElems(t, Eye(trace.Float32, 2), "f32[2 2]", 1, 0, 0, 1)
	wantElems(t, Eye(trace.Bool, 0), "bool[0 0]")
	wantError(t, "full(): NaN is not an i64: fn.Cast the array to a float dtype first", func() { Full(trace.TypeOf(trace.Int64), nan) })
	wantError(t, "9.223372036854776e+18 is not an i64: fn.Cast the array to a float dtype first", func() { Full(trace.TypeOf(trace.Int64), 1<<63) })
	wantError(t, "iota(): axis 2 does not exist: i32[2 3] has axes 0 to 1 (or -2 to -1, from the end)", func() { Iota(trace.TypeOf(trace.Int32, 2, 3), 2) })
	wantError(t, "iota(): bool[2] has no arithmetic: use fn.Any or fn.All, or fn.Cast it to numbers", func() { Iota(trace.TypeOf(trace.Bool, 2), 0) })
}

func TestCast(t *testing.T) {
	all := []trace.DType{trace.Bool, trace.Uint8, trace.Int8, trace.BFloat16, trace.Float16, trace.Int32, trace.Int64, trace.Float32, trace.Float64}
	for _, from := range all {
		for _, to := range all {
			got := Cast(Cast(f64(0, 1), from), to)
			wantElems(t, got, trace.TypeOf(to, 2).String(), 0, 1)
		}
	}
	wantElems(t, Cast(f64(2.9, -2.9, nan, inf, -inf, 1e10), trace.Int32), "i32[6]", 2, -2, 0, math.MaxInt32, math.MinInt32, math.MaxInt32)
	wantElems(t, Cast(f64(nan, -0.5, 0), trace.Bool), "bool[3]", 1, 1, 0)
	wantElems(t, Cast(i64(1<<32+5), trace.Int32), "i32[1]", 5)
	wantElems(t, Cast(f64(0.1, 1e300), trace.Float32), "f32[2]", float64(float32(0.1)), inf)
	if x := f64(1); Cast(x, trace.Float64) != x {
		t.Error("Cast to the same dtype makes another value")
	}
	wantError(t, "cast(f64[1]): invalid is not a dtype", func() { Cast(f64(1), trace.Invalid) })
}

func TestBroadcastErrors(t *testing.T) {
	x := trace.New(make([]float64, 6), 2, 3)
	wantError(t, "broadcast_to(f64[2 3]): f64[2 3] does not broadcast to the shape [4 3]: axis 0 of the operand has length 2, want 4 or 1",
		func() { BroadcastTo(x, 4, 3) })
	wantError(t, "broadcast_to(f64[2 3]): f64[2 3] does not broadcast to the shape [3], which has fewer axes", func() { BroadcastTo(x, 3) })
	wantError(t, "broadcast_in(f64[2 3]): 1 axes are named for the 2 of f64[2 3]", func() { BroadcastIn(x, []int{2, 3, 4}, 0) })
	wantError(t, "broadcast_in(f64[2 3]): axes [1 0] do not ascend within the 3 axes of the shape [3 2 4]", func() { BroadcastIn(x, []int{3, 2, 4}, 1, 0) })
	wantError(t, "broadcast_in(f64[2 3]): axes [0 3] do not ascend within the 3 axes of the shape [2 4 3]", func() { BroadcastIn(x, []int{2, 4, 3}, 0, 3) })
	wantError(t, "expand(f64[2 3]): a new axis 3 does not fit: it lies between 0 and 2", func() { Expand(x, 3, 4) })
	wantError(t, "sum_to(f64[2 3]): the shape [2] does not broadcast to [2 3]", func() { SumTo(x, 2) })
	wantError(t, "broadcast_to(f64[1]): axis 0 of f64[-1] has a negative length", func() { BroadcastTo(f64(1), -1) })
}

func TestBroadcastShapesAndEmptyAxes(t *testing.T) {
	wantElems(t, BroadcastTo(trace.New([]int32{}, 0, 1), 2, 0, 3), "i32[2 0 3]")
	wantElems(t, BroadcastTo(trace.New([]bool{true}, 1), 0, 2), "bool[0 2]")
	wantElems(t, Expand(trace.New([]float64{}, 0), 1, 2), "f64[0 2]")
	wantElems(t, Expand(f64(1, 2), 0, 0), "f64[0 2]")
	wantElems(t, SumTo(trace.New([]float64{}, 0, 2), 2), "f64[2]", 0, 0)
	wantElems(t, SumTo(trace.New([]float64{1, 2, 3, 4, 5, 6}, 2, 3), 1, 3), "f64[1 3]", 5, 7, 9)
	wantElems(t, BroadcastIn(trace.New([]int64{1, 2}), []int{3, 2, 2}, 1), "i64[3 2 2]", 1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 2)
	if x := f64(1, 2); BroadcastTo(x, 2) != x || SumTo(x, 2) != x {
		t.Error("what has the shape already is made again")
	}
}
