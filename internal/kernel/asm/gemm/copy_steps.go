package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// copySteps writes the copy of two vectors a step, which is a panel of a right side whose
// lines lie side by side.
func copySteps(name string, i isa.ISA) {
	TEXT("copySteps"+name, NOSPLIT, "func(dst, src *byte, stride, steps int)")
	Pragma("noescape")
	program.Doc(fmt.Sprintf("copySteps%s copies %d bytes from each of some places that are stride bytes apart, one behind the other.", name, 2*i.Bytes()))
	dst, src, stride, steps := isa.Arg("dst"), isa.Arg("src"), isa.Arg("stride"), isa.Arg("steps")
	v := i.Vectors(2)
	Label("step")
	for n := range v {
		i.Load(operand.Mem{Base: src, Disp: n * i.Bytes()}, v[n])
	}
	for n := range v {
		i.Load(v[n], operand.Mem{Base: dst, Disp: n * i.Bytes()})
	}
	ADDQ(stride, src)
	ADDQ(operand.I32(2*i.Bytes()), dst)
	DECQ(steps)
	JNZ(operand.LabelRef("step"))
	VZEROUPPER()
	RET()
}
