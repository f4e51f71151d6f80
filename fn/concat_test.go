package fn

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

func TestConcatAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(53, 1))
	for range 100 {
		outer, inner, d := r.IntN(4), r.IntN(4), everyType[r.IntN(len(everyType))]
		var in []trace.Value
		total := 0
		for range 2 + r.IntN(3) {
			n := r.IntN(4) // perhaps none
			elems := make([]float64, outer*n*inner)
			for i := range elems {
				elems[i] = float64(r.IntN(2))
			}
			in, total = append(in, array(d, elems, outer, n, inner)), total+n
		}
		var want []float64
		for o := range outer {
			for _, x := range in {
				width := x.Dim(1) * inner
				want = append(want, x.Float64s()[o*width:(o+1)*width]...)
			}
		}
		wantElems(t, Concat(1, in...), trace.TypeOf(d, outer, total, inner).String(), want...)
		wantElems(t, Concat(-2, in...), trace.TypeOf(d, outer, total, inner).String(), want...)
	}
}

func TestConcatRules(t *testing.T) {
	in := []trace.Value{waves(1, 2, 3, 2), waves(2, 2, 1, 2), waves(3, 2, 0, 2)}
	batchHolds(t, concat{1}, in...)
	slopesHold(t, concat{1}, in...)
	ct := waves(4, 2, 4, 2)
	for choice := range 8 {
		want := []bool{choice&1 != 0, choice&2 != 0, choice&4 != 0}
		cts := concat{1}.VJP(in, nil, []trace.Value{ct}, want)
		for i, c := range cts {
			if c.IsAbsent() == want[i] {
				t.Errorf("wanted %v: cotangent %d is %v", want, i, c)
			}
		}
		if want[1] { // the fourth position of the axis, whichever operands are wanted
			e := ct.Float64s()
			wantElems(t, cts[1], "f64[2 1 2]", e[6], e[7], e[14], e[15])
		}
	}
	if !(concat{}).LinearIn([]bool{true, true}) || (concat{}).LinearIn([]bool{true, false}) {
		t.Error("a concatenation is linear in all of its operands together")
	}
}

// One array is that array, and weak numbers take the dtype of the others.
func TestConcatOfFewAndOfWeak(t *testing.T) {
	x := f32(1, 2)
	if Concat(0, x) != x || Concat(-1, x) != x {
		t.Error("a concatenation of one array makes another")
	}
	weak := Reshape(Scalar(0.1), 1)
	wantElems(t, Concat(0, weak, x), "f32[3]", float64(float32(0.1)), 1, 2)
	wantElems(t, Stack(0, Scalar(3), trace.Scalar(int32(4)), Scalar(5)), "i32[3]", 3, 4, 5)
	if both := Stack(0, Scalar(3), Scalar(4)); !both.IsWeak() || both.DType() != trace.Float64 {
		t.Errorf("of weak numbers alone got %v, weak %v", both, both.IsWeak())
	}
	wantError(t, "stack(3.5, i32[]): whole(f64[]): element 0, 3.5, is not an i32: fn.Cast the array that it is combined with to a float dtype first",
		func() { Stack(0, Scalar(3.5), trace.Scalar(int32(4))) })
	in := []trace.Value{Scalar(3), x}
	if promoteAll(in); !in[0].IsWeak() {
		t.Error("the caller's list is changed")
	}
}

func TestStackPlacesTheNewAxis(t *testing.T) {
	a, b := trace.New([]int64{1, 2, 3, 4, 5, 6}, 2, 3), trace.New([]int64{10, 20, 30, 40, 50, 60}, 2, 3)
	first := []float64{1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60}
	middle := []float64{1, 2, 3, 10, 20, 30, 4, 5, 6, 40, 50, 60}
	last := []float64{1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60}
	for axis, want := range map[int][]float64{0: first, -3: first, 1: middle, -2: middle, 2: last, -1: last} {
		got := Stack(axis, a, b)
		shape := slices.Insert([]int{2, 3}, (axis+3)%3, 2)
		wantElems(t, got, trace.TypeOf(trace.Int64, shape...).String(), want...)
	}
	wantElems(t, Stack(0, f64(1, 2)), "f64[1 2]", 1, 2)
	wantError(t, "stack(i64[2 3], i64[2 3]): there is no place 3 for a new axis: use -3 to 2", func() { Stack(3, a, b) })
	wantError(t, "stack(i64[2 3], i64[3 2]): operand 1 is i64[3 2], operand 0 is i64[2 3]: all have one type", func() { Stack(0, a, Reshape(b, 3, 2)) })
}

func TestConcatErrors(t *testing.T) {
	x := typed(trace.Float32, 2, 3)
	wantReason(t, concat{1}, "", x, typed(trace.Float32, 2, 5), x)
	wantReason(t, concat{0}, "there is nothing to join: give at least one array")
	wantReason(t, concat{-1}, "axis -1 does not exist: f32[2 3] has axes 0 to 1 (or -2 to -1, from the end)", x, x)
	wantReason(t, concat{1}, "axis 0 of operand 2 has length 4, of operand 0 2: only axis 1 may differ", x, x, typed(trace.Float32, 4, 3))
	wantReason(t, concat{0}, "operand 1 is bool, operand 0 is f32: fn.Cast one of them", x, typed(trace.Bool, 2, 3))
	wantReason(t, concat{0}, "operand 1 has 3 axes, operand 0 has 2", x, typed(trace.Float32, 2, 3, 1))
	wantError(t, "concat(f64[1]): axis 1 does not exist: f64[1] has axes 0 to 0 (or -1 to -1, from the end)", func() { Concat(1, f64(1)) })
	wantError(t, "concat(f64[], f64[]): axis 0 does not exist: f64[] is a scalar", func() { Concat(0, trace.Scalar(1.0), trace.Scalar(2.0)) })
}
