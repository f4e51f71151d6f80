package elementwise

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

// foldLine is the result of an op over all of x, which is not empty.
func foldLine[T array.Arithmetic](op op, x []T) T {
	switch op {
	case opAdd:
		return SumOf(x)
	case opMul:
		return prodOf(x)
	case opMax:
		return maxOf(x)
	default:
		return minOf(x)
	}
}

// SumOf is the sum of x, halved until a part is short.
func SumOf[T array.Arithmetic](x []T) T {
	if len(x) > 256 {
		half := len(x) / 16 * 8
		return SumOf(x[:half]) + SumOf(x[half:])
	}
	var lanes [cpu.Bytes256 / 4]T
	if results, done := foldVectors(opAdd, &lanes, x); done > 0 {
		return sumShort(lanes[:results]) + sumShort(x[done:])
	}
	return sumShort(x)
}

// sumShort is the sum of x, with eight running sums.
func sumShort[T array.Arithmetic](x []T) T {
	var s0, s1, s2, s3, s4, s5, s6, s7 T
	for len(x) >= 8 {
		s0 += x[0]
		s1 += x[1]
		s2 += x[2]
		s3 += x[3]
		s4 += x[4]
		s5 += x[5]
		s6 += x[6]
		s7 += x[7]
		x = x[8:]
	}
	for _, v := range x {
		s0 += v
	}
	return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))
}

// MaxOf is the largest element of x, which is not empty: NaN if one of them is, and +0 is
// more than -0.
func MaxOf[T array.Float](x []T) T { return maxOf(x) }

func prodOf[T array.Arithmetic](x []T) T {
	p := T(1)
	for _, v := range x {
		p *= v
	}
	return p
}

// maxOf and minOf keep several results, since one would wait for itself at every element.

func maxOf[T array.Arithmetic](x []T) T {
	var lanes [cpu.Bytes256 / 4]T
	if results, done := foldVectors(opMax, &lanes, x); done > 0 {
		m := maxOf(x[done-1:])
		for _, v := range lanes[:results] {
			m = max(m, v)
		}
		return m
	}
	m0, m1, m2, m3 := x[0], x[0], x[0], x[0]
	for len(x) >= 4 {
		m0, m1, m2, m3 = max(m0, x[0]), max(m1, x[1]), max(m2, x[2]), max(m3, x[3])
		x = x[4:]
	}
	for _, v := range x {
		m0 = max(m0, v)
	}
	return max(m0, m1, m2, m3)
}

func minOf[T array.Arithmetic](x []T) T {
	var lanes [cpu.Bytes256 / 4]T
	if results, done := foldVectors(opMin, &lanes, x); done > 0 {
		m := minOf(x[done-1:])
		for _, v := range lanes[:results] {
			m = min(m, v)
		}
		return m
	}
	m0, m1, m2, m3 := x[0], x[0], x[0], x[0]
	for len(x) >= 4 {
		m0, m1, m2, m3 = min(m0, x[0]), min(m1, x[1]), min(m2, x[2]), min(m3, x[3])
		x = x[4:]
	}
	for _, v := range x {
		m0 = min(m0, v)
	}
	return min(m0, m1, m2, m3)
}
