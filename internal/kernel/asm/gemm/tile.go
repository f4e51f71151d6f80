package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
)

// perPointer is how many rows of A one pointer reaches: 0, 1, 2, 3 and 4 strides on, with a register
// for the stride and one for three times that.
const perPointer = 5

// walk is the registers of a tile's loop.
type walk struct {
	c, ldc         reg.Register
	a              []reg.Register // a pointer to every perPointer-th row
	ars, ars3, acs reg.Register
	b, brs         reg.Register
	k, accumulate  reg.Register
}

// tile writes the micro kernel of an instruction set: a loop for each number of rows and of vectors.
func tile(i isa.ISA) {
	TEXT("tile"+i.Name, NOSPLIT, "func(c *byte, ldc int, a *byte, ars, acs int, b *byte, brs, k, rows, vectors int, accumulate bool)")
	Pragma("noescape")
	Doc(fmt.Sprintf("tile%s sets the tile of C at c, or adds to it, to the product of k steps of A and B: up to %d", i.Name, i.Rows),
		fmt.Sprintf("rows, and one or two vectors of %d columns. A is read at row·ars + step·acs, B at step·brs; strides count", i.Lanes),
		"bytes. The steps are added up in order, with one rounding each.")
	w := walk{
		c: isa.Arg("c"), ldc: isa.Arg("ldc"), ars: isa.Arg("ars"), ars3: GP64(), acs: isa.Arg("acs"),
		b: isa.Arg("b"), brs: isa.Arg("brs"), k: isa.Arg("k"), accumulate: Load(Param("accumulate"), GP8()),
	}
	for j := 0; j < i.Rows; j += perPointer {
		w.a = append(w.a, GP64())
	}
	Load(Param("a"), w.a[0].(reg.GPVirtual))
	LEAQ(operand.Mem{Base: w.ars, Index: w.ars, Scale: 2}, w.ars3)
	for p := 1; p < len(w.a); p++ {
		LEAQ(operand.Mem{Base: w.a[p-1], Index: w.ars, Scale: 4}, w.a[p])
		ADDQ(w.ars, w.a[p])
	}
	chooseTile(i, w)
}

// chooseTile jumps to the loop for the rows and vectors asked for, the largest first.
func chooseTile(i isa.ISA, w walk) {
	rows, vectors := isa.Arg("rows"), isa.Arg("vectors")
	CMPQ(vectors, operand.Imm(1))
	JEQ(operand.LabelRef("narrow"))
	for _, width := range []int{2, 1} {
		if width == 1 {
			Label("narrow")
		}
		for r := i.Rows; r > 1; r-- {
			CMPQ(rows, operand.Imm(uint64(r)))
			JEQ(operand.LabelRef(label(r, width, "start")))
		}
		for r := 1; r <= i.Rows; r++ {
			tileLoop(i, w, r, width)
		}
	}
}

func label(rows, vectors int, what string) string {
	return fmt.Sprintf("r%dv%d%s", rows, vectors, what)
}

// tileLoop computes a tile of so many rows and vectors.
func tileLoop(i isa.ISA, w walk, rows, vectors int) {
	Label(label(rows, vectors, "start"))
	sums := i.Zeros(rows * vectors)
	b, a := i.Vectors(vectors), i.Vector()
	Label(label(rows, vectors, "step"))
	for v := range b {
		i.Load(operand.Mem{Base: w.b, Disp: v * i.Bytes()}, b[v])
	}
	for r := range rows {
		i.Broadcast(w.row(r), a)
		for v := range b {
			i.FMA(b[v], a, sums[r*vectors+v])
		}
	}
	for p := 0; p*perPointer < rows; p++ {
		ADDQ(w.acs, w.a[p])
	}
	ADDQ(w.brs, w.b)
	DECQ(w.k)
	JNZ(operand.LabelRef(label(rows, vectors, "step")))
	storeTile(i, w, rows, vectors, sums)
}

// row is the element of A in a row.
func (w walk) row(r int) operand.Mem {
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

func storeTile(i isa.ISA, w walk, rows, vectors int, sums []reg.VecVirtual) {
	TESTB(w.accumulate, w.accumulate)
	JEQ(operand.LabelRef(label(rows, vectors, "set")))
	eachRow(i, w, rows, vectors, func(at operand.Mem, n int) {
		i.Add(at, sums[n], sums[n])
		i.Load(sums[n], at)
	})
	Label(label(rows, vectors, "set"))
	eachRow(i, w, rows, vectors, func(at operand.Mem, n int) { i.Load(sums[n], at) })
}

// eachRow calls store for each vector of C, going down the rows, and returns from the kernel.
func eachRow(i isa.ISA, w walk, rows, vectors int, store func(at operand.Mem, n int)) {
	for r := range rows {
		for v := range vectors {
			store(operand.Mem{Base: w.c, Disp: v * i.Bytes()}, r*vectors+v)
		}
		if r < rows-1 {
			ADDQ(w.ldc, w.c)
		}
	}
	VZEROUPPER()
	RET()
}
