package rules

// ZPlus is the z⁺ rule, which follows only positive contributions to the output of a
// layer:
//
//	R_i = Σ_j (x_i w_ij)⁺ / (Σ_i (x_i w_ij)⁺ + b_j⁺) · R_j,
//
// where (x w)⁺ = x⁺ w⁺ + x⁻ w⁻, and the sum is stabilized with ε = 1e-6. ZPlus suits
// convolutions. It is AlphaBeta(1, 0) and the limit of [Gamma] for a large γ. It panics
// with a *trace.Error on a site without weights.
//
// Relevance is conserved where an output has a positive contribution, except for what b⁺
// and ε take up.
//
// Montavon et al., "Explaining Nonlinear Classification Decisions with Deep Taylor
// Decomposition", Pattern Recognition 65, 2017.
func ZPlus() Rule { return ZPlusWith(Config{}) }

// ZPlusWith is ZPlus with another stabilizer, or with parameters that count as zero.
func ZPlusWith(c Config) Rule {
	return newSharing(c, "ZPlus").on(needWeights, agreeing())
}
