package fn_test

import (
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// f32, i64 and boolean are zeros of a shape.
func f32(shape ...int) trace.Value     { return fn.Zeros(trace.TypeOf(trace.Float32, shape...)) }
func f64(shape ...int) trace.Value     { return fn.Zeros(trace.TypeOf(trace.Float64, shape...)) }
func i64(shape ...int) trace.Value     { return fn.Zeros(trace.TypeOf(trace.Int64, shape...)) }
func boolean(shape ...int) trace.Value { return fn.Zeros(trace.TypeOf(trace.Bool, shape...)) }

type misuse struct {
	f    func()
	want string
}

func refused(t *testing.T, cases []misuse) {
	t.Helper()
	for _, c := range cases {
		err := trace.Try(c.f)
		if err == nil {
			t.Errorf("no error, want %q", c.want)
			continue
		}
		place, rest, _ := strings.Cut(err.Error(), ": ")
		if !strings.HasPrefix(place, "errors_structural_test.go:") || rest != c.want {
			t.Errorf("got  %v\nwant ...: %s", err, c.want)
		}
	}
}

// wantMessage wants an error of a text, without the place in front of it.
func wantMessage(t *testing.T, want string, f func()) {
	t.Helper()
	err := trace.Try(f)
	if err == nil {
		t.Errorf("no error, want %q", want)
		return
	}
	if _, got, _ := strings.Cut(err.Error(), ": "); got != want {
		t.Errorf("got  %v\nwant ...: %s", err, want)
	}
}

func TestReductionErrors(t *testing.T) {
	refused(t, []misuse{
		{func() { fn.Sum(f32(2, 3)) }, "sum(f32[2 3]): no axis is named: name at least one"},
		{func() { fn.Sum(f32(2, 3), 2) }, "sum(f32[2 3]): axis 2 does not exist: f32[2 3] has axes 0 to 1 (or -2 to -1, from the end)"},
		{func() { fn.Sum(f32(2, 3), -3) }, "sum(f32[2 3]): axis -3 does not exist: f32[2 3] has axes 0 to 1 (or -2 to -1, from the end)"},
		{func() { fn.Sum(f32(), 0) }, "sum(f32[]): axis 0 does not exist: f32[] is a scalar"},
		{func() { fn.Mean(f32(2, 3), 1, -1) }, "mean(f32[2 3]): axis 1 is named twice"},
		{func() { fn.Mean(i64(2), 0) }, "mean(i64[2]): i64[2] is not a float array: fn.Cast it to f32 or f64"},
		{func() { fn.Sum(boolean(2), 0) }, "sum(bool[2]): bool[2] has no arithmetic: use fn.Any or fn.All, or fn.Cast it to numbers"},
		{func() { fn.Prod(boolean(2), 0) }, "prod(bool[2]): bool[2] has no arithmetic: use fn.Any or fn.All, or fn.Cast it to numbers"},
		{func() { fn.Max(f32(2, 0), 1) }, "max(f32[2 0]): axis 1 of f32[2 0] is empty and has no max"},
		{func() { fn.Min(f32(0, 2), 0, 1) }, "min(f32[0 2]): axis 0 of f32[0 2] is empty and has no min"},
		{func() { fn.ArgMax(f32(2, 0), -1) }, "argmax(f32[2 0]): axis 1 of f32[2 0] is empty and has no max"},
		{func() { fn.ArgMin(f32(2), 3) }, "argmin(f32[2]): axis 3 does not exist: f32[2] has axes 0 to 0 (or -1 to -1, from the end)"},
		{func() { fn.Any(f32(2), 0) }, "any(f32[2]): f32[2] is not a bool array: compare it first, as with fn.NotEqual"},
		{func() { fn.All(boolean(2)) }, "all(bool[2]): no axis is named: name at least one"},
		{func() { fn.CumSum(f32(2), 1) }, "cumsum(f32[2]): axis 1 does not exist: f32[2] has axes 0 to 0 (or -1 to -1, from the end)"},
	})
}

func TestShapeErrors(t *testing.T) {
	x := f32(2, 3)
	refused(t, []misuse{
		{func() { fn.Reshape(x, 4, 2) }, "reshape(f32[2 3]): [2 3] has 6 elements, [4 2] has 8: a reshape keeps them all"},
		{func() { fn.Reshape(x, -1, -1) }, "reshape(f32[2 3]): [-1 -1] leaves two lengths open: only one may be -1"},
		{func() { fn.Reshape(x, 4, -1) }, "reshape(f32[2 3]): no length for axis 1 makes 6 elements of [4 -1]"},
		{func() { fn.Reshape(f32(0), 0, -1) }, "reshape(f32[0]): no length for axis 1 makes 0 elements of [0 -1]"},
		{func() { fn.Reshape(x, -2, -3) }, "reshape(f32[2 3]): axis 0 of [-2 -3] has a negative length"},
		{func() { fn.Flatten(x, 3) }, "flatten(f32[2 3]): there is no axis 3 to flatten from"},
		{func() { fn.Squeeze(x, 1) }, "squeeze(f32[2 3]): axis 1 has length 3, not 1: use fn.Index or a reduction to drop it"},
		{func() { fn.Squeeze(x, 2) }, "squeeze(f32[2 3]): axis 2 does not exist: f32[2 3] has axes 0 to 1 (or -2 to -1, from the end)"},
		{func() { fn.ExpandDims(x, 3) }, "expand_dims(f32[2 3]): there is no place 3 for a new axis: use -3 to 2"},
		{func() { fn.Transpose(x, 0) }, "transpose(f32[2 3]): [0] orders 1 axes, f32[2 3] has 2"},
		{func() { fn.Transpose(x, 1, -1) }, "transpose(f32[2 3]): axis 1 is named twice"},
		{func() { fn.Flip(x, 0, 0) }, "flip(f32[2 3]): axis 0 is named twice"},
		{func() { fn.Tile(x, 2) }, "tile(f32[2 3]): 1 counts for 2 axes: give one for each"},
		{func() { fn.Tile(x, 2, -1) }, "tile(f32[2 3]): axis 1 cannot be repeated -1 times"},
		{func() { fn.Concat(0) }, "concat: there is nothing to join: give at least one array"},
		{func() { fn.Concat(2, x) }, "concat(f32[2 3]): axis 2 does not exist: f32[2 3] has axes 0 to 1 (or -2 to -1, from the end)"},
		{func() { fn.Concat(0, x, f32(2, 4)) }, "concat(f32[2 3], f32[2 4]): axis 1 of operand 1 has length 4, of operand 0 3: only axis 0 may differ"},
		{func() { fn.Concat(0, x, f64(2, 3)) }, "concat(f32[2 3], f64[2 3]): operand 1 is f64, operand 0 is f32: fn.Cast one of them"},
		{func() { fn.Concat(0, x, f32(2)) }, "concat(f32[2 3], f32[2]): operand 1 has 1 axes, operand 0 has 2"},
		{func() { fn.Stack(0, x, f32(2)) }, "stack(f32[2 3], f32[2]): operand 1 is f32[2], operand 0 is f32[2 3]: all have one type"},
		{func() { fn.Stack(0) }, "stack: there is nothing to join: give at least one array"},
		{func() { fn.Slice(x, fn.SliceConfig{Stop: []int{1, 2, 3}}) }, "slice(f32[2 3]): [1 2 3] has 3 entries for 2 axes"},
		{func() { fn.Slice(x, fn.SliceConfig{Step: []int{1, 0}}) }, "slice(f32[2 3]): the step along axis 1 is 0: use 1 to take every element"},
		{func() { fn.Index(x, 2) }, "index(f32[2 3]): index 2 is outside of axis 0, which has length 2"},
		{func() { fn.Index(x, -3) }, "index(f32[2 3]): index -3 is outside of axis 0, which has length 2"},
		{func() { fn.Index(f32(), 0) }, "index(f32[]): a scalar has no elements to choose from"},
		{func() { fn.Pad(x, fn.PadConfig{Low: []int{1}}) }, "pad(f32[2 3]): [1] has 1 entries for 2 axes: give one for each"},
		{func() { fn.Pad(x, fn.PadConfig{Low: []int{-1, 0}, High: []int{-2, 0}}) }, "pad(f32[2 3]): axis 0 has length 2: 3 elements cannot be taken away"},
	})
}

func TestIndexErrors(t *testing.T) {
	x := f32(2, 3)
	refused(t, []misuse{
		{func() { fn.TakeAlong(x, x, 1) }, "take_along(f32[2 3], f32[2 3]): the index is f32[2 3]: want i32 or i64, use fn.Cast"},
		{func() { fn.TakeAlong(x, i64(2), 1) }, "take_along(f32[2 3], i64[2]): the index has 1 axes, the array 2: want as many"},
		{func() { fn.TakeAlong(x, i64(3, 3), 1) }, "take_along(f32[2 3], i64[3 3]): axis 0 of the index has length 3, of the array 2: only axis 1 may differ"},
		{func() { fn.TakeAlong(x, i64(2, 3), 2) }, "take_along(f32[2 3], i64[2 3]): axis 2 does not exist: f32[2 3] has axes 0 to 1 (or -2 to -1, from the end)"},
		{func() { fn.TakeAlong(x, trace.New([]int32{0, 1, 2, 3}, 2, 2), 1) }, "take_along: index 3 (element 3 of the index) is outside of axis 1, which has length 3: indices go from 0, and negative ones do not count from the end"},
		{func() { fn.AddAlong(x, i64(2, 2), 1, 5) }, "add_along(f32[2 3], i64[2 2]): axis 1 has length 3 in the source and 2 in the index: want one index for each element"},
		{func() { fn.AddAlong(f32(2), trace.New([]int64{0, -1}), 0, 5) }, "add_along: index -1 (element 1 of the index) is outside of axis 0, which has length 5: indices go from 0, and negative ones do not count from the end"},
		{func() { fn.AddAlong(boolean(2), i64(2), 0, 5) }, "add_along(bool[2], i64[2]): bool[2] has no arithmetic: use fn.Any or fn.All, or fn.Cast it to numbers"},
		{func() { fn.AddAlong(f32(2), i64(2), 0, -5) }, "add_along(f32[2], i64[2]): axis 0 of f32[-5] has a negative length"},
		{func() { fn.Take(x, x, 0) }, "take(f32[2 3], f32[2 3]): the index is f32[2 3]: want i32 or i64, use fn.Cast"},
		{func() { fn.Take(x, i64(), 2) }, "take(f32[2 3], i64[]): axis 2 does not exist: f32[2 3] has axes 0 to 1 (or -2 to -1, from the end)"},
		{func() { fn.Take(x, trace.New([]int64{0, 2}), 0) }, "take: index 2 (element 1 of the index) is outside of axis 0, which has length 2: indices go from 0, and negative ones do not count from the end"},
		{func() { fn.AddTake(x, i64(4), 0, 5) }, "add_take(f32[2 3], i64[4]): f32[2 3] does not hold the slices that the index i64[4] takes along axis 0"},
		{func() { fn.AddTake(x, i64(2), -3, 5) }, "add_take(f32[2 3], i64[2]): f32[2 3] does not hold the slices that the index i64[2] takes along axis -3"},
		{func() { fn.AddTake(x, x, 0, 5) }, "add_take(f32[2 3], f32[2 3]): the index is f32[2 3]: want i32 or i64, use fn.Cast"},
		{func() { fn.OneHot(x, 3, trace.Float32) }, "one_hot(f32[2 3]): the index is f32[2 3]: want i32 or i64, use fn.Cast"},
	})
}

func TestDotErrors(t *testing.T) {
	refused(t, []misuse{
		{func() { fn.Dot(f32(8, 512), f32(256, 10)) }, "dot(f32[8 512], f32[256 10]): inner dimensions differ: 512 and 256"},
		{func() { fn.Dot(f32(8), f64(8)) }, "dot(f32[8], f64[8]): dtypes differ: f32 and f64; convert one of them with fn.Cast"},
		{func() { fn.Dot(boolean(8), boolean(8)) }, "dot(bool[8], bool[8]): bool[8] has no arithmetic: use fn.Any or fn.All, or fn.Cast it to numbers"},
		{func() { fn.Dot(f32(), f32(2)) }, "dot(f32[], f32[2]): a scalar has no inner dimension: use fn.Mul"},
		{func() { fn.Dot(f32(2, 3, 4), f32(4)) }, "dot(f32[2 3 4], f32[4]): more than two axes: use fn.MatMul for batches of matrices, or fn.DotGeneral"},
		{func() { fn.MatMul(f32(2), f32()) }, "matmul(f32[2], f32[]): a scalar has no inner dimension: use fn.Mul"},
		{func() { fn.MatMul(f32(2, 3, 4), f32(5, 4, 6)) }, "matmul(f32[2 3 4], f32[5 4 6]): batch axes: shapes [2] and [5] do not broadcast: axis -1 has the lengths 2 and 5, neither equal nor 1"},
		{func() { fn.MatMul(f32(2, 3, 4), f32(1, 5, 6)) }, "matmul(f32[2 3 4], f32[1 5 6]): inner dimensions differ: 4 and 5"},
		{func() { fn.MatMul(f32(3, 4), f32(5, 6)) }, "matmul(f32[3 4], f32[5 6]): inner dimensions differ: 4 and 5"},
		{func() { fn.Linear(f32(), f32(2, 3), trace.Value{}) }, "linear(f32[], f32[2 3], absent): want x[... in] and w[out in]"},
		{func() { fn.Linear(f32(3), f32(2, 4), trace.Value{}) }, "linear(f32[3], f32[2 4], absent): inner dimensions differ: 3 and 4"},
		{func() { fn.Linear(f32(4), f32(2, 4), f32(4)) }, "linear(f32[4], f32[2 4], f32[4]): want a bias of 2 elements, one for each row of w"},
		{func() { fn.DotGeneral(f32(2), f32(2), fn.DotConfig{ContractA: []int{0}}) }, "dot_general(f32[2], f32[2]): 1 inner axes of a, [0], for 0 of b, []: name them in pairs"},
		{func() {
			fn.DotGeneral(f32(2, 3), f32(4, 3), fn.DotConfig{BatchA: []int{0}, BatchB: []int{0}, ContractA: []int{1}, ContractB: []int{1}})
		}, "dot_general(f32[2 3], f32[4 3]): batch dimensions differ: 2 and 4"},
		{func() {
			fn.DotGeneral(f32(2, 3), f32(2, 3), fn.DotConfig{BatchA: []int{0}, BatchB: []int{0}, ContractA: []int{0}, ContractB: []int{0}})
		}, "dot_general(f32[2 3], f32[2 3]): axis 0 is named twice"},
		{func() { fn.Dot(f32(2), trace.Value{}) }, "dot(f32[2], absent): operand 1 is absent (the zero trace.Value): was a field never set?"},
	})
}

func TestConvErrors(t *testing.T) {
	x, w := f32(2, 3, 8, 8), f32(4, 3, 3, 3)
	refused(t, []misuse{
		{func() { fn.Conv(x, f32(4, 5, 3, 3), fn.ConvConfig{}) }, "conv(f32[2 3 8 8], f32[4 5 3 3]): channels differ: x has 3, w reads 5 in each of 1 groups"},
		{func() { fn.Conv(x, f32(4, 3, 3), fn.ConvConfig{}) }, "conv(f32[2 3 8 8], f32[4 3 3]): want x[n c s...] and weights with as many axes, with one to three spatial axes"},
		{func() { fn.Conv(f32(2, 3), f32(4, 3), fn.ConvConfig{}) }, "conv(f32[2 3], f32[4 3]): want x[n c s...] and weights with as many axes, with one to three spatial axes"},
		{func() { fn.Conv(x, f32(4, 3, 9, 3), fn.ConvConfig{}) }, "conv(f32[2 3 8 8], f32[4 3 9 3]): spatial axis 0: 8 elements with padding 0 and 0 hold no window of 9 elements, 1 apart"},
		{func() { fn.Conv(x, f32(4, 3, 3, 0), fn.ConvConfig{}) }, "conv(f32[2 3 8 8], f32[4 3 3 0]): spatial axis 1: 8 elements with padding 0 and 0 hold no window of 0 elements, 1 apart"},
		{func() { fn.Conv(x, f32(4, 1, 3, 3), fn.ConvConfig{Groups: 3}) }, "conv(f32[2 3 8 8], f32[4 1 3 3]): the 4 output channels of w do not split into 3 groups"},
		{func() { fn.Conv(x, f64(4, 3, 3, 3), fn.ConvConfig{}) }, "conv(f32[2 3 8 8], f64[4 3 3 3]): dtypes differ: f32 and f64; convert one of them with fn.Cast"},
		{func() { fn.Conv(i64(2, 3, 8), i64(2, 3, 3), fn.ConvConfig{}) }, "conv(i64[2 3 8], i64[2 3 3]): i64[2 3 8] is not a float array: fn.Cast it to f32 or f64"},
		{func() { fn.Conv(x, w, fn.ConvConfig{Stride: []int{2}}) }, "conv: Stride has 1 entries, [2], for 2 spatial axes: give one for each"},
		{func() { fn.Conv(x, w, fn.ConvConfig{Stride: []int{2, 0}}) }, "conv: Stride is [2 0]: every entry is at least 1"},
		{func() { fn.Conv(x, w, fn.ConvConfig{Padding: []int{-1, 0}}) }, "conv: Padding is [-1 0]: every entry is at least 0"},
		{func() { fn.Conv(x, w, fn.ConvConfig{PaddingHigh: []int{0, -1}}) }, "conv: PaddingHigh is [0 -1]: every entry is at least 0"},
		{func() { fn.Conv(x, w, fn.ConvConfig{Dilation: []int{0, 1}}) }, "conv: Dilation is [0 1]: every entry is at least 1"},
		{func() { fn.Conv(x, w, fn.ConvConfig{Groups: -1}) }, "conv: Groups is -1: use 1, or 0 for the same, for all channels together"},
		{func() { fn.ConvTranspose(x, w, fn.ConvTransposeConfig{}) }, "conv_transpose(f32[2 3 8 8], f32[4 3 3 3]): channels differ: 3 in the first operand, 4 on axis 0 of w"},
		{func() { fn.ConvTranspose(x, f32(3, 4, 3, 3), fn.ConvTransposeConfig{Groups: 2}) }, "conv_transpose(f32[2 3 8 8], f32[3 4 3 3]): the 3 channels of the first operand do not split into 2 groups"},
		{func() {
			fn.ConvTranspose(x, f32(3, 4, 3, 3), fn.ConvTransposeConfig{Stride: []int{2, 1}, OutputPadding: []int{1, 1}})
		}, "conv_transpose(f32[2 3 8 8], f32[3 4 3 3]): spatial axis 1: OutputPadding 1 is not less than the stride 1 or the dilation 1"},
		{func() {
			fn.ConvTranspose(f32(2, 3, 1), f32(3, 4, 1), fn.ConvTransposeConfig{Padding: []int{2}})
		}, "conv_transpose(f32[2 3 1], f32[3 4 1]): spatial axis 0: 1 elements and a window of 1 leave no output with padding 2"},
	})
}

func TestPoolErrors(t *testing.T) {
	x := f32(2, 3, 4, 5)
	refused(t, []misuse{
		{func() { fn.MaxPool(x, fn.MaxPoolConfig{}) }, "max_pool: windows along 0 axes: name one to three lengths, one for each spatial axis"},
		{func() { fn.MaxPool(x, fn.MaxPoolConfig{Kernel: []int{2}}) }, "max_pool(f32[2 3 4 5]): windows along 1 axes want x[n c s...] with 3 axes"},
		{func() { fn.MaxPool(x, fn.MaxPoolConfig{Kernel: []int{2, 0}}) }, "max_pool: Kernel is [2 0]: every entry is at least 1"},
		{func() { fn.MaxPool(x, fn.MaxPoolConfig{Kernel: []int{2, 6}}) }, "max_pool(f32[2 3 4 5]): spatial axis 1: 5 elements with padding 0 hold no window of 6 elements, 1 apart"},
		{func() { fn.MaxPool(x, fn.MaxPoolConfig{Kernel: []int{2, 2}, Padding: []int{2, 0}}) }, "max_pool(f32[2 3 4 5]): spatial axis 0: padding 2 is more than half of the window of 2 elements, 1 apart: use fn.Pad before"},
		{func() {
			fn.MaxPool(f32(1, 1, 1), fn.MaxPoolConfig{Kernel: []int{2}, Padding: []int{1}, Dilation: []int{2}})
		}, "max_pool(f32[1 1 1]): spatial axis 0: window 0 has no element inside of the 1 of the axis: use less padding or dilation"},
		{func() { fn.MaxPool(f32(1, 1, 0), fn.MaxPoolConfig{Kernel: []int{1}}) }, "max_pool(f32[1 1 0]): spatial axis 0 is empty"},
		{func() { fn.MaxPool(boolean(1, 1, 2), fn.MaxPoolConfig{Kernel: []int{1}}) }, "max_pool(bool[1 1 2]): bool[1 1 2] has no arithmetic: use fn.Any or fn.All, or fn.Cast it to numbers"},
		{func() { fn.AvgPool(i64(1, 1, 2), fn.AvgPoolConfig{Kernel: []int{1}}) }, "avg_pool(i64[1 1 2]): i64[1 1 2] is not a float array: fn.Cast it to f32 or f64"},
		{func() { fn.AvgPool(x, fn.AvgPoolConfig{Kernel: []int{2, 2}, Stride: []int{1}}) }, "avg_pool: Stride has 1 entries, [1], for 2 spatial axes: give one for each"},
		{func() { fn.AvgPool(x, fn.AvgPoolConfig{Kernel: []int{2, 2}, Divisor: -4}) }, "avg_pool: Divisor is -4: use a positive number, or 0 for the size of the window"},
		{func() { fn.AdaptiveAvgPool(x) }, "adaptive_avg_pool: windows along 0 axes: name one to three lengths, one for each spatial axis"},
		{func() { fn.AdaptiveAvgPool(x, 2) }, "adaptive_avg_pool(f32[2 3 4 5]): windows along 1 axes want x[n c s...] with 3 axes"},
		{func() { fn.AdaptiveMaxPool(x, 2, 0) }, "adaptive_max_pool: size is [2 0]: every entry is at least 1"},
	})
}
