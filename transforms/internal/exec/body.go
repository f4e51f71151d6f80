package exec

import (
	"context"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// nested is an equation that runs bodies: a loop or a choice. Its bodies are planned with
// the surrounding program, and run with its context.
type nested interface {
	run(ctx context.Context, f *frame, in, out []*trace.Array) error
	// newFrame allocates what one run needs in addition to the memory in the plans of the
	// bodies.
	newFrame() *frame
	// bytes returns the memory of a run.
	bytes() int
}

// newNested plans the bodies of an op if it is a loop or a choice. Otherwise it returns
// nil.
func newNested(op trace.Op, o Options) nested {
	switch op := op.(type) {
	case trace.LoopOp:
		return newLoop(op.AsLoop(), o)
	case trace.WhileOp:
		return newWhile(op.AsWhile(), o)
	case trace.ChoiceOp:
		return newChoice(op, o)
	}
	return nil
}

// frame is the memory that one run of an equation with bodies needs outside of the
// bodies' plans.
type frame struct {
	args   []*trace.Array
	index  *trace.Array   // the row number of a loop
	goesOn *trace.Array   // what the test of a while loop said last
	second []*trace.Array // for carries that alternate between two arrays
}

// release forgets the arrays that were arguments.
func (f *frame) release() {
	clear(f.args)
	f.args = f.args[:0]
}

// wiring is a body with equations added that read its arguments from arrays of the
// surrounding equation and write its results to such arrays. These arrays are the
// arguments of the wired body. So its plan has no results, and running it allocates
// nothing.
type wiring struct {
	trace.Program
	overwrite []overwriting
}

func newWiring(body *trace.Program) *wiring {
	w := &wiring{Program: *body}
	w.Types, w.Eqns = slices.Clone(body.Types), slices.Clone(body.Eqns)
	return w
}

// plan plans the body with all equations added.
func (w *wiring) plan(o Options) *Plan {
	w.Out = nil
	return newPlan(&w.Program, o, w.overwrite)
}

func (w *wiring) variable(t trace.Type) trace.Var {
	w.Types = append(w.Types, t)
	return trace.Var(len(w.Types) - 1)
}

func (w *wiring) argument(t trace.Type) trace.Var {
	v := w.variable(t)
	w.In = append(w.In[:len(w.In):len(w.In)], v)
	return v
}

// fetch replaces the arguments from the given one on by arguments that stack their rows.
func (w *wiring) fetch(from, length int, index trace.Var) {
	rows := w.In[from:]
	w.In = slices.Clone(w.In[:from])
	eqns := make([]trace.Eqn, 0, len(rows)+len(w.Eqns))
	for _, v := range rows {
		xs := w.argument(stacked(length, w.Types[v]))
		eqns = append(eqns, trace.Eqn{Op: fetch{}, In: []trace.Var{xs, index}, Out: []trace.Var{v}})
	}
	w.Eqns = append(eqns, w.Eqns...)
}

// store adds an argument for the array that a result is written to.
func (w *wiring) store(v trace.Var) {
	w.Eqns = append(w.Eqns, trace.Eqn{Op: store{}, In: []trace.Var{v, w.argument(w.Types[v])}})
}

// storeRow adds an argument for the array that holds the results of all steps.
func (w *wiring) storeRow(v trace.Var, length int, index trace.Var) {
	ys := w.argument(stacked(length, w.Types[v]))
	w.Eqns = append(w.Eqns, trace.Eqn{Op: store{}, In: []trace.Var{v, ys, index}})
}

func stacked(length int, t trace.Type) trace.Type {
	return trace.Type{DType: t.DType, Shape: append([]int{length}, t.Shape...)}
}

// fetch copies row i of xs. Its operands are xs and i.
type fetch struct{ planned }

func (fetch) Name() string { return "fetch" }
func (fetch) Infer(in []trace.Type) ([]trace.Type, error) {
	return []trace.Type{{DType: in[0].DType, Shape: in[0].Shape[1:]}}, nil
}
func (fetch) Eval(in, out []*trace.Array) {
	n := out[0].Type().Size()
	out[0].CopyPart(0, in[0], number(in[1])*n, n)
}

// store copies its first operand over the second, or over row i of the second if there is
// a third operand i. The second operand is memory of the call that no other value uses
// yet, or the same memory as the first.
type store struct{ planned }

func (store) Name() string                             { return "store" }
func (store) Infer([]trace.Type) ([]trace.Type, error) { return nil, nil }
func (store) Eval(in, _ []*trace.Array) {
	if n := in[0].Type().Size(); len(in) == 3 {
		in[1].CopyPart(number(in[2])*n, in[0], 0, n)
	} else if !in[1].Shares(in[0]) {
		in[1].CopyFrom(in[0])
	}
}

// number returns the element of an int64[].
func number(index *trace.Array) int { return int(trace.Elems[int64](index)[0]) }

// planned is embedded in operations that occur only in planned programs.
type planned struct{}

func (planned) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value {
	panic("exec: a planned program has no derivative")
}

func (planned) Batch(int, []trace.Value, []bool) []trace.Value {
	panic("exec: a planned program cannot be batched")
}
