package attribute_test

import (
	"math"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// cubes has the gradient x².
func cubes(x Value) Value { return fn.Mul(fn.Mul(fn.Square(x), x), fn.Scalar(1./3)) }

// TestSmoothGradStatistics compares with plain loops over the samples of noise, for a
// gradient of x².
func TestSmoothGradStatistics(t *testing.T) {
	x, shape := []float64{1, -2, 4, 0.5, 10, 20}, []int{2, 3}
	ranges := []float64{6, 6, 6, 19.5, 19.5, 19.5}
	const n, level = 5, 0.2
	noise := random.Normal(random.Key(8), trace.Float64, n-1, 2, 3)
	unit := append(noise.Float64s(), make([]float64, len(x))...) // the last sample has none
	mean, square, variance := make([]float64, len(x)), make([]float64, len(x)), make([]float64, len(x))
	gradient := func(k, i int) float64 { at := x[i] + level*ranges[i]*unit[k*len(x)+i]; return at * at }
	for i := range x {
		for k := range n {
			mean[i] += gradient(k, i) / n
			square[i] += gradient(k, i) * gradient(k, i) / n
		}
		for k := range n {
			variance[i] += math.Pow(gradient(k, i)-mean[i], 2) / n
		}
	}
	for statistic, want := range map[attribute.Statistic][]float64{attribute.Mean: mean, attribute.Square: square, attribute.Variance: variance} {
		c := attribute.SmoothGradConfig{NoiseLevel: level, Noise: noise, Statistic: statistic}
		lawtest.Close(t, attribute.SmoothGrad(cubes, attribute.Ones, c)(trace.New(x, shape...)), trace.New(want, shape...), 1e-13)
	}
}

// TestSmoothGradNoise checks that drawn noise is standard normal and a function of the
// key, and that giving the same noise has the same result.
func TestSmoothGradNoise(t *testing.T) {
	half := func(x Value) Value { return fn.Mul(fn.Square(x), fn.Scalar(0.5)) } // its gradient is x
	x := fn.Concat(1, fn.Zeros(trace.TypeOf(trace.Float64, 2, 500)), fn.Ones(trace.TypeOf(trace.Float64, 2, 500)))
	draw := func(c attribute.SmoothGradConfig) Value { return attribute.SmoothGrad(half, attribute.Ones, c)(x) }
	key := random.Key(3)
	got := draw(attribute.SmoothGradConfig{Key: key, N: 5})
	keys := random.Split(key, 4)
	lawtest.Close(t, got, draw(attribute.SmoothGradConfig{Noise: random.Normal(keys, trace.Float64, 2, 1000)}), 1e-14)

	variance := draw(attribute.SmoothGradConfig{Key: key, N: 201, Statistic: attribute.Variance})
	if v := fn.MeanAll(variance).Float64(); !(math.Abs(v-0.01) < 0.0003) {
		t.Errorf("the variance of noise at level 0.1 is %v, want about 0.01", v)
	}
	if slices.Equal(got.Float64s(), draw(attribute.SmoothGradConfig{Key: random.Key(4), N: 5}).Float64s()) {
		t.Error("two keys give the same noise")
	}
	lawtest.Close(t, draw(attribute.SmoothGradConfig{}), draw(attribute.SmoothGradConfig{Key: random.Key(0), N: 20, NoiseLevel: 0.1}), 0)
	lawtest.Close(t, draw(attribute.SmoothGradConfig{N: 1}), x, 0)
	lawtest.Close(t, draw(attribute.SmoothGradConfig{N: 1, Statistic: attribute.Square}), fn.Square(x), 0)
	lawtest.Close(t, draw(attribute.SmoothGradConfig{N: 1, Statistic: attribute.Variance}), fn.ZerosLike(x), 0)
}

// TestSmoothGradOfManyKeys maps over keys, because the key may be an argument.
func TestSmoothGradOfManyKeys(t *testing.T) {
	x := trace.New([]float64{1, 2, -1, 3, 5, 4}, 2, 3)
	at := func(key Value) Value {
		return attribute.SmoothGrad(cubes, attribute.Ones, attribute.SmoothGradConfig{Key: key, N: 3})(x)
	}
	keys := random.Split(random.Key(1), 4)
	all := transforms.Jit(transforms.Vmap(at))(keys)
	for i := range 4 {
		lawtest.Close(t, fn.Index(all, i), at(fn.Index(keys, i)), 1e-13)
	}
}

func TestSmoothGradErrors(t *testing.T) {
	x := fn.Ones(trace.TypeOf(trace.Float64, 2, 3))
	apply := func(x Value, c attribute.SmoothGradConfig) func() {
		return func() { attribute.SmoothGrad(cubes, attribute.Ones, c)(x) }
	}
	made := func(c attribute.SmoothGradConfig) func() {
		return func() { attribute.SmoothGrad(cubes, attribute.Ones, c) }
	}
	for want, f := range map[string]func(){
		"attribute.SmoothGrad: N is -1: want at least 1 gradient, or 0 for 20": made(attribute.SmoothGradConfig{N: -1}),
		"attribute.SmoothGrad: NoiseLevel is -0.5: want a part of the input's range above 0, or 0 for 0.1": made(attribute.SmoothGradConfig{
			NoiseLevel: -0.5}),
		"attribute.SmoothGrad: NoiseLevel is NaN: want a part of the input's range above 0, or 0 for 0.1": made(attribute.SmoothGradConfig{
			NoiseLevel: math.NaN()}),
		"attribute.SmoothGrad: there is no statistic 3: use Mean, Square or Variance": made(attribute.SmoothGradConfig{Statistic: 3}),
		"attribute.SmoothGrad: Chunk is -2: use the number of copies of the input to compute at once, or 0 to have it chosen": made(
			attribute.SmoothGradConfig{Chunk: -2}),
		"attribute.SmoothGrad: the noise is f64[2 3], want f64[4 2 3]: N-1 times the input": apply(x, attribute.SmoothGradConfig{N: 5, Noise: x}),
		"attribute.SmoothGrad: the input f64[3] has no axis beside the batch, axis 0: want x[n ...]": apply(fn.Index(x, 0),
			attribute.SmoothGradConfig{}),
	} {
		wantError(t, f, want)
	}
}
