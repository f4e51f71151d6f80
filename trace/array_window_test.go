package trace_test

import (
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// A window shares the memory of a part of an array, of every dtype, and moves without
// allocating.
func TestWindow(t *testing.T) {
	window(t, []bool{true, false, true, true, false, false})
	window(t, []int32{1, 2, 3, 4, 5, 6})
	window(t, []int64{1, 2, 3, 4, 5, 6})
	window(t, []float32{1, 2, 3, 4, 5, 6})
	window(t, []float64{1, 2, 3, 4, 5, 6})
}

func window[E trace.Elem](t *testing.T, data []E) {
	t.Helper()
	a := trace.ArrayOf(slices.Clone(data), 2, 3)
	w := trace.NewArray(trace.TypeOf(a.DType(), 0))
	w.Window(a, 1, 5)
	if !slices.Equal(trace.Elems[E](w), data[1:5]) || !slices.Equal(w.Shape(), []int{4}) {
		t.Errorf("the window is %v of shape %v", trace.Elems[E](w), w.Shape())
	}
	trace.Elems[E](w)[2] = data[0]
	if trace.Elems[E](a)[3] != data[0] {
		t.Error("the window does not share memory")
	}
	if n := testing.AllocsPerRun(10, func() { w.Window(a, 2, 3) }); n != 0 {
		t.Errorf("moving a window allocates %v times", n)
	}
}

// A view has its shape over any part of an array of every dtype, moves without
// allocating, and keeps no memory once it is closed.
func TestView(t *testing.T) {
	view(t, []bool{true, false, true, true, false, false})
	view(t, []int32{1, 2, 3, 4, 5, 6})
	view(t, []int64{1, 2, 3, 4, 5, 6})
	view(t, []float32{1, 2, 3, 4, 5, 6})
	view(t, []float64{1, 2, 3, 4, 5, 6})
}

func view[E trace.Elem](t *testing.T, data []E) {
	t.Helper()
	a, v := trace.ArrayOf(slices.Clone(data), 6), trace.NewView(trace.TypeOf(trace.DTypeOf[E](), 2, 2))
	for from := range 3 {
		v.Show(a, from)
		if !slices.Equal(trace.Elems[E](v), data[from:from+4]) || !slices.Equal(v.Shape(), []int{2, 2}) {
			t.Errorf("from %d the view is %v of shape %v", from, trace.Elems[E](v), v.Shape())
		}
	}
	if n := testing.AllocsPerRun(10, func() { v.Show(a, 1) }); n != 0 {
		t.Errorf("moving a view allocates %v times", n)
	}
	if v.Close(); trace.Elems[E](v) != nil {
		t.Errorf("the closed view has %v", trace.Elems[E](v))
	}
}
