package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
)

// tapWords is the size of a tap in words: where it reads B and A, the masks of the first and last vector, and what it
// fetches ahead.
const tapWords = 5

// lineSums writes the kernel.
func lineSums(i isa.ISA, lanes operand.Mem) {
	rows, vectors := widest(i)
	TEXT("lineSums"+i.Name, NOSPLIT,
		"func(c *byte, ldc int, a *byte, ars, aChannel int, b *byte, at, bChannel int, taps *int64, n, channels, rows, vectors int, last uint64, accumulate bool)")
	Pragma("noescape")
	Doc(fmt.Sprintf("lineSums%s sets so many vectors of a line in each of some rows of C, or adds to them, up to %d in %d rows:", i.Name, vectors, rows),
		"the sum over channels and n taps of elements of A, a row apart, and vectors from b + at on. A tap is five words: where it",
		"reads B and A, the lanes that it reads of the first and the last vector, and where it fetches a line of the cache, from where B",
		"is. The last vector of C has the lanes in last. Distances count bytes.")
	have, wide := isa.Arg("rows"), isa.Arg("vectors")
	for r := rows; r > 0; r-- {
		below := fmt.Sprint("rowsBelow", r)
		if r > 1 {
			CMPQ(have, operand.Imm(uint64(r)))
			JNE(operand.LabelRef(below))
		}
		for v := vectors; v > 1; v-- {
			CMPQ(wide, operand.Imm(uint64(v)))
			JEQ(operand.LabelRef(line{i, r, v}.label("start")))
		}
		for v := 1; v <= vectors; v++ {
			line{i, r, v}.write(lanes)
		}
		if r > 1 {
			Label(below)
		}
	}
}

// widest is how many rows and vectors are summed up at a time: a register is for each vector of each row, one for each row,
// and one for B.
func widest(i isa.ISA) (rows, vectors int) {
	if i.Bytes() == 64 {
		return 3, 8
	}
	return 3, 4
}

// line is the sums of so many vectors in so many rows.
type line struct {
	isa.ISA
	rows, vectors int
}

func (l line) label(what string) string { return fmt.Sprintf("r%dv%d%s", l.rows, l.vectors, what) }

func (l line) write(lanes operand.Mem) {
	Label(l.label("start"))
	a, b, ars := isa.Arg("a"), isa.Arg("b"), isa.Arg("ars")
	ADDQ(argument("at"), b)
	sums := l.Zeros(l.rows * l.vectors)
	channels, tap, n := isa.Arg("channels"), GP64(), GP64()
	Label(l.label("channel"))
	MOVQ(argument("taps"), tap)
	MOVQ(argument("n"), n)
	Label(l.label("tap"))
	l.step(sums, a, ars, b, tap, lanes)
	ADDQ(operand.Imm(8*tapWords), tap)
	DECQ(n)
	JNZ(operand.LabelRef(l.label("tap")))
	ADDQ(argument("aChannel"), a)
	ADDQ(argument("bChannel"), b)
	DECQ(channels)
	JNZ(operand.LabelRef(l.label("channel")))
	l.keep(sums, lanes)
	VZEROUPPER()
	RET()
}

// step adds the products of a tap.
func (l line) step(sums []reg.VecVirtual, a, ars, b, tap reg.Register, lanes operand.Mem) {
	from, at := GP64(), GP64()
	MOVQ(operand.Mem{Base: tap, Disp: 8}, at)
	ADDQ(a, at)
	elements, vector := l.Vectors(l.rows), l.Vector()
	for r, element := range elements {
		m := operand.Mem{Base: at}
		if r > 0 {
			m.Index, m.Scale = ars, uint8(r)
		}
		l.Broadcast(m, element)
	}
	MOVQ(operand.Mem{Base: tap}, from)
	ADDQ(b, from)
	for v := range l.vectors {
		m := operand.Mem{Base: from, Disp: v * l.Bytes()}
		switch v {
		case 0:
			l.Mask(operand.Mem{Base: tap, Disp: 16}, lanes).Load(m, vector)
		case l.vectors - 1:
			l.Mask(operand.Mem{Base: tap, Disp: 24}, lanes).Load(m, vector)
		default:
			l.Load(m, vector)
		}
		for r, element := range elements {
			l.FMA(vector, element, sums[r*l.vectors+v])
		}
	}
	MOVQ(operand.Mem{Base: tap, Disp: 32}, at)
	PREFETCHT0(operand.Mem{Base: b, Index: at, Scale: 1})
}

// keep sets C to the sums, or adds it to them first.
func (l line) keep(sums []reg.VecVirtual, lanes operand.Mem) {
	last := l.Mask(argument("last"), lanes)
	set, add, spare := l.label("set"), GP8(), l.Vector()
	Load(Param("accumulate"), add)
	TESTB(add, add)
	JEQ(operand.LabelRef(set))
	l.eachVector(func(m operand.Mem, n int, whole bool) {
		if whole {
			l.Add(m, sums[n], sums[n])
			return
		}
		last.Load(m, spare)
		l.Add(spare, sums[n], sums[n])
	})
	Label(set)
	l.eachVector(func(m operand.Mem, n int, whole bool) {
		if whole {
			l.Load(sums[n], m)
			return
		}
		last.Store(sums[n], m, spare)
	})
}

// eachVector calls do for each vector of C, whole or the last of its row.
func (l line) eachVector(do func(at operand.Mem, n int, whole bool)) {
	c := isa.Arg("c")
	for r := range l.rows {
		for v := range l.vectors {
			do(operand.Mem{Base: c, Disp: v * l.Bytes()}, r*l.vectors+v, v < l.vectors-1)
		}
		if r < l.rows-1 {
			ADDQ(argument("ldc"), c)
		}
	}
}
