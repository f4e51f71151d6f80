package elementwise

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
)

// The kernels of this file want slices of one length. Comparisons with a NaN are false,
// but for [NotEqual].

// Equal is dst = whether a = b, elementwise.
func Equal[T array.Number](dst []bool, a, b []T) { compareAll("elementwise.Equal", isEqual, dst, a, b) }

// NotEqual is dst = whether a ≠ b, elementwise.
func NotEqual[T array.Number](dst []bool, a, b []T) {
	compareAll("elementwise.NotEqual", isUnequal, dst, a, b)
}

// Less is dst = whether a < b, elementwise.
func Less[T array.Number](dst []bool, a, b []T) { compareAll("elementwise.Less", isLess, dst, a, b) }

// LessEqual is dst = whether a ≤ b, elementwise.
func LessEqual[T array.Number](dst []bool, a, b []T) {
	compareAll("elementwise.LessEqual", isAtMost, dst, a, b)
}

// relation is what a comparison asks.
type relation int

const (
	isEqual relation = iota
	isUnequal
	isLess
	isAtMost
)

func compareAll[T array.Number](fn string, r relation, dst []bool, a, b []T) {
	array.WantLen(fn, "the first operand", len(a), len(dst))
	array.WantLen(fn, "the second operand", len(b), len(dst))
	parallel.Split(len(dst), Grain, comparing[T]{r, dst, a, b})
}

type comparing[T array.Number] struct {
	relation relation
	dst      []bool
	a, b     []T
}

func (c comparing[T]) Run(lo, hi int) {
	lo += compareVectors(c.relation, c.dst[lo:hi], c.a[lo:hi], c.b[lo:hi])
	compare(c.relation, c.dst[lo:hi], c.a[lo:hi], c.b[lo:hi])
}

func compare[T array.Number](r relation, dst []bool, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	switch r {
	case isEqual:
		for i := range dst {
			dst[i] = a[i] == b[i]
		}
	case isUnequal:
		for i := range dst {
			dst[i] = a[i] != b[i]
		}
	case isLess:
		for i := range dst {
			dst[i] = a[i] < b[i]
		}
	case isAtMost:
		for i := range dst {
			dst[i] = a[i] <= b[i]
		}
	}
}

// Within is dst = whether low ≤ x ≤ high, elementwise.
func Within[T array.Float](dst []bool, x []T, low, high T) {
	array.WantLen("elementwise.Within", "x", len(x), len(dst))
	parallel.Split(len(dst), Grain, locating[T]{dst, x, low, high})
}

type locating[T array.Float] struct {
	dst      []bool
	x        []T
	low, top T
}

func (l locating[T]) Run(lo, hi int) {
	lo += withinVectors(l.dst[lo:hi], l.x[lo:hi], l.low, l.top)
	dst := bytes(l.dst[lo:hi])
	for i, v := range l.x[lo:hi] {
		dst[i] = bit(l.low <= v) & bit(v <= l.top) // and no branch, which would be mispredicted half the time
	}
}

// bit is a bool as a byte.
func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}
