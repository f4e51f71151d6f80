package rules

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// EpsilonBiasApart is [Epsilon] in two steps, of the bias b and of the product z without it:
//
//	R_i = Σ_j x_i w_ij / s(z_j) · z_j / t(z_j + b_j) · R_j,
//
// with a stabilizer s for the product and t for the bias. It shows what a network computes
// whose layers add their bias apart. It fits any site with one output, and a bias among
// its operands or none.
func EpsilonBiasApart(product, bias Denominator) Rule {
	if product == nil {
		product = Stabilizer{Epsilon: defaultEpsilon}
	}
	if bias == nil {
		bias = Stabilizer{Epsilon: defaultEpsilon}
	}
	return biasApart{Config{Stabilizer: product}.checked().Stabilizer, Config{Stabilizer: bias}.checked().Stabilizer}
}

type biasApart struct{ product, bias Denominator }

func (b biasApart) String() string {
	return "EpsilonBiasApart(" + b.product.String() + ", " + b.bias.String() + ")"
}

func (b biasApart) Relevance(s *Site, in, out, r []trace.Value) []trace.Value {
	needOneOutput(b, s)
	t := Apply(s, in, Modifiers{Bias: Zero})
	ofProduct := fn.Mul(t.Out, Divide(r[0], out[0], b.bias))
	return t.Relevance(Divide(ofProduct, t.Out, b.product))
}
