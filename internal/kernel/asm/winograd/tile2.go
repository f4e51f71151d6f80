package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
)

// combine is an instruction that sets c to b ± a, for operands a, b, c.
type combine func(...operand.Op)

// input2 writes the transform of the input of F(2×2, 3×3), Bᵀ d B, where
//
//	B0 = d0 - d2,  B1 = d1 + d2,  B2 = d2 - d1,  B3 = d1 - d3.
func input2() {
	TEXT("winogradInput2", NOSPLIT, "func(dst *byte, position, group int, src *byte, part, pitch, perGroup, groups int)")
	Pragma("noescape")
	Doc("winogradInput2 transforms tiles of 4×4 elements that are 2 apart, in groups of 8·perGroup. Row r of the tiles is at",
		"src + r%2·part + r/2·pitch. Element (i, j) of the transformed tiles goes to dst + (4i + j)·position, those of each group",
		"to a place that is group on from the last; of 8 tiles, 4 and 5 come before 2 and 3. Strides count bytes.")
	rows := inputRows2()
	g := newGrid("dst")
	g.each(func(at reg.Register) {
		for _, r := range []struct {
			a, b int
			op   combine
		}{{0, 2, VSUBPS}, {1, 2, VADDPS}, {2, 1, VSUBPS}, {1, 3, VSUBPS}} {
			inputRow2(g, at, rows[r.a], rows[r.b], r.op)
			LEAQ(operand.Mem{Base: at, Index: g.position, Scale: 4}, at)
		}
		for _, r := range rows {
			ADDQ(operand.Imm(64), r)
		}
	})
	finish()
}

// inputRows2 points to the rows of the tiles.
func inputRows2() []reg.Register {
	part, pitch := isa.Arg("part"), isa.Arg("pitch")
	rows := []reg.Register{isa.Arg("src"), GP64(), GP64(), GP64()}
	LEAQ(operand.Mem{Base: rows[0], Index: part, Scale: 1}, rows[1])
	LEAQ(operand.Mem{Base: rows[0], Index: pitch, Scale: 1}, rows[2])
	LEAQ(operand.Mem{Base: rows[1], Index: pitch, Scale: 1}, rows[3])
	return rows
}

// inputRow2 writes row a ± row b of 8 tiles, transformed.
func inputRow2(g *grid, at, a, b reg.Register, op combine) {
	raw := func(offset int) reg.VecVirtual {
		v := YMM()
		VMOVUPS(operand.Mem{Base: a, Disp: offset}, v)
		op(operand.Mem{Base: b, Disp: offset}, v, v)
		return v
	}
	d0, d1 := split(raw(0), raw(32))
	d2, d3 := split(raw(8), raw(40))
	VSUBPS(d2, d0, d0)
	VMOVUPS(d0, g.at(at, 0))
	VADDPS(d2, d1, d0)
	VMOVUPS(d0, g.at(at, 1))
	VSUBPS(d1, d2, d2)
	VMOVUPS(d2, g.at(at, 2))
	VSUBPS(d3, d1, d1)
	VMOVUPS(d1, g.at(at, 3))
}

// split takes apart the elements of two vectors, within their halves.
func split(low, high reg.VecVirtual) (even, odd reg.VecVirtual) {
	even, odd = YMM(), YMM()
	VSHUFPS(operand.Imm(0x88), high, low, even)
	VSHUFPS(operand.Imm(0xdd), high, low, odd)
	return even, odd
}

// output2 writes the transform of the output of F(2×2, 3×3), Aᵀ m A, where
//
//	A0 = m0 + m1 + m2,  A1 = m1 - m2 - m3.
func output2() {
	TEXT("winogradOutput2", NOSPLIT, "func(dst *byte, part int, src *byte, position, group, perGroup, groups int, check *byte)")
	Pragma("noescape")
	Doc("winogradOutput2 makes tiles of 2×2 elements from products that are ordered as winogradInput2 does it. Row r of the",
		"tiles goes to dst + r·part. Some of the 8 numbers at check become NaN if a result is not finite. Strides count bytes.")
	dst, part, check, g := isa.Arg("dst"), isa.Arg("part"), isa.Arg("check"), newGrid("src")
	w := output2Writer{g, YMM(), YMM()}
	VXORPS(w.zero, w.zero, w.zero)
	VMOVUPS(operand.Mem{Base: check}, w.bad)
	g.each(func(at reg.Register) {
		row1, row2 := GP64(), GP64()
		LEAQ(operand.Mem{Base: at, Index: g.position, Scale: 4}, row1)
		LEAQ(operand.Mem{Base: at, Index: g.position, Scale: 8}, row2)
		w.row(operand.Mem{Base: dst}, at, row1, row2, VADDPS)
		LEAQ(operand.Mem{Base: row2, Index: g.position, Scale: 4}, at)
		w.row(operand.Mem{Base: dst, Index: part, Scale: 1}, row1, row2, at, VSUBPS)
		ADDQ(operand.Imm(64), dst)
	})
	VMOVUPS(w.bad, operand.Mem{Base: check})
	finish()
}

type output2Writer struct {
	*grid
	zero, bad reg.VecVirtual
}

// row writes a row of 8 tiles, a ± b ± c transformed.
func (w output2Writer) row(dst operand.Mem, a, b, c reg.Register, op combine) {
	s := make([]reg.VecVirtual, 4)
	for j := range s {
		s[j] = YMM()
		VMOVUPS(w.at(a, j), s[j])
		op(w.at(b, j), s[j], s[j])
		op(w.at(c, j), s[j], s[j])
	}
	VADDPS(s[1], s[0], s[0])
	VADDPS(s[2], s[0], s[0])
	VSUBPS(s[2], s[1], s[1])
	VSUBPS(s[3], s[1], s[1])
	VFMADD231PS(s[0], w.zero, w.bad)
	VFMADD231PS(s[1], w.zero, w.bad)
	VUNPCKLPS(s[1], s[0], s[2])
	VUNPCKHPS(s[1], s[0], s[3])
	VMOVUPS(s[2], dst)
	dst.Disp += 32
	VMOVUPS(s[3], dst)
}

// weights2 writes the transform of the weights of F(2×2, 3×3), where G w is
//
//	w0,  (w0 + w2)/2 + w1/2,  (w0 + w2)/2 - w1/2,  w2.
func weights2() {
	half := constants("half", func(int) operand.Constant { return operand.F32(0.5) })
	weights(2, 4, func(r int, to reg.VecVirtual, w [3]reg.VecVirtual) {
		switch r {
		case 0:
			VMOVAPS(w[0], to)
		case 3:
			VMOVAPS(w[2], to)
		default:
			odd := YMM()
			VADDPS(w[2], w[0], to)
			VMULPS(half, to, to)
			VMULPS(half, w[1], odd)
			[]combine{1: VADDPS, 2: VSUBPS}[r](odd, to, to)
		}
	})
}
