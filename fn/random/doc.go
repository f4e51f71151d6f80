// Package random draws random numbers from keys.
//
// Randomness is an argument: a draw is a pure function of its key and shape, and the same
// under every transform. [Key] makes a key from a seed. Two draws from one key are not
// independent, so use a key once; [Split] and [FoldIn] make further keys. An array of keys
// gives a row of numbers for each of them.
//
// The bits are those of the counter-based generator Threefry-2x32 with 20 rounds: Salmon
// et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
//
// # Families
//
// Keys:
//
//	Key Split FoldIn
//
// Words, whole numbers, choices:
//
//	Bits Randint Bernoulli Rademacher Permutation Categorical Choice Poisson
//
// Numbers of a standard distribution, by dtype:
//
//	Uniform Normal Exponential Gumbel Laplace Logistic Cauchy Orthogonal
//
// Numbers with derivatives with respect to the parameters of the distribution:
//
//	Gamma LogGamma Beta Dirichlet StudentT TruncatedNormal MultivariateNormal
//
// What programs are read from text with:
//
//	Ops
package random
