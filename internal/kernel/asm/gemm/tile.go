package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// perPointer is how many rows of A one pointer reaches: 0, 1, 2, 3 and 4 strides on, with
// a register for the stride and one for three times that.
const perPointer = 5

// kernel is a micro kernel: an instruction set, the widths of its tiles in vectors, and
// how it goes from one step of the sum to the next.
type kernel struct {
	isa.ISA
	widths []int
	c, ldc reg.Register
	a      []reg.Register // a pointer to every perPointer-th row
	ars    reg.Register
	ars3   reg.Register
	b      reg.Register
	next   func(rows int)
	k      reg.Register
	add    reg.Register // whether to
}

// tile writes the micro kernel of the matrix product.
func tile(i isa.ISA) {
	TEXT("tile"+i.Name, NOSPLIT, "func(c *byte, ldc int, a *byte, ars, acs int, b *byte, brs, k, rows, vectors int, accumulate bool)")
	Pragma("noescape")
	program.Doc(fmt.Sprintf("tile%s sets the tile of C at c, or adds to it, to the product of k steps of A and B: up to %d", i.Name, i.Rows),
		fmt.Sprintf("rows, and one or two vectors of %d columns. A is read at row·ars + step·acs, B at step·brs; strides count", i.Lanes),
		"bytes. The steps are added up in order, with one rounding each.")
	w := newKernel(i, 2, 1)
	acs, brs := isa.Arg("acs"), isa.Arg("brs")
	w.next = func(rows int) {
		for p := 0; p*perPointer < rows; p++ {
			ADDQ(acs, w.a[p])
		}
		ADDQ(brs, w.b)
	}
	w.choose()
}

// sweep writes the micro kernel of the convolution.
func sweep(i isa.ISA) {
	TEXT("sweep"+i.Name, NOSPLIT, "func(c *byte, ldc int, a *byte, ars int, b, ahead *byte, moves *int64, k, rows, vectors int, accumulate bool)")
	Pragma("noescape")
	program.Doc(fmt.Sprintf("sweep%s is tile%s for operands whose steps are not evenly spaced: from step to step, A and B move on by", i.Name, i.Name),
		fmt.Sprintf("the first two of three moves, in bytes. Up to %d rows may have three vectors, %d four and %d eight. A line of the",
			most(i, 3), most(i, 4), most(i, 8)),
		"cache is fetched at ahead, which moves on by the third.")
	w := newKernel(i, 8, 4, 3, 2, 1)
	moves, move, ahead := isa.Arg("moves"), GP64(), isa.Arg("ahead")
	w.next = func(rows int) {
		MOVQ(operand.Mem{Base: moves}, move)
		for p := 0; p*perPointer < rows; p++ {
			ADDQ(move, w.a[p])
		}
		ADDQ(operand.Mem{Base: moves, Disp: 8}, w.b)
		PREFETCHT0(operand.Mem{Base: ahead})
		ADDQ(operand.Mem{Base: moves, Disp: 16}, ahead)
		ADDQ(operand.Imm(24), moves)
	}
	w.choose()
}

func newKernel(i isa.ISA, widths ...int) *kernel {
	w := &kernel{ISA: i, widths: widths, c: isa.Arg("c"), ldc: isa.Arg("ldc"), ars: isa.Arg("ars"), ars3: GP64(),
		b: isa.Arg("b"), k: isa.Arg("k"), add: Load(Param("accumulate"), GP8())}
	w.a = append(w.a, isa.Arg("a"))
	LEAQ(operand.Mem{Base: w.ars, Index: w.ars, Scale: 2}, w.ars3)
	for j := perPointer; j < i.Rows; j += perPointer {
		p := GP64()
		LEAQ(operand.Mem{Base: w.a[len(w.a)-1], Index: w.ars, Scale: 4}, p)
		ADDQ(w.ars, p)
		w.a = append(w.a, p)
	}
	return w
}

