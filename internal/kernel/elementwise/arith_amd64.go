//go:build !purego

package elementwise

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

// combineVectors is [combine] for the first elements, in whole vectors; it returns how
// many they were.
func combineVectors[T array.Arithmetic](op op, dst, a, b []T) int {
	n, done := WholeVectors[T](len(dst)), false
	if n == 0 {
		return 0
	}
	if array.SizeOf[T]() == 4 {
		done = combineF32(op, array.Start(dst), array.Start(a), array.Start(b), n)
	} else {
		done = combineF64(op, array.Start(dst), array.Start(a), array.Start(b), n)
	}
	if !done {
		return 0
	}
	return n
}

func combineF32(op op, dst, a, b *byte, n int) bool {
	switch op {
	case opAdd:
		addF32(dst, a, b, n)
	case opSub:
		subF32(dst, a, b, n)
	case opMul:
		mulF32(dst, a, b, n)
	case opDiv:
		divF32(dst, a, b, n)
	case opMax:
		maxF32(dst, a, b, n)
	case opMin:
		minF32(dst, a, b, n)
	case opPReLU:
		preluF32(dst, a, b, n)
	case opNeg:
		negF32(dst, a, n)
	case opAbs:
		absF32(dst, a, n)
	case opSign:
		signF32(dst, a, n)
	default:
		return false
	}
	return true
}

func combineF64(op op, dst, a, b *byte, n int) bool {
	switch op {
	case opAdd:
		addF64(dst, a, b, n)
	case opSub:
		subF64(dst, a, b, n)
	case opMul:
		mulF64(dst, a, b, n)
	case opDiv:
		divF64(dst, a, b, n)
	case opMax:
		maxF64(dst, a, b, n)
	case opMin:
		minF64(dst, a, b, n)
	case opPReLU:
		preluF64(dst, a, b, n)
	case opNeg:
		negF64(dst, a, n)
	case opAbs:
		absF64(dst, a, n)
	case opSign:
		signF64(dst, a, n)
	default:
		return false
	}
	return true
}

// castVectors is [Cast] between the float types, for the first elements; it returns how
// many they were.
func castVectors[D, S array.Number](dst []D, src []S) int {
	n := len(dst) / 4 * 4
	if n == 0 || WholeVectors[S](8) == 0 || WholeVectors[D](8) == 0 {
		return 0
	}
	switch {
	case array.SizeOf[S]() < array.SizeOf[D]():
		widenF32(array.Start(dst), array.Start(src), n)
	case array.SizeOf[S]() > array.SizeOf[D]():
		narrowF64(array.Start(dst), array.Start(src), n)
	default:
		return 0
	}
	return n
}

// normalizeVectors is [Normalize] for the first elements, and returns how many they were.
func normalizeVectors[T array.Float](dst, x []T, terms [3]float64) int {
	n := len(dst) / 4 * 4
	if n == 0 || cpu.InUse() == cpu.Plain {
		return 0
	}
	if array.SizeOf[T]() == 4 {
		normalizeF32(array.Start(dst), array.Start(x), array.Start(terms[:]), n)
	} else {
		normalizeF64(array.Start(dst), array.Start(x), array.Start(terms[:]), n)
	}
	return n
}
