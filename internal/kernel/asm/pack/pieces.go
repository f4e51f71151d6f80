package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
)

// pieces writes the copying of vectors of which only some elements are read.
func pieces(i isa.ISA) {
	TEXT("copyPieces"+i.Name, NOSPLIT, "func(dst *byte, dstPlane int, src *byte, srcPlane, planes int, list *int64, pieces int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("copyPieces%s writes, for each of some planes, so many vectors of %d elements in order. The list has three numbers for", i.Name, i.Lanes),
		"each: where it is in src and in dst, and the bits of the elements that are read; the others become zero, and what",
		"they would be may be out of bounds. All distances count bytes.")
	dst, dstPlane, src, srcPlane := isa.Arg("dst"), isa.Arg("dstPlane"), isa.Arg("src"), isa.Arg("srcPlane")
	planes, list, pieces := isa.Arg("planes"), isa.Arg("list"), isa.Arg("pieces")
	piece, left, from, to, v := GP64(), GP64(), GP64(), GP64(), i.Vector()
	read := masked(i)
	Label("plane")
	MOVQ(list, piece)
	MOVQ(pieces, left)
	Label("piece")
	MOVQ(operand.Mem{Base: piece}, from)
	MOVQ(operand.Mem{Base: piece, Disp: 8}, to)
	read(operand.Mem{Base: piece, Disp: 16}, operand.Mem{Base: src, Index: from, Scale: 1}, v)
	i.Load(v, operand.Mem{Base: dst, Index: to, Scale: 1})
	ADDQ(operand.Imm(24), piece)
	DECQ(left)
	JNZ(operand.LabelRef("piece"))
	ADDQ(dstPlane, dst)
	ADDQ(srcPlane, src)
	DECQ(planes)
	JNZ(operand.LabelRef("plane"))
	VZEROUPPER()
	RET()
}

// masked is how the elements that have a bit are read to a vector, and the others set to zero.
func masked(i isa.ISA) func(bits, from operand.Mem, v reg.VecVirtual) {
	if i.Bytes() == 64 {
		k := K()
		return func(bits, from operand.Mem, v reg.VecVirtual) {
			KMOVW(bits, k)
			if i.Size == 4 {
				VMOVUPS_Z(from, k, v)
			} else {
				VMOVUPD_Z(from, k, v)
			}
		}
	}
	name, spread, equal, load := "bitsOf"+i.Name, VPBROADCASTD, VPCMPEQD, VMASKMOVPS
	if i.Size == 8 {
		spread, equal, load = VPBROADCASTQ, VPCMPEQQ, VMASKMOVPD
	}
	ones := GLOBL(name, RODATA|NOPTR)
	for lane := range i.Lanes {
		if i.Size == 4 {
			DATA(lane*4, operand.U32(1<<lane))
		} else {
			DATA(lane*8, operand.U64(1<<lane))
		}
	}
	each, mask := YMM(), YMM()
	VMOVDQU(ones, each)
	return func(bits, from operand.Mem, v reg.VecVirtual) {
		spread(bits, mask)
		VPAND(each, mask, mask)
		equal(each, mask, mask)
		load(from, mask, v)
	}
}
