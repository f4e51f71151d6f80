//go:build !purego

package random

import (
	"math"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

// randomVectors is [Bits] for the first elements, of one high part of the counter,
// and returns how many they were.
func randomVectors(dst []uint64, k0, k1 uint32, counter uint64) int {
	n := len(dst) / 8 * 8
	if n == 0 || cpu.InUse() == cpu.Plain || uint64(uint32(counter))+uint64(n) > math.MaxUint32 {
		return 0
	}
	threefry(array.Start(dst), k0, k1, k0^k1^0x1BD11BDA, uint32(counter>>32), uint32(counter), n)
	return n
}

// normalVectors is [Normals] with vector instructions, which leave NaN far out; it
// reports whether there are any. What is left of the last vector is filled up, so that
// every element takes the same way.
func normalVectors[T array.Float](dst []T, words []uint64) bool {
	if cpu.InUse() == cpu.Plain {
		return false
	}
	n := len(dst) / 4 * 4
	if n > 0 {
		drawNormals(dst[:n], words[:n])
	}
	if n < len(dst) {
		var last [4]T
		var some [4]uint64
		copy(some[:], words[n:])
		drawNormals(last[:], some[:])
		copy(dst[n:], last[:])
	}
	return true
}

// drawNormals is normalVectors over whole vectors.
func drawNormals[T array.Float](dst []T, words []uint64) {
	if array.SizeOf[T]() == 4 {
		normalsF32(array.Start(dst), array.Start(words), len(dst))
	} else {
		normalsF64(array.Start(dst), array.Start(words), len(dst))
	}
}
