package transforms

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// Print prints a line to standard output, formatted as by fmt.Printf, whenever the
// surrounding function is computed, compiled or not. The arguments may be values, trees of
// values, and anything else that a tree may hold; values print their elements:
//
//	transforms.Print("h = %v, step %d", h, i)
//	transforms.Print("loss = %.3g", loss)
//
// Print is a [Callback], and what is said there holds. In particular, it changes nothing
// that is computed, and is not differentiated.
func Print(format string, args ...any) {
	callback("print", func(args []any) { fmt.Printf("%s\n", fmt.Sprintf(format, args...)) }, args)
}

// Callback calls f with the values of x, whenever the surrounding function is computed,
// compiled or not. What f does is an effect: it is not left out because nothing depends on
// it, not repeated, and effects keep their order. The values are a copy, which f may keep.
// A panic of f passes through the computation.
//
//   - If no leaf of x is traced, f is called at once, also inside of a function that is
//     being traced.
//   - In a branch of [Cond] and in the step of a loop, f is called as often as that is
//     computed.
//   - Under [Vmap], f is called once for all cases. The leaves that depend on the case carry
//     the cases as axis 0. A Cond whose predicate depends on the case computes both
//     branches, and a [While] goes on for all cases until the last is done. A Vmap with a
//     Chunk calls f once for each chunk.
//   - Derivatives call f with the primal values, once: neither what a [Checkpoint] computes
//     again nor an attribution rule repeats the effect. A Callback in the pullback of
//     [CustomVJP] is called with its values; what is transposed, as the push of a
//     [CustomJVP] is in reverse mode, has no effects.
//
// A compiled function that runs in several goroutines calls f in all of them.
func Callback[P any](f func(P), x P) { callback("callback", f, x) }

func callback[P any](name string, f func(P), x P) {
	leaves, s := trace.Flatten(x)
	trace.Bind(effect{name, func(vs []Value) { f(unflatten[P](s, vs)) }}, leaves...)
}

// effect calls a function of its operands. It has no outputs.
type effect struct {
	name string
	f    func([]Value)
}

func (op effect) Name() string                          { return op.name }
func (op effect) String() string                        { return op.name }
func (effect) Infer([]trace.Type) ([]trace.Type, error) { return nil, nil }
func (op effect) Eval(in, _ []*trace.Array)             { op.f(copies(in)) }
func (effect) Effect()                                  {}

// VJP is asked for no cotangent, as there is no output that one may arrive at.
func (effect) VJP(in, _, _ []Value, _ []bool) []Value { return make([]Value, len(in)) }

func (op effect) Batch(_ int, in []Value, _ []bool) []Value { return trace.Bind(op, in...) }

// copies returns values with memory of their own. A plan uses that of the arrays again.
func copies(arrays []*trace.Array) []Value {
	out := make([]Value, len(arrays))
	for i, a := range arrays {
		c := trace.NewArray(a.Type())
		c.CopyFrom(a)
		out[i] = trace.FromArray(c)
	}
	return out
}

// PureCallback returns f as a function that may be traced, though it computes its result
// in Go: by a library, from a table, by reading a file that does not change. f is called
// with concrete values when the surrounding function is computed. It must be pure: how
// often it is called is not said, nor whether it is called at all if nothing depends on
// its result. The result has the structure and types of like, of which nothing else
// matters; its leaves may be [trace.Unknown].
//
// Under [Vmap], f is called for one case after the other. There is no derivative: asking
// for one is a *trace.Error. Put [CustomVJP] or [CustomJVP] around a PureCallback to give
// it one.
//
// What is computed panics with a *trace.Error if f returns another structure or other
// types than like.
func PureCallback[P, R any](f func(P) R, like R) func(P) R {
	results, out := trace.Flatten(like)
	types := trace.TypesOfValues(results)
	return func(x P) R {
		leaves, in := trace.Flatten(x)
		op := pureCallback{types, func(vs []Value) []Value {
			got := aligned("result of PureCallback's function", f(unflatten[P](in, vs)), out, types)
			for i, v := range got {
				if v.IsAbsent() {
					panic(trace.Errorf("the result of PureCallback's function has nothing at %s, where like is %v", leafName(out.Path(i)), types[i]))
				}
			}
			return got
		}}
		return unflatten[R](out, trace.Bind(op, leaves...))
	}
}

// pureCallback computes its outputs, of the given types, by a function of Go.
type pureCallback struct {
	types []trace.Type
	f     func([]Value) []Value
}

func (pureCallback) Name() string                                { return "pure_callback" }
func (pureCallback) String() string                              { return "pure_callback" }
func (op pureCallback) Infer([]trace.Type) ([]trace.Type, error) { return op.types, nil }

func (op pureCallback) Eval(in, out []*trace.Array) {
	for i, v := range op.f(copies(in)) {
		if !v.IsConcrete() {
			panic(trace.Errorf("PureCallback's function returned a value that is known by type alone, or traced, a %v: return numbers", v.Type()))
		}
		out[i].CopyFrom(v.Array())
	}
}

func (pureCallback) VJP(_, _, _ []Value, _ []bool) []Value {
	panic(trace.Errorf("PureCallback has no derivative, because nothing is known of its function: put CustomVJP or CustomJVP around it, or StopGradient before it"))
}

// Batch calls the function for one case after the other.
func (op pureCallback) Batch(size int, in []Value, batched []bool) []Value {
	var rows []Value
	for i, b := range batched {
		if b {
			rows = append(rows, in[i])
		}
	}
	_, ys := scanFlat(func(_, row []Value) ([]Value, []Value) {
		args, next := slices.Clone(in), 0
		for i, b := range batched {
			if b {
				args[i] = row[next]
				next++
			}
		}
		return nil, trace.Bind(op, args...)
	}, nil, rows, size, false)
	return ys
}
