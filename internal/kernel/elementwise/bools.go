package elementwise

import (
	"encoding/binary"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
)

// The kernels of this file want slices of one length. dst may be the same slice as an
// operand, but may not overlap it otherwise.

// And is dst = a and b, elementwise.
func And(dst, a, b []bool) { connectAll("elementwise.And", both, dst, a, b) }

// Or is dst = a or b, elementwise.
func Or(dst, a, b []bool) { connectAll("elementwise.Or", either, dst, a, b) }

// Xor is dst = whether a ≠ b, elementwise.
func Xor(dst, a, b []bool) { connectAll("elementwise.Xor", oneOf, dst, a, b) }

// Not is dst = not x, elementwise.
func Not(dst, x []bool) { connectAll("elementwise.Not", neither, dst, x, x) }

// connective is what is asked of two bools.
type connective int

const (
	both connective = iota
	either
	oneOf
	neither
)

// of has eight bools in a word, each the byte 0 or 1.
func (c connective) of(a, b uint64) uint64 {
	switch c {
	case both:
		return a & b
	case either:
		return a | b
	case oneOf:
		return a ^ b
	}
	return (a | b) ^ 0x0101010101010101
}

func connectAll(fn string, c connective, dst, a, b []bool) {
	array.WantLen(fn, "the first operand", len(a), len(dst))
	array.WantLen(fn, "the second operand", len(b), len(dst))
	parallel.Split(len(dst), 4*Grain, connecting{c, bytes(dst), bytes(a), bytes(b)})
}

type connecting struct {
	connective connective
	dst, a, b  []uint8
}

func (c connecting) Run(lo, hi int) {
	dst, a, b := c.dst[lo:hi], c.a[lo:hi], c.b[lo:hi]
	for ; len(dst) >= 8; dst, a, b = dst[8:], a[8:], b[8:] {
		word := c.connective.of(binary.LittleEndian.Uint64(a), binary.LittleEndian.Uint64(b))
		binary.LittleEndian.PutUint64(dst, word)
	}
	for i, v := range a {
		dst[i] = uint8(c.connective.of(uint64(v), uint64(b[i])))
	}
}

// selectBools is [Select] for bools as bytes.
func selectBools(dst, cond, a, b []uint8) {
	for ; len(dst) >= 8; dst, cond, a, b = dst[8:], cond[8:], a[8:], b[8:] {
		mask := 255 * binary.LittleEndian.Uint64(cond) // all bits of the bytes that are 1
		v, w := binary.LittleEndian.Uint64(a), binary.LittleEndian.Uint64(b)
		binary.LittleEndian.PutUint64(dst, v&mask|w&^mask)
	}
	for i, c := range cond {
		dst[i] = a[i]&c | b[i]&^c
	}
}
