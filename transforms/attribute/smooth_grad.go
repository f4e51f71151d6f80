package attribute

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
)

// Statistic says what to compute from the gradients at noisy inputs.
type Statistic uint8

// The statistics of [SmoothGrad].
const (
	// Mean is the mean of the gradients g.
	Mean Statistic = iota
	// Square is the mean of g², SmoothGrad-Squared.
	Square
	// Variance is the mean of (g - mean g)², VarGrad.
	Variance
)

// SmoothGradConfig has the options of [SmoothGrad]. The zero value is the common case.
type SmoothGradConfig struct {
	// NoiseLevel is the standard deviation of the noise, as a fraction of the range of
	// each sample; 0 means 0.1.
	NoiseLevel float64
	// N is the number of gradients; 0 means 20. The last is free of noise, so with 1 the
	// result is the gradient.
	N int
	// Key is the source of the noise, see [random.Key]. The same key gives the same noise;
	// without one it is random.Key(0).
	Key Value
	// Noise, if given, replaces drawn noise. It has standard deviation 1 and shape [N-1 n
	// ...] for x[n ...].
	Noise Value
	// Statistic says what to compute from the gradients, by default their mean.
	Statistic Statistic
	// Chunk is the number of gradients to compute at once; 0 means the default of the
	// package.
	Chunk int
}

// SmoothGrad is the mean of gradients at noisy inputs,
//
//	R = 1/N Σ_i g(x + σ ε_i),   σ = NoiseLevel · (max x - min x),
//
// for the gradient g(x) = J(x)ᵀ target(f(x)), standard normal ε_i, and ε_N = 0. The range
// max x - min x is that of each sample of x[n ...], over all axes but 0. σ depends on x,
// and derivatives of the attribution include this: equal maxima share the derivative.
//
// SmoothGrad panics with a *trace.Error if the config is invalid, its result if the noise
// does not fit or x has no axis beside the batch.
//
// Smilkov et al., "SmoothGrad: Removing Noise by Adding Noise", 2017. Square: Hooker et
// al., "A Benchmark for Interpretability Methods in Deep Neural Networks", NeurIPS 2019.
// Variance: Adebayo et al., "Local Explanation Methods for Deep Neural Networks Lack
// Sensitivity to Parameter Values", 2018.
func SmoothGrad(f func(x Value) Value, target Target, c SmoothGradConfig) func(x Value) Value {
	c = c.completed()
	gradient := Gradient(f, target)
	return func(x Value) Value {
		wantFloats("SmoothGrad", x)
		sigma := fn.Mul(rangeOf(x), fn.Scalar(c.NoiseLevel))
		m := moments{statistic: c.Statistic}
		if m.statistic == Variance {
			m.near = gradient(x)
		}
		noisy := func(row []Value) []Value {
			return m.of(gradient(fn.Add(x, fn.Mul(sigma, c.noise(row, x)))))
		}
		return m.result(sumOver(noisy, m.count(), x, c.rows(x), chunkOf(x, c.Chunk)), c.N)
	}
}

// completed fills in the defaults and checks what can be checked without an input.
func (c SmoothGradConfig) completed() SmoothGradConfig {
	if c.NoiseLevel == 0 {
		c.NoiseLevel = 0.1
	}
	if c.N == 0 {
		c.N = 20
		if !c.Noise.IsAbsent() && c.Noise.Rank() > 0 {
			c.N = c.Noise.Dim(0) + 1
		}
	}
	if c.Key.IsAbsent() {
		c.Key = random.Key(0)
	}
	switch {
	case c.N < 1:
		panic(trace.Errorf("attribute.SmoothGrad: N is %d: want at least 1 gradient, or 0 for 20", c.N))
	case !(c.NoiseLevel > 0):
		panic(trace.Errorf("attribute.SmoothGrad: NoiseLevel is %v: want a part of the input's range above 0, or 0 for 0.1", c.NoiseLevel))
	case c.Statistic > Variance:
		panic(trace.Errorf("attribute.SmoothGrad: there is no statistic %d: use Mean, Square or Variance", c.Statistic))
	}
	checkKey("SmoothGrad", c.Key)
	checkChunk("SmoothGrad", c.Chunk)
	return c
}

// rows returns the start of each gradient: a row of the given noise, or a key and whether
// to draw from it. The last has no noise.
func (c SmoothGradConfig) rows(x Value) []Value {
	if c.Noise.IsAbsent() {
		draws := fn.Less(fn.IotaLike(c.Key, trace.TypeOf(trace.Int64, c.N), 0), fn.Scalar(float64(c.N-1)))
		return []Value{random.Split(c.Key, c.N), fn.Cast(draws, x.DType())}
	}
	if want := trace.TypeOf(x.DType(), slices.Concat([]int{c.N - 1}, x.Shape())...); !c.Noise.Type().Equal(want) {
		panic(trace.Errorf("attribute.SmoothGrad: the noise is %v, want %v: N-1 times the input", c.Noise.Type(), want))
	}
	return []Value{fn.Concat(0, c.Noise, fn.ExpandDims(fn.ZerosLike(x), 0))}
}

func (c SmoothGradConfig) noise(row []Value, x Value) Value {
	if c.Noise.IsAbsent() {
		return fn.Mul(random.Normal(row[0], x.DType(), x.Shape()...), row[1])
	}
	return row[0]
}

// rangeOf returns max x - min x of each sample of x[n ...], as [n 1 ...].
func rangeOf(x Value) Value {
	if x.Rank() < 2 {
		panic(trace.Errorf("attribute.SmoothGrad: the input %v has no axis beside the batch, axis 0: want x[n ...]", x.Type()))
	}
	axes := otherAxes(x)
	return keepAxes(fn.Sub(fn.Max(x, axes...), fn.Min(x, axes...)), x)
}

// otherAxes returns all axes of x but the batch.
func otherAxes(x Value) []int {
	axes := make([]int, x.Rank()-1)
	for i := range axes {
		axes[i] = i + 1
	}
	return axes
}

// keepAxes reshapes r[n], a reduction of x[n ...], to [n 1 ...] with the rank of x.
func keepAxes(r, x Value) Value {
	shape := slices.Repeat([]int{1}, x.Rank())
	shape[0] = x.Dim(0)
	return fn.Reshape(r, shape...)
}

// moments are the sums over gradients g that a statistic needs. The variance is taken
// relative to the gradient without noise. This keeps it exact if the mean is large beside
// it.
type moments struct {
	statistic Statistic
	near      Value // reference point of the variance
}

func (m moments) count() int {
	if m.statistic == Variance {
		return 2
	}
	return 1
}

func (m moments) of(g Value) []Value {
	switch m.statistic {
	case Square:
		return []Value{fn.Square(g)}
	case Variance:
		d := fn.Sub(g, m.near)
		return []Value{d, fn.Square(d)}
	}
	return []Value{g}
}

// result returns the statistic of n gradients.
func (m moments) result(sums []Value, n int) Value {
	for i, s := range sums {
		sums[i] = fn.Mul(s, fn.Scalar(1/float64(n)))
	}
	if m.statistic == Variance {
		return fn.Sub(sums[1], fn.Square(sums[0]))
	}
	return sums[0]
}
