package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
)

// combine is an instruction that sets c to a function of a, b and perhaps c, for operands
// a, b, c.
type combine func(...operand.Op)

// machine is an instruction set with coefficients in memory and, if it has the registers,
// in registers.
type machine struct {
	isa.ISA
	table operand.Mem
	kept  map[int]reg.VecVirtual
}

// newMachine keeps those of the coefficients that are used.
func newMachine(i isa.ISA, table operand.Mem, uses []int) *machine {
	m := &machine{i, table, map[int]reg.VecVirtual{}}
	if m.large() {
		for _, c := range uses {
			m.kept[c] = m.coefficient(c)
		}
	}
	return m
}

// large says whether there are 32 registers.
func (m *machine) large() bool { return m.Bytes() == 64 }

// coefficient is one of them in all lanes.
func (m *machine) coefficient(c int) reg.VecVirtual {
	if v, ok := m.kept[c]; ok {
		return v
	}
	v := m.Vector()
	m.Broadcast(m.table.Offset(4*c), v)
	return v
}

// groups are the rows that are computed together, for which there may be too few
// registers.
func (m *machine) groups(rows [][]int) [][]int {
	if m.large() {
		return rows
	}
	var single [][]int
	for _, group := range rows {
		for _, r := range group {
			single = append(single, []int{r})
		}
	}
	return single
}

// copyOf is an operand in a register of its own.
func (m *machine) copyOf(x operand.Op) reg.VecVirtual {
	v := m.Vector()
	m.Load(x, v)
	return v
}

// array is vectors in memory, in up to six rows.
type array struct{ base, row, row3, row5 reg.Register }

func newArray(base, row reg.Register) array {
	a := array{base, row, GP64(), GP64()}
	LEAQ(operand.Mem{Base: row, Index: row, Scale: 2}, a.row3)
	LEAQ(operand.Mem{Base: row, Index: row, Scale: 4}, a.row5)
	return a
}

// at is an element of a row, so many bytes from its start.
func (a array) at(row, offset int) operand.Mem {
	m := operand.Mem{Base: a.base, Disp: offset}
	switch row {
	case 0:
	case 3:
		m.Index, m.Scale = a.row3, 1
	case 5:
		m.Index, m.Scale = a.row5, 1
	default:
		m.Index, m.Scale = a.row, uint8(row)
	}
	return m
}

// finish returns.
func finish() {
	VZEROUPPER()
	RET()
}
