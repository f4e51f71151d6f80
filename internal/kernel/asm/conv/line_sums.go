package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// tapWords is the size of a tap in words: where it reads B, where each line of C reads A
// for it, the masks of the first and last vector, and what it fetches ahead.
const tapWords = 6

// lineSums writes the kernel.
func lineSums(i isa.ISA, lanes operand.Mem) {
	TEXT("lineSums"+i.Name, NOSPLIT,
		"func(c *byte, ldc, cLine int, a *byte, ars, aChannel int, b *byte, at, bChannel int, taps *int64, both, first, second, channels, rows, vectors int, last uint64, lines int, accumulate bool)")
	Pragma("noescape")
	program.Doc(fmt.Sprintf("lineSums%s sets up to %d vectors of one or two lines in each of up to %d rows of C, or adds to them. They are the", i.Name, widest, 3),
		"sum over channels and taps of elements of A, a row apart, and vectors from b + at on. Some taps are for both lines, then some for",
		"the first and some for the second. A tap is six words: where it reads B, and A for each line; the lanes that it reads of the first",
		"and the last vector; and where it fetches a line of the cache, from where B is. The last vector of C has the lanes in last.",
		"Distances count bytes.")
	have, wide := isa.Arg("rows"), isa.Arg("vectors")
	for r := 3; r > 0; r-- {
		below := fmt.Sprint("rowsBelow", r)
		if r > 1 {
			CMPQ(have, operand.Imm(uint64(r)))
			JNE(operand.LabelRef(below))
		}
		for v := widest; v > 1; v-- {
			CMPQ(wide, operand.Imm(uint64(v)))
			JEQ(operand.LabelRef(pair{i, r, v}.label("start")))
		}
		for v := 1; v <= widest; v++ {
			pair{i, r, v}.write(lanes)
		}
		if r > 1 {
			Label(below)
		}
	}
}

// widest is how many vectors are summed up at a time: for three rows of two lines, that
// is 24 registers for sums, four for B and one for A.
const widest = 4

// pair is the sums of so many vectors in so many rows of two lines.
type pair struct {
	isa.ISA
	rows, vectors int
}

func (l pair) label(what string) string { return fmt.Sprintf("r%dv%d%s", l.rows, l.vectors, what) }

func (l pair) write(lanes operand.Mem) {
	Label(l.label("start"))
	a, b, ars := isa.Arg("a"), isa.Arg("b"), isa.Arg("ars")
	ADDQ(argument("at"), b)
	sums := [2][]reg.VecVirtual{l.Zeros(l.rows * l.vectors), l.Zeros(l.rows * l.vectors)}
	channels, tap := isa.Arg("channels"), GP64()
	Label(l.label("channel"))
	MOVQ(argument("taps"), tap)
	for _, part := range []struct {
		name        string
		first, last int // of the lines
	}{{"both", 0, 1}, {"first", 0, 0}, {"second", 1, 1}} {
		n, begin, end := GP64(), l.label(part.name), l.label(part.name+"End")
		MOVQ(argument(part.name), n)
		TESTQ(n, n)
		JEQ(operand.LabelRef(end))
		Label(begin)
		vectors := l.read(b, tap, lanes)
		for line := part.first; line <= part.last; line++ {
			l.multiply(sums[line], vectors, a, ars, operand.Mem{Base: tap, Disp: 8 + 8*line})
		}
		ADDQ(operand.Imm(8*tapWords), tap)
		DECQ(n)
		JNZ(operand.LabelRef(begin))
		Label(end)
	}
	ADDQ(argument("aChannel"), a)
	ADDQ(argument("bChannel"), b)
	DECQ(channels)
	JNZ(operand.LabelRef(l.label("channel")))
	l.keep(sums, lanes)
	VZEROUPPER()
	RET()
}

// read loads the vectors of a tap.
func (l pair) read(b, tap reg.Register, lanes operand.Mem) []reg.VecVirtual {
	from, vectors := GP64(), l.Vectors(l.vectors)
	MOVQ(operand.Mem{Base: tap, Disp: 40}, from)
	PREFETCHT0(operand.Mem{Base: b, Index: from, Scale: 1})
	MOVQ(operand.Mem{Base: tap}, from)
	ADDQ(b, from)
	for v, vector := range vectors {
		m := operand.Mem{Base: from, Disp: v * l.Bytes()}
		switch v {
		case 0:
			l.Mask(operand.Mem{Base: tap, Disp: 24}, lanes).Load(m, vector)
		case l.vectors - 1:
			l.Mask(operand.Mem{Base: tap, Disp: 32}, lanes).Load(m, vector)
		default:
			l.Load(m, vector)
		}
	}
	return vectors
}

// multiply adds the products of vectors and elements of A to the sums of a line.
func (l pair) multiply(sums, vectors []reg.VecVirtual, a, ars reg.Register, offset operand.Mem) {
	at, element := GP64(), l.Vector()
	MOVQ(offset, at)
	ADDQ(a, at)
	for r := range l.rows {
		m := operand.Mem{Base: at}
		if r > 0 {
			m.Index, m.Scale = ars, uint8(r)
		}
		l.Broadcast(m, element)
		for v, vector := range vectors {
			l.FMA(vector, element, sums[r*l.vectors+v])
		}
	}
}

// keep sets C to the sums, or adds it to them first.
func (l pair) keep(sums [2][]reg.VecVirtual, lanes operand.Mem) {
	last := l.Mask(argument("last"), lanes)
	add, lines, spare := GP8(), GP64(), l.Vector()
	Load(Param("accumulate"), add)
	MOVQ(argument("lines"), lines)
	done := l.label("done")
	for line := range sums {
		if line == 1 {
			CMPQ(lines, operand.Imm(1))
			JEQ(operand.LabelRef(done))
		}
		set := l.label(fmt.Sprint("set", line))
		TESTB(add, add)
		JEQ(operand.LabelRef(set))
		l.eachVector(line, func(m operand.Mem, n int, whole bool) {
			if whole {
				l.Add(m, sums[line][n], sums[line][n])
				return
			}
			last.Load(m, spare)
			l.Add(spare, sums[line][n], sums[line][n])
		})
		Label(set)
		l.eachVector(line, func(m operand.Mem, n int, whole bool) {
			if whole {
				l.Load(sums[line][n], m)
				return
			}
			last.Store(sums[line][n], m)
		})
	}
	Label(done)
}

// eachVector calls do for each vector of a line of C, whole or the last of its row.
func (l pair) eachVector(line int, do func(at operand.Mem, n int, whole bool)) {
	c := isa.Arg("c")
	if line == 1 {
		ADDQ(argument("cLine"), c)
	}
	for r := range l.rows {
		for v := range l.vectors {
			do(operand.Mem{Base: c, Disp: v * l.Bytes()}, r*l.vectors+v, v < l.vectors-1)
		}
		if r < l.rows-1 {
			ADDQ(argument("ldc"), c)
		}
	}
}
