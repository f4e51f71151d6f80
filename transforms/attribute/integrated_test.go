package attribute_test

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/attribute"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

type igConfig = attribute.IntegratedGradientsConfig

// TestIntegratedGradientsOfAPower integrates the gradient x² of x³/3: from b to x, (x -
// b) ∫ (b + α(x-b))² dα = (x³ - b³)/3.
func TestIntegratedGradientsOfAPower(t *testing.T) {
	x := trace.New([]float64{1, -2, 3, 0.5, 2, 4}, 2, 3)
	b := 0.25
	exact := fn.Sub(cubes(x), fn.Scalar(b*b*b/3))
	for name, c := range map[string]struct {
		config igConfig
		tol    float64
	}{
		"Gauss, exact from 2 points on": {igConfig{N: 2, Method: attribute.GaussLegendre}, 1e-14},
		"Riemann":                       {igConfig{N: 2000}, 2e-3},
		"trapezoid":                     {igConfig{N: 401, Method: attribute.Trapezoid}, 1e-5},
	} {
		c.config.Baseline = attribute.Constant(b)
		if t.Run(name, func(t *testing.T) {
			lawtest.Close(t, attribute.IntegratedGradients(cubes, attribute.Ones, c.config)(x), exact, c.tol)
		}); t.Failed() {
			break
		}
	}
}

// TestIntegratedGradientsPoints compares with plain sums, for a gradient of x² on the way
// from 0 to x: x · Σ w_k (α_k x)².
func TestIntegratedGradientsPoints(t *testing.T) {
	x := trace.New([]float64{1, -2, 3}, 1, 3)
	for _, c := range []struct {
		config     igConfig
		at, weight []float64
	}{
		{igConfig{N: 1}, []float64{1}, []float64{1}},
		{igConfig{N: 4}, []float64{0.25, 0.5, 0.75, 1}, []float64{0.25, 0.25, 0.25, 0.25}},
		{igConfig{N: 2, Method: attribute.Trapezoid}, []float64{0, 1}, []float64{0.5, 0.5}},
		{igConfig{N: 3, Method: attribute.Trapezoid}, []float64{0, 0.5, 1}, []float64{0.25, 0.5, 0.25}},
		{igConfig{N: 1, Method: attribute.GaussLegendre}, []float64{0.5}, []float64{1}},
		{igConfig{N: 2, Method: attribute.GaussLegendre}, []float64{0.5 - math.Sqrt(3)/6, 0.5 + math.Sqrt(3)/6}, []float64{0.5, 0.5}},
	} {
		sum := 0.0
		for k, a := range c.at {
			sum += c.weight[k] * a * a
		}
		want := fn.Mul(fn.Mul(fn.Square(x), x), fn.Scalar(sum))
		lawtest.Close(t, attribute.IntegratedGradients(cubes, attribute.Ones, c.config)(x), want, 1e-14)
	}
	lawtest.Close(t, attribute.IntegratedGradients(cubes, attribute.Ones, igConfig{})(x),
		attribute.IntegratedGradients(cubes, attribute.Ones, igConfig{N: 20, Baseline: attribute.Constant(0)})(x), 0)
}

// TestCompleteness checks that δ vanishes as the integral becomes exact, for each sample
// by itself.
func TestCompleteness(t *testing.T) {
	r := lawtest.Rand("complete")
	w := lawtest.Normal().Value(r, trace.TypeOf(trace.Float64, 4, 6))
	x := lawtest.Normal().Value(r, trace.TypeOf(trace.Float64, 3, 2, 3))
	f := func(x Value) Value { return smooth(x, w) }
	delta := func(c igConfig) Value {
		c.Baseline = attribute.SampleMean
		return attribute.CompletenessDelta(f, attribute.Class(1, 3, 0), c)(x, attribute.IntegratedGradients(f, attribute.Class(1, 3, 0), c)(x))
	}
	if d := delta(igConfig{N: 40, Method: attribute.GaussLegendre}); d.Rank() != 1 || !(fn.Max(fn.Abs(d), 0).Float64() < 1e-9) {
		t.Errorf("Gauss: δ = %v", d)
	}
	coarse, fine := fn.Abs(delta(igConfig{N: 100})).Float64s(), fn.Abs(delta(igConfig{N: 200})).Float64s()
	for i := range coarse {
		if ratio := coarse[i] / fine[i]; !(ratio > 1.8 && ratio < 2.2) {
			t.Errorf("sample %d: twice the points reduce |δ| by %v, want about 2", i, ratio)
		}
	}
	missing := attribute.CompletenessDelta(f, attribute.Ones, igConfig{})(x, fn.ZerosLike(x))
	lawtest.Close(t, missing, fn.Neg(fn.Sum(f(x), 1)), 1e-14) // f is 0 at 0
}

func TestIntegratedGradientsErrors(t *testing.T) {
	x := fn.Ones(trace.TypeOf(trace.Float64, 2, 3))
	made := func(c igConfig) func() {
		return func() { attribute.IntegratedGradients(cubes, attribute.Ones, c) }
	}
	apply := func(b attribute.Fill) func() {
		return func() { attribute.IntegratedGradients(cubes, attribute.Ones, igConfig{Baseline: b})(x) }
	}
	for want, f := range map[string]func(){
		"attribute.IntegratedGradients: N is -3: want at least 1 gradient, or 0 for 20": made(igConfig{N: -3}),
		"attribute.IntegratedGradients: N is 1: the trapezoid rule needs both ends, at least 2 gradients": made(igConfig{N: 1,
			Method: attribute.Trapezoid}),
		"attribute.IntegratedGradients: there is no method 7: use RightRiemann, Trapezoid or GaussLegendre": made(igConfig{Method: 7}),
		"attribute.IntegratedGradients: Chunk is -1: use the number of copies of the input to compute at once, or 0 to have it chosen": made(
			igConfig{Chunk: -1}),
		"attribute.IntegratedGradients: the input f64[2 3] is filled with f64[2]: want that type, or one that broadcasts to it": apply(
			func(x Value) Value { return fn.Sum(x, 1) }),
		"attribute.IntegratedGradients: the input f64[2 3] is filled with f32[2 3]: want that type, or one that broadcasts to it": apply(
			func(x Value) Value { return fn.Cast(x, trace.Float32) }),
		"attribute.SampleMean: the input f64[3] has no axis beside the batch, axis 0: want x[n ...]": func() { attribute.SampleMean(fn.Index(x, 0)) },
		"attribute.CompletenessDelta: the attribution is f64[2], want the type of the input, f64[2 3]": func() {
			attribute.CompletenessDelta(cubes, attribute.Ones, igConfig{})(x, fn.Sum(x, 1))
		},
	} {
		wantError(t, f, want)
	}
	weak := attribute.IntegratedGradients(cubes, attribute.Ones, igConfig{Baseline: func(Value) Value { return fn.Scalar(0.5) }})(x)
	lawtest.Close(t, weak, attribute.IntegratedGradients(cubes, attribute.Ones, igConfig{Baseline: attribute.Constant(0.5)})(x), 0)
}
