package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// nonzero writes what finds out where all channels are zero.
func nonzero() {
	TEXT("winogradNonzero", NOSPLIT, "func(mask, x *byte, vectors int) bool")
	Pragma("noescape")
	program.Doc("winogradNonzero sets elements of mask to something else than 0 where those of x are not ±0, and leaves the others.",
		"It reports whether none of mask is 0 then. There are so many vectors of 8.")
	mask, x, vectors := isa.Arg("mask"), isa.Arg("x"), isa.Arg("vectors")
	zero, zeros := YMM(), YMM()
	VPXOR(zero, zero, zero)
	VPXOR(zeros, zeros, zeros)
	Label("vector")
	v, same := YMM(), YMM()
	VMOVDQU(operand.Mem{Base: x}, v)
	VPADDD(v, v, v) // without the sign
	VPOR(operand.Mem{Base: mask}, v, v)
	VMOVDQU(v, operand.Mem{Base: mask})
	VPCMPEQD(zero, v, same)
	VPOR(same, zeros, zeros)
	ADDQ(operand.Imm(32), mask)
	ADDQ(operand.Imm(32), x)
	DECQ(vectors)
	JNZ(operand.LabelRef("vector"))
	none := GP8()
	VPTEST(zeros, zeros)
	SETEQ(none)
	Store(reg.Register(none), ReturnIndex(0))
	finish()
}
