package fn

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// Shapes broadcast the same in either order, to the length that is not 1, or not at all.
// All pairs of shapes of up to two axes are tried.
func TestBroadcastShapesLaws(t *testing.T) {
	shapes := [][]int{{}}
	for m := range 4 {
		shapes = append(shapes, []int{m})
		for n := range 4 {
			shapes = append(shapes, []int{m, n})
		}
	}
	for _, a := range shapes {
		for _, b := range shapes {
			var want []int
			fits := true
			for back := max(len(a), len(b)); back > 0; back-- {
				m, n := 1, 1
				if back <= len(a) {
					m = a[len(a)-back]
				}
				if back <= len(b) {
					n = b[len(b)-back]
				}
				fits = fits && (m == n || m == 1 || n == 1)
				if m == 1 {
					m = n
				}
				want = append(want, m)
			}
			got, err := BroadcastShapes(a, b)
			if fits != (err == nil) || fits && !slices.Equal(got, want) {
				t.Errorf("%v and %v: got %v, %v, want %v, which is right: %v", a, b, got, err, want, fits)
			}
		}
	}
}

func TestBroadcastShapesErrors(t *testing.T) {
	const reason = "shapes %v and %v do not broadcast: axis -%d has the lengths %d and %d, neither equal nor 1"
	tests := []struct {
		a, b       []int
		back, m, n int // the axis that does not fit, from the end, and its lengths; 0 if all do
	}{
		{[]int{2, 3}, []int{2, 4}, 1, 3, 4}, {[]int{5}, []int{3, 2}, 1, 5, 2}, {[]int{3, 2}, []int{5}, 1, 2, 5},
		{[]int{4, 1, 7}, []int{3, 5, 7}, 3, 4, 3}, {[]int{9, 4, 7}, []int{3, 7}, 2, 4, 3}, {[]int{3, 7}, []int{9, 4, 7}, 2, 3, 4},
		{[]int{0}, []int{2}, 1, 0, 2}, {[]int{2, 1, 7}, []int{3, 7}, 0, 0, 0}, {[]int{0}, []int{1}, 0, 0, 0}, {nil, []int{5}, 0, 0, 0},
	}
	for _, test := range tests {
		want := "<nil>"
		if test.back > 0 {
			want = fmt.Sprintf(reason, test.a, test.b, test.back, test.m, test.n)
		}
		if _, err := BroadcastShapes(test.a, test.b); fmt.Sprint(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// expansion is a shape, the axes of an operand in it, and the shape of that operand.
type expansion struct{ x, shape, axes []int }

var expansions = []expansion{
	{[]int{}, []int{2, 3}, []int{}}, {[]int{3}, []int{2, 3}, []int{1}}, {[]int{2}, []int{2, 3}, []int{0}}, {[]int{1, 3}, []int{2, 3}, []int{0, 1}},
	{[]int{2, 3}, []int{2, 4, 3, 5}, []int{0, 2}}, {[]int{2, 1}, []int{4, 2, 3}, []int{1, 2}}, {[]int{1, 1}, []int{1, 4, 1}, []int{0, 1}},
	{[]int{0, 1}, []int{0, 3}, []int{0, 1}}, {[]int{3}, []int{0, 3}, []int{1}}, {[]int{2, 3, 2}, []int{2, 3, 2}, []int{0, 1, 2}},
}

// eachPlace calls f for every index of an expansion's shape, with the flat position there
// and in the operand.
func (e expansion) eachPlace(f func(flat, operand int)) {
	for flat := range volume(e.shape) {
		rest, index := flat, make([]int, len(e.shape))
		for a := len(e.shape) - 1; a >= 0; a-- {
			index[a], rest = rest%e.shape[a], rest/e.shape[a]
		}
		at := 0
		for i, n := range e.x {
			at *= n
			if n != 1 {
				at += index[e.axes[i]]
			}
		}
		f(flat, at)
	}
}

func TestExpandAgainstLoops(t *testing.T) {
	for _, e := range expansions {
		op := expand{e.shape, e.axes}
		for _, d := range everyType {
			elems := make([]float64, volume(e.x))
			for i := range elems {
				elems[i] = float64(i % 7)
			}
			x := array(d, elems, e.x...)
			want := make([]float64, volume(e.shape))
			e.eachPlace(func(flat, operand int) { want[flat] = x.Float64s()[operand] })
			wantElems(t, trace.Bind1(op, x), trace.TypeOf(d, e.shape...).String(), want...)
		}
		ct := waves(1, e.shape...)
		sums := make([]float64, volume(e.x))
		e.eachPlace(func(flat, operand int) { sums[operand] += ct.Float64s()[flat] })
		back := sumIn(ct, e.x, e.axes)
		if !slices.Equal(back.Shape(), e.x) {
			t.Errorf("%s: the adjoint has the shape %v", trace.Describe(op), back.Shape())
		}
		wantClose(t, trace.Describe(op)+": adjoint", back.Float64s(), sums, 1e-14)
		batchHolds(t, op, waves(2, e.x...))
	}
}

// The strides and runs say where a part of the output comes from.
func TestExpandRuns(t *testing.T) {
	tests := []struct {
		e         expansion
		strides   []int
		axes, run int
	}{
		{expansion{[]int{3}, []int{2, 3}, []int{1}}, []int{0, 1}, 1, 3},
		{expansion{[]int{2}, []int{2, 3}, []int{0}}, []int{1, 0}, 1, 3},
		{expansion{[]int{2, 3}, []int{4, 2, 3}, []int{1, 2}}, []int{0, 3, 1}, 1, 6},
		{expansion{[]int{2, 3}, []int{2, 4, 3}, []int{0, 2}}, []int{3, 0, 1}, 2, 3},
		{expansion{[]int{2, 1, 1}, []int{2, 4, 3}, []int{0, 1, 2}}, []int{1, 0, 0}, 1, 12},
		{expansion{[]int{}, []int{2, 4}, []int{}}, []int{0, 0}, 0, 8},
		{expansion{[]int{3, 1}, []int{3, 1}, []int{0, 1}}, []int{1, 0}, 1, 1},
		{expansion{[]int{}, []int{}, []int{}}, []int{}, 0, 1},
	}
	for _, test := range tests {
		op := expand{test.e.shape, test.e.axes}
		strides := op.strides(nil, test.e.x)
		axes, run := op.runs(strides)
		if !slices.Equal(strides, test.strides) || axes != test.axes || run != test.run {
			t.Errorf("%s: got strides %v and runs of %d after %d axes, want %v, %d, %d", trace.Describe(op), strides, run, axes, test.strides, test.run, test.axes)
		}
		test.e.eachPlace(func(flat, operand int) {
			if got := operandAt(flat, test.e.shape, strides); got != operand {
				t.Errorf("%s: element %d is that at %d, want %d", trace.Describe(op), flat, got, operand)
			}
		})
	}
}

func TestExpandIsRefused(t *testing.T) {
	x := typed(trace.Int32, 2, 3)
	wantReason(t, expand{[]int{2, 4}, []int{0, 1}}, "i32[2 3] does not broadcast to the shape [2 4]: axis 1 of the operand has length 3, want 4 or 1", x)
	wantReason(t, expand{[]int{6}, []int{0}}, "i32[2 3] does not broadcast to the shape [6], which has fewer axes", x)
	wantReason(t, expand{[]int{2, 3, 4}, []int{1}}, "1 axes are named for the 2 of i32[2 3]", x)
	wantReason(t, expand{[]int{2, 3, 4}, []int{-1, 1}}, "axes [-1 1] do not ascend within the 3 axes of the shape [2 3 4]", x)
	wantReason(t, expand{[]int{3, 2, 3}, []int{1, 1}}, "axes [1 1] do not ascend within the 3 axes of the shape [3 2 3]", x)
	wantReason(t, expand{[]int{5, 2, 3}, []int{1, 2}}, "", x)
	wantError(t, "expand(f64[2]): a new axis -3 does not fit: it lies between 0 and 1", func() { Expand(f64(1, 2), -3, 2) })
	wantError(t, "expand(f64[2]): axis 1 of f64[2 -2] has a negative length", func() { Expand(f64(1, 2), -1, -2) })
	wantError(t, "sum_to(f64[2]): the shape [1 2] does not broadcast to [2]", func() { SumTo(f64(1, 2), 1, 2) })
	wantError(t, "sum_to(f64[2]): the shape [3] does not broadcast to [2]", func() { SumTo(f64(1, 2), 3) })
}

func TestExpandSimplifies(t *testing.T) {
	tests := []struct {
		op     expand
		x      []int
		ok     bool
		simple trace.Op
	}{
		{expand{[]int{2, 3}, []int{0, 1}}, []int{2, 3}, true, nil},
		{expand{[]int{1, 2, 3}, []int{1, 2}}, []int{2, 3}, true, reshape{[]int{1, 2, 3}}},
		{expand{[]int{4, 2, 3}, []int{1, 2}}, []int{2, 3}, false, nil},
		{expand{[]int{0, 0}, []int{1}}, []int{0}, false, nil}, // without elements, nothing is known of the axes
	}
	for _, test := range tests {
		op, _, ok := test.op.Simplify([]trace.Type{typed(trace.Bool, test.x...)})
		if ok != test.ok || ok && fmt.Sprint(op) != fmt.Sprint(test.simple) {
			t.Errorf("%s of %v: got %v, %v, want %v, %v", trace.Describe(test.op), test.x, op, ok, test.simple, test.ok)
		}
	}
}
