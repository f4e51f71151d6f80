// Package winograd holds convolutions of 3×3 kernels with fewer multiplications than
// [conv] has, which round otherwise: whoever knows the rest of the program chooses them.
package winograd

//go:generate go run -C ../asm ./winograd
