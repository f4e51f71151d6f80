package main

import (
	"fmt"
	"io"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

// neuron is a dense layer with one output: z = 2·2 + (-1)·(-1) + 3·(-1) - 1 = 1 at (2,
// -1, 3).
func neuron() nn.Linear {
	return nn.Linear{Weight: trace.New([]float64{2, -1, -1}, 1, 3), Bias: trace.New([]float64{-1}, 1)}
}

// onLinear returns the relevance of x if all linear layers have one rule and each output
// has relevance 1.
func onLinear(r rules.Rule, f function, x trace.Value) trace.Value {
	return transforms.Pull(transforms.WithRules(rules.LayerMap(rules.On(trace.KindLinear, r)), f), attribute.Ones)(x)
}

func rulesOnOneLayer() piece {
	return piece{
		name: "rules", title: "rules on one layer, with numbers to check by hand",
		about: [2]string{
			"A neuron with weights 2 -1 -1 and bias -1 at the input 2 -1 3: contributions 4 1 -3, output 1, relevance 1.",
			"What the inputs do not get is what the bias and the stabilizer take up; ZBox, Flat and WSquare follow other shares.",
		},
		zennit: `
rule = Epsilon(epsilon=0.25)
handles = rule.register(layer)
...
handles.remove()`,
		here: `
c := rules.LayerMap(rules.On(trace.KindLinear, rules.Epsilon(0.25)))
transforms.Pull(transforms.WithRules(c, layer.Apply), attribute.Ones)(x)`,
		run: runRulesOnOneLayer,
	}
}

func runRulesOnOneLayer(w io.Writer, _ string) error {
	zero := rules.Config{ZeroBias: true}
	for _, r := range []rules.Rule{
		rules.Plain(), rules.Epsilon(0), rules.Epsilon(0.25), rules.EpsilonWith(0, zero), rules.Gamma(0.25), rules.ZPlus(),
		rules.AlphaBeta(2, 1), rules.ZBox(fn.Scalar(-3), fn.Scalar(3)), rules.WSquare(), rules.Flat(),
	} {
		x := row(2, -1, 3)
		relevance := onLinear(r, neuron().Apply, x)
		fmt.Fprintf(w, "%-36v %-28s sum %s\n", r, numbers(relevance), number(total(relevance)))
	}
	mean := func(x trace.Value) trace.Value { return fn.Mean(x, 1) }
	c := rules.LayerMap(rules.On(trace.KindAvgPool, rules.Norm()))
	shares := transforms.Pull(transforms.WithRules(c, mean), attribute.Ones)(row(1, 2, 5))
	fmt.Fprintf(w, "%-36v %-28s sum %s, of a mean of 1 2 5\n", rules.Norm(), numbers(shares), number(total(shares)))
	return nil
}

func rulesOnReLU() piece {
	return piece{
		name: "relu-rules", title: "rules on activations",
		about: [2]string{
			"ReLU at the inputs -1 0.5 2, with relevance 1 -1 2 arriving: what each rule hands on.",
			"Deconvnet looks at the sign of the relevance alone, guided backpropagation at both, BetaSmooth(10) is smooth in the input.",
		},
		zennit: `
GuidedBackprop().register(model)`,
		here: `
transforms.WithRules(rules.GuidedBackprop(), model)`,
		run: runRulesOnReLU,
	}
}

func runRulesOnReLU(w io.Writer, _ string) error {
	target := attribute.Vector(trace.New([]float64{1, -1, 2}, 3))
	for _, r := range []rules.Rule{
		rules.Plain(), rules.Pass(), rules.ReLUDeconvNet(), rules.ReLUGuidedBackprop(), rules.ReLUBetaSmooth(10),
	} {
		c := rules.LayerMap(rules.On(trace.KindActivation, r))
		fmt.Fprintf(w, "%-22v %s\n", r, numbers(transforms.Pull(transforms.WithRules(c, fn.ReLU), target)(row(-1, 0.5, 2))))
	}
	return nil
}

func stabilizers() piece {
	return piece{
		name: "stabilizers", title: "stabilizers: what outputs are divided by",
		about: [2]string{
			"The same neuron, whose output is 1: epsilon is added with the output's sign, or a lower bound, or scaled by the outputs.",
			"Any function may take its place, with a name to print; here the square root of 1 + z².",
		},
		zennit: `
Epsilon(epsilon=Stabilizer(epsilon=2., clip=True))
Epsilon(epsilon=lambda z: (1 + z ** 2) ** .5)`,
		here: `
rules.EpsilonWith(0, rules.Config{Stabilizer: rules.Stabilizer{Epsilon: 2, Clip: true}})
rules.EpsilonWith(0, rules.Config{Stabilizer: rules.StabilizerFunc("hypot", hypot)})`,
		run: runStabilizers,
	}
}

func runStabilizers(w io.Writer, _ string) error {
	hypot := func(z trace.Value) trace.Value { return fn.Sqrt(fn.Add(fn.Scalar(1), fn.Square(z))) }
	for _, s := range []rules.Denominator{
		rules.Stabilizer{Epsilon: 2}, rules.Stabilizer{Epsilon: 2, Clip: true},
		rules.Stabilizer{Epsilon: 3, NormScale: true}, rules.StabilizerFunc("hypot", hypot),
	} {
		relevance := onLinear(rules.EpsilonWith(0, rules.Config{Stabilizer: s}), neuron().Apply, row(2, -1, 3))
		fmt.Fprintf(w, "%-22v %-28s sum %s\n", s, numbers(relevance), number(total(relevance)))
	}
	return nil
}
