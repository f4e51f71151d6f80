// Package pool holds the poolings over windows: averages, their adjoint, and maxima with
// the places where they were found.
package pool

//go:generate go run -C ../asm ./pool
