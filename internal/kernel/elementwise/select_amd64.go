//go:build !purego

package elementwise

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

// wholeWords is how many of n elements of 4 or 8 bytes, of any type, fill vectors; 0 if
// there are no kernels for them.
func wholeWords[E array.Element](n int) int {
	size := array.SizeOf[E]()
	if cpu.InUse() == cpu.Plain || size < 4 {
		return 0
	}
	lanes := cpu.Bytes256 / size
	return n / lanes * lanes
}

// selectVectors, keepVectors and indicatorVectors are the first elements of what their
// names say, and return how many they were.

func selectVectors[E array.Element](dst []E, cond []bool, a, b []E) int {
	n := wholeWords[E](len(dst))
	if n == 0 {
		return 0
	}
	if array.SizeOf[E]() == 4 {
		chooseF32(array.Start(dst), array.Start(cond), array.Start(a), array.Start(b), n)
	} else {
		chooseF64(array.Start(dst), array.Start(cond), array.Start(a), array.Start(b), n)
	}
	return n
}

func keepVectors[T array.Element](dst []T, cond []bool, x []T) int {
	n := wholeWords[T](len(dst))
	if n == 0 {
		return 0
	}
	if array.SizeOf[T]() == 4 {
		keepF32(array.Start(dst), array.Start(cond), array.Start(x), n)
	} else {
		keepF64(array.Start(dst), array.Start(cond), array.Start(x), n)
	}
	return n
}

func indicatorVectors[T array.Number](dst []T, cond []bool) int {
	n := WholeVectors[T](len(dst))
	if n == 0 {
		return 0
	}
	if array.SizeOf[T]() == 4 {
		indicatorF32(array.Start(dst), array.Start(cond), n)
	} else {
		indicatorF64(array.Start(dst), array.Start(cond), n)
	}
	return n
}
