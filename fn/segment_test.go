package fn_test

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

func TestSegments(t *testing.T) {
	x, ids := trace.New([]float64{1, 2, 3, 4, -5, 6}, 3, 2), trace.New([]int32{2, 0, 2})
	whole := trace.New([]int64{5, -7, 9, math.MinInt64})
	for got, want := range map[string]string{
		fn.SegmentSum(x, ids, 4).String():                                "f64[4 2] [[3 4] [0 0] [-4 8] [0 0]]",
		fn.SegmentMean(x, ids, 4).String():                               "f64[4 2] [[3 4] [0 0] [-2 4] [0 0]]",
		fn.SegmentProd(x, ids, 4).String():                               "f64[4 2] [[3 4] [1 1] [-5 12] [1 1]]",
		fn.SegmentMax(x, ids, 3).String():                                "f64[3 2] [[3 4] [-Inf -Inf] [1 6]]",
		fn.SegmentMin(x, ids, 3).String():                                "f64[3 2] [[3 4] [+Inf +Inf] [-5 2]]",
		fn.SegmentMin(whole, trace.New([]int64{0, 0, 0, 2}), 3).String(): "i64[3] [-7 9223372036854775807 -9223372036854775808]",
		fn.SegmentMax(whole, trace.New([]int64{0, 0, 0, 2}), 3).String(): "i64[3] [9 -9223372036854775808 -9223372036854775808]",
		fn.BinCount(trace.New([]int64{3, 0, 3, 1, 3}), 5).String():       "i64[5] [1 1 0 3 0]",
		fn.BinCount(trace.New([]int64{}, 0), 2).String():                 "i64[2] [0 0]",
		fn.Histogram(trace.New([]float64{0, 1, 1.5, 2, 3, 3.1, -1, math.NaN()}), trace.New([]float64{0, 1, 3})).String(): "i64[2] [1 4]",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestSearchSortedAgainstSort(t *testing.T) {
	r := lawtest.Rand(t.Name())
	for range 50 {
		all := make([]float64, r.IntN(8))
		for i := range all {
			if all[i] = float64(r.IntN(5)); r.IntN(9) == 0 {
				all[i] = math.Inf(1)
			}
		}
		slices.Sort(all)
		x := []float64{-1, 0, 1, 2, 3.5, 4, math.Inf(1)}
		left, right := make([]float64, len(x)), make([]float64, len(x))
		for i, v := range x {
			left[i] = float64(sort.SearchFloat64s(all, v))
			right[i] = float64(sort.Search(len(all), func(k int) bool { return all[k] > v }))
		}
		sorted := trace.New(all, len(all))
		near(t, "left", fn.SearchSorted(sorted, trace.New(x), false).Float64s(), left, 0)
		near(t, "right", fn.SearchSorted(sorted, trace.New(x), true).Float64s(), right, 0)
	}
	nans := trace.New([]float64{1, math.NaN(), math.NaN()})
	near(t, "NaN", fn.SearchSorted(nans, trace.New([]float64{math.NaN(), 5}), false).Float64s(), []float64{1, 1}, 0)
	near(t, "NaN, right", fn.SearchSorted(nans, trace.New([]float64{math.NaN(), 5}), true).Float64s(), []float64{3, 1}, 0)
	rows := trace.New([]float64{1, 2, 3, 10, 20, 30}, 2, 3)
	mapped := transforms.VmapN(func(s, x trace.Value) trace.Value { return fn.SearchSorted(s, x, false) })(rows, trace.New([]float64{2, 25}))
	near(t, "mapped", mapped.Float64s(), []float64{1, 2}, 0)
}

func TestUnique(t *testing.T) {
	nan := math.NaN()
	x := trace.New([]float64{3, 1, nan, 3, 1, 3, nan, 2}, 2, 4)
	for size, want := range map[int]string{
		6: "f64[6] [1 2 3 NaN -1 -1] i64[6] [2 1 3 2 0 0] i64[2 4] [[2 0 3 2] [0 2 3 1]] i64[] 4",
		2: "f64[2] [1 2] i64[2] [2 1] i64[2 4] [[2 0 3 2] [0 2 3 1]] i64[] 4",
	} {
		u := fn.Unique(x, size, -1)
		if got := fmt.Sprint(u.Values, u.Counts, u.Inverse, u.Number); got != want {
			t.Errorf("of size %d: %s, want %s", size, got, want)
		}
		c := transforms.Jit(func(x trace.Value) fn.Uniques { return fn.Unique(x, size, -1) })(x)
		if got := fmt.Sprint(c.Values, c.Counts, c.Inverse, c.Number); got != want {
			t.Errorf("compiled, of size %d: %s, want %s", size, got, want)
		}
	}
	none := fn.Unique(trace.New([]int32{}, 0), 2, 7)
	if got := fmt.Sprint(none.Values, none.Counts, none.Number); got != "i32[2] [7 7] i64[2] [0 0] i64[] 0" {
		t.Errorf("of nothing: %s", got)
	}
}

func TestNonZero(t *testing.T) {
	x := trace.New([]float64{0, 2, 0, 3, math.NaN(), 0}, 2, 3)
	if got := fmt.Sprint(fn.NonZero(x, 4, 9)); got != "[i64[4] [0 1 1 9] i64[4] [1 0 1 9]]" {
		t.Errorf("got %s", got)
	}
	if got := fmt.Sprint(fn.NonZero(trace.New([]bool{true, true, false, true}), 2, -1)); got != "[i64[2] [0 1]]" {
		t.Errorf("got %s", got)
	}
}

func TestSegmentLaws(t *testing.T) {
	ids := trace.New([]int64{2, 0, 2, 1})
	for name, f := range map[string]func(x trace.Value) trace.Value{
		"sum":    func(x trace.Value) trace.Value { return fn.Square(fn.SegmentSum(x, ids, 4)) },
		"mean":   func(x trace.Value) trace.Value { return fn.Square(fn.SegmentMean(x, ids, 4)) },
		"prod":   func(x trace.Value) trace.Value { return fn.SegmentProd(x, ids, 4) },
		"max":    func(x trace.Value) trace.Value { return fn.Square(fn.SegmentMax(x, ids, 3)) },
		"min":    func(x trace.Value) trace.Value { return fn.Square(fn.SegmentMin(x, ids, 3)) },
		"unique": func(x trace.Value) trace.Value { return fn.Square(fn.Unique(x, 5, 0).Values) },
	} {
		t.Run(name, func(t *testing.T) { lawtest.Laws(t, f, lawtest.Distinct(), 4, 3) })
	}
}

func TestSegmentErrors(t *testing.T) {
	x, ids := trace.New([]float64{1, 2}), trace.New([]int64{0, 3})
	for _, c := range []struct {
		call func()
		want string
	}{
		{func() { fn.SegmentSum(x, ids, 2) }, "segment_sum(f64[2], i64[2])"},
		{func() { fn.SegmentSum(x, x, 2) }, "segment_sum(f64[2], f64[2]): "},
		{func() { fn.SegmentMax(x, trace.New([]int64{0}), 2) }, "segment_max(f64[2], i64[1]): the segments are i64[1]: want one for each row of f64[2]"},
		{func() { fn.SegmentProd(x, ids, -1) }, "there are -1 segments: want at least 0"},
		{func() { fn.BinCount(ids, 3) }, "bin_count(i64[2])"},
		{func() { fn.BinCount(x, 3) }, "bin_count(f64[2])"},
		{func() { fn.Histogram(x, trace.Scalar(1.0)) }, "the edges are f64[]: want a vector of at least two"},
		{func() { fn.SearchSorted(x, ids, false) }, "dtypes differ: f64 and i64"},
		{func() { fn.SearchSorted(trace.Scalar(1.0), x, false) }, "what is searched in is f64[]: want a vector"},
		{func() { fn.Unique(x, -1, 0) }, "the size is -1"},
		{func() { fn.NonZero(trace.Scalar(1.0), 1, 0) }, "want an array with axes"},
	} {
		if err := trace.Try(c.call); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v, want %s", err, c.want)
		}
	}
}

// The mean of the points of each cluster.
func ExampleSegmentMean() {
	points := trace.New([]float64{1, 1, 3, 3, 10, 0}, 3, 2)
	fmt.Println(fn.SegmentMean(points, trace.New([]int64{0, 0, 1}), 2))
	// Output: f64[2 2] [[2 2] [10 0]]
}

func ExampleUnique() {
	u := fn.Unique(trace.New([]int64{5, 3, 5, 5}), 3, -1)
	fmt.Println(u.Values, u.Counts, u.Number)
	// Output: i64[3] [3 5 -1] i64[3] [1 3 0] i64[] 2
}
