package fn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Lines are sorted as a stable sort of Go's does, along every axis, with many equal
// elements.
func TestSortingAgainstGo(t *testing.T) {
	r := rand.New(rand.NewPCG(65, 1))
	for range 200 {
		shape := shapeOf(r, 1+r.IntN(3))
		axis := r.IntN(len(shape))
		n := shape[axis]
		x := whole(r, numbers[r.IntN(len(numbers))], shape...)
		smallest, k := r.IntN(2) == 0, r.IntN(n+1)
		src, want := gridOf(x), newGrid(shape...)
		best := slices.Clone(shape)
		best[axis] = k
		wantBest := newGrid(best...)
		first := slices.Clone(shape)
		first[axis] = min(n, 1)
		eachIndex(first, func(at []int) {
			line := func(j int) []int { i := slices.Clone(at); i[axis] = j; return i }
			up := make([]int, n)
			for j := range up {
				up[j] = j
			}
			down := slices.Clone(up)
			sort.SliceStable(up, func(i, j int) bool { return *src.at(line(up[i])...) < *src.at(line(up[j])...) })
			sort.SliceStable(down, func(i, j int) bool { return *src.at(line(down[i])...) > *src.at(line(down[j])...) })
			for j, from := range up {
				*want.at(line(j)...) = float64(from)
			}
			if !smallest {
				up = down
			}
			for j, from := range up[:k] {
				*wantBest.at(line(j)...) = float64(from)
			}
		})
		index := fn.ArgSort(x, axis-len(shape))
		want.equals(t, "argsort", index, 0)
		near(t, "sort", fn.Sort(x, axis).Float64s(), fn.TakeAlong(x, index, axis).Float64s(), 0)
		values, indices := fn.TopK(x, k, axis, smallest)
		wantBest.equals(t, "indices", indices, 0)
		near(t, "values", values.Float64s(), fn.TakeAlong(x, indices, axis).Float64s(), 0)
		if indices.DType() != trace.Int64 || values.DType() != x.DType() {
			t.Errorf("dtypes %v and %v", values.Type(), indices.Type())
		}
	}
}

// NaN is larger than all numbers. Zeros of both signs are equal.
func TestSortingOfSpecialNumbers(t *testing.T) {
	nan, inf, zero := math.NaN(), math.Inf(1), math.Copysign(0, -1)
	x := trace.New([]float64{nan, 0, inf, zero, nan, -inf, 3})
	near(t, "ascending", fn.ArgSort(x, 0).Float64s(), []float64{5, 1, 3, 6, 2, 0, 4}, 0)
	_, largest := fn.TopK(x, 5, 0, false)
	near(t, "descending", largest.Float64s(), []float64{0, 4, 2, 6, 1}, 0)
	big := trace.New([]int64{1<<60 + 1, 1 << 60})
	near(t, "integers beyond float64", fn.ArgSort(big, 0).Float64s(), []float64{1, 0}, 0)
}

func TestSortingErrors(t *testing.T) {
	wantMessage(t, "top_k(f32[2 3]): 4 elements of axis 1 are wanted, which has 3", func() { fn.TopK(f32(2, 3), 4, -1, false) })
	wantMessage(t, "top_k(f32[2 3]): -1 elements of axis 0 are wanted, which has 2", func() { fn.TopK(f32(2, 3), -1, 0, true) })
	wantMessage(t, "sort(f32[2 3]): axis 2 does not exist: f32[2 3] has axes 0 to 1 (or -2 to -1, from the end)", func() { fn.Sort(f32(2, 3), 2) })
	wantMessage(t, "argsort(bool[2]): bool[2] has no arithmetic: use fn.Any or fn.All, or fn.Cast it to numbers", func() { fn.ArgSort(boolean(2), 0) })
}

func ExampleTopK() {
	values, indices := fn.TopK(trace.New([]float32{0.1, 0.7, 0.2}), 2, 0, false)
	fmt.Println(values, indices)
	// Output: f32[2] [0.7 0.2] i64[2] [1 2]
}
