package rules

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Gamma is the LRP-γ rule, which favours what speaks for the output of a layer. For
// inputs and outputs that are not negative it is
//
//	R_i = Σ_j x_i (w_ij + γ w_ij⁺) / (Σ_i x_i (w_ij + γ w_ij⁺) + b_j + γ b_j⁺) · R_j,
//
// and in general, with P(w) = w + γ w⁺ and N(w) = w + γ w⁻,
//
//	R_i = Σ_j (x_i⁺ P(w_ij) + x_i⁻ N(w_ij)) / (Σ_i (x_i⁺ P(w_ij) + x_i⁻ N(w_ij)) + P(b_j)) · [z_j > 0] R_j
//	    + Σ_j (x_i⁺ N(w_ij) + x_i⁻ P(w_ij)) / (Σ_i (x_i⁺ N(w_ij) + x_i⁻ P(w_ij)) + N(b_j)) · [z_j < 0] R_j,
//
// where z is the output of the layer as it is, with its bias even if that counts as zero
// otherwise, and the sums are stabilized with ε = 1e-6. An output z_j of exactly 0 passes
// nothing on. It suits the middle of a network: with γ = 0 it is [Epsilon], for a large γ
// it comes close to [ZPlus] where z > 0. It panics with a *trace.Error if gamma is
// negative or not finite, and on a site without weights.
//
// Relevance is conserved except for what the bias and ε take up.
//
// Montavon et al., "Layer-Wise Relevance Propagation: An Overview", in: Explainable AI,
// LNCS 11700, 2019; the general form after Andéol et al., "Learning Domain Invariant
// Representations by Joint Wasserstein Distance Minimization", Neural Networks 167, 2023.
func Gamma(gamma float64) Rule { return GammaWith(gamma, Config{}) }

// GammaWith is Gamma with another stabilizer, or parameters that count as zero.
func GammaWith(gamma float64, c Config) Rule {
	notNegative("Gamma", "gamma", gamma)
	return gammaRule{c.checked(), gamma}
}

type gammaRule struct {
	Config
	gamma float64
}

func (g gammaRule) String() string { return g.print("Gamma", g.gamma) }

func (g gammaRule) Relevance(s *Site, in, out, r []trace.Value) []trace.Value {
	needWeights(g, s)
	p, n := g.favouring(fn.Positive), g.favouring(fn.Negative)
	return AddUp(
		g.shared(fn.Mask(fn.Greater(out[0], fn.Scalar(0)), r[0]),
			Apply(s, in, g.parameters(fn.Positive, p, p)),
			Apply(s, in, g.parameters(fn.Negative, n, Zero))),
		g.shared(fn.Mask(fn.Less(out[0], fn.Scalar(0)), r[0]),
			Apply(s, in, g.parameters(fn.Positive, n, n)),
			Apply(s, in, g.parameters(fn.Negative, p, Zero))))
}

// favouring is the modifier w + γ part(w).
func (g gammaRule) favouring(part Modifier) Modifier {
	return func(w trace.Value) trace.Value { return fn.Add(w, fn.Mul(part(w), fn.Scalar(g.gamma))) }
}
