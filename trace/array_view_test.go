package trace_test

import (
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// A view has any shape over any part of an array of every dtype, shares its memory, moves
// without allocating, and keeps no memory once it shows nothing.
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
	for _, shape := range [][]int{{2, 2}, {4}, {1, 3}, {}, {0, 2}, {6}} {
		n := trace.TypeOf(a.DType(), shape...).Size()
		for from := range 7 - n {
			v.Show(a, from, shape)
			if got := trace.Elems[E](v); !slices.Equal(got, data[from:from+n]) || cap(got) != n || !slices.Equal(v.Shape(), shape) {
				t.Errorf("from %d the view is %v of shape %v, with room for %d", from, got, v.Shape(), cap(got))
			}
		}
	}
	v.Show(a, 1, []int{4})
	trace.Elems[E](v)[2] = data[0]
	if trace.Elems[E](a)[3] != data[0] {
		t.Error("the view does not share memory")
	}
	shape := []int{1, 3}
	if n := testing.AllocsPerRun(10, func() { v.Show(a, 1, shape) }); n != 0 {
		t.Errorf("moving a view allocates %v times", n)
	}
	if v.Show(nil, 0, shape); trace.Elems[E](v) != nil || !slices.Equal(v.Shape(), shape) {
		t.Errorf("the view of nothing has %v of shape %v", trace.Elems[E](v), v.Shape())
	}
}

// An array and its elements' header are one allocation, so with the elements two.
func TestArrayAllocations(t *testing.T) {
	a := trace.NewArray(trace.TypeOf(trace.Float32, 4))
	shape := trace.TypeOf(trace.Float32, 2, 2)
	for name, c := range map[string]struct {
		f    func()
		want float64
	}{
		"NewArray":     {func() { kept = trace.NewArray(shape) }, 2},
		"NewOutput":    {func() { kept = trace.NewOutput(shape) }, 2},
		"NewView":      {func() { kept = trace.NewView(shape) }, 1},
		"Part":         {func() { kept = a.Part(0, shape) }, 1},
		"Memory.Array": {func() { kept = block.Array(8, shape) }, 1},
	} {
		if got := testing.AllocsPerRun(10, c.f); got != c.want {
			t.Errorf("%s allocates %v times, want %v", name, got, c.want)
		}
	}
}

var (
	kept  *trace.Array
	block = trace.NewMemory(64)
)
