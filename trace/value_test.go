package trace_test

import (
	"math"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

func TestNewCopiesItsData(t *testing.T) {
	data := []float64{1, 2, 3, 4, 5, 6}
	v := trace.New(data, 2, 3)
	data[0] = 100
	wantText(t, v.String(), "f64[2 3] [[1 2 3] [4 5 6]]")
	trace.Data[float64](v)[1] = 100
	v.Float64s()[2] = 100
	wantText(t, v.String(), "f64[2 3] [[1 2 3] [4 5 6]]")
}

func TestArrayOfKeepsItsDataAndCopiesItsShape(t *testing.T) {
	data, shape := []int32{1, 2}, []int{2, 1}
	a := trace.ArrayOf(data, shape...)
	data[0], shape[0] = 5, 9
	if got := trace.Elems[int32](a); got[0] != 5 || a.Shape()[0] != 2 {
		t.Errorf("got %v of shape %v", got, a.Shape())
	}
}

func TestNewArrayIsZero(t *testing.T) {
	for d := trace.Bool; d <= trace.Float64; d++ {
		a := trace.NewArray(trace.TypeOf(d, 2, 3))
		if got := a.Float64s(); a.DType() != d || !slices.Equal(got, make([]float64, 6)) {
			t.Errorf("%v: got %v of %v", d, got, a.Type())
		}
	}
}

func TestValuesPrint(t *testing.T) {
	tests := []struct {
		v    Value
		want string
	}{
		{Value{}, "absent"},
		{trace.Scalar(int32(-3)), "i32[] -3"},
		{trace.Scalar(math.NaN()), "f64[] NaN"},
		{trace.New([]bool{true, false}), "bool[2] [true false]"},
		{trace.New([]float64{5}), "f64[1] [5]"},
		{trace.New([]float32{1, 2, 3, 4, 5, 6}, 3, 1, 2), "f32[3 1 2] [[[1 2]] [[3 4]] [[5 6]]]"},
		{trace.New([]int64{}, 2, 0, 3), "i64[2 0 3] [[] []]"},
		{trace.New([]int64{}, 0), "i64[0] []"},
		{trace.New(make([]float32, 65), 5, 13), "f32[5 13] [[0 0 0 ... 0 0 0] [0 0 0 ... 0 0 0] [0 0 0 ... 0 0 0] [0 0 0 ... 0 0 0] [0 0 0 ... 0 0 0]]"},
		{trace.Unknown(f64(2)), "unknown f64[2]"},
	}
	for _, tt := range tests {
		wantText(t, tt.v.String(), tt.want)
	}
}

func TestKindsOfValues(t *testing.T) {
	type claims struct{ absent, concrete, traced, weak bool }
	claim := func(v Value) claims { return claims{v.IsAbsent(), v.IsConcrete(), v.IsTraced(), v.IsWeak()} }
	tests := []struct {
		name string
		v    Value
		want claims
	}{
		{"absent", Value{}, claims{absent: true}}, {"concrete", vector(1), claims{concrete: true}},
		{"weak", trace.Weak(2), claims{concrete: true, weak: true}}, {"unknown", trace.Unknown(f64()), claims{}},
	}
	for _, tt := range tests {
		if got := claim(tt.v); got != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
	record(2, func(x Value) Value {
		if got := claim(x); got != (claims{traced: true}) {
			t.Errorf("traced: got %+v", got)
		}
		return x
	})
}

func TestElements(t *testing.T) {
	if got := trace.New([]bool{true, false}).Float64s(); !slices.Equal(got, []float64{1, 0}) {
		t.Errorf("bool: got %v", got)
	}
	if got := trace.New([]int64{-1, 1 << 40}).Float64s(); !slices.Equal(got, []float64{-1, 1 << 40}) {
		t.Errorf("i64: got %v", got)
	}
	if got := trace.Data[int32](trace.New([]int32{3, 4}, 2, 1)); !slices.Equal(got, []int32{3, 4}) {
		t.Errorf("i32: got %v", got)
	}
	if got := trace.New([]float32{2.5}, 1, 1).Float64(); got != 2.5 {
		t.Errorf("f32: got %v", got)
	}
	v := trace.New(make([]float32, 6), 2, 3)
	if v.Rank() != 2 || v.Size() != 6 || v.Dim(-1) != 3 || v.Dim(0) != 2 || v.DType() != trace.Float32 {
		t.Errorf("got rank %d, size %d, dims %d %d, dtype %v", v.Rank(), v.Size(), v.Dim(0), v.Dim(-1), v.DType())
	}
}

func TestCopyFrom(t *testing.T) {
	for _, src := range []Value{trace.New([]bool{true}), trace.New([]int32{2}), trace.New([]int64{3}), trace.New([]float32{4}), vector(5)} {
		dst := trace.NewArray(src.Type())
		dst.CopyFrom(src.Array())
		wantText(t, trace.FromArray(dst).String(), src.String())
	}
}

func TestMisuseOfValues(t *testing.T) {
	const absent = "the type of an absent value (the zero trace.Value) was asked for: was a field never set?"
	tests := []struct {
		name, want string
		f          func()
	}{
		{"too few elements", "array: 5 elements do not fill f64[2 3], which has 6", func() { trace.New(make([]float64, 5), 2, 3) }},
		{"two for a scalar", "array: 2 elements do not fill bool[], which has 1", func() { trace.ArrayOf([]bool{true, false}) }},
		{"negative axis", "array: axis 0 of i32[-1] has a negative length", func() { trace.New([]int32{1}, -1) }},
		{"type of absent", absent, func() { Value{}.Type() }},
		{"rank of absent", absent, func() { Value{}.Rank() }},
		{"elements of absent", "the elements of an absent value (the zero trace.Value) were asked for: was a field never set?", func() { Value{}.Float64s() }},
		{"no axis", "f64[2] has no axis 1: it has 1, from 0 on, or from -1 on backward", func() { vector(1, 2).Dim(1) }},
		{"no negative axis", "f64[2] has no axis -2: it has 1, from 0 on, or from -1 on backward", func() { vector(1, 2).Dim(-2) }},
		{"not one element", "f64[2] has 2 elements, not one: use Float64s, or choose one with fn.Index", func() { vector(1, 2).Float64() }},
		{"other dtype", "the data of f64[2] were asked for as f32: ask for its own dtype, or use fn.Cast first", func() { trace.Data[float32](vector(1, 2)) }},
		{"traced", "the elements of a traced f64[2] were asked for while its function is being traced: its data are not known yet. " +
			"For a choice that depends on data use fn.Where (elementwise) or transforms.Cond (one of two functions), not a Go if",
			func() { record(2, func(x Value) Value { return vector(x.Float64s()...) }) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wantReason(t, tt.want, tt.f) })
	}
}
