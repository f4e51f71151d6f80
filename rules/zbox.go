package rules

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// ZBox is the z^B rule for a layer whose inputs lie in a box, l_i <= x_i <= h_i, as
// pixels do:
//
//	R_i = Σ_j (x_i w_ij - l_i w_ij⁺ - h_i w_ij⁻) / (Σ_i (x_i w_ij - l_i w_ij⁺ - h_i w_ij⁻)
//	      + b_j - b_j⁺ - b_j⁻) · R_j,
//
// The sum is stabilized with ε = 1e-6. ZBox suits the first layer. The bias is split as
// the weights are, so it takes up nothing, and relevance is conserved up to ε, with a
// bias too.
//
// A bound is a scalar, usually fn.Scalar, or an array of the dtype of the input. Axes of
// length 1 are appended on the right until it has as many axes as the input. A first axis
// longer than the batch is cut to it, and axes of length 1 are repeated. So f32[1 3]
// gives bounds by channel for x[n c h w]. Padding pads the bounds with zeros, as it does
// the input.
//
// ZBox panics with a *trace.Error if a bound is absent, not a float or NaN, or if both
// are scalars and the low one is above the high one. Applied, it panics on a site without
// weights, and on an input to which a bound does not broadcast.
//
// Montavon et al., "Explaining Nonlinear Classification Decisions with Deep Taylor
// Decomposition", Pattern Recognition 65, 2017.
func ZBox(low, high trace.Value) Rule { return ZBoxWith(low, high, Config{}) }

// ZBoxWith is ZBox with another stabilizer, or with parameters that count as zero.
func ZBoxWith(low, high trace.Value, c Config) Rule {
	l, h := newBound("low", low), newBound("high", high)
	if isNumber(low) && isNumber(high) && low.Float64() > high.Float64() {
		panic(trace.Errorf("rules.ZBox: low = %v lies above high = %v: exchange them", low.Float64(), high.Float64()))
	}
	return newSharing(c, "ZBox", fmt.Sprintf("low=%v", l), fmt.Sprintf("high=%v", h)).on(needWeights, among(
		added(nil, nil, nil), subtracted(l.at, fn.Positive, fn.Positive), subtracted(h.at, fn.Negative, fn.Negative)))
}
