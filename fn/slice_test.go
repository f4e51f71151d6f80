package fn

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// indexed lists the indices of one of Python's slices, one by one.
func indexed(start, stop, step, n int) (list []int) {
	moved := func(i, low, high int) int {
		if i < 0 {
			i += n
		}
		return min(max(i, low), high)
	}
	if step > 0 {
		for i := moved(start, 0, n); i < moved(stop, 0, n); i += step {
			list = append(list, i)
		}
		return list
	}
	for i := moved(start, -1, n-1); i > moved(stop, -1, n-1); i += step {
		list = append(list, i)
	}
	return list
}

func TestSliceBoundsAgainstLoops(t *testing.T) {
	for n := range 6 {
		for start := -8; start <= 8; start++ {
			for stop := -8; stop <= 8; stop++ {
				for _, step := range []int{-7, -3, -2, -1, 1, 2, 3, 7} {
					from, size := sliceBounds(start, stop, step, n)
					want := indexed(start, stop, step, n)
					if size != len(want) || size > 0 && from != want[0] || size == 0 && from != 0 {
						t.Fatalf("[%d:%d:%d] of %d: got %d from %d on, want %v", start, stop, step, n, size, from, want)
					}
				}
			}
		}
	}
	for _, c := range []struct{ start, stop, step, n, from, size int }{
		{Begin, End, 1, 5, 0, 5}, {End, Begin, -1, 5, 4, 5}, {0, End, math.MaxInt, 5, 0, 1}, {End, Begin, math.MinInt, 5, 4, 1}, {1, End, math.MaxInt - 1, 5, 1, 1},
		{Begin, Begin, 1, 5, 0, 0}, {End, End, -1, 5, 0, 0}, {End, End, 1, 5, 0, 0}, {-3, End, 1, 5, 2, 3},
	} {
		if from, size := sliceBounds(c.start, c.stop, c.step, c.n); from != c.from || size != c.size {
			t.Errorf("%+v: got %d from %d on", c, size, from)
		}
	}
}

func TestSlicesAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(59, 1))
	for range 150 {
		shape := make([]int, r.IntN(4))
		for a := range shape {
			shape[a] = 1 + r.IntN(4)
		}
		start, step, size := drawPlacing(r, shape)
		d := everyType[r.IntN(len(everyType))]
		elems := make([]float64, volume(shape))
		for i := range elems {
			elems[i] = float64(i % 2)
		}
		var want []float64
		laid(elems, make([]float64, volume(size)), shape, start, step, size, func(at *float64, _ float64) { want = append(want, *at) })
		op := slice{start, size, step}
		wantElems(t, trace.Bind1(op, array(d, elems, shape...)), trace.TypeOf(d, size...).String(), want...)
	}
}

func TestSliceRules(t *testing.T) {
	x := waves(1, 3, 4)
	for _, op := range []slice{{[]int{1, 0}, []int{2, 4}, []int{1, 1}}, {[]int{2, 3}, []int{2, 2}, []int{-2, -2}}, {[]int{0, 0}, []int{0, 2}, []int{1, 3}}} {
		batchHolds(t, op, x)
		slopesHold(t, op, x)
	}
	whole := wholeSlice([]int{3, 1})
	if !slices.Equal(whole.Start, []int{0, 0}) || !slices.Equal(whole.Size, []int{3, 1}) || !slices.Equal(whole.Step, []int{1, 1}) {
		t.Errorf("the whole is %v", whole)
	}
	if y := waves(2, 3, 1); whole.apply(y) != y || (slice{[]int{0, 0}, []int{3, 1}, []int{1, -5}}).apply(y) != y {
		t.Error("a slice of everything makes another array")
	}
	if (slice{[]int{2, 0}, []int{3, 1}, []int{-1, 1}}).whole([]int{3, 1}) {
		t.Error("the reverse of an array is taken for the array")
	}
}

// Lists may be shorter than the array has axes. The other axes are taken whole.
func TestSliceConfigs(t *testing.T) {
	x := trace.New([]int64{0, 1, 2, 3, 4, 5}, 2, 3)
	tests := []struct {
		c     SliceConfig
		shape string
		want  []float64
	}{
		{SliceConfig{}, "i64[2 3]", []float64{0, 1, 2, 3, 4, 5}}, {SliceConfig{Start: []int{1}}, "i64[1 3]", []float64{3, 4, 5}},
		{SliceConfig{Stop: []int{2, -1}}, "i64[2 2]", []float64{0, 1, 3, 4}}, {SliceConfig{Step: []int{-1}}, "i64[2 3]", []float64{3, 4, 5, 0, 1, 2}},
		{SliceConfig{Step: []int{1, -2}}, "i64[2 2]", []float64{2, 0, 5, 3}}, {SliceConfig{Start: []int{0, 1}, Stop: []int{1, End}}, "i64[1 2]", []float64{1, 2}},
		{SliceConfig{Start: []int{2}}, "i64[0 3]", nil},
	}
	for _, test := range tests {
		wantElems(t, Slice(x, test.c), test.shape, test.want...)
	}
	wantElems(t, Index(x, -1), "i64[3]", 3, 4, 5)
	wantElems(t, Index(Index(x, 0), 2), "i64[]", 2)
}

// The cotangents of slices of one array join, and nothing else joins them.
func TestSlicesJoin(t *testing.T) {
	first, second := slice{[]int{1}, []int{2}, []int{1}}, slice{[]int{3}, []int{2}, []int{-2}}
	if !first.Joins(second) || first.Joins(take{}) || first.Joins(reshape{}) {
		t.Error("slices join slices and nothing else")
	}
	got := first.Joint(typed(trace.Float64, 4), []trace.Pick{{Op: first, CT: f64(1, 2)}, {Op: second, CT: f64(10, 20)}})
	wantElems(t, got, "f64[4]", 0, 21, 2, 10)
}

func TestSliceErrors(t *testing.T) {
	x := typed(trace.Bool, 4, 2)
	wantReason(t, slice{[]int{0}, []int{4}, []int{1}}, "the slice is of 1 axes, bool[4 2] has 2", x)
	wantReason(t, slice{[]int{2, 0}, []int{3, 2}, []int{1, 1}}, "indices 2 to 4 are not all in axis 0, which has length 4", x)
	wantReason(t, slice{[]int{3, 1}, []int{4, 3}, []int{-1, -1}}, "indices 1 to -1 are not all in axis 1, which has length 2", x)
	wantReason(t, slice{[]int{-1, 0}, []int{1, 1}, []int{1, 1}}, "indices -1 to -1 are not all in axis 0, which has length 4", x)
	wantReason(t, slice{[]int{0, 0}, []int{-1, 1}, []int{1, 1}}, "indices 0 to -2 are not all in axis 0, which has length 4", x)
	wantReason(t, slice{[]int{9, 0}, []int{0, 2}, []int{1, 1}}, "", x) // no elements, from nowhere
	wantError(t, "slice(f64[2]): [0 0] has 2 entries for 1 axes", func() { Slice(f64(1, 2), SliceConfig{Start: []int{0, 0}}) })
	wantError(t, "slice(absent): operand 0 is absent (the zero trace.Value): was a field never set?", func() { Slice(trace.Value{}, SliceConfig{}) })
}
