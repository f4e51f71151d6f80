// Package avx2 writes kernels that go through arrays element by element, for AVX2 and
// FMA. More would not pay: the arithmetic waits for memory.
package avx2

// Elementwise writes arithmetic, comparisons, choices and functions, reductions and
// normalizations.
func Elementwise() {
	for _, f := range []format{single, double} {
		arithmetic(f)
		reductions(f)
		functions(f)
		comparisons(f)
		choices(f)
		fill(f)
		norms(f)
		shaped(f)
	}
	conversions()
}

// Indices writes the search of indices for one out of bounds.
func Indices() { largest32() }

// Pools writes poolings of rows of windows that are alike.
func Pools() {
	for _, f := range []format{single, double} {
		pools(f)
	}
}

// Random writes random words and normal numbers.
func Random() {
	for _, f := range []format{single, double} {
		normals(f)
	}
	threefry()
}
