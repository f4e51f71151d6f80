package main

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// constant gives a site no relevance: it counts as a constant.
type constant struct{}

func (constant) String() string { return "constant" }

func (constant) Relevance(s *rules.Site, in, _, _ []trace.Value) []trace.Value {
	out := make([]trace.Value, 0, len(in))
	for i, o := range s.Operands {
		if o.Role == transforms.RoleData {
			out = append(out, fn.ZerosLike(in[i]))
		}
	}
	return out
}

// withGates is EpsilonPlus for networks with attention and gates. A gate, a sigmoid that
// a signal is multiplied by, and the weights of attention are constants; what they are
// multiplied by gets all of the relevance. Normalizations hand relevance on. Dense layers
// and sums have a stabilizer in proportion to their outputs: signals of opposite signs
// that meet in a residual sum would else get relevance many times that of the sum.
func withGates() rules.Composite {
	relative := rules.Stabilizer{Epsilon: 0.25, NormScale: true}
	return rules.Mixed(rules.LayerMap(
		rules.On(trace.KindSoftmax, constant{}),
		rules.On(trace.KindActivation+".sigmoid", constant{}),
		rules.On(trace.KindActivation+".hardsigmoid", constant{}),
		rules.On(trace.KindScaling, rules.Pass()),
		rules.On(trace.KindProduct, rules.Norm()),
		rules.On(trace.KindNorm, rules.Pass()),
		rules.On(trace.KindSum, rules.NormWith(relative)),
		rules.On(trace.KindDense, rules.EpsilonWith(0, rules.Config{Stabilizer: relative})),
	), rules.EpsilonPlus())
}
