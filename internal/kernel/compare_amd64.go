//go:build !purego

package kernel

// wholeBools is how many of n elements of a type are compared with vector instructions,
// whose results fill vectors of bools.
func wholeBools[T arithmetic](n int) int {
	if wholeVectors[T](n) == 0 {
		return 0
	}
	return n / bits256 * bits256
}

// compareVectors is [compare] for the first elements; it returns how many they were.
func compareVectors[T Number](r relation, dst []bool, a, b []T) int {
	n := wholeBools[T](len(dst))
	if n == 0 {
		return 0
	}
	if sizeOf[T]() == 4 {
		compareF32(r, start(dst), start(a), start(b), n)
	} else {
		compareF64(r, start(dst), start(a), start(b), n)
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
func withinVectors[T Float](dst []bool, x []T, low, high T) int {
	n := wholeBools[T](len(dst))
	if n == 0 {
		return 0
	}
	bounds := [2]T{low, high}
	if sizeOf[T]() == 4 {
		withinF32(start(dst), start(x), start(bounds[:]), start(bounds[1:]), n)
	} else {
		withinF64(start(dst), start(x), start(bounds[:]), start(bounds[1:]), n)
	}
	return n
}
