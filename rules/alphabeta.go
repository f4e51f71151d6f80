package rules

import (
	"math"

	"github.com/pullback-go/pullback/trace"
)

// AlphaBeta is the LRP-αβ rule. It weighs the positive contributions to an output of a
// layer by α and the negative ones by β:
//
//	R_i = Σ_j (α (x_i w_ij)⁺ / (Σ_i (x_i w_ij)⁺ + b_j⁺) - β (x_i w_ij)⁻ / (Σ_i (x_i w_ij)⁻ + b_j⁻)) · R_j,
//
// Both sums are stabilized with ε = 1e-6. AlphaBeta(2, 1) is usual for convolutions;
// AlphaBeta(1, 0) is [ZPlus]. AlphaBeta panics with a *trace.Error if α or β is negative
// or not finite, unless α - β = 1 (within rounding), and on a site without weights.
//
// Relevance is conserved where an output has contributions of both signs, except for what
// the bias and ε take up. An output without negative contributions passes on α times its
// relevance.
//
// Bach et al., "On Pixel-Wise Explanations for Non-Linear Classifier Decisions by
// Layer-Wise Relevance Propagation", PLOS ONE 10(7), 2015.
func AlphaBeta(alpha, beta float64) Rule { return AlphaBetaWith(alpha, beta, Config{}) }

// AlphaBetaWith is AlphaBeta with another stabilizer, or with parameters that count as
// zero.
func AlphaBetaWith(alpha, beta float64, c Config) Rule {
	notNegative("AlphaBeta", "alpha", alpha)
	notNegative("AlphaBeta", "beta", beta)
	if d := alpha - beta; math.Abs(d-1) > 1e-12*alpha {
		panic(trace.Errorf("rules.AlphaBeta: alpha - beta is %v - %v = %v, but relevance is conserved only if it is 1", alpha, beta, d))
	}
	shares := []share{agreeing().times(alpha), opposing().times(-beta)}
	if beta == 0 {
		shares = shares[:1]
	}
	return newSharing(c, "AlphaBeta", alpha, beta).on(needWeights, shares...)
}
