package fn

import (
	"testing"

	"github.com/pullback-go/pullback/trace"
)

func TestOneHotAgainstLoops(t *testing.T) {
	for _, n := range []int{1, 3, 8} {
		for _, shape := range [][]int{{}, {5}, {2, 3}, {0}, {3, 0, 2}} {
			at := make([]float64, volume(shape))
			for i := range at {
				at[i] = float64(i * 5 % n)
			}
			for _, index := range []trace.DType{trace.Int32, trace.Int64} {
				for _, d := range everyType {
					var want []float64
					for _, k := range at {
						row := make([]float64, n)
						row[int(k)] = 1
						want = append(want, row...)
					}
					typ := trace.TypeOf(d, append(append([]int{}, shape...), n)...)
					wantElems(t, OneHot(array(index, at, shape...), n, d), typ.String(), want...)
				}
			}
		}
	}
	wantElems(t, OneHot(i64(), 0, trace.Bool), "bool[0 0]")
}

func TestOneHotRules(t *testing.T) {
	op := oneHot{4, trace.Float32}
	batchHolds(t, op, trace.New([]int64{3, 0, 1, 1, 2, 0}, 2, 3))
	if cts := vjp(op, i64(1, 2)); len(cts) != 1 || !cts[0].IsAbsent() {
		t.Errorf("the cotangents are %v, want none", cts)
	}
	if got := op.Signs(nil); len(got) != 1 || got[0] != trace.Zero|trace.Positive {
		t.Errorf("the signs are %v", got)
	}
	if got := trace.Describe(op); got != "one_hot{Size:4 DType:f32}" {
		t.Errorf("it prints as %s", got)
	}
}

// An index outside is named by its value and its position, whatever comes before it.
func TestOneHotErrors(t *testing.T) {
	const outside = " is not at least 0 and below 3, the length of a row"
	wantError(t, "one_hot: index -1 (element 0 of the index)"+outside, func() { OneHot(i32(-1, 5), 3, trace.Float32) })
	wantError(t, "one_hot: index 3 (element 2 of the index)"+outside, func() { OneHot(i64(0, 2, 3), 3, trace.Int32) })
	wantError(t, "one_hot: index 9223372036854775807 (element 1 of the index)"+outside, func() { OneHot(i64(0, 1<<63-1), 3, trace.Float64) })
	wantError(t, "one_hot(bool[1]): the index is bool[1]: want i32 or i64, use fn.Cast", func() { OneHot(bools(true), 3, trace.Float64) })
	wantError(t, "one_hot(i64[1]): rows of -2 elements: want at least 0", func() { OneHot(i64(0), -2, trace.Float64) })
	wantError(t, "one_hot(absent): operand 0 is absent (the zero trace.Value): was a field never set?", func() { OneHot(trace.Value{}, 3, trace.Float64) })
}
