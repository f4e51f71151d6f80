package rules_test

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// share prints how a rule shares the relevance 1 of each output of f, whose only site of
// the kind has it.
func share(kind trace.Kind, rule rules.Rule, f func(x Value) Value) {
	composite := rules.LayerMap(rules.On(kind, rule))
	relevance := transforms.Pull(transforms.WithRules(composite, f), fn.OnesLike)
	fmt.Printf("%v %.3f\n", rule, relevance(trace.New([]float64{1, 2, 4})))
}

func ExampleSoftmaxTaylor() {
	share(trace.KindSoftmax, rules.SoftmaxTaylor(), func(x Value) Value { return fn.Softmax(x, 0) })
	// Output:
	// SoftmaxTaylor() [0.874 1.315 -6.126]
}

func ExampleUniform() {
	share(trace.KindProduct, rules.Uniform(), func(x Value) Value { return fn.Mul(x, fn.Flip(x, 0)) })
	share(trace.KindProduct, rules.Epsilon(0), func(x Value) Value { return fn.Mul(x, fn.Flip(x, 0)) }) // twice as much as there was
	// Output:
	// Uniform() [1.000 1.000 1.000]
	// Epsilon(0) [2.000 2.000 2.000]
}

func ExampleUniformEpsilon() {
	share(trace.KindMatrixProduct, rules.UniformEpsilon(), func(x Value) Value { return fn.Dot(x, fn.Flip(x, 0)) })
	// Output:
	// UniformEpsilon({1e-08 unsigned}) [0.333 0.333 0.333]
}

func ExampleUniformGradient() {
	share(trace.KindMatrixProduct, rules.UniformGradient(), func(x Value) Value { return fn.Dot(x, fn.Flip(x, 0)) })
	// Output:
	// UniformGradient() [4.000 2.000 1.000]
}

func ExampleMeanEpsilon() {
	share(trace.KindMean, rules.MeanEpsilon(nil), func(x Value) Value { return fn.Mean(x, 0) })
	// Output:
	// MeanEpsilon({1e-06 unsigned}) [0.143 0.286 0.571]
}

func ExampleRootEpsilon() {
	w, b := trace.New([]float64{1, 2, 1}), trace.New([]float64{0.5, 0.5, 0.5})
	norm := func(x Value) Value { return fn.LayerNorm(x, w, b, 1e-5, 1) }
	share(trace.KindLayerNorm, rules.RootEpsilon(nil), norm)
	share(trace.KindLayerNorm, rules.LayerNormSteps(), norm)
	// Output:
	// RootEpsilon({1e-06 unsigned}) [14.400 -61.290 64.981]
	// LayerNormSteps() [14.399 -61.288 64.979]
}

func ExampleRootConstant() {
	share(trace.KindRMSNorm, rules.RootConstant(), func(x Value) Value { return fn.RMSNorm(x, Value{}, 0, 1) })
	// Output:
	// RootConstant() [0.378 0.378 0.378]
}

func ExampleAsGradient() {
	share(trace.KindActivation, rules.AsGradient(rules.Pass(), nil), func(x Value) Value { return fn.GELU(fn.Shift(x, -2)) })
	// Output:
	// AsGradient(Pass(), 1e-10) [0.159 0.000 0.977]
}

func ExampleEpsilonBiasApart() {
	explain(rules.EpsilonBiasApart(rules.Stabilizer{Epsilon: 0.5}, rules.Stabilizer{Epsilon: 0.1}))
	// Output:
	// EpsilonBiasApart(0.5, 0.1) [-0.1783 1.0695]
}

func ExampleStop() {
	share(trace.KindActivation, rules.Stop(), func(x Value) Value { return fn.Add(x, fn.Sigmoid(x)) })
	// Output:
	// Stop() [1.000 1.000 1.000]
}

func ExampleGammaOf() {
	total := func(gamma Value) Value {
		composite := rules.LayerMap(rules.On(trace.KindDense, rules.GammaOf(gamma, rules.Config{})))
		return fn.SumAll(fn.Abs(transforms.Pull(transforms.WithRules(composite, unit), fn.OnesLike)(input)))
	}
	size, slope := transforms.ValueAndGrad(total)(trace.Scalar(0.25))
	fmt.Printf("%.4f %.4f\n", size, slope)
	// Output:
	// 1.2857 0.6531
}

