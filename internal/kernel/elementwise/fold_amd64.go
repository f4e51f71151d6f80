//go:build !purego

package elementwise

import (
	"math"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

// WholeVectors is how many of n elements fill vectors of the elementwise kernels; 0 if
// there are no such kernels.
func WholeVectors[T array.Arithmetic](n int) int {
	lanes := cpu.Bytes256 / array.SizeOf[T]()
	switch any(*new(T)).(type) {
	case float32, float64:
		if cpu.InUse() != cpu.Plain {
			return n / lanes * lanes
		}
	}
	return 0
}

// foldVectors reduces the first elements of x, in whole vectors, lane by lane: to the
// first elements of lanes. It returns how many elements of each there were.
func foldVectors[T array.Arithmetic](op op, lanes *[cpu.Bytes256 / 4]T, x []T) (results, done int) {
	n := WholeVectors[T](len(x))
	if n == 0 {
		return 0, 0
	}
	out, size := array.Start(lanes[:]), array.SizeOf[T]()
	switch {
	case op == opAdd && size == 4:
		sumF32(out, array.Start(x), n)
	case op == opAdd:
		sumF64(out, array.Start(x), n)
	case op == opMax && size == 4:
		maxOfF32(out, array.Start(x), n)
	case op == opMax:
		maxOfF64(out, array.Start(x), n)
	case op == opMin && size == 4:
		minOfF32(out, array.Start(x), n)
	case op == opMin:
		minOfF64(out, array.Start(x), n)
	default:
		return 0, 0
	}
	return cpu.Bytes256 / size, n
}

// addFourVectors is [addFour] for the first elements, in whole vectors; it returns how
// many they were.
func addFourVectors[T array.Arithmetic](y, x []T, inner int) int {
	n := WholeVectors[T](len(y))
	if n == 0 {
		return 0
	}
	_ = x[3*inner+n-1]
	if size := array.SizeOf[T](); size == 4 {
		addFourF32(array.Start(y), array.Start(x), inner*size, n)
	} else {
		addFourF64(array.Start(y), array.Start(x), inner*size, n)
	}
	return n
}

// mulAddVectors, scaleVectors and clampVectors are the first elements of what their names
// say.

func mulAddVectors[T array.Number](dst, a, b, c []T) int {
	n := WholeVectors[T](len(dst))
	if n == 0 {
		return 0
	}
	if array.SizeOf[T]() == 4 {
		mulAddF32(array.Start(dst), array.Start(a), array.Start(b), array.Start(c), n)
	} else {
		mulAddF64(array.Start(dst), array.Start(a), array.Start(b), array.Start(c), n)
	}
	return n
}

func scaleVectors[T array.Number](dst, x []T, s T) int {
	n := WholeVectors[T](len(dst))
	if n == 0 {
		return 0
	}
	at := array.Start([]T{s})
	if array.SizeOf[T]() == 4 {
		scaleF32(array.Start(dst), array.Start(x), at, n)
	} else {
		scaleF64(array.Start(dst), array.Start(x), at, n)
	}
	return n
}

func clampVectors[T array.Number](dst, x []T, low, high T) int {
	n := WholeVectors[T](len(dst))
	if n == 0 || clampAtZero(dst[:n], x[:n], float64(low), float64(high)) {
		return n
	}
	bounds := [2]T{low, high}
	if array.SizeOf[T]() == 4 {
		clampF32(array.Start(dst), array.Start(x), array.Start(bounds[:]), array.Start(bounds[1:]), n)
	} else {
		clampF64(array.Start(dst), array.Start(x), array.Start(bounds[:]), array.Start(bounds[1:]), n)
	}
	return n
}

// clampAtZero is [Clamp] to what is not below +0 or not above it, and reports whether the
// bounds are these.
func clampAtZero[T array.Number](dst, x []T, low, high float64) bool {
	switch above, single := high == math.Inf(1), array.SizeOf[T]() == 4; {
	case above && math.Float64bits(low) == 0 && single:
		aboveF32(array.Start(dst), array.Start(x), len(x))
	case above && math.Float64bits(low) == 0:
		aboveF64(array.Start(dst), array.Start(x), len(x))
	case low == math.Inf(-1) && math.Float64bits(high) == 0 && single:
		belowF32(array.Start(dst), array.Start(x), len(x))
	case low == math.Inf(-1) && math.Float64bits(high) == 0:
		belowF64(array.Start(dst), array.Start(x), len(x))
	default:
		return false
	}
	return true
}
