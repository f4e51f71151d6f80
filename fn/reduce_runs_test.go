package fn

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

func TestRunsOfAxes(t *testing.T) {
	for _, c := range []struct {
		axes []int
		want int
	}{{[]int{3}, 0}, {[]int{0, 1, 2}, 0}, {[]int{0, 2}, 1}, {[]int{0, 2, 3}, 1}, {[]int{0, 1, 3}, 2}, {[]int{0, 2, 4}, 2}} {
		if got := runStart(c.axes); got != c.want {
			t.Errorf("%v: the last run starts at %d, want %d", c.axes, got, c.want)
		}
	}
}

// Adjacent axes are one pass. The last axes come first, and each pass reduces the result
// of the one before.
func TestPassesOfAReduction(t *testing.T) {
	tests := []struct {
		axes   []int
		passes string
	}{
		{[]int{1}, "2·3·20"}, {[]int{0, 1}, "1·6·20"}, {[]int{2, 3}, "6·20·1"}, {[]int{0, 1, 2, 3}, "1·120·1"}, {[]int{3}, "24·5·1"},
		{[]int{0, 2}, "6·4·5 1·2·15"}, {[]int{0, 3}, "24·5·1 1·2·12"}, {[]int{1, 3}, "24·5·1 2·3·4"}, {[]int{0, 1, 3}, "24·5·1 1·6·4"}, {[]int{0, 2, 3}, "6·20·1 1·2·3"},
	}
	shape := []int{2, 3, 4, 5}
	x := Iota(typed(trace.Int64, 120), 0)
	for _, test := range tests {
		var passes []string
		y := trace.NewArray(trace.TypeOf(trace.Int64, without(shape, test.axes)...))
		reduceRuns(test.axes, Reshape(x, shape...).Array(), y, func(y, x []int64, outer, n, inner int) {
			passes = append(passes, fmt.Sprintf("%d·%d·%d", outer, n, inner))
			clear(y)
			for i, v := range x {
				y[i/(n*inner)*inner+i%inner] += v
			}
		})
		if got := strings.Join(passes, " "); got != test.passes {
			t.Errorf("axes %v: passes %s, want %s", test.axes, got, test.passes)
		}
		want := make([]float64, y.Type().Size())
		for i := range 120 {
			index := unflat(i, shape)
			var kept []int
			for a, k := range index {
				if !slices.Contains(test.axes, a) {
					kept = append(kept, k)
				}
			}
			want[flat(kept, y.Shape())] += float64(i)
		}
		wantElems(t, trace.FromArray(y), y.Type().String(), want...)
	}
}

// Each dtype has its own pass.
func TestPassesByDType(t *testing.T) {
	for _, d := range numberTypes {
		used := ""
		x, y := vector(d, 1, 2).Array(), trace.NewArray(typed(d))
		reduceNumbers([]int{0}, x, y,
			func(_, _ []float32, _, _, _ int) { used += "f32" }, func(_, _ []float64, _, _, _ int) { used += "f64" },
			func(_, _ []int32, _, _, _ int) { used += "i32" }, func(_, _ []int64, _, _, _ int) { used += "i64" })
		if used != d.String() {
			t.Errorf("%v is reduced by the passes for %s", d, used)
		}
	}
}

// Borrowed memory is as long as asked for, and nobody else gets it until it is released.
func TestBorrowing(t *testing.T) {
	for _, n := range []int{0, 1, 1000, 10} {
		a, b := borrow[float32](n), borrow[float32](n)
		if len(*a) != n || len(*b) != n {
			t.Fatalf("%d and %d elements, want %d", len(*a), len(*b), n)
		}
		for i := range n {
			(*a)[i], (*b)[i] = 1, 2
		}
		if slices.Contains(*a, 2) || slices.Contains(*b, 1) {
			t.Fatalf("two that are borrowed at a time share %d elements", n)
		}
		release(a)
		release(b)
	}
	release[int64](nil)
}