// choose jumps to the loop for the rows and vectors asked for, the largest first.
func (w *kernel) choose() {
	rows, vectors := isa.Arg("rows"), isa.Arg("vectors")
	for _, width := range w.widths[1:] {
		CMPQ(vectors, operand.Imm(uint64(width)))
		JEQ(operand.LabelRef(fmt.Sprint("width", width)))
	}
	for _, width := range w.widths {
		Label(fmt.Sprint("width", width))
		most := most(w.ISA, width)
		for r := most; r > 1; r-- {
			CMPQ(rows, operand.Imm(uint64(r)))
			JEQ(operand.LabelRef(label(r, width, "start")))
		}
		for r := 1; r <= most; r++ {
			w.loop(r, width)
		}
	}
}

// most is how many rows a tile may have that is so many vectors wide: one register is for
// A and width are for B, or one for B and each row for A.
func most(i isa.ISA, width int) int {
	registers := 16
	if i.Bytes() == 64 {
		registers = 32
	}
	return min(i.Rows, max((registers-1-width)/width, (registers-1)/(width+1)))
}

func label(rows, vectors int, what string) string {
	return fmt.Sprintf("r%dv%d%s", rows, vectors, what)
}

// loop computes a tile of so many rows and vectors.
func (w *kernel) loop(rows, vectors int) {
	Label(label(rows, vectors, "start"))
	sums := w.Zeros(rows * vectors)
	Label(label(rows, vectors, "step"))
	if rows < vectors {
		w.stepAcross(sums, rows, vectors)
	} else {
		w.stepDown(sums, rows, vectors)
	}
	w.next(rows)
	DECQ(w.k)
	JNZ(operand.LabelRef(label(rows, vectors, "step")))
	w.store(rows, vectors, sums)
}

// stepDown keeps the vectors of B and goes down the rows of A.
func (w *kernel) stepDown(sums []reg.VecVirtual, rows, vectors int) {
	b, a := w.Vectors(vectors), w.Vector()
	for v := range b {
		w.Load(operand.Mem{Base: w.b, Disp: v * w.Bytes()}, b[v])
	}
	for r := range rows {
		w.Broadcast(w.row(r), a)
		for v := range b {
			w.FMA(b[v], a, sums[r*vectors+v])
		}
	}
}

// stepAcross keeps the elements of A and goes along the vectors of B.
func (w *kernel) stepAcross(sums []reg.VecVirtual, rows, vectors int) {
	a, b := w.Vectors(rows), w.Vector()
	for r := range a {
		w.Broadcast(w.row(r), a[r])
	}
	for v := range vectors {
		w.Load(operand.Mem{Base: w.b, Disp: v * w.Bytes()}, b)
		for r := range a {
			w.FMA(b, a[r], sums[r*vectors+v])
		}
	}
}

// row is the element of A in a row.
func (w *kernel) row(r int) operand.Mem {
	m := operand.Mem{Base: w.a[r/perPointer]}
	switch r %= perPointer; r {
	case 0:
	case 3:
		m.Index, m.Scale = w.ars3, 1
	default:
		m.Index, m.Scale = w.ars, uint8(r)
	}
	return m
}

// store adds C to the sums, if it is to be kept, sets it to them, and returns.
func (w *kernel) store(rows, vectors int, sums []reg.VecVirtual) {
	set := label(rows, vectors, "set")
	TESTB(w.add, w.add)
	JEQ(operand.LabelRef(set))
	from := GP64()
	MOVQ(w.c, from)
	w.eachVector(from, rows, vectors, func(at operand.Mem, n int) { w.Add(at, sums[n], sums[n]) })
	Label(set)
	w.eachVector(w.c, rows, vectors, func(at operand.Mem, n int) { w.Load(sums[n], at) })
	VZEROUPPER()
	RET()
}

// eachVector calls do for each vector of C, taking a pointer down the rows.
func (w *kernel) eachVector(c reg.Register, rows, vectors int, do func(at operand.Mem, n int)) {
	for r := range rows {
		for v := range vectors {
			do(operand.Mem{Base: c, Disp: v * w.Bytes()}, r*vectors+v)
		}
		if r < rows-1 {
			ADDQ(w.ldc, c)
		}
	}
}
