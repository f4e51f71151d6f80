// Package elementwise holds kernels that go through arrays element by element, and the
// reductions: arithmetic, functions, comparisons, choices, casts, sums and extrema. Those
// of floats have assembly for AVX2. The kernels take slices of one length; dst may be an
// operand, but may not overlap one otherwise.
//
// A kernel that says so stays on the caller's goroutine: other rooms call it within a
// block of work of their own.
package elementwise

//go:generate go run -C ../asm ./elementwise
