package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// dot writes the dot product, with four running vectors of sums.
func dot(i isa.ISA) {
	TEXT("dot"+i.Name, NOSPLIT, "func(sum, a, x *byte, n int)")
	Pragma("noescape")
	program.Doc(fmt.Sprintf("dot%s sets sum to Σ a[k] x[k] for k < n, which is a multiple of %d.", i.Name, i.Lanes))
	sum, a, x, n := isa.Arg("sum"), isa.Arg("a"), isa.Arg("x"), isa.Arg("n")
	sums, v := i.Zeros(4), i.Vector()
	Label("four")
	SUBQ(operand.I32(4*i.Lanes), n)
	JLT(operand.LabelRef("rest"))
	for r, s := range sums {
		i.Load(operand.Mem{Base: a, Disp: r * i.Bytes()}, v)
		i.FMA(operand.Mem{Base: x, Disp: r * i.Bytes()}, v, s)
	}
	forward(4*i.Bytes(), a, x)
	JMP(operand.LabelRef("four"))
	Label("rest")
	ADDQ(operand.I32(4*i.Lanes), n)
	Label("one")
	SUBQ(operand.I32(i.Lanes), n)
	JLT(operand.LabelRef("done"))
	i.Load(operand.Mem{Base: a}, v)
	i.FMA(operand.Mem{Base: x}, v, sums[0])
	forward(i.Bytes(), a, x)
	JMP(operand.LabelRef("one"))
	Label("done")
	addFour(i, sums)
	i.LoadOne(sums[0].AsX(), operand.Mem{Base: sum})
	VZEROUPPER()
	RET()
}

// dots writes the dot products of some rows at a time, which share what is read of x: as
// many as there are registers for the running sums that dot has of each.
func dots(i isa.ISA) {
	rows := 2
	if i.Bytes() == 64 {
		rows = 4
	}
	TEXT("dots"+i.Name, NOSPLIT, "func(sums, a *byte, stride int, x *byte, n, groups int)")
	Pragma("noescape")
	program.Doc(fmt.Sprintf("dots%s is dot%s for so many groups of %d rows of a, which are stride bytes apart.", i.Name, i.Name, rows))
	sums, a, stride, x := isa.Arg("sums"), isa.Arg("a"), isa.Arg("stride"), isa.Arg("x")
	n, groups := isa.Arg("n"), isa.Arg("groups")
	stride3, from, at, left := GP64(), GP64(), GP64(), GP64()
	LEAQ(operand.Mem{Base: stride, Index: stride, Scale: 2}, stride3)
	row := []operand.Mem{{Base: from}, {Base: from, Index: stride, Scale: 1}, {Base: from, Index: stride, Scale: 2}, {Base: from, Index: stride3, Scale: 1}}
	Label("group")
	MOVQ(a, from)
	MOVQ(x, at)
	MOVQ(n, left)
	v := i.Vector()
	total := make([][]reg.VecVirtual, rows)
	for r := range total {
		total[r] = i.Zeros(4)
	}
	step := func(vectors int) {
		for q := range vectors {
			i.Load(operand.Mem{Base: at, Disp: q * i.Bytes()}, v)
			for r := range total {
				i.FMA(row[r].Offset(q*i.Bytes()), v, total[r][q])
			}
		}
		forward(vectors*i.Bytes(), from, at)
	}
	Label("four")
	SUBQ(operand.I32(4*i.Lanes), left)
	JLT(operand.LabelRef("rest"))
	step(4)
	JMP(operand.LabelRef("four"))
	Label("rest")
	ADDQ(operand.I32(4*i.Lanes), left)
	Label("one")
	SUBQ(operand.I32(i.Lanes), left)
	JLT(operand.LabelRef("done"))
	step(1)
	JMP(operand.LabelRef("one"))
	Label("done")
	for r, t := range total {
		addFour(i, t)
		i.LoadOne(t[0].AsX(), operand.Mem{Base: sums, Disp: r * i.Size})
		ADDQ(stride, a)
	}
	ADDQ(operand.I32(rows*i.Size), sums)
	DECQ(groups)
	JNZ(operand.LabelRef("group"))
	VZEROUPPER()
	RET()
}

// addFour leaves the sum of four running vectors of sums in the first element of the
// first.
func addFour(i isa.ISA, sums []reg.VecVirtual) {
	i.Add(sums[1], sums[0], sums[0])
	i.Add(sums[3], sums[2], sums[2])
	i.Add(sums[2], sums[0], sums[0])
	i.Sum(sums[0])
}

func forward(bytes int, pointers ...reg.Register) {
	for _, p := range pointers {
		ADDQ(operand.I32(bytes), p)
	}
}

// columnsAtOnce is how many columns are added for one read and write of the sum, at most.
const columnsAtOnce = 8

// addColumns writes the sum of some columns, scaled.
func addColumns(i isa.ISA) {
	TEXT("addColumns"+i.Name, NOSPLIT, "func(y, a *byte, stride int, x *byte, columns, n int)")
	Pragma("noescape")
	program.Doc(fmt.Sprintf("addColumns%s adds Σ a[i + r·stride] x[r] over r < columns, in order, to y[i] for i < n, which is a multiple of %d. There are 1 to %d",
		i.Name, i.Lanes, columnsAtOnce), "columns, stride bytes apart.")
	y, a, x, columns, n := isa.Arg("y"), isa.Evenly("a", isa.Arg("stride")), isa.Arg("x"), isa.Arg("columns"), isa.Arg("n")
	for r := columnsAtOnce; r > 1; r-- {
		CMPQ(columns, operand.Imm(uint64(r)))
		JEQ(operand.LabelRef(fmt.Sprint("start", r)))
	}
	for r := 1; r <= columnsAtOnce; r++ {
		Label(fmt.Sprint("start", r))
		scales, sum := i.Vectors(r), i.Vector()
		for c := range scales {
			i.Broadcast(operand.Mem{Base: x, Disp: c * i.Size}, scales[c])
		}
		Label(fmt.Sprint("step", r))
		i.Load(operand.Mem{Base: y}, sum)
		for c := range scales {
			i.FMA(a.At(c), scales[c], sum)
		}
		i.Load(sum, operand.Mem{Base: y})
		forward(i.Bytes(), y, a.Base[0])
		if r > isa.PerPointer {
			forward(i.Bytes(), a.Base[1])
		}
		SUBQ(operand.I32(i.Lanes), n)
		JNZ(operand.LabelRef(fmt.Sprint("step", r)))
		VZEROUPPER()
		RET()
	}
}
