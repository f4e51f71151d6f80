package attribute

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
)

// ExpectedGradientsConfig has the options of [ExpectedGradients].
type ExpectedGradientsConfig struct {
	// Baselines are the samples to compare an input with, [m ...] for x[n ...].
	Baselines Value
	// N is the number of gradients; 0 means 20.
	N int
	// Key is the source of random baselines and points, see [random.Key]. The same key gives
	// the same result; without one it is random.Key(0).
	Key Value
	// Chunk is the number of gradients to compute at once; 0 means the default of the
	// package.
	Chunk int
}

// ExpectedGradients is the mean of [IntegratedGradients] over a set of baselines,
// estimated from random draws:
//
//	R = 1/N Σ_k (x - b_k) ∘ g(b_k + α_k (x - b_k)),
//
// for the gradient g(x) = J(x)ᵀ target(f(x)), baselines b_k drawn from the set and α_k
// drawn from U(0, 1), for each sample of x by itself. As N grows, ΣR approaches f(x)
// minus the mean of f over the baselines, if the target does not depend on the output.
//
// ExpectedGradients panics with a *trace.Error if the config is invalid, its result if
// the baselines do not fit x.
//
// Erion et al., "Improving Performance of Deep Learning Models with Axiomatic Attribution
// Priors and Expected Gradients", Nature Machine Intelligence 3, 2021.
func ExpectedGradients(f func(x Value) Value, target Target, c ExpectedGradientsConfig) func(x Value) Value {
	c = c.completed()
	gradient := Gradient(f, target)
	return func(x Value) Value {
		wantFloats("ExpectedGradients", x)
		c.checkBaselines(x)
		draw := func(row []Value) []Value {
			b, alpha := c.draw(row[0], x)
			way := fn.Sub(x, b)
			return []Value{fn.Mul(way, gradient(fn.Add(b, fn.Mul(way, alpha))))}
		}
		sum := sumOver(draw, 1, x, []Value{random.Split(c.Key, c.N)}, chunkOf(x, c.Chunk))[0]
		return fn.Mul(sum, fn.Scalar(1/float64(c.N)))
	}
}

// draw draws a baseline and a point in [0, 1), [n 1 ...], for each sample.
func (c ExpectedGradientsConfig) draw(key, x Value) (b, alpha Value) {
	n, m := x.Dim(0), c.Baselines.Dim(0)
	which := fn.Cast(fn.Mul(random.Uniform(random.FoldIn(key, 0), trace.Float64, n), fn.Scalar(float64(m))), trace.Int64)
	b = fn.Take(c.Baselines, which, 0)
	return b, keepAxes(random.Uniform(random.FoldIn(key, 1), x.DType(), n), x)
}

// completed fills in the defaults and checks what can be checked without an input.
func (c ExpectedGradientsConfig) completed() ExpectedGradientsConfig {
	if c.N == 0 {
		c.N = 20
	}
	if c.Key.IsAbsent() {
		c.Key = random.Key(0)
	}
	switch {
	case c.N < 1:
		panic(trace.Errorf("attribute.ExpectedGradients: N is %d: want at least 1 gradient, or 0 for 20", c.N))
	case c.Baselines.IsAbsent():
		panic(trace.Errorf("attribute.ExpectedGradients: there are no baselines: give samples [m ...] to compare the input with"))
	}
	checkKey("ExpectedGradients", c.Key)
	checkChunk("ExpectedGradients", c.Chunk)
	return c
}

// checkBaselines refuses a set that is empty, or whose samples have another type than
// those of x.
func (c ExpectedGradientsConfig) checkBaselines(x Value) {
	b := c.Baselines
	if x.Rank() == 0 || b.Rank() != x.Rank() || b.Dim(0) == 0 || b.DType() != x.DType() || !slices.Equal(b.Shape()[1:], x.Shape()[1:]) {
		panic(trace.Errorf("attribute.ExpectedGradients: the baselines are %v for the input %v: want [m ...] with the samples of x[n ...], at least one", b.Type(), x.Type()))
	}
}
