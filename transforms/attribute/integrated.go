package attribute

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"gonum.org/v1/gonum/integrate/quad"
)

// Method says at which points of [0, 1] an integral is evaluated, and with which weights.
type Method uint8

// The methods of [IntegratedGradients], with N points each.
const (
	// RightRiemann has the points k/N for k = 1 to N, with equal weights.
	RightRiemann Method = iota
	// Trapezoid has the points k/(N-1) for k = 0 to N-1. The first and last have half the
	// weight of the others. N is at least 2.
	Trapezoid
	// GaussLegendre is exact for polynomials of degree 2N-1.
	GaussLegendre
)

// IntegratedGradientsConfig has the options of [IntegratedGradients]. The zero value is
// the common case.
type IntegratedGradientsConfig struct {
	// Baseline is the start of the path to x, by default zeros.
	Baseline Fill
	// N is the number of gradients; 0 means 20.
	N int
	// Method places the points, by default RightRiemann.
	Method Method
	// Chunk is the number of gradients to compute at once; 0 means the default of the
	// package.
	Chunk int
}

// IntegratedGradients integrates the gradient along the straight line from a baseline b
// to x,
//
//	R = (x - b) ∘ ∫₀¹ g(b + α (x - b)) dα ≈ (x - b) ∘ Σ_k w_k g(b + α_k (x - b)),
//
// for the gradient g(x) = J(x)ᵀ target(f(x)). With N = 1 and a baseline of zeros, the
// right Riemann sum is [InputXGradient]. [CompletenessDelta] tells how good the sum is.
//
// IntegratedGradients panics with a *trace.Error if the config is invalid, its result if
// the baseline does not fit x.
//
// Sundararajan, Taly and Yan, "Axiomatic Attribution for Deep Networks", ICML 2017.
func IntegratedGradients(f func(x Value) Value, target Target, c IntegratedGradientsConfig) func(x Value) Value {
	c = c.completed()
	at, weight := c.Method.points(c.N)
	gradient := Gradient(f, target)
	return func(x Value) Value {
		wantFloats("IntegratedGradients", x)
		b := c.Baseline.of("IntegratedGradients", x)
		way := fn.Sub(x, b)
		weighted := func(row []Value) []Value {
			g := gradient(fn.Add(b, fn.Mul(way, row[0])))
			return []Value{fn.Mul(g, row[1])}
		}
		rows := []Value{vectorLike(x, at), vectorLike(x, weight)}
		return fn.Mul(way, sumOver(weighted, 1, x, rows, chunkOf(x, c.Chunk))[0])
	}
}

// completed fills in the defaults and checks the rest.
func (c IntegratedGradientsConfig) completed() IntegratedGradientsConfig {
	if c.N == 0 {
		c.N = 20
	}
	switch {
	case c.N < 1:
		panic(trace.Errorf("attribute.IntegratedGradients: N is %d: want at least 1 gradient, or 0 for 20", c.N))
	case c.Method == Trapezoid && c.N < 2:
		panic(trace.Errorf("attribute.IntegratedGradients: N is %d: the trapezoid rule needs both ends, at least 2 gradients", c.N))
	case c.Method > GaussLegendre:
		panic(trace.Errorf("attribute.IntegratedGradients: there is no method %d: use RightRiemann, Trapezoid or GaussLegendre", c.Method))
	}
	checkChunk("IntegratedGradients", c.Chunk)
	return c
}

// points returns n points of [0, 1] with their weights, which add up to 1.
func (m Method) points(n int) (at, weight []float64) {
	at, weight = make([]float64, n), make([]float64, n)
	switch m {
	case GaussLegendre:
		quad.Legendre{}.FixedLocations(at, weight, 0, 1)
	case Trapezoid:
		for k := range n {
			at[k], weight[k] = float64(k)/float64(n-1), 1/float64(n-1)
		}
		weight[0] /= 2
		weight[n-1] /= 2
	default:
		for k := range n {
			at[k], weight[k] = float64(k+1)/float64(n), 1/float64(n)
		}
	}
	return at, weight
}

// vectorLike returns the numbers as a vector in the dtype of x.
func vectorLike(x Value, numbers []float64) Value {
	return fn.Cast(trace.New(numbers, len(numbers)), x.DType())
}

// CompletenessDelta returns a function of an input x[n ...] and its attribution. It
// computes how far each sample, [n], is from completeness:
//
//	δ = Σ R - (F(x) - F(b)),   F(x) = <target(f(x)), f(x)>,
//
// with the baseline of c. For [IntegratedGradients] it approaches 0 as N grows, if the
// target does not depend on the output (so not for [Output] and [TimesOutput]).
func CompletenessDelta(f func(x Value) Value, target Target, c IntegratedGradientsConfig) func(x, attribution Value) Value {
	return func(x, attribution Value) Value {
		wantFloats("CompletenessDelta", x)
		if attribution.IsAbsent() || !attribution.Type().Equal(x.Type()) {
			panic(trace.Errorf("attribute.CompletenessDelta: the attribution is %v, want the type of the input, %v", typeOf(attribution), x.Type()))
		}
		explained := func(x Value) Value {
			y := f(x)
			return perSample(fn.Mul(target(y), y))
		}
		b := c.Baseline.of("CompletenessDelta", x)
		gained := fn.Sub(explained(x), explained(b))
		if !gained.DType().IsFloat() {
			panic(trace.Errorf("attribute.CompletenessDelta: the explained output is %v: want floats", gained.Type()))
		}
		return fn.Sub(fn.Cast(perSample(attribution), gained.DType()), gained)
	}
}

// perSample adds up v[n ...] over all axes but 0.
func perSample(v Value) Value {
	if v.Rank() < 2 {
		return v
	}
	return fn.Sum(v, otherAxes(v)...)
}
