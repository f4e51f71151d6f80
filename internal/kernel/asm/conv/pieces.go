package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// pieces writes the copying of vectors of which only some elements are read.
func pieces(i isa.ISA) {
	TEXT("copyPieces"+i.Name, NOSPLIT, "func(dst *byte, dstPlane int, src *byte, srcPlane, planes int, list *int64, pieces int)")
	Pragma("noescape")
	program.Doc(fmt.Sprintf("copyPieces%s writes so many vectors of %d elements, each for some planes, in order. The list has three numbers for", i.Name, i.Lanes),
		"each: where it is in src and in dst, and the bits of the elements that are read; the others become zero, and what",
		"they would be may be out of bounds. All distances count bytes.")
	dst, dstPlane, src, srcPlane := isa.Arg("dst"), isa.Arg("dstPlane"), isa.Arg("src"), isa.Arg("srcPlane")
	planes, list, pieces := isa.Arg("planes"), isa.Arg("list"), isa.Arg("pieces")
	left, from, to, v := GP64(), GP64(), GP64(), i.Vector()
	expand, read := masked(i)
	Label("piece")
	MOVQ(operand.Mem{Base: list}, from)
	ADDQ(src, from)
	MOVQ(operand.Mem{Base: list, Disp: 8}, to)
	ADDQ(dst, to)
	expand(operand.Mem{Base: list, Disp: 16})
	ADDQ(operand.Imm(24), list)
	MOVQ(planes, left)
	Label("plane")
	read(operand.Mem{Base: from}, v)
	i.Load(v, operand.Mem{Base: to})
	ADDQ(srcPlane, from)
	ADDQ(dstPlane, to)
	DECQ(left)
	JNZ(operand.LabelRef("plane"))
	DECQ(pieces)
	JNZ(operand.LabelRef("piece"))
	VZEROUPPER()
	RET()
}

// masked is how bits are made a mask, and how the elements that have one are read to a
// vector, the others being set to zero.
func masked(i isa.ISA) (expand func(bits operand.Mem), read func(from operand.Mem, v reg.VecVirtual)) {
	if i.Bytes() == 64 {
		k, load := K(), VMOVUPS_Z
		if i.Size == 8 {
			load = VMOVUPD_Z
		}
		expand = func(bits operand.Mem) { KMOVW(bits, k) }
		return expand, func(from operand.Mem, v reg.VecVirtual) { load(from, k, v) }
	}
	spread, equal, load := VPBROADCASTD, VPCMPEQD, VMASKMOVPS
	if i.Size == 8 {
		spread, equal, load = VPBROADCASTQ, VPCMPEQQ, VMASKMOVPD
	}
	ones := GLOBL("bitsOf"+i.Name, RODATA|NOPTR)
	for lane := range i.Lanes {
		if i.Size == 4 {
			DATA(lane*4, operand.U32(1<<lane))
		} else {
			DATA(lane*8, operand.U64(1<<lane))
		}
	}
	each, mask := YMM(), YMM()
	VMOVDQU(ones, each)
	expand = func(bits operand.Mem) {
		spread(bits, mask)
		VPAND(each, mask, mask)
		equal(each, mask, mask)
	}
	return expand, func(from operand.Mem, v reg.VecVirtual) { load(from, mask, v) }
}
