package rules_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// large is a stabilizer for tests of derivatives. It is large enough to keep outputs away
// from 0.
var large = rules.Config{Stabilizer: rules.Stabilizer{Epsilon: 0.3}}

// linearRules are the rules for linear layers.
func linearRules() []rules.Rule {
	low, high := fn.Sub(fn.Scalar(-4), fn.Abs(drawn("low", 3, 1))), fn.Scalar(4)
	return []rules.Rule{
		rules.Epsilon(0.3), rules.EpsilonWith(0, rules.Config{Stabilizer: rules.Stabilizer{Epsilon: 0.3, NormScale: true}}),
		rules.GammaWith(0.5, large), rules.ZPlusWith(large), rules.AlphaBetaWith(2, 1, large),
		rules.ZBoxWith(low, high, large), rules.NormWith(large.Stabilizer),
		rules.WSquareWith(large), rules.FlatWith(large), rules.Plain(),
	}
}

// activationRules are the rules for activations.
func activationRules() []rules.Rule {
	return []rules.Rule{rules.Pass(), rules.ReLUDeconvNet(), rules.ReLUGuidedBackprop(), rules.ReLUBetaSmooth(2)}
}

// perceptron has three dense layers, dense#0 to dense#2 by path, with smooth activations
// between them.
func perceptron(x Value, w []Value) Value {
	layer := func(path string, x, w, b Value) Value {
		return transforms.Named(transforms.Layer{Kind: trace.KindDense, Path: path, Biases: []string{"[1]"}}, func(x Value, p []Value) Value {
			return fn.Linear(x, p[0], p[1])
		})(x, []Value{w, b})
	}
	x = fn.Softplus(layer("bottom", x, w[0], w[3]), 1, 20)
	x = fn.Tanh(layer("middle", x, w[1], w[4]))
	return layer("top", x, w[2], w[5])
}

// perceptronInputs are x, the six parameters, and a target of the shape of the output. In
// short mode the parameters of the upper layers are not differentiated.
func perceptronInputs() []lawtest.Input {
	away := lawtest.Between(-1.5, 1.5).AwayFrom(0)
	var in []lawtest.Input
	for i, shape := range [][]int{{3, 4}, {5, 4}, {6, 5}, {2, 6}, {5}, {6}, {2}, {3, 2}} {
		above := i == 2 || i == 3 || i == 5 || i == 6
		in = append(in, lawtest.Input{Shape: shape, Sampler: away, Fixed: above && testing.Short()})
	}
	return in
}

// targets map the output, and a value of its shape, to the relevance of the output.
var targets = map[string]func(y, r Value) Value{
	"constant":          func(_, r Value) Value { return r },
	"of the output":     func(y, r Value) Value { return fn.Mul(r, fn.Mul(y, y)) },
	"the output itself": func(y, _ Value) Value { return y },
}

// attribution is the relevance of a perceptron's input under a composite, as a function
// of everything it depends on.
func attribution(c rules.Composite, target func(y, r Value) Value) func(in []Value) Value {
	return func(in []Value) Value {
		f := func(x Value) Value { return perceptron(x, in[1:7]) }
		return transforms.Pull(transforms.WithRules(c, f), func(y Value) Value { return target(y, in[7]) })(in[0])
	}
}

// TestRelevanceKeepsTheLaws checks the laws of rules for each rule on a perceptron. The
// ledger tells how much is absorbed.
func TestRelevanceKeepsTheLaws(t *testing.T) {
	for i, rule := range linearRules() {
		if testing.Short() && i%3 != 0 {
			continue // TestGradientOfRelevance has all
		}
		t.Run(rule.String(), func(t *testing.T) { keepsTheLaws(t, everywhere(rule)) })
	}
	for _, rule := range activationRules() {
		t.Run(rule.String(), func(t *testing.T) { keepsTheLaws(t, rules.LayerMap(rules.On(trace.KindActivation, rule))) })
	}
}

func keepsTheLaws(t *testing.T, c rules.Composite) {
	absorbed := func(in []Value, r Value) float64 {
		f := func(x Value) Value { return perceptron(x, in[1:]) }
		total := 0.0
		for _, row := range rules.Ledger(c, f, func(Value) Value { return r })(in[0]).Rows {
			total += row.Bias + row.Stabilizer + row.Masked + row.Rest
		}
		return total
	}
	f := func(in []Value) Value { return perceptron(in[0], in[1:]) }
	lawtest.RuleLaws(t, c, lawtest.RuleConfig{Absorbed: absorbed}, f, perceptronInputs()[:7]...)
}

// TestGradientOfRelevance compares the gradient of relevance with central differences,
// with the rule in any place and for any target. A rule that is discharged only in part
// fails here in some places and not in others. In short mode each rule meets each place
// and each target, but not every place with every target.
func TestGradientOfRelevance(t *testing.T) {
	names := slices.Sorted(maps.Keys(targets))
	for _, rule := range linearRules() {
		for place, path := range []string{"top", "middle", "bottom"} {
			for i, name := range names {
				if testing.Short() && (i+place)%len(names) != 0 {
					continue
				}
				target := targets[name]
				t.Run(rule.String()+"/"+path+"/"+name, func(t *testing.T) {
					f := attribution(rules.NameMap(rules.At(path, rule)), target)
					matchesDifferences(t, f, perceptronInputs())
				})
			}
		}
	}
}

func drawAll(seed string, inputs []lawtest.Input) []Value {
	r := lawtest.Rand(seed)
	out := make([]Value, len(inputs))
	for i, in := range inputs {
		out[i] = in.Sampler.Value(r, trace.TypeOf(trace.Float64, in.Shape...))
	}
	return out
}

// matchesDifferences compares <v, df/du> by central differences with <VJP(v), u>, along
// one direction of each operand. If the differences of two step sizes disagree, it draws
// again: an output, and with it the stabilizer, has changed its sign between them.
func matchesDifferences(t *testing.T, f func(in []Value) Value, inputs []lawtest.Input) {
	t.Helper()
	for try := range 20 {
		in := drawAll(fmt.Sprint(t.Name(), try), inputs)
		y, pull := transforms.VJP(f)(in)
		v := drawn("v", y.Shape()...)
		want, smooth := slopes(f, in, v)
		if !smooth {
			continue
		}
		for i, ct := range pull(v) {
			got := fn.SumAll(fn.Mul(ct, direction(in[i]))).Float64()
			if !(math.Abs(got-want[i]) <= 1e-6*(1+math.Abs(want[i]))) {
				t.Errorf("operand %d: got %v, central differences give %v", i, got, want[i])
			}
		}
		return
	}
	t.Error("no point was drawn where the function is smooth")
}

func direction(x Value) Value { return drawn("direction", x.Shape()...) }

// slopes returns <v, df/du> by central differences for each operand, and whether those of
// a smaller step agree.
func slopes(f func(in []Value) Value, in []Value, v Value) (slopes []float64, smooth bool) {
	smooth = true
	for i := range in {
		along := func(x Value) Value { return f(slices.Replace(slices.Clone(in), i, i+1, x)) }
		slope := func(scale float64) float64 {
			u := fn.Mul(direction(in[i]), fn.Scalar(scale))
			return fn.SumAll(fn.Mul(v, lawtest.FiniteDifference(along, in[i], u))).Float64() / scale
		}
		slopes = append(slopes, slope(1))
		smooth = smooth && math.Abs(slopes[i]-slope(0.3)) <= 1e-6*(1+math.Abs(slopes[i]))
	}
	return slopes, smooth
}
