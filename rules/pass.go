package rules

import "github.com/pullback-go/pullback/trace"

// Pass hands relevance on as it is: R_i is the R_i of the output. It is meant for
// activations and for normalizations by fixed statistics, whose inputs and outputs
// correspond one to one. It conserves relevance. It panics with a *trace.Error on a site
// with several data operands, several outputs, or an output of another shape.
//
// Bach et al., "On Pixel-Wise Explanations for Non-Linear Classifier Decisions by
// Layer-Wise Relevance Propagation", PLOS ONE 10(7), 2015.
func Pass() Rule { return pass{} }

type pass struct{}

func (pass) String() string { return "Pass()" }

func (p pass) Relevance(s *Site, _, _, r []trace.Value) []trace.Value {
	needElementwise(p, s)
	return r
}
