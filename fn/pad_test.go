package fn

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// Elements are laid over the value, a step apart, forward or backward.
func TestPlacingAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(58, 1))
	for range 150 {
		d := everyType[r.IntN(len(everyType))]
		shape := make([]int, r.IntN(4))
		for a := range shape {
			shape[a] = 1 + r.IntN(4)
		}
		start, step, size := drawPlacing(r, shape)
		value, src := float64(r.IntN(2)), make([]float64, volume(size))
		for i := range src {
			src[i] = float64(i % 2)
		}
		want := make([]float64, volume(shape))
		for i := range want {
			want[i] = value
		}
		laid(want, src, shape, start, step, size, func(at *float64, x float64) { *at = x })
		op := pad{shape, start, step, value}
		wantElems(t, trace.Bind1(op, array(d, src, size...)), trace.TypeOf(d, shape...).String(), want...)
	}
}

// Elements are added or removed before and after an axis, whatever happens at the other
// end.
func TestPadOfOneAxis(t *testing.T) {
	x := f32(1, 2, 3, 4)
	tests := []struct {
		low, high int
		want      []float64
	}{
		{0, 0, []float64{1, 2, 3, 4}}, {2, 0, []float64{9, 9, 1, 2, 3, 4}}, {0, 1, []float64{1, 2, 3, 4, 9}}, {-1, 0, []float64{2, 3, 4}}, {0, -3, []float64{1}},
		{-2, 2, []float64{3, 4, 9, 9}}, {1, -1, []float64{9, 1, 2, 3}}, {-1, -3, nil}, {-4, 2, []float64{9, 9}}, {-2, -1, []float64{3}},
	}
	for _, test := range tests {
		got := Pad(x, PadConfig{Low: []int{test.low}, High: []int{test.high}, Value: 9})
		wantElems(t, got, trace.TypeOf(trace.Float32, len(test.want)).String(), test.want...)
	}
	if Pad(x, PadConfig{}) != x || Pad(x, PadConfig{Low: []int{0}, Value: 5}) != x {
		t.Error("adding nothing makes another array")
	}
	wantElems(t, Pad(array(trace.Float32, nil, 0), PadConfig{Low: []int{1}, High: []int{1}, Value: nan}), "f32[2]", nan, nan)
	wantElems(t, Pad(trace.Scalar(int32(3)), PadConfig{Value: 4}), "i32[]", 3)
}

// Copied elements are those that NumPy's pad copies. A negative number takes elements away
// before anything is copied.
func TestPadModes(t *testing.T) {
	x := f32(1, 2, 3)
	tests := []struct {
		mode      PadMode
		low, high int
		want      []float64
	}{
		{PadEdge, 2, 1, []float64{1, 1, 1, 2, 3, 3}}, {PadReflect, 2, 1, []float64{3, 2, 1, 2, 3, 2}}, {PadWrap, 2, 1, []float64{2, 3, 1, 2, 3, 1}},
		{PadReflect, 5, 4, []float64{2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3}}, {PadWrap, 0, 7, []float64{1, 2, 3, 1, 2, 3, 1, 2, 3, 1}},
		{PadEdge, -1, 2, []float64{2, 3, 3, 3}}, {PadReflect, 1, -1, []float64{2, 1, 2}}, {PadWrap, 2, -1, []float64{1, 2, 1, 2}},
		{PadReflect, -2, 2, []float64{3, 3, 3}}, {PadEdge, -1, -1, []float64{2}}, {PadWrap, 0, 0, []float64{1, 2, 3}},
	}
	for _, test := range tests {
		got := Pad(x, PadConfig{Low: []int{test.low}, High: []int{test.high}, Value: 9, Mode: test.mode})
		wantElems(t, got, trace.TypeOf(trace.Float32, len(test.want)).String(), test.want...)
	}
	two := Pad(array(trace.Int32, []float64{1, 2, 3, 4}, 2, 2), PadConfig{Low: []int{0, 1}, High: []int{1, 0}, Mode: PadReflect})
	wantElems(t, two, "i32[3 3]", 2, 1, 2, 4, 3, 4, 2, 1, 2)
	wantElems(t, Pad(bools(true, false), PadConfig{Low: []int{1}, Mode: PadEdge}), "bool[3]", 1, 1, 0)
	wantElems(t, Pad(trace.New([]float64{}, 0, 2), PadConfig{High: []int{0, 1}, Mode: PadEdge}), "f64[0 3]")
	wantError(t, "pad(f64[0]): axis 0 is empty: it has no elements to copy", func() { Pad(trace.New([]float64{}, 0), PadConfig{High: []int{1}, Mode: PadWrap}) })
	wantError(t, "pad(f64[1]): the mode 9 does not exist: use fn.PadConstant, PadEdge, PadReflect, PadWrap or PadSymmetric", func() { Pad(f64(1), PadConfig{Mode: 9}) })
}

