package rules

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// misfit is the error for a rule on a site that it does not fit.
func misfit(r Rule, s *Site, format string, args ...any) *trace.Error {
	return trace.Errorf("rule %v does not fit %v: %w", r, s, fmt.Errorf(format, args...))
}

// has reports whether a site has a float operand of the role.
func has(s *Site, role transforms.Role) bool {
	return slices.ContainsFunc(s.Operands, func(o transforms.Operand) bool { return o.Role == role && o.Type.DType.IsFloat() })
}

// needOneOutput refuses sites with several outputs, because a rule divides the relevance
// of one.
func needOneOutput(r Rule, s *Site) {
	if len(s.Outputs) != 1 {
		panic(misfit(r, s, "it has %d outputs, the rule is for one: give the rule to the sites inside of it, or use Plain()", len(s.Outputs)))
	}
}

// needWeights refuses sites without weights, because nothing then says which inputs
// contribute to the output.
func needWeights(r Rule, s *Site) {
	needOneOutput(r, s)
	if !has(s, weightRole) {
		panic(misfit(r, s, "it has no weights: use Norm() for sums and averages, Epsilon or Flat"))
	}
}

// needElementwise refuses sites that do not map one data operand to one output of the
// same type.
func needElementwise(r Rule, s *Site) {
	needOneOutput(r, s)
	if n := s.DataOperands(); n != 1 {
		panic(misfit(r, s, "it has %d data operands, and each would get all of the relevance: use Norm() to share it, or Plain()", n))
	}
	for _, o := range s.Operands {
		if o.Role == dataRole && !o.Type.Equal(s.Outputs[0]) {
			panic(misfit(r, s, "it makes %v of %v, the rule is for sites that keep the shape: use Norm() or Plain()", s.Outputs[0], o.Type))
		}
	}
}
