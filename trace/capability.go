package trace

import "slices"

// A capability is an optional interface of an [Op]: something that is known of the
// operation, or that it can do. A pass or a composite asks for a capability and never
// for an operation by name. An op without capabilities is correct everywhere: the table
// says what is then assumed of it. Whoever asks trusts the answer. The tests of an op
// hold it to what it claims.
//
//	capability      asked by                         where it is absent
//	Linear          transforms, opt                  it is linear in no operand
//	Picker          transforms                       its cotangents are added one by one
//	Kinded          transforms, opt, rules           its sites are of the kind KindBare.name
//	Mover           transforms, opt                  it computes: relevance needs a rule
//	Rooted          transforms                       it divides by no root of its data
//	Distribution    transforms                       its output adds up to anything
//	KeyUser         transforms                       its operands are no keys
//	Runner          trace, opt                       Eval computes the outputs
//	Caller          trace, transforms, opt           it applies no programs
//	Bodied          transforms, opt                  its bodies stay as they are
//	Effect          trace, transforms, opt           only its outputs say that it was applied
//	LoopOp          transforms, opt, exec            it is no loop
//	WhileOp         transforms, opt, exec            it is no such loop
//	ChoiceOp        transforms, opt, exec            it is no choice
//	Simplifier      opt                              nothing simpler is equal to it
//	SignSimplifier  opt                              nor for any classes of its operands
//	Lowerer         opt                              no other operations stand for it
//	Channeled       opt, rules                       no factors go into its weights
//	Alternative     opt                              there is one way to compute it
//	Differencer     opt                              no output is had from two others
//	Accumulator     opt                              it scatters to zeros, then adds
//	Signed          transforms, opt                  outputs are of any class
//	Uniform         transforms, opt, exec            the output's elements differ
//	Nonexpansive    opt                              small errors may grow, unless linear
//	Selector        opt                              it says nothing of maxima
//	Scatterer       opt                              places may be any
//	Costed          transforms, opt                  each element costs one operation
//	Mixed           opt                              it adds up products of all operands
//	Elementwise     transforms, opt, exec            each element may depend on all
//	Spreader        opt, exec                        the output is made as a whole
//	Rowwise         exec                             no row is computed by itself
//	Aliaser         trace, transforms, opt, exec     outputs have memory of their own
//	InPlace         exec                             it never writes over an operand
//	Storer          trace                            it works on arrays of wide dtypes

// What derivatives, rules and composites ask.

// Linear is an Op that is linear in some of its operands.
type Linear interface {
	Op
	// LinearIn reports whether the op is linear in the marked operands jointly, the
	// others held fixed. Then its VJP with respect to them does not look at their values.
	LinearIn(marked []bool) bool
}

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

// Kinded is an Op that a composite can name.
type Kinded interface {
	Op
	Kind() Kind
}

// Mover is an Op each element of whose output is an element of an operand, moved, copied,
// selected or converted to another float dtype, or a constant. Its VJP sends cotangents
// back to where the elements came from, and so it hands relevance on as it is.
type Mover interface {
	Op
	Moves()
}

// Rooted is an Op that divides by a root that is computed from operand 0, as a layer
// normalization does. Where the root is held constant it is affine in operand 0.
type Rooted interface {
	Op
	// VJPAtRoot is VJP with the root as a constant.
	VJPAtRoot(in, out, ct []Value, want []bool) []Value
}

// Distribution is an Op whose output adds up to 1 along an axis, as that of a softmax.
type Distribution interface {
	Op
	DistributionAxis() int
}

// KeyUser is an Op whose operand 0 are keys of random numbers, i64, that it uses up: what
// is drawn from them again is not independent of what it gives.
type KeyUser interface {
	Op
	UsesKeys()
}

// Of ops that apply other ops or programs.

// Runner is an Op that evaluates by applying other operations; Eval is then used only
// where memory is planned.
type Runner interface {
	Op
	Run(in []Value) []Value
}

// Caller is an Op that applies programs, as a call or a loop does.
type Caller interface {
	Op
	Bodies() []*Program
}

