package fn

import (
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

func TestAxesFromEnd(t *testing.T) {
	for _, c := range [][3]int{{0, 3, 0}, {2, 3, 2}, {3, 3, 3}, {-1, 3, 2}, {-3, 3, 0}, {-4, 3, -4}, {-1, 0, -1}, {5, 0, 5}} {
		if got := fromEnd(c[0], c[1]); got != c[2] {
			t.Errorf("axis %d of %d: got %d, want %d", c[0], c[1], got, c[2])
		}
	}
	named := []int{-1, 0, -3}
	if got := sortedAxes(named, 4); !slices.Equal(got, []int{0, 1, 3}) || !slices.Equal(named, []int{-1, 0, -3}) {
		t.Errorf("got %v of %v", got, named)
	}
	if got := sortedAxes(nil, 2); len(got) != 0 {
		t.Errorf("of no axes got %v", got)
	}
}

func TestListsOfAxes(t *testing.T) {
	tests := []struct{ got, want []int }{
		{allAxes(0), []int{}}, {allAxes(3), []int{0, 1, 2}},
		{shifted([]int{0, 2}, 1), []int{1, 3}}, {shifted([]int{4, 1}, -1), []int{3, 0}}, {shifted(nil, 2), []int{}},
		{without([]int{7, 8, 9}, []int{1}), []int{7, 9}}, {without([]int{7, 8, 9}, []int{0, 2}), []int{8}},
		{without([]int{7, 8, 9}, nil), []int{7, 8, 9}}, {without([]int{7}, []int{0}), []int{}},
		{prepend(5, []int{1, 2}), []int{5, 1, 2}}, {prepend(5, nil), []int{5}},
		{permuted([]int{7, 8, 9}, []int{2, 0, 1}), []int{9, 7, 8}}, {inverse([]int{2, 0, 1}), []int{1, 2, 0}},
	}
	for i, test := range tests {
		if !slices.Equal(test.got, test.want) {
			t.Errorf("list %d: got %v, want %v", i, test.got, test.want)
		}
	}
	list := []int{1, 2}
	if shifted(list, 1); !slices.Equal(list, []int{1, 2}) {
		t.Errorf("shifting changed the list to %v", list)
	}
}

func TestVolumes(t *testing.T) {
	for _, c := range []struct {
		shape           []int
		axis            int
		volume          int
		outer, n, inner int
	}{
		{[]int{2}, 0, 2, 1, 2, 1}, {[]int{2, 3, 5}, 0, 30, 1, 2, 15}, {[]int{2, 3, 5}, 1, 30, 2, 3, 5}, {[]int{2, 3, 5}, 2, 30, 6, 5, 1},
		{[]int{2, 0, 5}, 1, 0, 2, 0, 5}, {[]int{0, 3}, 1, 0, 0, 3, 1},
	} {
		outer, n, inner := around(c.shape, c.axis)
		if volume(c.shape) != c.volume || outer != c.outer || n != c.n || inner != c.inner {
			t.Errorf("%v at axis %d: got %d elements, %d, %d, %d", c.shape, c.axis, volume(c.shape), outer, n, inner)
		}
	}
	if volume(nil) != 1 {
		t.Errorf("a scalar has %d elements", volume(nil))
	}
}

func TestAxesAreChecked(t *testing.T) {
	x, scalar := typed(trace.Float32, 4, 5), typed(trace.Int64)
	const have = "f32[4 5] has axes 0 to 1 (or -2 to -1, from the end)"
	tests := []struct {
		axes          []int
		t             trace.Type
		axes1, named1 string // what checkAxes and checkNamed say
	}{
		{[]int{0, 1}, x, "", ""}, {[]int{1}, x, "", ""},
		{nil, x, "", "no axis is named: name at least one"}, {nil, scalar, "", "no axis is named: name at least one"},
		{[]int{-3, 0}, x, "axis -3 does not exist: " + have, "axis -3 does not exist: " + have},
		{[]int{0, 2}, x, "axis 2 does not exist: " + have, "axis 2 does not exist: " + have},
		{[]int{0, 0}, x, "axis 0 is named twice", "axis 0 is named twice"},
		{[]int{0, 1, 1}, x, "axis 1 is named twice", "axis 1 is named twice"},
		{[]int{0}, scalar, "axis 0 does not exist: i64[] is a scalar", "axis 0 does not exist: i64[] is a scalar"},
	}
	text := func(err error) string {
		if err == nil {
			return ""
		}
		return err.Error()
	}
	for _, test := range tests {
		if got := text(checkAxes(test.axes, test.t)); got != test.axes1 {
			t.Errorf("axes %v of %v: got %q, want %q", test.axes, test.t, got, test.axes1)
		}
		if got := text(checkNamed(test.axes, test.t)); got != test.named1 {
			t.Errorf("named axes %v of %v: got %q, want %q", test.axes, test.t, got, test.named1)
		}
	}
}

// An operand that carries the batch stays. Any other is repeated for each case.
func TestOverTheBatch(t *testing.T) {
	x := trace.New([]float64{1, 2, 3, 4}, 2, 2)
	if toFront(x, true, 2) != x {
		t.Error("a batched operand is made again")
	}
	wantElems(t, toFront(x, false, 3), "f64[3 2 2]", 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4)
	wantElems(t, toFront(trace.Scalar(int32(7)), false, 2), "i32[2]", 7, 7)
	wantElems(t, toFront(x, false, 0), "f64[0 2 2]")
	all := allBatched(2, []trace.Value{f64(5, 6), f64(7)}, []bool{true, false})
	wantElems(t, all[0], "f64[2]", 5, 6)
	wantElems(t, all[1], "f64[2 1]", 7, 7)
}

func TestRefusalsNameTheOperands(t *testing.T) {
	wantError(t, "anything(f64[2], i32[1]): 3 is not 4", func() { refuse("anything", []trace.Value{f64(1, 2), i32(1)}, "%d is not %d", 3, 4) })
	wantError(t, "anything(): reason", func() { refuse("anything", nil, "reason") })
}
