// Package half converts between float32 and the floats of two bytes: IEEE 754 binary16, and
// bfloat16, which is a float32 without the last 16 bits of its fraction. Numbers are given
// by their bits.
package half

import (
	"math"
	"math/bits"
)

const (
	signBit = 1 << 15
	f32Inf  = 0xff << 23
)

// Widen16 returns the value of a binary16: a sign, five bits of exponent with bias 15, and
// ten of fraction. A NaN keeps its payload.
func Widen16(h uint16) float32 {
	sign, magnitude := uint32(h&signBit)<<16, uint32(h&^signBit)<<13
	if magnitude >= 31<<23 {
		return math.Float32frombits(sign | f32Inf | magnitude)
	}
	// The exponent has another bias. The product corrects it, also where it is 0.
	x := math.Float32frombits(magnitude) * (1 << 112)
	return math.Float32frombits(sign | math.Float32bits(x))
}

// Narrow16 returns the binary16 that is nearest to x; of two, the even one. From 65520 on
// it is an infinity. A NaN stays one, with as much of its payload as there is room for.
func Narrow16(x float32) uint16 {
	const (
		overflow  = (127 + 16) << 23 // 2¹⁶
		leastFull = (127 - 14) << 23 // 2⁻¹⁴, below which there are fewer than eleven bits
	)
	b := math.Float32bits(x)
	sign, b := uint16(b>>16)&signBit, b&^(1<<31)
	switch {
	case b > f32Inf:
		return sign | 0x7e00 | uint16(b>>13)&0x3ff
	case b >= overflow:
		return sign | 0x7c00
	case b < leastFull:
		// The last bit of a float32 next to 0.5 is worth 2⁻²⁴, as is that of the result.
		const half = 0.5
		return sign | uint16(math.Float32bits(math.Float32frombits(b)+half)-math.Float32bits(half))
	}
	b += 0xfff + b>>13&1
	return sign | uint16((b-(127-15)<<23)>>13)
}

// WidenB returns the value of a bfloat16. A NaN keeps its payload.
func WidenB(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }

// NarrowB returns the bfloat16 that is nearest to x; of two, the even one. A NaN stays one,
// with as much of its payload as there is room for.
func NarrowB(x float32) uint16 {
	b := math.Float32bits(x)
	if b&^(1<<31) > f32Inf {
		return uint16(b>>16) | 0x40
	}
	return uint16((b + 0x7fff + b>>16&1) >> 16)
}

// OddOfFloat returns x as a float32 that rounds to fewer bits as x does: where x is none,
// of the two neighbors that whose last bit is 1. Rounded to the nearest instead, it could
// become a tie that x is not.
func OddOfFloat(x float64) float32 {
	near := float32(x)
	back := float64(near)
	if back == x || x != x {
		return near
	}
	b := math.Float32bits(near)
	if math.Abs(back) > math.Abs(x) {
		b--
	}
	return math.Float32frombits(b | 1)
}

// OddOfInt is [OddOfFloat] of an integer.
func OddOfInt(x int64) float32 {
	size, sign := uint64(x), float32(1)
	if x < 0 {
		size, sign = -size, -1
	}
	dropped := max(bits.Len64(size)-24, 0)
	kept := size >> dropped
	if kept<<dropped != size {
		kept |= 1
	}
	return sign * float32(kept) * float32(uint64(1)<<dropped)
}
