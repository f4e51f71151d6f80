package rules

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Uniform shares relevance evenly among the n data operands of an elementwise product, sum
// or other operation:
//
//	R_k = R / n.
//
// Of a product of two, as a gate and what it lets through, each gets half. With one data
// operand it is [Pass]. It conserves relevance. It panics with a *trace.Error unless each
// data operand has the shape of the output.
//
// Achtibat et al., "AttnLRP: Attention-Aware Layer-Wise Relevance Propagation for
// Transformers", ICML 2024, proposition 3.3.
func Uniform() Rule { return uniform{} }

type uniform struct{}

func (uniform) String() string { return "Uniform()" }

func (u uniform) Relevance(s *Site, in, out, r []trace.Value) []trace.Value {
	needOneOutput(u, s)
	data := data(s, in)
	share := fn.Div(r[0], fn.Scalar(float64(len(floatData(s, in)))))
	each := make([]trace.Value, len(data))
	for i, x := range data {
		if !x.DType().IsFloat() {
			continue
		}
		if fits, err := fn.BroadcastShapes(x.Shape(), out[0].Shape()); err != nil || len(fits) != out[0].Rank() {
			panic(misfit(u, s, "it makes %v of %v, the rule is for elementwise operations: use UniformEpsilon() for a product of matrices", out[0].Type(), x.Type()))
		}
		each[i] = fn.SumTo(share, x.Shape()...)
	}
	return each
}

// UniformEpsilonConfig has the options of [UniformEpsilonWith].
type UniformEpsilonConfig struct {
	// Stabilizer makes the divisor; nil means {1e-8 unsigned}.
	Stabilizer Denominator
	// After stabilizes y and then doubles it, instead of stabilizing 2y.
	After bool
}

// UniformEpsilon shares the relevance of a product of two data operands, as the scores and
// the context of attention are, in halves, and each half in proportion to its terms. For y_ij =
// Σ_k a_ik b_kj it is
//
//	R_ik = Σ_j a_ik b_kj / (2 y_ij + ε) · R_ij,
//
// and likewise for b. For n data operands the factor is n. It fits any site with one
// output that is linear in each data operand, and conserves relevance up to ε, which is
// 1e-8.
//
// Achtibat et al., "AttnLRP: Attention-Aware Layer-Wise Relevance Propagation for
// Transformers", ICML 2024, equation 14.
func UniformEpsilon() Rule { return UniformEpsilonWith(UniformEpsilonConfig{}) }

// UniformEpsilonWith is UniformEpsilon with options.
func UniformEpsilonWith(c UniformEpsilonConfig) Rule {
	if c.Stabilizer == nil {
		c.Stabilizer = Stabilizer{Epsilon: 1e-8, Unsigned: true}
	}
	c.Stabilizer = Config{Stabilizer: c.Stabilizer}.checked().Stabilizer
	return uniformEpsilon{c}
}

type uniformEpsilon struct{ UniformEpsilonConfig }

func (u uniformEpsilon) String() string {
	after := ""
	if u.After {
		after = ", after"
	}
	return "UniformEpsilon(" + u.Stabilizer.String() + after + ")"
}

func (u uniformEpsilon) Relevance(s *Site, in, out, r []trace.Value) []trace.Value {
	needOneOutput(u, s)
	n := fn.Scalar(float64(len(floatData(s, in))))
	t := Unmodified(s, in, out)
	if u.After {
		return t.Relevance(fn.Div(Divide(r[0], t.Out, u.Stabilizer), n))
	}
	return t.Relevance(Divide(r[0], fn.Mul(t.Out, n), u.Stabilizer))
}

// UniformGradient halves the gradient of a product of two data operands for each of them:
// times the operand it is what [Uniform] gives, and [UniformEpsilon] without ε. Of n data
// operands each gets its derivative divided by n. It belongs to [AttnLRPEfficient], where
// what is passed on is a gradient.
func UniformGradient() Rule { return uniformGradient{} }

type uniformGradient struct{}

func (uniformGradient) String() string { return "UniformGradient()" }

func (uniformGradient) Relevance(s *Site, in, out, r []trace.Value) []trace.Value {
	return Scale(1/float64(len(floatData(s, in))), s.Pull(in, out, r))
}