// Bodied is a Caller whose bodies can be exchanged for others.
type Bodied interface {
	Caller
	// WithBodies returns the op with as many other bodies, of the same types as its own.
	WithBodies([]*Program) Op
}

// Effect is an Op without outputs that does something else, as printing does: it is
// applied for what it does. A program applies it as often as it is written there, and in
// the order of the other effects. Whoever computes a part of a program again leaves its
// effects out, see [Program.Silent].
type Effect interface {
	Op
	Effect()
}

// HasEffect reports whether an op is an [Effect], or applies one in a body at any depth.
func HasEffect(op Op) bool {
	switch op := op.(type) {
	case Effect:
		return true
	case Caller:
		return slices.ContainsFunc(op.Bodies(), (*Program).HasEffects)
	}
	return false
}

// LoopOp is an Op that runs a body for one row after the other.
type LoopOp interface {
	Bodied
	// AsLoop says what it does.
	AsLoop() Loop
	// WithLoop returns the same kind of op for another loop.
	WithLoop(Loop) Op
}

// WhileOp is an Op that runs a body as long as a test of it is true.
type WhileOp interface {
	Bodied
	// AsWhile says what it does.
	AsWhile() While
	// WithWhile returns the same kind of op for another loop.
	WithWhile(While) Op
}

// ChoiceOp is an Op that runs one of its bodies. Operand 0 says which one; the others are
// the arguments of all bodies. Its WithBodies takes bodies of other types, too, if all
// have the same.
type ChoiceOp interface {
	Bodied
	// Branch is the body that is run where operand 0 is this array.
	Branch(*Array) int
}

// What an op can be replaced by.

// Simplifier is an Op that knows when it is the identity on, or a simpler operation of,
// its operands.
type Simplifier interface {
	Op
	// Simplify returns an equivalent op on the operands with the given indices, computing
	// the same bits; a nil op stands for the identity on the only operand named. ok is
	// false if there is nothing simpler.
	Simplify(in []Type) (op Op, operands []int, ok bool)
}

