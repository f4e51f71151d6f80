package avx2

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// reductions writes the reductions of contiguous numbers to one vector.
func reductions(f format) {
	reduce(f, "sum", "the sums", func(a, b vec) vec { return do(f.add, b, a) })
	reduce(f, "maxOf", "the maxima", f.maximum)
	reduce(f, "minOf", "the minima", f.minimum)
}

// reduce writes the reduction by an operation, with four running vectors that begin with
// the first of x, or with nothing if that is what the operation does not change.
func reduce(f format, name, what string, op func(a, b vec) vec) {
	TEXT(name+f.name, NOSPLIT, "func(out, x *byte, n int)")
	Pragma("noescape")
	program.Doc(name + f.name + " sets the vector out to " + what + " of the n elements of x, lane by lane; n is a positive multiple of the vector's length.")
	out, x, n := pointer("out"), pointer("x"), pointer("n")
	results := make([]vec, 4)
	for r := range results {
		if name == "sum" {
			results[r] = do(f.load, f.number(0))
		} else {
			results[r] = do(f.load, operand.Mem{Base: x})
		}
	}
	lanes := 32 / f.size
	Label("four")
	SUBQ(operand.I32(4*lanes), n)
	JLT(operand.LabelRef("rest"))
	fold(f, x, results, op)
	JMP(operand.LabelRef("four"))
	Label("rest")
	ADDQ(operand.I32(4*lanes), n)
	Label("one")
	SUBQ(operand.I32(lanes), n)
	JLT(operand.LabelRef("done"))
	fold(f, x, results[:1], op)
	JMP(operand.LabelRef("one"))
	Label("done")
	f.load(op(op(results[0], results[1]), op(results[2], results[3])), operand.Mem{Base: out})
	VZEROUPPER()
	RET()
}

// fold takes the next vectors of x into as many results.
func fold(f format, x reg.Register, results []vec, op func(a, b vec) vec) {
	for r, result := range results {
		f.load(op(result, do(f.load, operand.Mem{Base: x, Disp: 32 * r})), result)
	}
	ADDQ(operand.I32(32*len(results)), x)
}
