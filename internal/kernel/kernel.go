// Package kernel holds the loops: matrix product, convolution, pooling, reductions,
// layout changes, gathers, elementwise arithmetic and functions, and random bits, over
// slices and sizes. It knows no values, shapes are the caller's business, and it imports
// nothing of the module.
//
// Every kernel exists in plain Go. On amd64 the products, convolutions, reductions and
// elementwise kernels of floats also exist in assembly for AVX2 with FMA, products and
// convolutions for AVX-512 too; what the processor has is found out at start. The build
// tag purego leaves the assembly out. It is generated: go generate runs the programs in
// the module asm beside this package.
//
// Arrays are row-major. Every output is a slice of the caller's, which is overwritten in
// full unless its kernel says otherwise and which must not overlap an input unless its
// kernel allows it. An axis of size 0 is legal everywhere. A slice of the wrong length is
// a mistake of the caller and panics with the kernel, the operand and both lengths.
//
// Every result has the same bits for any GOMAXPROCS on one machine: work is split in
// blocks whose bounds follow from the sizes alone, and the order of every sum is a
// function of the sizes.
package kernel

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

// arithmetic is a Number or a bool as the byte 0 or 1: the element types of reductions
// and scratch.
type arithmetic interface{ Number | uint8 }

// wantLen panics unless the operand called name of kernel fn has the length its sizes ask
// for.
func wantLen(fn, name string, got, want int) {
	if got != want {
		badLen(fn, name, got, want, "")
	}
}

// wantAtLeast panics if the operand called name of kernel fn ends before its last
// element.
func wantAtLeast(fn, name string, got, want int) {
	if got < want {
		badLen(fn, name, got, want, "at least ")
	}
}

func badLen(fn, name string, got, want int, bound string) {
	panic(fmt.Sprintf("kernel: %s: %s has %d elements, want %s%d", fn, name, got, bound, want))
}

// ceilDiv is a/b rounded up, for a >= 0 and b > 0.
func ceilDiv(a, b int) int { return (a + b - 1) / b }

// volume is the number of elements of an array of this shape; 1 without axes.
func volume(shape []int) int {
	n := 1
	for _, size := range shape {
		n *= size
	}
	return n
}

// sizeOfAll is the product of sizes. It panics if one is negative, or if the product is
// none that memory can have.
func sizeOfAll(fn string, sizes ...int) int {
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

// sizeOf is the size of an element in bytes.
func sizeOf[E any]() int {
	var e E
	return int(unsafe.Sizeof(e))
}

// Integer is what indices are.
type Integer interface{ int32 | int64 }

// element is what lies in arrays.
type element interface{ Number | bool }

// least is what a maximum over nothing is: -Inf, or the least integer.
func least[T Number]() T {
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
