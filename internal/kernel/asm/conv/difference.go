package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// difference writes differences, and finds those that cancel.
func difference() {
	TEXT("differenceF32", NOSPLIT, "func(y, a, b, cancels, numbers *byte, vectors int) bool")
	Pragma("noescape")
	program.Doc("differenceF32 sets y to s·a - b, for the first of the numbers s, for so many vectors of 8. For each vector it sets the bits of a byte of cancels",
		"to whether |y| is not at least the second of the numbers times |s·a| + |b|, or not less than the third. It reports whether any is set.")
	y, a, b, cancels := isa.Arg("y"), isa.Arg("a"), isa.Arg("b"), isa.Arg("cancels")
	numbers, vectors := isa.Arg("numbers"), isa.Arg("vectors")
	scale, least, most, magnitude := YMM(), YMM(), YMM(), YMM()
	VBROADCASTSS(operand.Mem{Base: numbers}, scale)
	VBROADCASTSS(operand.Mem{Base: numbers, Disp: 4}, least)
	VBROADCASTSS(operand.Mem{Base: numbers, Disp: 8}, most)
	VPCMPEQD(magnitude, magnitude, magnitude)
	VPSRLD(operand.Imm(1), magnitude, magnitude)
	found := GP32()
	XORL(found, found)
	Label("vector")
	whole, part, left, bits := YMM(), YMM(), YMM(), GP32()
	VMULPS(operand.Mem{Base: a}, scale, whole)
	VMOVUPS(operand.Mem{Base: b}, part)
	VSUBPS(part, whole, left)
	VMOVUPS(left, operand.Mem{Base: y})
	VANDPS(magnitude, whole, whole)
	VANDPS(magnitude, part, part)
	VADDPS(part, whole, whole)
	VMULPS(least, whole, whole)
	VANDPS(magnitude, left, left)
	const notGreaterOrEqual, notLess = 25, 21 // true of NaN, which traps nothing
	VCMPPS(operand.Imm(notGreaterOrEqual), whole, left, whole)
	VCMPPS(operand.Imm(notLess), most, left, left)
	VORPS(whole, left, left)
	VMOVMSKPS(left, bits)
	MOVB(bits.As8(), operand.Mem{Base: cancels})
	ORL(bits, found)
	for _, p := range []reg.Register{y, a, b} {
		ADDQ(operand.Imm(32), p)
	}
	INCQ(cancels)
	DECQ(vectors)
	JNZ(operand.LabelRef("vector"))
	VZEROUPPER()
	any := GP8()
	TESTL(found, found)
	SETNE(any)
	Store(any, ReturnIndex(0))
	RET()
}
