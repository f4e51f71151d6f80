package avx2

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"

	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// fill writes the repeating of single elements.
func fill(f format) {
	TEXT("fillRuns"+f.name, NOSPLIT, "func(dst, src *byte, stride, run, count int)")
	Pragma("noescape")
	program.Doc("fillRuns"+f.name+" fills count runs of dst, one behind the other and run bytes long, which is a vector at least, each with its element of src.",
		"Those are stride bytes apart.")
	dst, src, stride, run, count := pointer("dst"), pointer("src"), pointer("stride"), pointer("run"), pointer("count")
	v, last := YMM(), GP64()
	SUBQ(operand.Imm(32), run)
	Label("run")
	f.broadcast(operand.Mem{Base: src}, v)
	LEAQ(operand.Mem{Base: dst, Index: run, Scale: 1}, last)
	Label("vector")
	CMPQ(dst, last)
	JCC(operand.LabelRef("last"))
	f.load(v, operand.Mem{Base: dst})
	ADDQ(operand.Imm(32), dst)
	JMP(operand.LabelRef("vector"))
	Label("last")
	f.load(v, operand.Mem{Base: last})
	LEAQ(operand.Mem{Base: last, Disp: 32}, dst)
	ADDQ(stride, src)
	DECQ(count)
	JNE(operand.LabelRef("run"))
	VZEROUPPER()
	RET()
}
