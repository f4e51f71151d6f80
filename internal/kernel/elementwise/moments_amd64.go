//go:build !purego

package elementwise

import (
	"math"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

// sumVectors is the sum of the first elements, and squaresVectors that of the squares of
// their distances from the mean; they return how many elements those were.

func sumVectors[T array.Float](x []T) (sum float64, done int) {
	var sums [4]float64
	n := len(x) / 16 * 16
	if n == 0 || cpu.InUse() == cpu.Plain {
		return 0, 0
	}
	if array.SizeOf[T]() == 4 {
		sumWideF32(array.Start(sums[:]), array.Start(x), n)
	} else {
		sumWideF64(array.Start(sums[:]), array.Start(x), n)
	}
	return sumShort(sums[:]), n
}

func squaresVectors[T array.Float](x []T, mean float64) (sum float64, done int) {
	var sums [4]float64
	n := len(x) / 16 * 16
	if n == 0 || cpu.InUse() == cpu.Plain {
		return 0, 0
	}
	about := [1]float64{mean}
	if array.SizeOf[T]() == 4 {
		squaresWideF32(array.Start(sums[:]), array.Start(x), array.Start(about[:]), n)
	} else {
		squaresWideF64(array.Start(sums[:]), array.Start(x), array.Start(about[:]), n)
	}
	return sumShort(sums[:]), n
}

// standardizeVectors is [Standardize] for the first elements, and returns how many they
// were.
func standardizeVectors[T array.Float](dst, x, scale, bias []T, terms [2]float64) int {
	n := len(dst) / 4 * 4
	if n == 0 || cpu.InUse() == cpu.Plain {
		return 0
	}
	if array.SizeOf[T]() == 4 {
		standardizeF32(array.Start(dst), array.Start(x), array.Start(scale), array.Start(bias), array.Start(terms[:]), n)
	} else {
		standardizeF64(array.Start(dst), array.Start(x), array.Start(scale), array.Start(bias), array.Start(terms[:]), n)
	}
	return n
}

// expSumVectors is [ExpSum] with vector instructions; it reports whether there are any.
// The last vector is filled up with what adds nothing.
func expSumVectors[T array.Float](dst, x []T, shift float64) (sum float64, done bool) {
	if cpu.InUse() == cpu.Plain {
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
	return sumShort(sums[:]), true
}

// addExps is expSum over whole vectors.
func addExps[T array.Float](dst, x []T, shift float64, sums *[4]float64) {
	by := [1]float64{shift}
	if array.SizeOf[T]() == 4 {
		expSumF32(array.Start(dst), array.Start(x), array.Start(by[:]), array.Start(sums[:]), len(x))
	} else {
		expSumF64(array.Start(dst), array.Start(x), array.Start(by[:]), array.Start(sums[:]), len(x))
	}
}
