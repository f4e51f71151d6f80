// Package array holds what kernels ask of the slices that they are given: the types of
// elements, how many there are of a shape, and the panics where a slice has another
// length. It imports nothing of the module.
package array

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"unsafe"
)

// Float is what the products, convolutions and average pools work on.
type Float interface{ float32 | float64 }

// Number is what has arithmetic and an order. Integers wrap on overflow.
type Number interface {
	float32 | float64 | int32 | int64
}

// Arithmetic is a Number or a bool as the byte 0 or 1: the element types of reductions
// and scratch.
type Arithmetic interface{ Number | uint8 }

// WantLen panics unless the operand called name of kernel fn has the length its sizes ask
// for.
func WantLen(fn, name string, got, want int) {
	if got != want {
		BadLen(fn, name, got, want, "")
	}
}

// WantAtLeast panics if the operand called name of kernel fn ends before its last
// element.
func WantAtLeast(fn, name string, got, want int) {
	if got < want {
		BadLen(fn, name, got, want, "at least ")
	}
}

// BadLen panics with the lengths of the operand called name of kernel fn. bound is empty,
// or "at least ".
func BadLen(fn, name string, got, want int, bound string) {
	panic(fmt.Sprintf("kernel: %s: %s has %d elements, want %s%d", fn, name, got, bound, want))
}

// CeilDiv is a/b rounded up, for a >= 0 and b > 0.
func CeilDiv(a, b int) int { return (a + b - 1) / b }

// Volume is the number of elements of an array of this shape; 1 without axes.
func Volume(shape []int) int {
	n := 1
	for _, size := range shape {
		n *= size
	}
	return n
}

// CheckedVolume is the product of sizes. It panics if one is negative, or if the product
// is none that memory can have.
func CheckedVolume(fn string, sizes ...int) int {
	n := 1
	for _, size := range sizes {
		high, low := bits.Mul(uint(n), uint(size))
		if size < 0 || high != 0 || low > math.MaxInt {
			panic(fmt.Sprintf("kernel: %s: there are no arrays of the sizes %v", fn, slices.Clone(sizes)))
		}
		n = int(low)
	}
	return n
}

// SizeOf is the size of an element in bytes.
func SizeOf[E any]() int {
	var e E
	return int(unsafe.Sizeof(e))
}

// Integer is what indices are.
type Integer interface{ int32 | int64 }

// Bits are elements of one size, for what moves them and does not look at them.
type Bits interface {
	uint8 | uint16 | uint32 | uint64
}

// Element is what lies in arrays.
type Element interface{ Number | bool | Bits }

// Least is what a maximum over nothing is: -Inf, or the least integer.
func Least[T Number]() T {
	var t T
	switch p := any(&t).(type) {
	case *float32:
		*p = float32(math.Inf(-1))
	case *float64:
		*p = math.Inf(-1)
	case *int32:
		*p = math.MinInt32
	case *int64:
		*p = math.MinInt64
	}
	return t
}

// Start is where a slice begins, for assembly.
func Start[E any](x []E) *byte { return (*byte)(unsafe.Pointer(unsafe.SliceData(x))) }
