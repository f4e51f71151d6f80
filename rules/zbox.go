package rules

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// ZBox is the z^B rule for a layer whose inputs lie in a box, l_i <= x_i <= h_i, as
// pixels do:
//
//	R_i = Σ_j (x_i w_ij - l_i w_ij⁺ - h_i w_ij⁻) / (Σ_i (x_i w_ij - l_i w_ij⁺ - h_i w_ij⁻) + b_j - b_j⁺ - b_j⁻) · R_j,
//
// the sum stabilized with ε = 1e-6. It suits the first layer. The bias is split as the
// weights are, so it takes nothing up, and relevance is conserved up to ε, with a bias
// too.
//
// A bound is a scalar, usually fn.Scalar, or an array of the dtype of the input: axes of
// length 1 are appended on the right until it has as many axes, a first axis that is
// longer than the batch is cut to it, and axes of length 1 are repeated. So f32[1 3] are
// bounds by channel for x[n c h w]. Padding pads bounds with zeros, as it does the input.
//
// ZBox panics with a *trace.Error if a bound is absent, not a float or NaN, if the low of
// two scalars is above the high; and where it is applied on a site without weights, or
// with an input to which a bound does not broadcast.
//
// Montavon et al., "Explaining Nonlinear Classification Decisions with Deep Taylor
// Decomposition", Pattern Recognition 65, 2017.
func ZBox(low, high trace.Value) Rule { return ZBoxWith(low, high, Config{}) }

// ZBoxWith is ZBox with another stabilizer, or parameters that count as zero.
func ZBoxWith(low, high trace.Value, c Config) Rule {
	l, h := newBound("low", low), newBound("high", high)
	if isNumber(low) && isNumber(high) && low.Float64() > high.Float64() {
		panic(trace.Errorf("rules.ZBox: low = %v lies above high = %v: exchange them", low.Float64(), high.Float64()))
	}
	return newSharing(c, "ZBox", fmt.Sprintf("low=%v", l), fmt.Sprintf("high=%v", h)).on(needWeights, among(
		added(nil, nil, nil), subtracted(l.at, fn.Positive, fn.Positive), subtracted(h.at, fn.Negative, fn.Negative)))
}
