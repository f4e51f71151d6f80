package rules

import "github.com/pullback-go/pullback/trace"

// Stop passes nothing on: the site counts as a constant, as the weights of attention do in
// [CPLRP]. It fits every site. All relevance that arrives is lost, unless another operand
// of what follows was given all of it.
//
// Ali et al., "XAI for Transformers: Better Explanations through Conservative
// Propagation", ICML 2022.
func Stop() Rule { return stop{} }

type stop struct{}

func (stop) String() string { return "Stop()" }

func (stop) Relevance(s *Site, in, _, _ []trace.Value) []trace.Value {
	return make([]trace.Value, len(data(s, in)))
}
