package rules

import (
	"github.com/pullback-go/pullback/trace"
)

// Epsilon is the LRP-ε rule for a layer z_j = Σ_i x_i w_ij + b_j:
//
//	R_i = Σ_j x_i w_ij / (z_j + ε·sign z_j) · R_j,   with sign 0 = +1.
//
// With eps = 0 it is LRP-0, and an output of exactly 0 passes nothing on. Epsilon fits
// any site with one output; if the site is not linear, w_ij is the derivative at x. It
// suits the dense layers in the upper part of a network: a larger ε absorbs weak and
// contradictory contributions and leaves a sparser map.
//
// The relevance that ε and b take up is not passed on. So relevance is conserved if the
// layer is linear, has no bias, and ε vanishes against z. Epsilon panics with a
// *trace.Error if eps is negative or not finite.
//
// Bach et al., "On Pixel-Wise Explanations for Non-Linear Classifier Decisions by
// Layer-Wise Relevance Propagation", PLOS ONE 10(7), 2015.
func Epsilon(eps float64) Rule { return EpsilonWith(eps, Config{}) }

// EpsilonWith is Epsilon with parameters that count as zero, or with a stabilizer of
// another form in place of eps, which must then be 0.
func EpsilonWith(eps float64, c Config) Rule {
	notNegative("Epsilon", "epsilon", eps)
	switch {
	case c.Stabilizer == nil:
		c.Stabilizer = Stabilizer{Epsilon: eps}
	case eps != 0:
		panic(trace.Errorf("rules.EpsilonWith: both epsilon = %v and the stabilizer %v are given: the stabilizer takes the place of "+
			"epsilon, so give 0 for that", eps, c.Stabilizer))
	}
	c = c.checked()
	return &sharing{c, c.printZero("Epsilon", c.Stabilizer), needOneOutput, []share{among(added(nil, nil, nil))}}
}
