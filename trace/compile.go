package trace

// What a compiler asks of operations, beside what all of them have.

// Steady is an Op whose absolute output error is at most about the absolute error of its
// operands. A sum is steady. A quotient is not: a small error in a small denominator
// changes the result a lot. Where an op jumps, at a kink or between maxima that are
// nearly equal, either side will do. An op that is linear in its operands, each by itself
// or all together, is steady without saying so.
type Steady interface {
	Op
	Steady()
}

// Preparer is an Op that can be computed faster in another way, which may round
// otherwise: what an element is off by is relative to the largest elements of the result,
// not to itself.
type Preparer interface {
	Op
	// Prepare returns an op for operands of these types that computes the same in that
	// way. scrutinized says that something is divided by the result, say, so that it must
	// be off by little more than rounding. ok is false if it would not be faster.
	Prepare(in []Type, scrutinized bool) (op Op, ok bool)
}

// Mixed is a Costed Op that reads some operands element by element, as a sum does, and
// adds up the others, as a product does.
type Mixed interface {
	Costed
	// ByElement reports whether it reads operand j element by element.
	ByElement(j int) bool
}

// Lowerer is an Op that is better computed by other operations where some of its operands
// are known in advance.
type Lowerer interface {
	Op
	// Lower applies the other operations to in, given the operands that never change;
	// those that do are absent in constant. The result is exact where it is NaN or
	// infinite, and within rounding elsewhere. nil leaves the op as it is.
	Lower(in, constant []Value) []Value
}
