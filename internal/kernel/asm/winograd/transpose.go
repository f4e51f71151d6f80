package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// interleave writes the way from planes to vectors of channels.
func interleave(i isa.ISA, numbers operand.Mem) {
	TEXT("winogradInterleave"+i.Name, NOSPLIT, "func(dst, src *byte, plane, channels, n int)")
	Pragma("noescape")
	program.Doc(fmt.Sprintf("winogradInterleave%s sets vectors of %d lanes at dst to n elements of up to as many channels, which are plane bytes", i.Name, i.Lanes),
		"apart. Lanes without a channel and vectors up to a multiple of the lanes are zeros.")
	dst, src, plane, channels, n := isa.Arg("dst"), isa.Arg("src"), isa.Arg("plane"), isa.Arg("channels"), isa.Arg("n")
	zero, rows := i.Zeros(1)[0], i.Vectors(i.Lanes)
	Label("block")
	for _, v := range rows {
		i.Load(zero, v)
	}
	first := newTail(i, numbers, n)
	from := GP64()
	MOVQ(src, from)
	for c, v := range rows {
		CMPQ(channels, operand.Imm(uint64(c)))
		JLE(operand.LabelRef("read"))
		first.load(operand.Mem{Base: from}, v)
		ADDQ(plane, from)
	}
	Label("read")
	for k, v := range transpose(i, rows) {
		i.Load(v, operand.Mem{Base: dst, Disp: k * i.Bytes()})
	}
	ADDQ(operand.I32(i.Bytes()), src)
	ADDQ(operand.I32(i.Bytes()*i.Lanes), dst)
	SUBQ(operand.I32(i.Lanes), n)
	JGT(operand.LabelRef("block"))
	finish()
}

// separate writes the way from vectors of channels to planes.
func separate(i isa.ISA, numbers operand.Mem) {
	TEXT("winogradSeparate"+i.Name, NOSPLIT, "func(dst, src *byte, plane, channels, n int)")
	Pragma("noescape")
	program.Doc(fmt.Sprintf("winogradSeparate%s sets n elements of up to %d channels, which are plane bytes apart, to the lanes of as many vectors at", i.Name, i.Lanes),
		"src. It reads vectors up to a multiple of the lanes.")
	dst, src, plane, channels, n := isa.Arg("dst"), isa.Arg("src"), isa.Arg("plane"), isa.Arg("channels"), isa.Arg("n")
	Label("block")
	rows := make([]reg.VecVirtual, i.Lanes)
	for k := range rows {
		rows[k] = i.Vector()
		i.Load(operand.Mem{Base: src, Disp: k * i.Bytes()}, rows[k])
	}
	columns := transpose(i, rows)
	first := newTail(i, numbers, n)
	to := GP64()
	MOVQ(dst, to)
	for c, v := range columns {
		if c > 0 {
			CMPQ(channels, operand.Imm(uint64(c)))
			JLE(operand.LabelRef("written"))
		}
		first.store(v, operand.Mem{Base: to})
		ADDQ(plane, to)
	}
	Label("written")
	ADDQ(operand.I32(i.Bytes()), dst)
	ADDQ(operand.I32(i.Bytes()*i.Lanes), src)
	SUBQ(operand.I32(i.Lanes), n)
	JGT(operand.LabelRef("block"))
	finish()
}

// tail is the first lanes of a vector, as a mask.
type tail struct {
	isa.ISA
	vector reg.VecVirtual
	mask   reg.OpmaskVirtual
}

// newTail is the first n lanes.
func newTail(i isa.ISA, numbers operand.Mem, n reg.Register) tail {
	t := tail{ISA: i, vector: i.Vector()}
	VMOVQ(n, t.vector.AsX())
	VPBROADCASTD(t.vector.AsX(), t.vector)
	if i.Bytes() == 32 {
		VPCMPGTD(numbers, t.vector, t.vector)
		return t
	}
	t.mask = K()
	VPCMPGTD(numbers, t.vector, t.mask)
	return t
}

// load reads the lanes, and makes the others zeros.
func (t tail) load(from operand.Mem, v reg.VecVirtual) {
	if t.Bytes() == 32 {
		VMASKMOVPS(from, t.vector, v)
	} else {
		VMOVUPS_Z(from, t.mask, v)
	}
}

func (t tail) store(v reg.VecVirtual, to operand.Mem) {
	if t.Bytes() == 32 {
		VMASKMOVPS(v, t.vector, to)
	} else {
		VMOVUPS(v, t.mask, to)
	}
}

// transpose is a square of as many vectors as there are lanes: first within parts of four
// lanes, then the parts.
func transpose(i isa.ISA, rows []reg.VecVirtual) []reg.VecVirtual {
	parts := make([][]reg.VecVirtual, 4) // column 4l + j is in lanes l of parts j
	for g := 0; g < i.Lanes; g += 4 {
		q := transpose4(i, rows[g:g+4])
		for j := range parts {
			parts[j] = append(parts[j], q[j])
		}
	}
	columns := make([]reg.VecVirtual, i.Lanes)
	for j, p := range parts {
		if i.Lanes == 8 {
			columns[j], columns[4+j] = i.Vector(), i.Vector()
			VPERM2F128(operand.Imm(0x20), p[1], p[0], columns[j])
			VPERM2F128(operand.Imm(0x31), p[1], p[0], columns[4+j])
			continue
		}
		even0, odd0 := shuffleParts(p[0], p[1])
		even1, odd1 := shuffleParts(p[2], p[3])
		columns[j], columns[8+j] = shuffleParts(even0, even1)
		columns[4+j], columns[12+j] = shuffleParts(odd0, odd1)
	}
	return columns
}

// shuffleParts is the even and the odd parts of two vectors.
func shuffleParts(x, y reg.VecVirtual) (even, odd reg.VecVirtual) {
	even, odd = ZMM(), ZMM()
	VSHUFF32X4(operand.Imm(0x88), y, x, even)
	VSHUFF32X4(operand.Imm(0xdd), y, x, odd)
	return even, odd
}

// transpose4 is squares of four lanes of four vectors.
func transpose4(i isa.ISA, r []reg.VecVirtual) []reg.VecVirtual {
	pair := func(low, high combine, x, y reg.VecVirtual) (reg.VecVirtual, reg.VecVirtual) {
		l, h := i.Vector(), i.Vector()
		low(y, x, l)
		high(y, x, h)
		return l, h
	}
	l01, h01 := pair(VUNPCKLPS, VUNPCKHPS, r[0], r[1])
	l23, h23 := pair(VUNPCKLPS, VUNPCKHPS, r[2], r[3])
	q0, q1 := pair(VUNPCKLPD, VUNPCKHPD, l01, l23)
	q2, q3 := pair(VUNPCKLPD, VUNPCKHPD, h01, h23)
	return []reg.VecVirtual{q0, q1, q2, q3}
}
