package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// transpose writes the transposition of squares, as wide as a vector of 256 bits, along
// some lines.
func transpose(name string, size int, turn func([]reg.VecVirtual) []reg.VecVirtual) {
	n := 32 / size
	TEXT("transpose"+name, NOSPLIT, "func(dst *byte, dstStride int, src *byte, srcStride, squares int)")
	Pragma("noescape")
	program.Doc(fmt.Sprintf("transpose%s transposes %d lines at src of %d·squares elements to lines of %d at dst. Strides count bytes.", name, n, n, n))
	w := squares{isa.Arg("dst"), isa.Arg("dstStride"), isa.Arg("src"), isa.Arg("srcStride"), isa.Arg("squares")}
	Label("square")
	from := GP64()
	MOVQ(w.src, from)
	v := make([]reg.VecVirtual, n)
	for r := range v {
		v[r] = YMM()
		VMOVUPS(operand.Mem{Base: from}, v[r])
		ADDQ(w.srcStride, from)
	}
	for _, line := range turn(v) {
		VMOVUPS(line, operand.Mem{Base: w.dst})
		ADDQ(w.dstStride, w.dst)
	}
	ADDQ(operand.I32(32), w.src)
	DECQ(w.squares)
	JNZ(operand.LabelRef("square"))
	VZEROUPPER()
	RET()
}

type squares struct{ dst, dstStride, src, srcStride, squares reg.Register }

// turn4 transposes 4 × 4 elements of 8 bytes.
func turn4(v []reg.VecVirtual) []reg.VecVirtual {
	return halves(pairs(v, VUNPCKLPD, VUNPCKHPD, 1))
}

// turn8 transposes 8 × 8 elements of 4 bytes: pairs of lines, then pairs of pairs, then
// halves.
func turn8(v []reg.VecVirtual) []reg.VecVirtual {
	v = pairs(v, VUNPCKLPS, VUNPCKHPS, 1)
	return halves(pairs(v, VUNPCKLPD, VUNPCKHPD, 2))
}

// pairs interleaves the low and the high halves of lines that are so far apart.
func pairs(v []reg.VecVirtual, low, high func(...operand.Op), apart int) []reg.VecVirtual {
	out := make([]reg.VecVirtual, 0, len(v))
	for r := 0; r < len(v); r += 2 * apart {
		for s := r; s < r+apart; s++ {
			lo, hi := YMM(), YMM()
			low(v[s+apart], v[s], lo)
			high(v[s+apart], v[s], hi)
			out = append(out, lo, hi)
		}
	}
	return out
}

// halves puts lines together from halves of 128 bits.
func halves(v []reg.VecVirtual) []reg.VecVirtual {
	n := len(v) / 2
	out := make([]reg.VecVirtual, len(v))
	for r := range n {
		out[r], out[n+r] = YMM(), YMM()
		VPERM2F128(operand.Imm(0x20), v[n+r], v[r], out[r])
		VPERM2F128(operand.Imm(0x31), v[n+r], v[r], out[n+r])
	}
	return out
}
