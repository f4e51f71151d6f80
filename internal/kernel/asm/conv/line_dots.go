package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// lineDots writes the kernel.
func lineDots(i isa.ISA, lanes operand.Mem) {
	taps, channels := most(i)
	TEXT("lineDots"+i.Name, NOSPLIT, "func(sums *byte, sumsRow int, x *byte, taps *int64, xLine int, y *byte, yRow, yLine, lines, whole int, tail uint64, rows, cols int)")
	Pragma("noescape")
	program.Doc(fmt.Sprintf("lineDots%s adds Σ x[taps[t] + l·xLine + j] y[o·yRow + l·yLine + j] over lines l and positions j to the lanes of", i.Name),
		fmt.Sprintf("vector t of those at sums + o·sumsRow, for t < rows, up to %d, and o < cols, up to %d. A line is so many bytes of whole", taps, channels),
		fmt.Sprintf("vectors of %d positions, and those of one more that have a bit in tail. Distances count bytes.", i.Lanes))
	rows, cols := isa.Arg("rows"), isa.Arg("cols")
	for o := channels; o > 0; o-- {
		next := fmt.Sprint("below", o)
		if o > 1 {
			CMPQ(cols, operand.Imm(uint64(o)))
			JNE(operand.LabelRef(next))
		}
		for t := taps; t > 1; t-- {
			CMPQ(rows, operand.Imm(uint64(t)))
			JEQ(operand.LabelRef(label(t, o, "start")))
		}
		for t := 1; t <= taps; t++ {
			block{i, t, o}.write(lanes)
		}
		if o > 1 {
			Label(next)
		}
	}
}

// most is how many taps and channels are summed up at a time: a register is for each pair
// and each channel, and one for x.
func most(i isa.ISA) (taps, channels int) {
	if i.Bytes() == 64 {
		return 9, 3
	}
	return 4, 3
}

func label(taps, channels int, what string) string {
	return fmt.Sprintf("t%do%d%s", taps, channels, what)
}

// block is the sums for so many taps and channels.
type block struct {
	isa.ISA
	taps, channels int
}

func (b block) label(what string) string              { return label(b.taps, b.channels, what) }
func (b block) labelRef(what string) operand.LabelRef { return operand.LabelRef(b.label(what)) }

func (b block) write(lanes operand.Mem) {
	Label(b.label("start"))
	x, y := b.pointers()
	sums := b.Zeros(b.taps * b.channels)
	lines, at := isa.Arg("lines"), GP64()
	Label(b.label("line"))
	MOVQ(argument("whole"), at)
	NEGQ(at)
	JEQ(b.labelRef("tail"))
	Label(b.label("vector"))
	b.step(sums, x, y, at, func(from operand.Mem, v reg.VecVirtual) { b.Load(from, v) })
	ADDQ(operand.I32(b.Bytes()), at)
	JNZ(b.labelRef("vector"))
	Label(b.label("tail"))
	CMPQ(argument("tail"), operand.Imm(0))
	JEQ(b.labelRef("next"))
	b.step(sums, x, y, at, b.Mask(argument("tail"), lanes).Load)
	Label(b.label("next"))
	for _, p := range x {
		ADDQ(argument("xLine"), p)
	}
	for _, p := range y {
		ADDQ(argument("yLine"), p)
	}
	DECQ(lines)
	JNZ(b.labelRef("line"))
	b.keep(sums)
	VZEROUPPER()
	RET()
}

// pointers are past the whole vectors of the first line, at each tap and channel.
func (b block) pointers() (x, y []reg.Register) {
	taps := isa.Arg("taps")
	for t := range b.taps {
		p := isa.Arg("x")
		ADDQ(argument("whole"), p)
		ADDQ(operand.Mem{Base: taps, Disp: 8 * t}, p)
		x = append(x, p)
	}
	for o := range b.channels {
		p := isa.Arg("y")
		if o == 0 {
			ADDQ(argument("whole"), p)
		} else {
			MOVQ(y[o-1], p)
			ADDQ(argument("yRow"), p)
		}
		y = append(y, p)
	}
	return x, y
}

// step adds the products of a vector of positions.
func (b block) step(sums []reg.VecVirtual, x, y []reg.Register, at reg.Register, load func(from operand.Mem, v reg.VecVirtual)) {
	vx, vy := b.Vector(), b.Vectors(b.channels)
	for o, p := range y {
		load(operand.Mem{Base: p, Index: at, Scale: 1}, vy[o])
	}
	for t, p := range x {
		load(operand.Mem{Base: p, Index: at, Scale: 1}, vx)
		for o := range vy {
			b.FMA(vx, vy[o], sums[t*b.channels+o])
		}
	}
}

// keep adds the sums to those in memory.
func (b block) keep(sums []reg.VecVirtual) {
	to := isa.Arg("sums")
	for o := range b.channels {
		for t := range b.taps {
			sum, at := sums[t*b.channels+o], operand.Mem{Base: to, Disp: t * b.Bytes()}
			b.Add(at, sum, sum)
			b.ISA.Load(sum, at)
		}
		if o < b.channels-1 {
			ADDQ(argument("sumsRow"), to)
		}
	}
}

// addLanes writes the sums of the lanes of vectors.
func addLanes(i isa.ISA) {
	TEXT("addLanes"+i.Name, NOSPLIT, "func(sums, vectors *byte, n int)")
	Pragma("noescape")
	program.Doc(fmt.Sprintf("addLanes%s adds the lanes of each of n vectors of %d to sums.", i.Name, i.Lanes))
	sums, vectors, n := isa.Arg("sums"), isa.Arg("vectors"), isa.Arg("n")
	v := i.Vector()
	Label("vector")
	i.Load(operand.Mem{Base: vectors}, v)
	i.Sum(v)
	i.AddOne(operand.Mem{Base: sums}, v.AsX(), v.AsX())
	i.LoadOne(v.AsX(), operand.Mem{Base: sums})
	ADDQ(operand.I32(i.Bytes()), vectors)
	ADDQ(operand.I32(i.Size), sums)
	DECQ(n)
	JNZ(operand.LabelRef("vector"))
	VZEROUPPER()
	RET()
}

// argument is where a parameter is.
func argument(name string) operand.Mem {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}
