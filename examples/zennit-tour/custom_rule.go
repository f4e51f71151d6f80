package main

import (
	"fmt"
	"io"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

// absolute shares relevance by the size of contributions, whatever their sign:
//
//	R_i = Σ_j |x_i w_ij| / (Σ_i |x_i w_ij| + |b_j|) · R_j.
type absolute struct{ rules.Config }

func (a absolute) String() string { return fmt.Sprintf("absolute(zero bias %v)", a.ZeroBias) }

// Relevance applies the layer to the absolute values of all operands, divides, and pulls
// the quotient back.
func (a absolute) Relevance(s *rules.Site, in, _, r []trace.Value) []trace.Value {
	bias := rules.Modifier(fn.Abs)
	if a.ZeroBias {
		bias = rules.Zero
	}
	term := rules.Apply(s, in, rules.Modifiers{Data: fn.Abs, Weight: fn.Abs, Bias: bias})
	return term.Relevance(rules.Divide(r[0], term.Out, rules.Stabilizer{Epsilon: 1e-6}))
}

func customRule() piece {
	return piece{
		name: "custom-rule", title: "a rule of one's own",
		about: [2]string{
			"A rule is a type with two methods. The form that all LRP rules share, modify, apply, divide, pull back, is made of functions,",
			"so its derivatives, batches and compiled form come of themselves. The neuron of the piece rules: 4 1 -3 and bias -1.",
		},
		zennit: `
class Absolute(BasicHook):
    def __init__(self):
        super().__init__(
            input_modifiers=[torch.abs],
            param_modifiers=[lambda param, name: param.abs()],
            gradient_mapper=lambda grad, out: grad / stabilize(out[0]),
            reducer=lambda inputs, grads: inputs[0] * grads[0])`,
		here: `
func (a absolute) Relevance(s *rules.Site, in, out, r []trace.Value) []trace.Value {
	term := rules.Apply(s, in, rules.Modifiers{Data: fn.Abs, Weight: fn.Abs, Bias: fn.Abs})
	return term.Relevance(rules.Divide(r[0], term.Out, rules.Stabilizer{Epsilon: 1e-6}))
}`,
		run: runCustomRule,
	}
}

func runCustomRule(w io.Writer, _ string) error {
	for _, r := range []rules.Rule{absolute{}, absolute{rules.Config{ZeroBias: true}}} {
		relevance := onLinear(r, neuron().Apply, row(2, -1, 3))
		fmt.Fprintf(w, "%-26v %-28s sum %s\n", r, numbers(relevance), number(total(relevance)))
	}
	c := rules.LayerMap(rules.On(trace.KindLinear, absolute{}), rules.On(trace.KindActivation, rules.Pass()))
	explain := transforms.Pull(transforms.WithRules(c, curved().Apply), attribute.Ones)
	x := row(0.5, -1.25, 2)
	second := transforms.Pull(explain, fn.OnesLike)(x)
	if err := confirm(explain, x, second); err != nil {
		return err
	}
	fmt.Fprintf(w, "in a network               %s\nits gradient               %s, as finite differences\n", numbers(explain(x)), numbers(second))
	return agree("compiled", transforms.Jit(explain)(x), explain(x))
}
