package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// productsAtOnce is how many vectors of sums are in registers.
const productsAtOnce = 9

// addProducts writes sums of products, element by element, of vectors that are evenly
// spaced.
func addProducts(i isa.ISA) {
	TEXT("addProducts"+i.Name, NOSPLIT, "func(sums, a *byte, aVector, aStep int, x *byte, xVector, xStep, steps, vectors int)")
	Pragma("noescape")
	program.Doc(fmt.Sprintf("addProducts%s adds Σ a[v·aVector + s·aStep] x[v·xVector + s·xStep] over s < steps, in order, to vector v of sums,", i.Name),
		fmt.Sprintf("for each v < vectors, which are up to %d. The distances count bytes.", productsAtOnce))
	sums, a, x := isa.Arg("sums"), isa.NewSpaced("a"), isa.NewSpaced("x")
	steps, vectors := isa.Arg("steps"), isa.Arg("vectors")
	for n := productsAtOnce; n > 1; n-- {
		CMPQ(vectors, operand.Imm(uint64(n)))
		JEQ(operand.LabelRef(fmt.Sprint("start", n)))
	}
	for n := 1; n <= productsAtOnce; n++ {
		Label(fmt.Sprint("start", n))
		total, v := i.Vectors(n), i.Vector()
		for r := range total {
			i.Load(operand.Mem{Base: sums, Disp: r * i.Bytes()}, total[r])
		}
		Label(fmt.Sprint("step", n))
		for r := range total {
			i.Load(a.At(r), v)
			i.FMA(x.At(r), v, total[r])
		}
		a.Next(n)
		x.Next(n)
		DECQ(steps)
		JNZ(operand.LabelRef(fmt.Sprint("step", n)))
		for r := range total {
			i.Load(total[r], operand.Mem{Base: sums, Disp: r * i.Bytes()})
		}
		VZEROUPPER()
		RET()
	}
}
