package elementwise

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
)

// Add is dst = a + b, elementwise.
func Add[T array.Number](dst, a, b []T) { combineAll("elementwise.Add", opAdd, dst, a, b) }

// Sub is dst = a - b, elementwise.
func Sub[T array.Number](dst, a, b []T) { combineAll("elementwise.Sub", opSub, dst, a, b) }

// Mul is dst = a · b, elementwise.
func Mul[T array.Number](dst, a, b []T) { combineAll("elementwise.Mul", opMul, dst, a, b) }

// Div is dst = a / b, elementwise. Integers are truncated towards zero; an integer
// divided by zero panics, and it is for the caller to see that there is none.
func Div[T array.Number](dst, a, b []T) { combineAll("elementwise.Div", opDiv, dst, a, b) }

// Maximum is the elementwise maximum: NaN if either operand is, and +0 is more than -0.
func Maximum[T array.Number](dst, a, b []T) { combineAll("elementwise.Maximum", opMax, dst, a, b) }

// Minimum is the elementwise minimum: NaN if either operand is, and -0 is less than +0.
func Minimum[T array.Number](dst, a, b []T) { combineAll("elementwise.Minimum", opMin, dst, a, b) }

// PReLU is dst = x where x > 0, else slope·x, elementwise.
func PReLU[T array.Number](dst, x, slope []T) {
	combineAll("elementwise.PReLU", opPReLU, dst, x, slope)
}

// Neg is dst = -x, elementwise.
func Neg[T array.Number](dst, x []T) { combineAll("elementwise.Neg", opNeg, dst, x, x) }

// Abs is dst = |x|, elementwise; the smallest integer wraps to itself.
func Abs[T array.Number](dst, x []T) { combineAll("elementwise.Abs", opAbs, dst, x, x) }

// Sign is dst = -1, 0 or 1 as x is negative, zero or positive, elementwise; ±0 and NaN
// stay as they are.
func Sign[T array.Number](dst, x []T) { combineAll("elementwise.Sign", opSign, dst, x, x) }

// MulAdd is dst = a·b + c, elementwise, the product being rounded before the sum, as in
// [Mul] and [Add].
func MulAdd[T array.Number](dst, a, b, c []T) {
	array.WantLen("elementwise.MulAdd", "a", len(a), len(dst))
	array.WantLen("elementwise.MulAdd", "b", len(b), len(dst))
	array.WantLen("elementwise.MulAdd", "c", len(c), len(dst))
	parallel.Split(len(dst), Grain, mulAdd[T]{dst, a, b, c})
}

type mulAdd[T array.Number] struct{ dst, a, b, c []T }

func (m mulAdd[T]) Run(lo, hi int) {
	lo += mulAddVectors(m.dst[lo:hi], m.a[lo:hi], m.b[lo:hi], m.c[lo:hi])
	dst, b, c := m.dst[lo:hi], m.b[lo:hi], m.c[lo:hi]
	for i, v := range m.a[lo:hi] {
		dst[i] = T(v*b[i]) + c[i] // the conversion rounds: the compiler must not fuse
	}
}

// Scale is dst = s·x.
func Scale[T array.Number](dst, x []T, s T) {
	array.WantLen("elementwise.Scale", "x", len(x), len(dst))
	parallel.Split(len(dst), Grain, scaling[T]{dst, x, s})
}

type scaling[T array.Number] struct {
	dst, x []T
	s      T
}

func (s scaling[T]) Run(lo, hi int) {
	lo += scaleVectors(s.dst[lo:hi], s.x[lo:hi], s.s)
	dst := s.dst[lo:hi]
	for i, v := range s.x[lo:hi] {
		dst[i] = s.s * v
	}
}

// Normalize is dst = (x - mean)·gain + bias, computed in float64 and rounded once. It
// stays on the caller's goroutine.
func Normalize[T array.Float](dst, x []T, mean, gain, bias float64) {
	array.WantLen("elementwise.Normalize", "x", len(x), len(dst))
	done := normalizeVectors(dst, x, [3]float64{mean, gain, bias})
	dst = dst[done:]
	for i, v := range x[done:] {
		dst[i] = T(float64((float64(v)-mean)*gain) + bias) // the conversion rounds: the compiler must not fuse
	}
}

// Clamp is dst = min(max(x, lo), hi), elementwise: NaN where x is NaN, and everywhere if
// lo or hi is; hi where lo is more than hi.
func Clamp[T array.Number](dst, x []T, lo, hi T) {
	array.WantLen("elementwise.Clamp", "x", len(x), len(dst))
	parallel.Split(len(dst), Grain, clamping[T]{dst, x, lo, hi})
}

type clamping[T array.Number] struct {
	dst, x   []T
	low, top T
}

func (c clamping[T]) Run(lo, hi int) {
	lo += clampVectors(c.dst[lo:hi], c.x[lo:hi], c.low, c.top)
	dst := c.dst[lo:hi]
	for i, v := range c.x[lo:hi] {
		dst[i] = min(max(v, c.low), c.top)
	}
}
