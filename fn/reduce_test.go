package fn_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// plainReduce collects, for each index of the axes that stay, the elements along the
// others, and reduces them.
func plainReduce(x grid, axes []int, reduce func([]float64) float64) grid {
	var kept []int
	for a, d := range x.shape {
		if !slices.Contains(axes, a) {
			kept = append(kept, d)
		}
	}
	y := newGrid(kept...)
	lists := make([][]float64, len(y.elems))
	eachIndex(x.shape, func(index []int) {
		flat := 0
		for a, i := range index {
			if !slices.Contains(axes, a) {
				flat = flat*x.shape[a] + i
			}
		}
		lists[flat] = append(lists[flat], *x.at(index...))
	})
	for i, list := range lists {
		y.elems[i] = reduce(list)
	}
	return y
}

func plainSum(xs []float64) (s float64) {
	for _, x := range xs {
		s += x
	}
	return s
}

func plainProd(xs []float64) float64 {
	p := 1.0
	for _, x := range xs {
		p *= x
	}
	return p
}

func plainMean(xs []float64) float64 { return plainSum(xs) / float64(len(xs)) }

func plainAny(xs []float64) float64 {
	if slices.Contains(xs, 1) {
		return 1
	}
	return 0
}

func plainAll(xs []float64) float64 {
	if slices.Contains(xs, 0) {
		return 0
	}
	return 1
}

func TestReductionsAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		shape := shapeOf(r, 1+r.IntN(5))
		axes := someAxes(r, len(shape))
		for _, d := range numbers {
			x := whole(r, d, shape...)
			plainReduce(gridOf(x), axes, plainSum).equals(t, "sum", fn.Sum(x, axes...), 0)
			plainReduce(gridOf(x), axes, plainProd).equals(t, "prod", fn.Prod(x, axes...), 0)
			if x.Size() > 0 {
				plainReduce(gridOf(x), axes, slices.Max).equals(t, "max", fn.Max(x, axes...), 0)
				plainReduce(gridOf(x), axes, slices.Min).equals(t, "min", fn.Min(x, axes...), 0)
			}
			if d.IsFloat() {
				plainReduce(gridOf(x), axes, plainMean).equals(t, "mean", fn.Mean(x, axes...), 1e-6)
			}
		}
		b := whole(r, trace.Bool, shape...)
		plainReduce(gridOf(b), axes, plainAny).equals(t, "any", fn.Any(b, axes...), 0)
		plainReduce(gridOf(b), axes, plainAll).equals(t, "all", fn.All(b, axes...), 0)
	}
}

func TestReductionsOfNegativeAxesAndAll(t *testing.T) {
	x := normals(rand.New(rand.NewPCG(2, 2)), 2, 3, 4)
	near(t, "sum", fn.Sum(x, -1, 0).Float64s(), fn.Sum(x, 0, 2).Float64s(), 0)
	near(t, "sum of all", fn.SumAll(x).Float64s(), []float64{plainSum(x.Float64s())}, 1e-14)
	near(t, "mean of all", fn.MeanAll(x).Float64s(), []float64{plainMean(x.Float64s())}, 1e-14)
	scalar := trace.Scalar(3.0)
	near(t, "of a scalar", []float64{fn.SumAll(scalar).Float64(), fn.MeanAll(scalar).Float64()}, []float64{3, 3}, 0)
	near(t, "population variance", fn.Var(trace.New([]float64{1, 2, 4, 9}), true, 0).Float64s(), []float64{9.5}, 1e-14)
	near(t, "sample variance", fn.Var(trace.New([]float64{1, 2, 4, 9}), false, -1).Float64s(), []float64{38. / 3}, 1e-14)
}

func TestReductionsPropagateNaN(t *testing.T) {
	nan := math.NaN()
	x := trace.New([]float64{1, nan, 3, 4, 5, 6}, 2, 3)
	for name, f := range map[string]func(trace.Value, ...int) trace.Value{
		"sum": fn.Sum, "mean": fn.Mean, "prod": fn.Prod, "max": fn.Max, "min": fn.Min,
	} {
		y := f(x, 1).Float64s()
		if !math.IsNaN(y[0]) || math.IsNaN(y[1]) {
			t.Errorf("%s of %v is %v, want NaN in the first row alone", name, x, y)
		}
		g := transforms.Grad(func(x trace.Value) trace.Value { return fn.SumAll(f(x, 1)) })(x).Float64s()
		if math.IsNaN(g[3]) || math.IsNaN(g[4]) || math.IsNaN(g[5]) {
			t.Errorf("the gradient of %s is %v: the second row knows nothing of the first", name, g)
		}
	}
	if got := fn.Mean(fn.Zeros(trace.TypeOf(trace.Float64, 2, 0)), 1).Float64s(); !math.IsNaN(got[0]) || !math.IsNaN(got[1]) {
		t.Errorf("the mean of nothing is %v, want NaN", got)
	}
}

// Equal extremes share the cotangent equally.
func TestExtremesShareTies(t *testing.T) {
	x := trace.New([]float64{5, 1, 5, 2, 5, 1}, 2, 3)
	grad := func(f func(trace.Value) trace.Value) []float64 {
		return transforms.Grad(func(x trace.Value) trace.Value { return fn.SumAll(f(x)) })(x).Float64s()
	}
	third := 1. / 3
	near(t, "max of all", grad(func(x trace.Value) trace.Value { return fn.Max(x, 0, 1) }), []float64{third, 0, third, 0, third, 0}, 1e-15)
	near(t, "max of rows", grad(func(x trace.Value) trace.Value { return fn.Max(x, 1) }), []float64{.5, 0, .5, 0, 1, 0}, 1e-15)
	near(t, "min of columns", grad(func(x trace.Value) trace.Value { return fn.Min(x, 0) }), []float64{0, 1, 0, 1, 0, 1}, 1e-15)
}

func TestArgExtremes(t *testing.T) {
	nan := math.NaN()
	x := trace.New([]float64{3, 7, 7, 1, nan, 1, nan, 0, -2, -2, 5, 5}, 3, 4)
	for _, c := range []struct {
		got  trace.Value
		want []float64
	}{
		{fn.ArgMax(x, 1), []float64{1, 0, 2}},
		{fn.ArgMin(x, -1), []float64{3, 0, 0}},
		{fn.ArgMax(x, 0), []float64{1, 0, 1, 2}},
		{fn.ArgMin(fn.Cast(fn.Index(x, 2), trace.Int32), 0), []float64{0}},
	} {
		if c.got.DType() != trace.Int64 {
			t.Errorf("an index of %v, want i64", c.got.DType())
		}
		near(t, "index", c.got.Float64s(), c.want, 0)
	}
}

func TestCumSumAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 50 {
		shape := shapeOf(r, 1+r.IntN(4))
		axis := r.IntN(len(shape))
		for _, d := range numbers {
			x := whole(r, d, shape...)
			y := gridOf(x)
			eachIndex(shape, func(index []int) {
				before := slices.Clone(index)
				before[axis]--
				if p := y.at(before...); p != nil {
					*y.at(index...) += *p
				}
			})
			y.equals(t, "cumsum", fn.CumSum(x, axis), 0)
		}
	}
}