// SignSimplifier is an Op that may be the identity on, or a simpler operation of, its
// operands once their classes are known.
type SignSimplifier interface {
	Op
	// SimplifySigns is like the Simplify of a [Simplifier], for operands of these
	// classes: what it names computes the same bits, but for those of a NaN. What it
	// knows for some classes it knows for fewer.
	SimplifySigns(in []Sign) (op Op, operands []int, ok bool)
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

// Alternative is an Op with a faster algorithm that may round otherwise: the error of an
// element is relative to the largest elements of the result, not to itself.
type Alternative interface {
	Op
	// Alternative returns an op with that algorithm for operands of these types. relative
	// says that small elements of the result need relative accuracy, because something is
	// divided by them, say: then errors must be little more than rounding. ok is false if
	// no algorithm is faster.
	Alternative(in []Type, relative bool) (op Op, ok bool)
}

// Differencer is an Op of data and weights, linear in each, that may take its output for
// some weights for the difference of outputs for others.
type Differencer interface {
	Op
	// Difference returns an op that computes the output for w where u and w add up to s·v,
	// within rounding, for a factor s for each channel of the output. Its operands are
	// the data, w, s, and the outputs for v and for u, and it is [Mixed]. It is nil if
	// there are no such factors, or if the operation is hardly more work than a
	// subtraction.
	Difference(in []Type, v, u, w *Array) (op Op, s *Array)
}

// Accumulator is an Op whose output is zeros to which it adds its operands, each element
// to one place.
type Accumulator interface {
	Op
	// Onto returns the op that adds them to a further first operand instead, of the type
	// of the output. ok is false if there is none.
	Onto() (op Op, ok bool)
}

// What is known of the numbers.

// Signed is an Op that knows more of the classes of its outputs than that they are any.
type Signed interface {
	Op
	// Signs returns the classes of the outputs, given those of the operands. It is exact
	// in the sense of IEEE 754: the set of an output has the class of every element that
	// the op may compute from elements of the given classes, NaN, infinities by overflow,
	// and zeros by underflow included. More classes of an operand never give fewer of an
	// output. It is asked for outputs of floats and bools, not of integers.
	Signs(in []Sign) []Sign
}

// Uniform is an Op without operands whose output is one number, everywhere.
type Uniform interface {
	Op
	Uniform()
}

// Nonexpansive is an Op whose absolute output error is at most about the absolute error
// of its operands. A sum is nonexpansive. A quotient is not: a small error in a small
// denominator changes the result a lot. Where an op jumps, at a kink or between maxima
// that are nearly equal, either side will do. An op that is linear in its operands, each
// by itself or all together, is nonexpansive without saying so.
type Nonexpansive interface {
	Op
	Nonexpansive()
}

// Selector is an Op that picks elements of its first operand, plane by plane. Its first
// output has them, its second says where in its plane each was found. In row-major order
// the outputs of a plane follow each other, as its elements do.
type Selector interface {
	Op
	// Selects returns the number of elements of a plane, for operands of these types.
	Selects(in []Type) int
}

// Scatterer is an Op that adds up the elements of its first operand, plane by plane, at
// the places that its second operand says.
type Scatterer interface {
	Op
	// Scatters returns the number of elements of a plane of the output, for operands of
	// these types; ok is false if the places do not lie as those of a [Selector].
	Scatters(in []Type) (plane int, ok bool)
}

// What an op costs, and which elements it reads and writes.

// Costed is an Op that does far more than one operation for each element that it reads or
// writes.
type Costed interface {
	Op
	// FLOPs counts the additions and multiplications for operands of these types.
	FLOPs(in []Type) int64
}

// Mixed is a Costed Op that reads some operands element by element, as a sum does, and
// adds up the others, as a product does.
type Mixed interface {
	Costed
	// ElementwiseIn reports whether it reads operand j element by element.
	ElementwiseIn(j int) bool
}

// Elementwise is an Op with one output, each element of which depends only on the
// elements of the operands at the same place in row-major order. Operands and output have
// one size.
type Elementwise interface {
	Op
	Elementwise()
}

// Spreader is an Op of one operand, which it repeats. It can compute any part of its
// output by itself.
type Spreader interface {
	Op
	// Spread computes the elements of the output from the given one on, in row-major
	// order, as many as part holds. The output has the shape that Infer says.
	Spread(in, part *Array, from int)
}

// Rowwise is an Op that computes each index of axis 0 of its outputs, a row, from the
// same index of some operands. It takes any number of rows.
type Rowwise interface {
	Op
	// ByRow reports whether it reads operand j so; it reads all of the others for each
	// row.
	ByRow(in []Type, j int) bool
}

// Aliaser is an Op whose outputs may have the memory of its operands, one for one: it
// changes no element.
type Aliaser interface {
	Op
	Alias() bool
}

// IsAlias reports whether the outputs of an op may have the memory of its operands.
func IsAlias(op Op) bool {
	a, ok := op.(Aliaser)
	return ok && a.Alias()
}

// InPlace is an Op that changes some elements of operand 0. Its only output may have the
// memory of that operand, and is then written where they change.
type InPlace interface {
	Op
	InPlace()
}

// Storer is an Op that works on arrays of any dtype, those of storage included, because it
// moves elements and does not compute with them. Every other op works on wide dtypes only:
// [Bind] converts its operands and results, see [DType.Wide]. What applies programs or
// other operations, has an effect or is an alias needs not say that it is one.
type Storer interface {
	Op
	// StoresIn reports whether operand j may be of any dtype; one that may not is
	// converted to its wide dtype, as an index is.
	StoresIn(j int) bool
}

// storesIn reports whether operand j of an op may be of any dtype, and, for an op without
// operands, whether its outputs may.
func storesIn(op Op, j int) bool {
	switch op := op.(type) {
	case Storer:
		return op.StoresIn(j)
	case Caller, Runner, Effect:
		return true
	}
	return IsAlias(op)
}
