package rules_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// above is a stabilizer that keeps what is not far below zero away from it.
var above = rules.Stabilizer{Epsilon: 3, Unsigned: true}

// transformerLaws are the rules of transformers, each with a function whose site of a kind
// it is for. The first operand is the data.
var transformerLaws = []struct {
	rule rules.Rule
	kind trace.Kind
	f    func(in []Value) Value
}{
	{rules.SoftmaxTaylor(), trace.KindSoftmax, func(in []Value) Value { return fn.Softmax(in[0], -1) }},
	{rules.SoftmaxTaylor(), trace.KindSoftmax, func(in []Value) Value { return nn.Softmax{Path: "s"}.Apply(in[0]) }},
	{rules.Uniform(), trace.KindProduct, func(in []Value) Value { return fn.Mul(in[0], fn.Flip(in[0], 1)) }},
	{rules.UniformEpsilon(), trace.KindMatrixProduct, ofItself},
	{rules.UniformEpsilonWith(rules.UniformEpsilonConfig{Stabilizer: above, After: true}), trace.KindMatrixProduct, ofItself},
	{rules.UniformGradient(), trace.KindMatrixProduct, ofItself},
	{rules.MeanEpsilon(nil), trace.KindMean, func(in []Value) Value { return fn.Mean(in[0], 1) }},
	{rules.RootEpsilon(above), trace.KindLayerNorm, normalized},
	{rules.RootEpsilon(above), trace.KindRMSNorm, func(in []Value) Value { return fn.RMSNorm(in[0], in[1], 0.1, 1) }},
	{rules.RootConstant(), trace.KindLayerNorm, normalized},
	{rules.RootConstant(), trace.KindLayerNorm, func(in []Value) Value {
		return nn.LayerNorm{Path: "n", Weight: in[1], Bias: in[2], Epsilon: 0.1}.Apply(in[0])
	}},
	{rules.LayerNormSteps(), trace.KindLayerNorm, normalized},
	{rules.EpsilonBiasApart(large.Stabilizer, large.Stabilizer), trace.KindDense, denseOf},
	{rules.AsGradient(rules.GammaWith(0.5, large), nil), trace.KindDense, denseOf},
	{rules.AsGradient(rules.Pass(), nil), trace.KindActivation, func(in []Value) Value { return fn.GELU(in[0]) }},
	{rules.GammaOf(trace.Scalar(0.5), large), trace.KindDense, denseOf},
	{rules.Stop(), trace.KindActivation, func(in []Value) Value { return fn.Add(in[0], fn.Tanh(in[0])) }},
}

func ofItself(in []Value) Value { return fn.MatMul(in[0], fn.Transpose(in[0])) }

func normalized(in []Value) Value { return fn.LayerNorm(in[0], in[1], in[2], 0.1, 1) }

func denseOf(in []Value) Value {
	w := fn.BroadcastTo(fn.ExpandDims(in[1], 0), 4, in[1].Dim(0))
	return fn.Linear(in[0], fn.Mul(w, fn.Cos(fn.Cast(fn.Iota(trace.TypeOf(trace.Int64, 4, in[1].Dim(0)), 0), trace.Float64))), fn.At(in[2], fn.Span(0, 4)))
}

// TestTransformerRulesKeepTheLaws holds each of them to the laws of rules.
func TestTransformerRulesKeepTheLaws(t *testing.T) {
	positive := lawtest.Between(0.5, 1.5)
	for _, c := range transformerLaws {
		t.Run(c.rule.String()+" "+string(c.kind), func(t *testing.T) {
			lawtest.RuleLaws(t, rules.LayerMap(rules.On(c.kind, c.rule)), lawtest.RuleConfig{}, c.f,
				lawtest.Input{Shape: []int{3, 5}, Sampler: positive},
				lawtest.Input{Shape: []int{5}, Sampler: positive}, lawtest.Input{Shape: []int{5}, Sampler: positive})
		})
	}
}

// Uniform, UniformEpsilon, MeanEpsilon and RootEpsilon conserve relevance but for what they
// say; a half of the relevance of a product goes to each operand.
func TestTransformerRulesConserve(t *testing.T) {
	x := lawtest.Between(0.5, 1.5).Value(lawtest.Rand("conserve"), trace.TypeOf(trace.Float64, 3, 5))
	w := fn.OnesOf(trace.Float64, 5)
	exact := rules.Stabilizer{}
	for _, c := range []struct {
		rule rules.Rule
		kind trace.Kind
		f    func(x Value) Value
	}{
		{rules.Uniform(), trace.KindProduct, func(x Value) Value { return fn.Mul(x, fn.Flip(x, 1)) }},
		{rules.UniformEpsilonWith(rules.UniformEpsilonConfig{Stabilizer: exact}), trace.KindMatrixProduct, func(x Value) Value { return ofItself([]Value{x}) }},
		{rules.MeanEpsilon(exact), trace.KindMean, func(x Value) Value { return fn.Mean(x, 0) }},
		{rules.RootEpsilon(exact), trace.KindRMSNorm, func(x Value) Value { return fn.RMSNorm(x, w, 0.1, 1) }},
		{rules.RootEpsilon(exact), trace.KindLayerNorm, func(x Value) Value { return fn.LayerNorm(x, w, Value{}, 0.1, 1) }},
	} {
		r := relevance(rules.Strict(rules.LayerMap(rules.On(c.kind, c.rule))), c.f, x, fn.OnesLike(c.f(x)))
		lawtest.Close(t, fn.SumAll(r), trace.Scalar(float64(c.f(x).Size())), 1e-12)
	}
}

// The derivative of relevance by γ, as by the input, is that of central differences.
func TestGammaIsTuned(t *testing.T) {
	lawtest.LawsWith(t, lawtest.Config{Order: 2}, func(in []Value) Value {
		c := rules.ViTGamma(fn.Index(in[3], 0), fn.Index(in[3], 1))
		f := func(x Value) Value { return denseOf([]Value{fn.GELU(x), in[1], in[2]}) }
		return relevance(c, f, in[0], fn.OnesOf(trace.Float64, 3, 4))
	}, lawtest.Input{Shape: []int{3, 5}, Sampler: lawtest.Between(0.5, 1.5)}, lawtest.Input{Shape: []int{5}, Sampler: lawtest.Between(0.5, 1)},
		lawtest.Input{Shape: []int{5}, Sampler: lawtest.Between(2, 3)}, lawtest.Input{Shape: []int{4}, Sampler: lawtest.Between(0.1, 0.4)})
}
