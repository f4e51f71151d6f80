// Package layout holds kernels that move elements: transpositions, broadcasts, slices,
// concatenations, and gathers by indices with their adjoints.
package layout

//go:generate go run -C ../asm ./layout
