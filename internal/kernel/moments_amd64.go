//go:build !purego

package kernel

import "math"

// sumVectors is the sum of the first elements, and squaresVectors that of the squares of
// their distances from the mean; they return how many elements those were.

func sumVectors[T Float](x []T) (sum float64, done int) {
	var sums [4]float64
	n := len(x) / 16 * 16
	if n == 0 || isa() == plain {
		return 0, 0
	}
	if sizeOf[T]() == 4 {
		sumWideF32(start(sums[:]), start(x), n)
	} else {
		sumWideF64(start(sums[:]), start(x), n)
	}
	return sumOf(sums[:]), n
}

func squaresVectors[T Float](x []T, mean float64) (sum float64, done int) {
	var sums [4]float64
	n := len(x) / 16 * 16
	if n == 0 || isa() == plain {
		return 0, 0
	}
	about := [1]float64{mean}
	if sizeOf[T]() == 4 {
		squaresWideF32(start(sums[:]), start(x), start(about[:]), n)
	} else {
		squaresWideF64(start(sums[:]), start(x), start(about[:]), n)
	}
	return sumOf(sums[:]), n
}

// standardizeVectors is [Standardize] for the first elements, and returns how many they
// were.
func standardizeVectors[T Float](dst, x, scale, bias []T, terms [2]float64) int {
	n := len(dst) / 4 * 4
	if n == 0 || isa() == plain {
		return 0
	}
	if sizeOf[T]() == 4 {
		standardizeF32(start(dst), start(x), start(scale), start(bias), start(terms[:]), n)
	} else {
		standardizeF64(start(dst), start(x), start(scale), start(bias), start(terms[:]), n)
	}
	return n
}

// expSumVectors is [ExpSum] with vector instructions; it reports whether there are any.
// The last vector is filled up with what adds nothing.
func expSumVectors[T Float](dst, x []T, shift float64) (sum float64, done bool) {
	if isa() == plain {
		return 0, false
	}
	var sums [4]float64
	n := len(x) / 4 * 4
	if n > 0 {
		addExps(dst[:n], x[:n], shift, &sums)
	}
	if n < len(x) {
		none := T(math.Inf(-1))
		last := [4]T{none, none, none, none}
		copy(last[:], x[n:])
		addExps(last[:], last[:], shift, &sums)
		copy(dst[n:], last[:])
	}
	return sumOf(sums[:]), true
}

// addExps is expSum over whole vectors.
func addExps[T Float](dst, x []T, shift float64, sums *[4]float64) {
	by := [1]float64{shift}
	if sizeOf[T]() == 4 {
		expSumF32(start(dst), start(x), start(by[:]), start(sums[:]), len(x))
	} else {
		expSumF64(start(dst), start(x), start(by[:]), start(sums[:]), len(x))
	}
}
