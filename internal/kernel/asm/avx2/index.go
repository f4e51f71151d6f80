package avx2

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"

	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// largest32 writes the search for the largest of some indices, of which a negative one is
// the largest.
func largest32() {
	TEXT("largestIndex", NOSPLIT, "func(index *byte, n int) uint32")
	Pragma("noescape")
	program.Doc("largestIndex is the largest of n elements, as unsigned numbers of 32 bits; n is a multiple of 16.")
	index, n := pointer("index"), pointer("n")
	a, b := YMM(), YMM()
	VPXOR(a, a, a)
	VPXOR(b, b, b)
	Label("step")
	VPMAXUD(operand.Mem{Base: index}, a, a)
	VPMAXUD(operand.Mem{Base: index, Disp: 32}, b, b)
	ADDQ(operand.Imm(64), index)
	SUBQ(operand.Imm(16), n)
	JNE(operand.LabelRef("step"))
	VPMAXUD(b, a, a)
	VEXTRACTI128(operand.Imm(1), a, b.AsX())
	for _, other := range []operand.Op{nil, operand.Imm(0x4e), operand.Imm(0xb1)} {
		if other != nil {
			VPSHUFD(other, a.AsX(), b.AsX())
		}
		VPMAXUD(b.AsX(), a.AsX(), a.AsX())
	}
	result := GP32()
	VMOVD(a.AsX(), result)
	Store(result, ReturnIndex(0))
	VZEROUPPER()
	RET()
}
