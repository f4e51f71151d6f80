//go:build !purego

package kernel

// wholeWords is how many of n elements of 4 or 8 bytes, of any type, fill vectors; 0 if
// there are no kernels for them.
func wholeWords[E element](n int) int {
	size := sizeOf[E]()
	if isa() == plain || size < 4 {
		return 0
	}
	lanes := bits256 / size
	return n / lanes * lanes
}

// selectVectors, keepVectors and indicatorVectors are the first elements of what their
// names say, and return how many they were.

func selectVectors[E element](dst []E, cond []bool, a, b []E) int {
	n := wholeWords[E](len(dst))
	if n == 0 {
		return 0
	}
	if sizeOf[E]() == 4 {
		chooseF32(start(dst), start(cond), start(a), start(b), n)
	} else {
		chooseF64(start(dst), start(cond), start(a), start(b), n)
	}
	return n
}

func keepVectors[T Number](dst []T, cond []bool, x []T) int {
	n := wholeWords[T](len(dst))
	if n == 0 {
		return 0
	}
	if sizeOf[T]() == 4 {
		keepF32(start(dst), start(cond), start(x), n)
	} else {
		keepF64(start(dst), start(cond), start(x), n)
	}
	return n
}

func indicatorVectors[T Number](dst []T, cond []bool) int {
	n := wholeVectors[T](len(dst))
	if n == 0 {
		return 0
	}
	if sizeOf[T]() == 4 {
		indicatorF32(start(dst), start(cond), n)
	} else {
		indicatorF64(start(dst), start(cond), n)
	}
	return n
}