// The value becomes one of the dtype. An integer dtype drops the fraction. As a bool, all
// but 0 is true.
func TestPadValues(t *testing.T) {
	for _, c := range []struct {
		d           trace.DType
		value, want float64
	}{
		{trace.Bool, 0, 0}, {trace.Bool, 0.25, 1}, {trace.Bool, nan, 1}, {trace.Int32, 2.75, 2}, {trace.Int32, -2.75, -2}, {trace.Int64, 1 << 40, 1 << 40},
		{trace.Float32, 0.1, float64(float32(0.1))}, {trace.Float64, 0.1, 0.1}, {trace.Float64, negZero, negZero},
	} {
		wantElems(t, Pad(vector(c.d, 1), PadConfig{High: []int{1}, Value: c.value}), c.d.String()+"[2]", 1, c.want)
	}
}

func TestPadRules(t *testing.T) {
	x := waves(1, 2, 3)
	for _, op := range []pad{{[]int{4, 6}, []int{1, 2}, []int{1, 1}, 0}, {[]int{4, 6}, []int{3, 0}, []int{-2, 2}, 1.5}} {
		batchHolds(t, op, x)
		slopesHold(t, op, x)
		if got := op.LinearIn([]bool{true}); got != (op.Value == 0) {
			t.Errorf("with the value %v: linear %v", op.Value, got)
		}
	}
	for value, want := range map[float64]trace.Sign{0: trace.Positive | trace.PosZero, -1: trace.Positive | trace.Negative, inf: trace.Positive | trace.PosInf} {
		if got := (pad{Value: value}).Signs([]trace.Sign{trace.Positive})[0]; got != want {
			t.Errorf("with the value %v the signs are %v, want %v", value, got, want)
		}
	}
}

func TestPadErrors(t *testing.T) {
	x := trace.New([]float64{1, 2, 3, 4, 5, 6}, 2, 3)
	wantError(t, "pad(f64[2 3]): [1 2 3] has 3 entries for 2 axes: give one for each", func() { Pad(x, PadConfig{High: []int{1, 2, 3}}) })
	wantError(t, "pad(f64[2 3]): axis 1 has length 3: 4 elements cannot be taken away", func() { Pad(x, PadConfig{High: []int{0, -4}}) })
	wantError(t, "pad(f64[2 3]): axis 0 has length 2: 9223372036854775807 elements cannot be taken away", func() { Pad(x, PadConfig{Low: []int{math.MinInt, 0}}) })
	wantError(t, "pad(f64[2 3]): axis 0: 2 elements with 9223372036854775807 before and 1 after them are more than memory can address",
		func() { Pad(x, PadConfig{Low: []int{math.MaxInt, 0}, High: []int{1, 0}}) })
	wantError(t, "pad(absent): operand 0 is absent (the zero trace.Value): was a field never set?", func() { Pad(trace.Value{}, PadConfig{}) })
	t2 := typed(trace.Bool, 2)
	wantReason(t, pad{[]int{4}, []int{1}, []int{2}, 0}, "", t2)
	wantReason(t, pad{[]int{4}, []int{2}, []int{2}, 0}, "indices 2 to 4 are not all in axis 0, which has length 4", t2)
	wantReason(t, pad{[]int{4}, []int{0}, []int{-1}, 0}, "indices 0 to -1 are not all in axis 0, which has length 4", t2)
	wantReason(t, pad{[]int{4, 1}, []int{0, 0}, []int{1, 1}, 0}, "the result has 2 axes, bool[2] has 1", t2)
}
