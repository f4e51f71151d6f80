package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// gatherLines writes the gathering of lines of every element, or of every other one, once
// for each of some offsets.
func gatherLines(name, what string, step int, read func(from operand.Mem, v reg.VecVirtual)) {
	TEXT("gather"+name, NOSPLIT, "func(dst *byte, apart int, src *byte, offsets *int64, copies, lines, pitch, length, vectors int)")
	Pragma("noescape")
	program.Doc(fmt.Sprintf("gather%s writes, for each of copies offsets from src, so many lines to dst, %s", name, what),
		"element of lines that are pitch apart in src. The copies are apart in dst and their lines length, but each is written in whole",
		"vectors of 32 bytes, the first before the next. All distances count bytes.")
	dst, apart, src, offsets := isa.Arg("dst"), isa.Arg("apart"), isa.Arg("src"), isa.Arg("offsets")
	copies, pitch, length := isa.Arg("copies"), isa.Arg("pitch"), isa.Arg("length")
	lines, vectors := Load(Param("lines"), GP64()), Load(Param("vectors"), GP64())
	line, to, from, at, in, out := GP64(), GP64(), GP64(), GP64(), GP64(), GP64()
	v := YMM()
	Label("copy")
	MOVQ(src, from)
	ADDQ(operand.Mem{Base: offsets}, from)
	ADDQ(operand.Imm(8), offsets)
	MOVQ(dst, to)
	MOVQ(lines, line)
	Label("line")
	MOVQ(from, in)
	MOVQ(to, out)
	MOVQ(vectors, at)
	Label("vector")
	read(operand.Mem{Base: in}, v)
	VMOVUPS(v, operand.Mem{Base: out})
	ADDQ(operand.I32(32*step), in)
	ADDQ(operand.I32(32), out)
	DECQ(at)
	JNZ(operand.LabelRef("vector"))
	ADDQ(pitch, from)
	ADDQ(length, to)
	DECQ(line)
	JNZ(operand.LabelRef("line"))
	ADDQ(apart, dst)
	DECQ(copies)
	JNZ(operand.LabelRef("copy"))
	VZEROUPPER()
	RET()
}

func readAll(from operand.Mem, v reg.VecVirtual) { VMOVUPS(from, v) }

// readEven4 and readEven8 read every other element of so many bytes.
func readEven4(from operand.Mem, v reg.VecVirtual) {
	VMOVUPS(from, v)
	VSHUFPS(operand.Imm(0x88), from.Offset(32), v, v)
	VPERMQ(operand.Imm(0xd8), v, v)
}

func readEven8(from operand.Mem, v reg.VecVirtual) {
	VMOVUPD(from, v)
	VUNPCKLPD(from.Offset(32), v, v)
	VPERMPD(operand.Imm(0xd8), v, v)
}

// interleave writes the merging of two lines, element by element.
func interleave(name string, low, high func(...operand.Op)) {
	TEXT("interleave"+name, NOSPLIT, "func(dst, even, odd *byte, vectors int)")
	Pragma("noescape")
	program.Doc(fmt.Sprintf("interleave%s writes the elements of so many vectors of 32 bytes of even and odd to dst in turn.", name))
	dst, even, odd, vectors := isa.Arg("dst"), isa.Arg("even"), isa.Arg("odd"), isa.Arg("vectors")
	a, b, lo, hi := YMM(), YMM(), YMM(), YMM()
	Label("vector")
	VMOVUPS(operand.Mem{Base: even}, a)
	VMOVUPS(operand.Mem{Base: odd}, b)
	low(b, a, lo)
	high(b, a, hi)
	VPERM2F128(operand.Imm(0x20), hi, lo, a)
	VPERM2F128(operand.Imm(0x31), hi, lo, b)
	VMOVUPS(a, operand.Mem{Base: dst})
	VMOVUPS(b, operand.Mem{Base: dst, Disp: 32})
	ADDQ(operand.I32(32), even)
	ADDQ(operand.I32(32), odd)
	ADDQ(operand.I32(64), dst)
	DECQ(vectors)
	JNZ(operand.LabelRef("vector"))
	VZEROUPPER()
	RET()
}
