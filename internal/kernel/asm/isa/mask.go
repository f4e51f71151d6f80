package isa

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Mask is the lanes of a vector that have a bit in a word of memory. The others are not
// touched in memory, and zero in what is loaded.
type Mask struct {
	ISA
	bits  operand.Mem
	lanes operand.Mem       // the bit of each lane
	k     reg.OpmaskVirtual // of AVX-512, to which the bits are loaded
}

// LaneBits writes the constant that masks need.
func (i ISA) LaneBits() operand.Mem {
	m := GLOBL(fmt.Sprint("laneBits", i.Name), attr.RODATA|attr.NOPTR)
	for l := range i.Lanes {
		if i.Size == 4 {
			DATA(l*i.Size, operand.U32(1<<l))
		} else {
			DATA(l*i.Size, operand.U64(1<<l))
		}
	}
	return m
}

// Mask is the mask with the bits in a word of 8 bytes.
func (i ISA) Mask(bits, lanes operand.Mem) Mask {
	m := Mask{ISA: i, bits: bits, lanes: lanes}
	if i.Bytes() == 64 {
		word := GP64()
		MOVQ(bits, word)
		m.k = K()
		KMOVW(word.As32(), m.k)
	}
	return m
}

// Load loads the lanes.
func (m Mask) Load(from operand.Mem, v reg.VecVirtual) {
	switch {
	case m.Bytes() == 64 && m.Size == 4:
		VMOVUPS_Z(from, m.k, v)
	case m.Bytes() == 64:
		VMOVUPD_Z(from, m.k, v)
	case m.Size == 4:
		m.vector(v)
		VMASKMOVPS(from, v, v)
	default:
		m.vector(v)
		VMASKMOVPD(from, v, v)
	}
}

// Store stores the lanes, with AVX-512.
func (m Mask) Store(v reg.VecVirtual, to operand.Mem) {
	if m.Size == 4 {
		VMOVUPS(v, m.k, to)
	} else {
		VMOVUPD(v, m.k, to)
	}
}

// vector makes the mask of AVX2.
func (m Mask) vector(v reg.VecVirtual) {
	if m.Size == 4 {
		VPBROADCASTD(m.bits, v)
		VPAND(m.lanes, v, v)
		VPCMPEQD(m.lanes, v, v)
		return
	}
	VPBROADCASTQ(m.bits, v)
	VPAND(m.lanes, v, v)
	VPCMPEQQ(m.lanes, v, v)
}
