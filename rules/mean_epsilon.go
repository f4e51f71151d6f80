package rules

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// MeanEpsilon shares the relevance of a mean of n elements in proportion to them. Unlike
// that of [Norm], its stabilizer is added to their sum:
//
//	R_i = x_i / (Σ_j x_j + ε) · R.
//
// A nil stabilizer means {1e-6 unsigned}. MeanEpsilon fits sites with one data operand
// whose outputs are means of equally many elements. It conserves relevance up to ε.
//
// Achtibat et al., "AttnLRP: Attention-Aware Layer-Wise Relevance Propagation for
// Transformers", ICML 2024.
func MeanEpsilon(s Denominator) Rule {
	if s == nil {
		s = Stabilizer{Epsilon: defaultEpsilon, Unsigned: true}
	}
	return meanEpsilon{Config{Stabilizer: s}.checked().Stabilizer}
}

type meanEpsilon struct{ by Denominator }

func (m meanEpsilon) String() string { return "MeanEpsilon(" + m.by.String() + ")" }

func (m meanEpsilon) Relevance(s *Site, in, out, r []trace.Value) []trace.Value {
	needOneOutput(m, s)
	t := Unmodified(s, in, out)
	if len(t.Data) != 1 || t.Out.Size() == 0 {
		panic(misfit(m, s, "it has %d data operands, the rule is for the mean of one: use Norm()", len(t.Data)))
	}
	n := fn.Scalar(float64(t.Data[0].Size() / t.Out.Size()))
	return t.Relevance(fn.Mul(Divide(r[0], fn.Mul(t.Out, n), m.by), n))
}
