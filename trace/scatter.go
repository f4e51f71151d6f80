package trace

// Picker is an Op that picks elements of operand 0, and is linear in that. The cotangent
// that one application gives operand 0 is mostly zeros; those of several applications to
// one operand can be given at once.
type Picker interface {
	Op
	// Joins reports whether an application of this op and one of another op to an operand
	// of the same type can be given at once.
	Joins(other Op) bool
	// Joint returns the sum of the cotangents of operand 0, of type t, by applications
	// that join each other, at least two. What meets in one place is added in their
	// order.
	Joint(t Type, picks []Pick) Value
}

// Pick is one application of a [Picker].
type Pick struct {
	Op   Picker
	Rest []Value // its operands but the first
	CT   Value   // the cotangent of its output
}

// Accumulator is an Op whose output is zeros to which it adds its operands, each element
// to one place.
type Accumulator interface {
	Op
	// Onto returns the op that adds them to a further first operand instead, of the type
	// of the output. ok is false if there is none.
	Onto() (op Op, ok bool)
}

// InPlace is an Op that changes some elements of operand 0. Its only output may have the
// memory of that operand, and is then written where they change.
type InPlace interface {
	Op
	InPlace()
}
