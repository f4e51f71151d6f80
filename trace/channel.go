package trace

// Channeled is an Op of two operands, linear in each, that maps channels of one, the
// data, to channels of its output as the other, the weights, say. A factor for each
// channel can then be moved into the weights, which is how a normalization is merged into
// the layer beside it.
type Channeled interface {
	Op
	// ScaleOutput returns how to make, of the weights and factors[c], weights that
	// multiply the output by the factors along an axis of c elements. ok is false if no
	// weights do that. weights is the index of that operand.
	ScaleOutput(in []Type, weights, axis int) (scale func(w, factors Value) Value, ok bool)
	// ScaleInput returns how to make, of the weights and factors[c], weights that act on
	// the data as the old ones act on data multiplied by the factors along an axis of c
	// elements. ok is false if no weights do that.
	ScaleInput(in []Type, weights, axis int) (scale func(w, factors Value) Value, ok bool)
	// Scale multiplies the data, or the output, by factors[c] along an axis of c
	// elements: what ScaleInput and ScaleOutput do without.
	Scale(x, factors Value, axis int) Value
}

// Subtractive is an Op of data and weights, linear in each, that may take its output for
// some weights for the difference of outputs for others.
type Subtractive interface {
	Op
	// Rest returns an op that computes the output for w where u and w add up to s·v,
	// within rounding, for a factor s for each channel of the output. Its operands are
	// the data, w, s, and the outputs for v and for u, and it is [Mixed]. It is nil if
	// there are no such factors, or if the operation is hardly more work than a
	// subtraction.
	Rest(in []Type, v, u, w *Array) (op Op, s *Array)
}
