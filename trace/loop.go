package trace

// Bodied is a Caller whose bodies can be exchanged for others.
type Bodied interface {
	Caller
	// WithBodies returns the op with as many other bodies, of the same types as its own.
	WithBodies([]*Program) Op
}

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

// LoopOp is an Op that runs a body for one row after the other.
type LoopOp interface {
	Bodied
	// AsLoop says what it does.
	AsLoop() Loop
	// WithLoop returns the same kind of op for another loop.
	WithLoop(Loop) Op
}

// ChoiceOp is an Op that runs one of its bodies. Operand 0 says which one; the others are
// the arguments of all bodies. Its WithBodies takes bodies of other types, too, if all
// have the same.
type ChoiceOp interface {
	Bodied
	// Branch is the body that is run where operand 0 is this array.
	Branch(*Array) int
}
