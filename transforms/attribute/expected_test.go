package attribute_test

import (
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/attribute"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

type egConfig = attribute.ExpectedGradientsConfig

func drawn(seed string, shape ...int) Value {
	return lawtest.Normal().Value(lawtest.Rand(seed), trace.TypeOf(trace.Float64, shape...))
}

// TestExpectedGradientsDraws writes the sum out, with the baselines and points drawn from
// the key.
func TestExpectedGradientsDraws(t *testing.T) {
	x, baselines := drawn("x", 2, 3), drawn("baselines", 4, 3)
	const n = 5
	keys := random.Split(random.Key(7), n)
	sum := make([]float64, 6)
	seen := map[int]bool{}
	for k := range n {
		key := fn.Index(keys, k)
		which, alpha := random.Uniform(random.FoldIn(key, 0), trace.Float64, 2).Float64s(), random.Uniform(random.FoldIn(key, 1), trace.Float64, 2).Float64s()
		for i := range 6 {
			b := int(which[i/3] * 4)
			seen[b] = true
			from, at := baselines.Float64s()[b*3+i%3], x.Float64s()[i]
			sum[i] += (at - from) * math.Pow(from+alpha[i/3]*(at-from), 2) / n
		}
	}
	got := attribute.ExpectedGradients(cubes, attribute.Ones, egConfig{Baselines: baselines, N: n, Key: random.Key(7)})(x)
	lawtest.Close(t, got, trace.New(sum, 2, 3), 1e-12)
	if len(seen) < 3 {
		t.Errorf("only the baselines %v were drawn", seen)
	}
}

// TestExpectedGradientsConverge expects, for x³/3 with the gradient x², the mean over
// baselines of (x³ - b³)/3.
func TestExpectedGradientsConverge(t *testing.T) {
	x, baselines := trace.New([]float64{1, -2, 0.5}, 1, 3), drawn("baselines", 4, 3)
	want := fn.Sub(cubes(x), fn.ExpandDims(fn.Mean(cubes(baselines), 0), 0))
	got := attribute.ExpectedGradients(cubes, attribute.Ones, egConfig{Baselines: baselines, N: 40000})(x)
	lawtest.Close(t, got, want, 0.03) // a standard error is about 0.01
}

// TestExpectedGradientsOfOneBaseline is exact for a linear function, because the points
// do not matter.
func TestExpectedGradientsOfOneBaseline(t *testing.T) {
	x, b, w := drawn("x", 2, 3), drawn("b", 1, 3), drawn("w", 3, 4)
	f := func(x Value) Value { return fn.Dot(x, w) }
	got := attribute.ExpectedGradients(f, attribute.Class(2), egConfig{Baselines: b})(x)
	want := attribute.IntegratedGradients(f, attribute.Class(2), igConfig{N: 1, Baseline: func(Value) Value { return b }})(x)
	lawtest.Close(t, got, want, 1e-12)
}

func TestExpectedGradientsKeys(t *testing.T) {
	x, baselines := fn.Tile(drawn("x", 1, 3), 2, 1), drawn("baselines", 4, 3)
	with := func(c egConfig) Value {
		c.Baselines = baselines
		return attribute.ExpectedGradients(cubes, attribute.Ones, c)(x)
	}
	lawtest.Close(t, with(egConfig{}), with(egConfig{N: 20, Key: random.Key(0)}), 0)
	lawtest.Close(t, with(egConfig{Chunk: 3}), with(egConfig{}), 1e-12)
	if a, b := with(egConfig{}).Float64s(), with(egConfig{Key: random.Key(1)}).Float64s(); a[0] == b[0] || a[0] == a[3] {
		t.Errorf("keys 0 and 1 give %v and %v; keys and samples should differ", a, b)
	}
}

func TestExpectedGradientsLaws(t *testing.T) {
	w := drawn("w", 4, 6)
	lawtest.LawsWith(t, lawtest.Config{Order: 2}, func(in []Value) Value {
		f := func(x Value) Value { return smooth(x, w) }
		return attribute.ExpectedGradients(f, attribute.Class(1), egConfig{Baselines: in[1], N: 3, Chunk: 2})(in[0])
	}, lawtest.Input{Shape: []int{2, 2, 3}}, lawtest.Input{Shape: []int{5, 2, 3}})
}

func TestExpectedGradientsErrors(t *testing.T) {
	x, b := drawn("x", 2, 3), drawn("b", 4, 3)
	for name, c := range map[string]struct {
		config egConfig
		part   string
	}{
		"no baselines": {egConfig{}, "no baselines"},
		"empty":        {egConfig{Baselines: fn.Zeros(trace.TypeOf(trace.Float64, 0, 3))}, "f64[0 3]"},
		"other shape":  {egConfig{Baselines: drawn("b", 4, 2)}, "f64[4 2]"},
		"other dtype":  {egConfig{Baselines: fn.Cast(b, trace.Float32)}, "f32[4 3]"},
		"N":            {egConfig{Baselines: b, N: -1}, "N is -1"},
		"Chunk":        {egConfig{Baselines: b, Chunk: -1}, "Chunk is -1"},
	} {
		t.Run(name, func(t *testing.T) {
			err := trace.Try(func() { attribute.ExpectedGradients(cubes, attribute.Ones, c.config)(x) })
			if err == nil || !strings.Contains(err.Error(), "attribute.ExpectedGradients") || !strings.Contains(err.Error(), c.part) {
				t.Errorf("got %v, want %q in it", err, c.part)
			}
		})
	}
}
