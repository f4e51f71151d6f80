package rules

// Norm shares relevance in proportion to the inputs of a sum or an average z_j = Σ_i a_ij
// x_i:
//
//	R_i = Σ_j x_i a_ij / (z_j + ε·sign z_j) · R_j,   with ε = 1e-6.
//
// It is [Epsilon] for sites without parameters: sums, residual additions, average
// pooling. It fits any site with one output, and takes parameters as they are. It
// conserves relevance if no z_j is close to 0.
//
// Bach et al., "On Pixel-Wise Explanations for Non-Linear Classifier Decisions by
// Layer-Wise Relevance Propagation", PLOS ONE 10(7), 2015.
func Norm() Rule { return NormWith(nil) }

// NormWith is Norm with another stabilizer; nil means the default.
func NormWith(s Denominator) Rule {
	return newSharing(Config{Stabilizer: s}, "Norm").on(needOneOutput, among(added(nil, nil, nil)))
}
