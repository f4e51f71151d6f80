package fn

import (
	"math"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// castOne is the conversion of one number, by its documentation. Integers are exact in
// float64 here.
func castOne(x float64, from, to trace.DType) float64 {
	wrapped := func(n int64) float64 {
		if to == trace.Int32 {
			return float64(int32(n))
		}
		return float64(n)
	}
	switch {
	case to == trace.Bool:
		return piece(x != 0, 1, 0)
	case to == trace.Float32:
		return float64(float32(x))
	case to == trace.Float64:
		return x
	case !from.IsFloat():
		return wrapped(int64(x))
	case math.IsNaN(x):
		return 0
	}
	low, high := -0x1p31, 0x1p31-1
	if to == trace.Int64 {
		low, high = -0x1p63, 0x1p63-1
	}
	return min(max(math.Trunc(x), low), high) + 0 // of an integer there is no -0
}

func TestCastsAgainstOneByOne(t *testing.T) {
	points := map[trace.DType][]float64{
		trace.Bool:    {0, 1, 1, 0},
		trace.Int32:   {0, 1, -1, 7, math.MaxInt32, math.MinInt32, 1<<24 + 1},
		trace.Int64:   {0, 1, -1, 1 << 31, -1<<31 - 1, 1<<33 + 5, -1 << 52, 1<<24 + 1},
		trace.Float32: {0, negZero, 0.5, -0.5, 2.75, -2.75, 1e20, -1e20, inf, -inf, nan, 1 << 31, math.MaxFloat32},
		trace.Float64: {0, negZero, 0.5, -0.99, 2.75, -2.75, 1e30, -1e30, inf, -inf, nan, 1 << 31, 1<<31 - 0.5, 1e39, 1e-60, 0.1},
	}
	for _, from := range wideType {
		x := vector(from, points[from]...)
		for _, to := range wideType {
			want := make([]float64, x.Size())
			for i, v := range x.Float64s() {
				want[i] = castOne(v, from, to)
			}
			wantElems(t, Cast(x, to), trace.TypeOf(to, x.Size()).String(), want...)
			wantElems(t, Cast(array(from, nil, 0, 2), to), trace.TypeOf(to, 0, 2).String())
			wantElems(t, trace.Bind1(cast{To: to}, array(from, []float64{1})), trace.TypeOf(to).String(), 1)
		}
	}
	wantElems(t, Cast(i64(math.MaxInt64, math.MinInt64), trace.Int32), "i32[2]", -1, 0)
	wantElems(t, Cast(i64(1<<53+1), trace.Float64), "f64[1]", 1<<53)
}

// Between floats, the cotangent goes back in the operand's dtype. From or to other dtypes
// there is none.
func TestCastRules(t *testing.T) {
	for _, from := range everyType {
		for _, to := range everyType {
			op, x := cast{To: to}, vector(from, 1, 0, 1)
			batchHolds(t, op, x)
			ct := op.VJP([]trace.Value{x}, nil, []trace.Value{vector(to, 1, 1, 0)}, []bool{true})
			if !from.IsFloat() || !to.IsFloat() {
				if len(ct) != 1 || !ct[0].IsAbsent() {
					t.Errorf("from %v to %v: the cotangents are %v, want none", from, to, ct)
				}
				continue
			}
			wantElems(t, ct[0], trace.TypeOf(from, 3).String(), 1, 1, 0)
		}
		for _, to := range everyType {
			simple, places, ok := cast{To: to}.Simplify([]trace.Type{typed(from, 2)})
			if ok != (from == to) || simple != nil || !slices.Equal(places, []int{0}) {
				t.Errorf("from %v to %v: simpler is %v of %v, %v", from, to, simple, places, ok)
			}
		}
		if got := (cast{To: from}).LinearIn([]bool{true}); got != from.IsFloat() {
			t.Errorf("to %v: linear %v", from, got)
		}
	}
}

// A weak value becomes an array of the dtype, also of its own dtype.
func TestCastOfWeakScalars(t *testing.T) {
	for _, d := range everyType {
		x := Cast(Scalar(3), d)
		if x.IsWeak() || x.DType() != d {
			t.Errorf("to %v: got %v, weak %v", d, x, x.IsWeak())
		}
	}
	weak := Scalar(2)
	if Cast(weak, trace.Float64) == weak || !weak.IsWeak() {
		t.Error("a weak f64 is taken for an array of f64")
	}
	wantError(t, "cast(absent): operand 0 is absent (the zero trace.Value): was a field never set?", func() { Cast(trace.Value{}, trace.Float32) })
}
