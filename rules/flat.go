package rules

// Flat shares relevance evenly among the inputs of an output:
//
//	R_i = Σ_j 1 / (Σ_i 1 + ε) · R_j,   with ε = 1e-6, i over the inputs of output j.
//
// It is [WSquare] with all weights 1 and without bias. It suits the first layer if a
// smooth map is wanted: it tells in which region relevance lies, not in which pixel. It
// applies sites without parameters as they are, to inputs of ones.
//
// Relevance is conserved up to ε.
//
// Lapuschkin et al., "Unmasking Clever Hans Predictors and Assessing What Machines Really
// Learn", Nature Communications 10, 2019.
func Flat() Rule { return FlatWith(Config{}) }

// FlatWith is Flat with another stabilizer. The bias counts as zero in any case.
func FlatWith(c Config) Rule {
	return newSharing(c, "Flat").on(needOneOutput, among(added(ones, ones, Zero)).evenly())
}
