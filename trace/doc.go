// Package trace is the language of pullback: what a value, an operation and a program
// are.
//
// A [Value] is an array, known or still to come. Its [Type] is a dtype and a shape,
// printed f32[8 3 32 32]. An [Op] makes Values from Values. A [Program] lists the
// applications of Ops, its equations, in order. Everything above this package either is
// an Op (package fn) or traces a function to a Program, rewrites it and applies it
// (package transforms).
//
// An operation on concrete values runs at once. An operation on at least one traced value
// is recorded in the newest trace among those of its operands. Which trace that is
// follows from the operands alone: there is no current trace and no goroutine-local, so
// that goroutines may trace the same function at the same time. A single trace belongs to
// the goroutine that made it. The package's only state is one counter, which numbers
// traces and effects, and caches that repeat what reflection says of a Go type: whether it can hold
// Values, and the structure of a struct of nothing but Values. What they hold changes no
// result.
//
// Misuse of shapes and dtypes inside a model panics with an [*Error] that carries the
// operation, the operand types and the user's line; [Try] turns such panics, and no
// others, into errors.
//
// # Names for users
//
// Values and what is known of them:
//
//	Value New NewGrid Scalar Weak Item Data Grid Same Type TypeOf DType DTypeOf Elem MemoryLimit
//	F16 BF16 ToF16 ToBF16 Convert
//
// The dtypes of one and two bytes, u8 i8 f16 bf16, are for storage: an operation computes
// in i32 or f32, and rounds its result once. [Bind] does that, for all operations alike, so
// no operation, rule or pass of the compiler knows of them but those that only move
// elements. It is why conversion, [Convert], is in this package, and why the package
// imports two of kernels. [DType.Wide] and [Storer] say more.
//
// Trees of values, as models and arguments are:
//
//	Map MapPaths Map2 MapAll Flatten Structure Walk Visitor
//
// Errors, and the kinds that composites ask for:
//
//	Error Stack Escaped Try AsError Kind
//
// # Names for authors of operations
//
// An operation is an [Op] that reads and writes arrays, and is applied by Bind. What else
// is known of it, it says by capabilities; capability.go has a table of who asks for each
// and of what is assumed where it is absent:
//
//	Op Bind Bind1 BindLike Errorf Refuse Naming Describe
//	Array Elems Bits NewArray ArrayOf FromArray TypesOfValues
//	Linear Picker Pick Kinded Mover Rooted Distribution KeyUser
//	Runner Caller Bodied Effect LoopOp Loop WhileOp While ChoiceOp
//	Simplifier SignSimplifier Lowerer Channeled Alternative Differencer Accumulator
//	Signed Sign SignOf AnyOf Uniform Nonexpansive Selector Scatterer
//	Costed Mixed Elementwise Spreader Rowwise Aliaser InPlace Storer
//
// # Names for transforms and the compiler
//
// Functions become programs, and programs others:
//
//	Program Eqn Var Const Env Rewriter Mask AllMarked
//	Trace Newest Begun Record RecordBody RecordStep RunBody Unknown
//	SameOp HashOp IsAlias HasEffect Parse Cast
//
// A plan of where arrays lie:
//
//	Memory NewMemory NewOutput NewView
//
// Text from outside, for errors and pages:
//
//	Printable Excerpt Shortened
package trace
