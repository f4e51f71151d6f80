package rules

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// AsGradient turns a rule that passes on relevance into one that passes on a gradient, so
// that the operand times the gradient is the relevance:
//
//	g_i = R_i(g y) / (x_i + ε·sign x_i),
//
// where y is the output, g what arrives, and R the rule. A nil stabilizer means 1e-10. It
// fits the sites with one output that the rule fits. What arrives at the input is then
// multiplied with it, as [AttnLRPEfficient] is used. AsGradient panics with a *trace.Error
// if the rule is nil.
func AsGradient(r Rule, s Denominator) Rule {
	if r == nil {
		panic(trace.Errorf("rules.AsGradient: the rule is nil"))
	}
	if s == nil {
		s = Stabilizer{Epsilon: 1e-10}
	}
	return asGradient{r, Config{Stabilizer: s}.checked().Stabilizer}
}

type asGradient struct {
	of Rule
	by Denominator
}

func (a asGradient) String() string {
	return "AsGradient(" + a.of.String() + ", " + a.by.String() + ")"
}

func (a asGradient) Relevance(s *Site, in, out, r []trace.Value) []trace.Value {
	needOneOutput(a, s)
	relevance := a.of.Relevance(s, in, out, []trace.Value{fn.Mul(r[0], out[0])})
	for i, x := range data(s, in) {
		if !relevance[i].IsAbsent() {
			relevance[i] = Divide(relevance[i], x, a.by)
		}
	}
	return relevance
}
