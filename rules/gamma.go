package rules

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Gamma is the LRP-γ rule, which favors positive contributions to the output of a layer.
// For inputs and outputs that are not negative it is
//
//	R_i = Σ_j x_i (w_ij + γ w_ij⁺) / (Σ_i x_i (w_ij + γ w_ij⁺) + b_j + γ b_j⁺) · R_j,
//
// and in general, with P(w) = w + γ w⁺ and N(w) = w + γ w⁻,
//
//	R_i = Σ_j (x_i⁺ P(w_ij) + x_i⁻ N(w_ij)) / (Σ_i (x_i⁺ P(w_ij) + x_i⁻ N(w_ij)) + P(b_j)) · [z_j > 0] R_j
//	    + Σ_j (x_i⁺ N(w_ij) + x_i⁻ P(w_ij)) / (Σ_i (x_i⁺ N(w_ij) + x_i⁻ P(w_ij)) + N(b_j)) · [z_j < 0] R_j,
//
// where z is the output of the layer as it is, with its bias even if the bias otherwise
// counts as zero. The sums are stabilized with ε = 1e-6. An output z_j of exactly 0
// passes nothing on. Gamma suits the middle of a network: with γ = 0 it is [Epsilon], and
// for a large γ it comes close to [ZPlus] where z > 0. It panics with a *trace.Error if
// gamma is negative or not finite, and on a site without weights.
//
// Relevance is conserved except for what the bias and ε take up.
//
// Montavon et al., "Layer-Wise Relevance Propagation: An Overview", in: Explainable AI,
// LNCS 11700, 2019; the general form after Andéol et al., "Learning Domain Invariant
// Representations by Joint Wasserstein Distance Minimization", Neural Networks 167, 2023.
func Gamma(gamma float64) Rule { return GammaWith(gamma, Config{}) }

// GammaWith is Gamma with another stabilizer, or with parameters that count as zero.
func GammaWith(gamma float64, c Config) Rule {
	notNegative("Gamma", "gamma", gamma)
	return gammaRule(fn.Scalar(gamma), gamma, c)
}

// GammaOf is Gamma with a γ that is a value: a scalar of floats, or what broadcasts to the
// weights. It may be traced: relevance, and what is made of it, then has a derivative with
// respect to γ. A concrete one must not be negative, and finite. GammaOf panics with a
// *trace.Error if it is, or if γ is absent or not of floats.
func GammaOf(gamma trace.Value, c Config) Rule {
	if gamma.IsAbsent() || !gamma.DType().IsFloat() {
		panic(trace.Errorf("rules.GammaOf: gamma is %v: give a scalar of floats", gamma))
	}
	if !gamma.IsConcrete() {
		return gammaRule(gamma, gamma.Type(), c)
	}
	for _, g := range gamma.Float64s() {
		notNegative("GammaOf", "gamma", g)
	}
	if gamma.Rank() > 0 {
		return gammaRule(gamma, gamma, c)
	}
	return gammaRule(gamma, gamma.Float64(), c)
}

func gammaRule(gamma trace.Value, text any, c Config) Rule {
	favouring := func(part Modifier) Modifier {
		return func(w trace.Value) trace.Value { return fn.Add(w, fn.Mul(part(w), gamma)) }
	}
	p, n := favouring(fn.Positive), favouring(fn.Negative)
	above := func(out trace.Value) trace.Value { return fn.Greater(out, fn.Scalar(0)) }
	below := func(out trace.Value) trace.Value { return fn.Less(out, fn.Scalar(0)) }
	return newSharing(c, "Gamma", text).on(needWeights,
		among(added(fn.Positive, p, p), added(fn.Negative, n, Zero)).where(above),
		among(added(fn.Positive, n, n), added(fn.Negative, p, Zero)).where(below))
}
