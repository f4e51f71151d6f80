package random

import (
	"math/bits"

	"github.com/pullback-go/pullback/internal/kernel/parallel"
)

// Threefry2x32 is the counter-based generator Threefry-2x32 with 20 rounds: a bijection
// of the counter (c0, c1) for each key (k0, k1), whose outputs pass as independent random
// words.
//
// Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
func Threefry2x32(k0, k1, c0, c1 uint32) (uint32, uint32) {
	k2 := k0 ^ k1 ^ 0x1BD11BDA
	x0, x1 := c0+k0, c1+k1
	x0, x1 = threefryOdd(x0, x1)
	x0, x1 = x0+k1, x1+k2+1
	x0, x1 = threefryEven(x0, x1)
	x0, x1 = x0+k2, x1+k0+2
	x0, x1 = threefryOdd(x0, x1)
	x0, x1 = x0+k0, x1+k1+3
	x0, x1 = threefryEven(x0, x1)
	x0, x1 = x0+k1, x1+k2+4
	x0, x1 = threefryOdd(x0, x1)
	return x0 + k2, x1 + k0 + 5
}

// threefryOdd is four rounds between key injections, the first, third and fifth group.
func threefryOdd(x0, x1 uint32) (uint32, uint32) {
	x0 += x1
	x1 = bits.RotateLeft32(x1, 13) ^ x0
	x0 += x1
	x1 = bits.RotateLeft32(x1, 15) ^ x0
	x0 += x1
	x1 = bits.RotateLeft32(x1, 26) ^ x0
	x0 += x1
	x1 = bits.RotateLeft32(x1, 6) ^ x0
	return x0, x1
}

// threefryEven is the second and fourth group of four rounds.
func threefryEven(x0, x1 uint32) (uint32, uint32) {
	x0 += x1
	x1 = bits.RotateLeft32(x1, 17) ^ x0
	x0 += x1
	x1 = bits.RotateLeft32(x1, 29) ^ x0
	x0 += x1
	x1 = bits.RotateLeft32(x1, 16) ^ x0
	x0 += x1
	x1 = bits.RotateLeft32(x1, 24) ^ x0
	return x0, x1
}

// Bits fills dst with the words of the key (k0, k1) from the counter start on.
// Element i is the counter start+i, modulo 2⁶⁴, put through [Threefry2x32]:
//
//	c0 = high 32 bits of start+i      dst[i] high 32 bits = first word
//	c1 = low 32 bits of start+i       dst[i] low 32 bits  = second word
//
// So an element depends on the key and its own counter only, and a range may be filled in
// parts.
func Bits(dst []uint64, k0, k1 uint32, start uint64) {
	parallel.Split(len(dst), 1<<12, bitsJob{dst, k0, k1, start})
}

type bitsJob struct {
	dst    []uint64
	k0, k1 uint32
	start  uint64
}

func (r bitsJob) Run(lo, hi int) {
	lo += randomVectors(r.dst[lo:hi], r.k0, r.k1, r.start+uint64(lo))
	for i := lo; i < hi; i++ {
		counter := r.start + uint64(i)
		w0, w1 := Threefry2x32(r.k0, r.k1, uint32(counter>>32), uint32(counter))
		r.dst[i] = uint64(w0)<<32 | uint64(w1)
	}
}
