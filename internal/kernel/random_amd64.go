//go:build !purego

package kernel

import "math"

// randomVectors is [RandomBits] for the first elements, of one high part of the counter,
// and returns how many they were.
func randomVectors(dst []uint64, k0, k1 uint32, counter uint64) int {
	n := len(dst) / 8 * 8
	if n == 0 || isa() == plain || uint64(uint32(counter))+uint64(n) > math.MaxUint32 {
		return 0
	}
	threefry(start(dst), k0, k1, k0^k1^0x1BD11BDA, uint32(counter>>32), uint32(counter), n)
	return n
}

// normalVectors is [Normals] with vector instructions, which leave NaN far out; it
// reports whether there are any. What is left of the last vector is filled up, so that
// every element takes the same way.
func normalVectors[T Float](dst []T, words []uint64) bool {
	if isa() == plain {
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
func drawNormals[T Float](dst []T, words []uint64) {
	if sizeOf[T]() == 4 {
		normalsF32(start(dst), start(words), len(dst))
	} else {
		normalsF64(start(dst), start(words), len(dst))
	}
}
