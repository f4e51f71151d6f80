package rules

import "github.com/pullback-go/pullback/trace"

// Plain is the ordinary vector-Jacobian product as a rule. A site without a rule gets the
// same, but Plain says that this is meant, and keeps composites out of a layer. It fits
// every site. Relevance is conserved if the operation only moves values, as padding,
// reshaping and max-pooling do.
func Plain() Rule { return plain{} }

type plain struct{}

func (plain) String() string { return "Plain()" }

func (plain) Relevance(s *Site, in, out, r []trace.Value) []trace.Value {
	return s.Pull(in, out, r)
}
