package trace

// Loop is what a [LoopOp] does: for each row k of the operands that are mapped over,
//
//	carry, ys[k] = Body(constants, carry, xs[k])   for k = 0, 1, ... Length-1,
//
// from the last row to the first if Reverse is set. The operands are the constants, the
// initial carry and the mapped ones, whose axis 0 has Length rows; the outputs are the
// last carry and the stacked ys.
type Loop struct {
	Body          *Program // of constants, carry and one row of each mapped operand
	Consts, Carry int      // how many operands are constants, and initial carries
	Length        int
	Reverse       bool
}

// Mapped is the index of the first operand that is mapped over.
func (l Loop) Mapped() int { return l.Consts + l.Carry }

// Row is the row that step k takes.
func (l Loop) Row(k int) int {
	if l.Reverse {
		return l.Length - 1 - k
	}
	return k
}
