package rules

import (
	"github.com/pullback-go/pullback/fn"
)

// WSquare is the w² rule, which shares relevance in proportion to the squared weights
// alone:
//
//	R_i = Σ_j w_ij² / (Σ_i w_ij² + b_j²) · R_j,
//
// The sum is stabilized with ε = 1e-6. WSquare suits a first layer whose input is not
// bounded. It panics with a *trace.Error on a site without weights.
//
// Relevance is conserved except for what the bias and ε take up. Weights beyond the
// border of a padded convolution do not count.
//
// Montavon et al., "Explaining Nonlinear Classification Decisions with Deep Taylor
// Decomposition", Pattern Recognition 65, 2017.
func WSquare() Rule { return WSquareWith(Config{}) }

// WSquareWith is WSquare with another stabilizer, or with parameters that count as zero.
func WSquareWith(c Config) Rule {
	return newSharing(c, "WSquare").on(needWeights, among(added(ones, fn.Square, fn.Square)).evenly())
}
