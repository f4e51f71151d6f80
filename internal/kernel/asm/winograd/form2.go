package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// form2 is F(2×2, 3×3), of the points 0, 1, -1 and infinity.
type form2 struct{}

func (form2) tile() int               { return 2 }
func (form2) coefficients() []float32 { return []float32{0.5} }
func (form2) inputUses() []int        { return nil }
func (form2) outputUses() []int       { return nil }
func (form2) weightsUses() []int      { return []int{0} }
func (form2) inputRows() [][]int      { return [][]int{{0}, {1}, {2}, {3}} }
func (form2) outputRows() [][]int     { return [][]int{{0}, {1}} }

// input is d0 - d2, d1 + d2, d2 - d1 or d1 - d3.
func (form2) input(m *machine, rows []int, d func(k int) operand.Op) []reg.VecVirtual {
	row := [...]struct {
		a, b int
		op   combine
	}{{0, 2, VSUBPS}, {1, 2, VADDPS}, {2, 1, VSUBPS}, {1, 3, VSUBPS}}[rows[0]]
	v := m.copyOf(d(row.a))
	row.op(d(row.b), v, v)
	return []reg.VecVirtual{v}
}

// output is m0 + m1 + m2 or m1 - m2 - m3.
func (form2) output(m *machine, rows []int, x func(k int) operand.Op) []reg.VecVirtual {
	first, y := rows[0], m.copyOf(x(rows[0]))
	op := [...]combine{VADDPS, VSUBPS}[first]
	op(x(first+1), y, y)
	op(x(first+2), y, y)
	return []reg.VecVirtual{y}
}

// weights is w0, (w0 + w2)/2 + w1/2, (w0 + w2)/2 - w1/2 or w2.
func (form2) weights(m *machine, row int, w []reg.VecVirtual) reg.VecVirtual {
	if row == 0 || row == 3 {
		return w[row*2/3]
	}
	v, odd, half := m.Vector(), m.Vector(), m.coefficient(0)
	VADDPS(w[2], w[0], v)
	VMULPS(half, v, v)
	VMULPS(half, w[1], odd)
	[]combine{1: VADDPS, 2: VSUBPS}[row](odd, v, v)
	return v
}
