package isa

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// PerPointer is how many vectors one pointer reaches with a register for their distance
// and one for three times that.
const PerPointer = 5

// Spaced is vectors in memory that are evenly spaced.
type Spaced struct {
	Base          [2]reg.Register // where the first is, and that PerPointer on
	apart, apart3 reg.Register
	step          reg.Register
}

// NewSpaced are vectors whose distance, and that from step to step, are parameters.
func NewSpaced(name string) Spaced {
	s := Evenly(name, Arg(name+"Vector"))
	s.step = Arg(name + "Step")
	return s
}

// Evenly are vectors from where a parameter says on, so many bytes apart.
func Evenly(name string, apart reg.Register) Spaced {
	s := Spaced{Base: [2]reg.Register{Arg(name), GP64()}, apart: apart, apart3: GP64()}
	LEAQ(operand.Mem{Base: s.apart, Index: s.apart, Scale: 2}, s.apart3)
	LEAQ(operand.Mem{Base: s.Base[0], Index: s.apart, Scale: 4}, s.Base[1])
	ADDQ(s.apart, s.Base[1])
	return s
}

// At is vector r.
func (s Spaced) At(r int) operand.Mem {
	m := operand.Mem{Base: s.Base[r/PerPointer]}
	switch r %= PerPointer; r {
	case 0:
	case 3:
		m.Index, m.Scale = s.apart3, 1
	default:
		m.Index, m.Scale = s.apart, uint8(r)
	}
	return m
}

// Next goes on by a step, for so many vectors.
func (s Spaced) Next(vectors int) {
	ADDQ(s.step, s.Base[0])
	if vectors > PerPointer {
		ADDQ(s.step, s.Base[1])
	}
}
