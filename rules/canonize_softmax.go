package rules

import (
	"fmt"

	"github.com/pullback-go/pullback/trace"
)

// StripSoftmax is the canonizer that removes a softmax, or its logarithm, if its output
// is a result of the function. The result is then the input of the softmax, the logits.
// This changes values on purpose: relevance should explain one logit, not its share among
// all. A softmax inside the function stays, as in attention.
func StripSoftmax() Canonizer { return stripSoftmax{} }

type stripSoftmax struct{}

func (stripSoftmax) String() string { return "StripSoftmax()" }

func (s stripSoftmax) Canonize(sites []*Site) ([]Replacement, error) {
	var out []Replacement
	for _, site := range sites {
		if !site.Result || site.Derived || !site.Kind.Is(trace.KindSoftmax) {
			continue
		}
		at, err := onlyData(site)
		if err != nil || !site.Operands[at].Type.Equal(site.Outputs[0]) {
			return nil, fmt.Errorf("%v is no function of one data operand that keeps its type", site)
		}
		out = append(out, Replacement{Site: site, Of: []*Site{site}, Compute: func(in ...[]trace.Value) []trace.Value {
			return in[0][at : at+1]
		}})
	}
	return out, nil
}

// onlyData returns the index of the only data operand of a site with one output.
func onlyData(s *Site) (at int, err error) {
	if n := s.DataOperands(); n != 1 || len(s.Outputs) != 1 {
		return 0, fmt.Errorf("%v has %d data operands and %d outputs", s, n, len(s.Outputs))
	}
	for s.Operands[at].Role != dataRole {
		at++
	}
	return at, nil
}
