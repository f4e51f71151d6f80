package fn_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

type point struct{ X, Y trace.Value }

// Rows is the inverse of Stacked, concrete and traced.
func TestStackedRows(t *testing.T) {
	ps := []point{{trace.New([]float64{1, 2}), trace.Scalar(3.0)}, {trace.New([]float64{4, 5}), trace.Scalar(6.0)}, {trace.New([]float64{7, 8}), trace.Scalar(9.0)}}
	all := fn.Stacked(ps...)
	if got, want := fmt.Sprint(all.X, all.Y), "f64[3 2] [[1 2] [4 5] [7 8]] f64[3] [3 6 9]"; got != want {
		t.Errorf("Stacked: %s, want %s", got, want)
	}
	sums := transforms.Jit(func(all point) trace.Value {
		sum := fn.Scalar(0)
		for i, p := range fn.Rows(all) {
			sum = fn.Add(sum, fn.Mul(fn.Scalar(float64(i)), fn.Add(fn.SumAll(p.X), p.Y)))
		}
		return sum
	})
	if got := sums(all).Float64(); got != 15+48 {
		t.Errorf("the weighted sum of the rows is %v, want 63", got)
	}
	for i, p := range fn.Rows(all) {
		near(t, "row", p.X.Float64s(), ps[i].X.Float64s(), 0)
		near(t, "row", p.Y.Float64s(), ps[i].Y.Float64s(), 0)
	}
}

func TestRowsErrors(t *testing.T) {
	x := trace.New([]float64{1, 2})
	for _, c := range []struct {
		call func()
		want string
	}{
		{func() { fn.Rows([]trace.Value{}) }, "rows: the tree has no values"},
		{func() { fn.Rows(trace.Scalar(1.0)) }, "rows: the tree has the scalar f64[] at its only value"},
		{func() { fn.Rows(point{x, trace.New([]float64{1})}) }, "rows: there are 2 rows at .X and 1 at .Y"},
		{func() { fn.Stacked(x, trace.New([]float64{1})) }, "stack"},
		{func() { fn.Stacked[trace.Value]() }, "no trees"},
	} {
		if err := trace.Try(c.call); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v, want %s", err, c.want)
		}
	}
}

// Several sets of parameters as one, and one of them again.
func ExampleStacked() {
	a, b := point{fn.Scalar(1), fn.Scalar(2)}, point{fn.Scalar(3), fn.Scalar(4)}
	both := fn.Stacked(a, b)
	fmt.Println(both.X, both.Y)
	fmt.Println(fn.Rows(both)[1].Y)
	// Output:
	// f64[2] [1 3] f64[2] [2 4]
	// f64[] 4
}
