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
// traces, and caches that repeat what reflection says of a Go type: whether it can hold
// Values, and the structure of a struct of nothing but Values. What they hold changes no
// result.
//
// Misuse of shapes and dtypes inside a model panics with an [*Error] that carries the
// operation, the operand types and the user's line; [Try] turns such panics, and no
// others, into errors.
package trace
