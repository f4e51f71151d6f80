//go:build !purego

package kernel

import "math"

// wholeVectors is how many of n elements fill vectors of the elementwise kernels; 0 if
// there are no such kernels.
func wholeVectors[T arithmetic](n int) int {
	lanes := bits256 / sizeOf[T]()
	switch any(*new(T)).(type) {
	case float32, float64:
		if isa() != plain {
			return n / lanes * lanes
		}
	}
	return 0
}

// foldVectors reduces the first elements of x, in whole vectors, lane by lane: to the
// first elements of lanes. It returns how many elements of each there were.
func foldVectors[T arithmetic](op op, lanes *[bits256 / 4]T, x []T) (results, done int) {
	n := wholeVectors[T](len(x))
	if n == 0 {
		return 0, 0
	}
	out, size := start(lanes[:]), sizeOf[T]()
	switch {
	case op == opAdd && size == 4:
		sumF32(out, start(x), n)
	case op == opAdd:
		sumF64(out, start(x), n)
	case op == opMax && size == 4:
		maxOfF32(out, start(x), n)
	case op == opMax:
		maxOfF64(out, start(x), n)
	case op == opMin && size == 4:
		minOfF32(out, start(x), n)
	case op == opMin:
		minOfF64(out, start(x), n)
	default:
		return 0, 0
	}
	return bits256 / size, n
}

// addFourVectors is [addFour] for the first elements, in whole vectors; it returns how
// many they were.
func addFourVectors[T arithmetic](y, x []T, inner int) int {
	n := wholeVectors[T](len(y))
	if n == 0 {
		return 0
	}
	_ = x[3*inner+n-1]
	if size := sizeOf[T](); size == 4 {
		addFourF32(start(y), start(x), inner*size, n)
	} else {
		addFourF64(start(y), start(x), inner*size, n)
	}
	return n
}

// mulAddVectors, scaleVectors and clampVectors are the first elements of what their names
// say.

func mulAddVectors[T Number](dst, a, b, c []T) int {
	n := wholeVectors[T](len(dst))
	if n == 0 {
		return 0
	}
	if sizeOf[T]() == 4 {
		mulAddF32(start(dst), start(a), start(b), start(c), n)
	} else {
		mulAddF64(start(dst), start(a), start(b), start(c), n)
	}
	return n
}

func scaleVectors[T Number](dst, x []T, s T) int {
	n := wholeVectors[T](len(dst))
	if n == 0 {
		return 0
	}
	at := start([]T{s})
	if sizeOf[T]() == 4 {
		scaleF32(start(dst), start(x), at, n)
	} else {
		scaleF64(start(dst), start(x), at, n)
	}
	return n
}

func clampVectors[T Number](dst, x []T, low, high T) int {
	n := wholeVectors[T](len(dst))
	if n == 0 || clampAtZero(dst[:n], x[:n], float64(low), float64(high)) {
		return n
	}
	bounds := [2]T{low, high}
	if sizeOf[T]() == 4 {
		clampF32(start(dst), start(x), start(bounds[:]), start(bounds[1:]), n)
	} else {
		clampF64(start(dst), start(x), start(bounds[:]), start(bounds[1:]), n)
	}
	return n
}

// clampAtZero is [Clamp] to what is not below +0 or not above it, and reports whether the
// bounds are these.
func clampAtZero[T Number](dst, x []T, low, high float64) bool {
	switch above, single := high == math.Inf(1), sizeOf[T]() == 4; {
	case above && math.Float64bits(low) == 0 && single:
		aboveF32(start(dst), start(x), len(x))
	case above && math.Float64bits(low) == 0:
		aboveF64(start(dst), start(x), len(x))
	case low == math.Inf(-1) && math.Float64bits(high) == 0 && single:
		belowF32(start(dst), start(x), len(x))
	case low == math.Inf(-1) && math.Float64bits(high) == 0:
		belowF64(start(dst), start(x), len(x))
	default:
		return false
	}
	return true
}