// A block of a transformer: attention with a residual, a norm and a gate.
func block(x Value) Value {
	w := trace.New([]float64{1, -0.5, 0.25, 0.75}, 2, 2)
	value := nn.Linear{Path: "value", Weight: w}.Apply(x)
	weights := fn.Softmax(fn.MatMul(x, fn.SwapAxes(x, -1, -2)), -1)
	x = fn.RMSNorm(fn.Add(x, fn.MatMul(weights, value)), Value{}, 1e-6, 1)
	return nn.Linear{Path: "head", Weight: w}.Apply(fn.Mul(fn.SiLU(x), x))
}

func ExampleAttnLRP() {
	x := trace.New([]float64{1, 0.5, -1, 2, 0, 1}, 1, 3, 2)
	for _, c := range []rules.Composite{rules.AttnLRP(), rules.CPLRP()} {
		r := transforms.Pull(transforms.WithRules(rules.Strict(c), block), fn.OnesLike)(x)
		fmt.Printf("%.3f, together %.3f\n", fn.Sum(r, -1), fn.SumAll(r))
	}
	fmt.Println(transforms.Plan(rules.AttnLRP(), block, x))
	// Output:
	// [[13.062 -0.710 -0.492]], together 11.860
	// [[10.800 -3.013 -1.787]], together 6.000
	// attnlrp = LayerMap(product.gate: -, linear: Epsilon({1e-08 unsigned}), sum: Norm(stabilizer={1e-08 unsigned}), reduce.sum: Norm(stabilizer={1e-08 unsigned}), pool.avg.mean: MeanEpsilon({1e-06 unsigned}), pool.avg: Norm(stabilizer={1e-06 unsigned}), product.scale: Pass(), norm.layer: RootEpsilon({1e-06 unsigned}), norm.rms: Pass(), norm.batch: Pass(), activation: Pass(), product.matrix: UniformEpsilon({1e-08 unsigned}), product: Uniform(), softmax.log: Plain(), softmax: SoftmaxTaylor(), op.div: Epsilon({1e-08 unsigned}), product: Plain())
	// value        linear.dense     f64[1 3 2]  Epsilon({1e-08 unsigned})          layer map linear
	// transpose#0  shape.transpose  f64[1 2 3]  -
	// dot#0        product.matrix   f64[1 3 3]  UniformEpsilon({1e-08 unsigned})   layer map product.matrix
	// softmax#0    softmax          f64[1 3 3]  SoftmaxTaylor()                    layer map softmax
	// dot#1        product.matrix   f64[1 3 2]  UniformEpsilon({1e-08 unsigned})   layer map product.matrix
	// add#0        sum.add          f64[1 3 2]  Norm(stabilizer={1e-08 unsigned})  layer map sum
	// rms_norm#0   norm.rms         f64[1 3 2]  Pass()                             layer map norm.rms
	// silu#0       activation.silu  f64[1 3 2]  Pass()                             layer map activation
	// mul#0        product          f64[1 3 2]  Uniform()                          layer map product
	// head         linear.dense     f64[1 3 2]  Epsilon({1e-08 unsigned})          layer map linear
}

func ExampleAttnLRPEfficient() {
	x := trace.New([]float64{1, 0.5, -1, 2, 0, 1}, 1, 3, 2)
	for _, c := range []rules.Composite{rules.AttnLRPEfficient(), rules.CPLRPEfficient()} {
		g := transforms.Pull(transforms.WithRules(rules.Strict(c), block), func(y Value) Value { return y })(x)
		fmt.Printf("%.3f\n", fn.Sum(fn.Mul(x, g), -1))
	}
	// Output:
	// [[0.512 0.609 0.542]]
	// [[0.633 0.856 0.617]]
}

func ExampleViTGamma() {
	low, high := rules.ViTGamma(fn.Scalar(0.25), fn.Scalar(0)), rules.ViTGamma(fn.Scalar(0.25), fn.Scalar(1))
	x := trace.New([]float64{1, 0.5, -1, 2, 0, 1}, 1, 3, 2)
	for _, c := range []rules.Composite{low, high} {
		fmt.Printf("%.3f\n", fn.Sum(transforms.Pull(transforms.WithRules(c, block), fn.OnesLike)(x), -1))
	}
	// Output:
	// [[13.062 -0.710 -0.492]]
	// [[3.099 1.721 0.978]]
}
