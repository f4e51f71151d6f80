// Package random holds the random words of a counter-based generator, and normal numbers
// made of them.
package random

//go:generate go run -C ../asm ./random
