package elementwise

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
)

// The kernels of this file want slices of one length. dst may be the same slice as an
// operand, but may not overlap it otherwise.

// Select is dst[i] = a[i] where cond[i] holds, else b[i].
func Select[E array.Element](dst []E, cond []bool, a, b []E) {
	array.WantLen("elementwise.Select", "cond", len(cond), len(dst))
	array.WantLen("elementwise.Select", "a", len(a), len(dst))
	array.WantLen("elementwise.Select", "b", len(b), len(dst))
	parallel.Split(len(dst), Grain, choice[E]{dst, cond, a, b})
}

type choice[E array.Element] struct {
	dst  []E
	cond []bool
	a, b []E
}

func (s choice[E]) Run(lo, hi int) {
	lo += selectVectors(s.dst[lo:hi], s.cond[lo:hi], s.a[lo:hi], s.b[lo:hi])
	if a, ok := any(s.a).([]bool); ok {
		selectBools(bytes(any(s.dst).([]bool)[lo:hi]), bytes(s.cond[lo:hi]), bytes(a[lo:hi]), bytes(any(s.b).([]bool)[lo:hi]))
		return
	}
	dst, from := s.dst[lo:hi], [2][]E{s.b[lo:hi], s.a[lo:hi]}
	for i, c := range s.cond[lo:hi] {
		dst[i] = from[bit(c)][i] // a number and no branch, which would be mispredicted half the time
	}
}

// Keep is dst[i] = x[i] where cond[i] holds, else 0, whose bits are all 0.
func Keep[T array.Element](dst []T, cond []bool, x []T) {
	array.WantLen("elementwise.Keep", "cond", len(cond), len(dst))
	array.WantLen("elementwise.Keep", "x", len(x), len(dst))
	parallel.Split(len(dst), Grain, keeping[T]{dst, cond, x})
}

type keeping[T array.Element] struct {
	dst  []T
	cond []bool
	x    []T
}

func (k keeping[T]) Run(lo, hi int) {
	lo += keepVectors(k.dst[lo:hi], k.cond[lo:hi], k.x[lo:hi])
	dst, cond := k.dst[lo:hi], k.cond[lo:hi]
	var zero T
	for i, v := range k.x[lo:hi] {
		dst[i] = [2]T{zero, v}[bit(cond[i])]
	}
}

// Indicator is dst[i] = 1 where cond[i] holds, else 0.
func Indicator[T array.Number](dst []T, cond []bool) {
	array.WantLen("elementwise.Indicator", "cond", len(cond), len(dst))
	parallel.Split(len(dst), Grain, indicating[T]{dst, cond})
}

type indicating[T array.Number] struct {
	dst  []T
	cond []bool
}

func (d indicating[T]) Run(lo, hi int) {
	lo += indicatorVectors(d.dst[lo:hi], d.cond[lo:hi])
	dst := d.dst[lo:hi]
	for i, c := range d.cond[lo:hi] {
		dst[i] = T(bit(c))
	}
}
