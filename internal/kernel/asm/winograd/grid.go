package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
)

// grid is an array of groups of transformed tiles, for each position within a tile.
type grid struct{ start, position, position3, group reg.Register }

func newGrid(name string) *grid {
	g := &grid{isa.Arg(name), isa.Arg("position"), GP64(), isa.Arg("group")}
	LEAQ(operand.Mem{Base: g.position, Index: g.position, Scale: 2}, g.position3)
	return g
}

// at is the vector of position j in the row of positions at a pointer.
func (g *grid) at(row reg.Register, j int) operand.Mem {
	switch j {
	case 0:
		return operand.Mem{Base: row}
	case 3:
		return operand.Mem{Base: row, Index: g.position3, Scale: 1}
	}
	return operand.Mem{Base: row, Index: g.position, Scale: uint8(j)}
}

// each runs body for every vector of every group, with a pointer to its first position that body may
// change.
func (g *grid) each(body func(at reg.Register)) {
	groups, perGroup := isa.Arg("groups"), isa.Arg("perGroup")
	first, left := GP64(), GP64()
	Label("group")
	MOVQ(g.start, first)
	MOVQ(perGroup, left)
	Label("vector")
	at := GP64()
	MOVQ(first, at)
	body(at)
	ADDQ(operand.Imm(32), first)
	DECQ(left)
	JNZ(operand.LabelRef("vector"))
	ADDQ(g.group, g.start)
	DECQ(groups)
	JNZ(operand.LabelRef("group"))
}

// finish returns.
func finish() {
	VZEROUPPER()
	RET()
}
