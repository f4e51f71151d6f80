//go:build !purego

package elementwise

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

// wholeBools is how many of n elements of a type are compared with vector instructions,
// whose results fill vectors of bools.
func wholeBools[T array.Arithmetic](n int) int {
	if WholeVectors[T](n) == 0 {
		return 0
	}
	return n / cpu.Bytes256 * cpu.Bytes256
}

// compareVectors is [compare] for the first elements; it returns how many they were.
func compareVectors[T array.Number](r relation, dst []bool, a, b []T) int {
	n := wholeBools[T](len(dst))
	if n == 0 {
		return 0
	}
	if array.SizeOf[T]() == 4 {
		compareF32(r, array.Start(dst), array.Start(a), array.Start(b), n)
	} else {
		compareF64(r, array.Start(dst), array.Start(a), array.Start(b), n)
	}
	return n
}

func compareF32(r relation, dst, a, b *byte, n int) {
	switch r {
	case isEqual:
		equalF32(dst, a, b, n)
	case isUnequal:
		unequalF32(dst, a, b, n)
	case isLess:
		lessF32(dst, a, b, n)
	case isAtMost:
		atMostF32(dst, a, b, n)
	}
}

func compareF64(r relation, dst, a, b *byte, n int) {
	switch r {
	case isEqual:
		equalF64(dst, a, b, n)
	case isUnequal:
		unequalF64(dst, a, b, n)
	case isLess:
		lessF64(dst, a, b, n)
	case isAtMost:
		atMostF64(dst, a, b, n)
	}
}

// withinVectors is [Within] for the first elements; it returns how many they were.
func withinVectors[T array.Float](dst []bool, x []T, low, high T) int {
	n := wholeBools[T](len(dst))
	if n == 0 {
		return 0
	}
	bounds := [2]T{low, high}
	if array.SizeOf[T]() == 4 {
		withinF32(array.Start(dst), array.Start(x), array.Start(bounds[:]), array.Start(bounds[1:]), n)
	} else {
		withinF64(array.Start(dst), array.Start(x), array.Start(bounds[:]), array.Start(bounds[1:]), n)
	}
	return n
}
