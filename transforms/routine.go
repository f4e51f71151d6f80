package transforms

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/internal/exec"
	"github.com/pullback-go/pullback/transforms/internal/opt"
)

// routine is a program that is optimised and planned once, and runs many times in a call:
// the body of a loop, or a branch. It has no results: it stores them in arrays that are
// among its arguments, and so allocates nothing.
type routine struct {
	what    string         // whose body it is
	program *trace.Program // optimised
	plan    *exec.Plan     // of the program, with equations that fetch its arguments and store its results
	inner   []*routine
	spare   []trace.Type // of arrays that a run needs beside
	frames  sync.Pool    // of *frame
}

// frame is the memory of one run of a routine that is not planned.
type frame struct {
	args  []*trace.Array
	index *trace.Array   // the step of a loop
	spare []*trace.Array // a second carry
}

// stageable is an op whose bodies can be made routines.
type stageable interface {
	trace.Op
	// staged returns the same operation on the same operands and the number of the call
	// after them. Its bodies are optimised. divides is that of the whole program, see
	// [opt.Divides].
	staged(running *calls, divides bool) (trace.Op, []*routine)
}

// staged makes routines of the bodies of loops and choices in a program that is
// optimised, and they are. If there are any, the program has one argument more, the last:
// the number of the call.
func staged(p *trace.Program, running *calls, divides bool) (*trace.Program, []*routine) {
	if !slices.ContainsFunc(p.Eqns, isStageable) {
		return p, nil
	}
	q := withTypes(p, callNumber)
	number := trace.Var(len(p.Types))
	q.In = append(slices.Clone(p.In), number)
	q.Eqns = slices.Clone(p.Eqns)
	var all []*routine
	for i, e := range q.Eqns {
		if op, ok := e.Op.(stageable); ok {
			var routines []*routine
			q.Eqns[i].Op, routines = op.staged(running, divides)
			q.Eqns[i].In = append(slices.Clone(e.In), number)
			all = append(all, routines...)
		}
	}
	return q, all
}

func isStageable(e trace.Eqn) bool {
	_, ok := e.Op.(stageable)
	return ok
}

// withTypes is a copy of p with further variables.
func withTypes(p *trace.Program, types ...trace.Type) *trace.Program {
	q := *p
	q.Types = slices.Concat(p.Types, types)
	return &q
}

// withConstants is p with the arguments that are known as constants, and the indices of
// the others.
func withConstants(p *trace.Program, known []Value) (q *trace.Program, rest []int) {
	q = withTypes(p)
	q.In, q.Consts = nil, slices.Clone(p.Consts)
	for i, v := range p.In {
		if known[i].IsAbsent() {
			q.In, rest = append(q.In, v), append(rest, i)
		} else {
			q.Consts = append(q.Consts, trace.Const{Var: v, Value: known[i]})
		}
	}
	return q, rest
}

// newRoutine plans a body that is optimised; wire adds what fetches its arguments and
// stores its results.
func newRoutine(what string, body *trace.Program, running *calls, divides bool, wire func(*wiring)) *routine {
	r := &routine{what: what}
	r.program, r.inner = staged(accumulated(opt.Again(opt.Prepare(body, divides))), running, divides)
	w := &wiring{Program: *withTypes(r.program)}
	var number trace.Var
	if last := len(w.In) - 1; len(r.inner) > 0 {
		w.In, number = slices.Clone(w.In[:last]), w.In[last]
	} else {
		number = w.variable(callNumber)
	}
	wire(w)
	w.In, w.Out = append(w.In, number), nil
	r.plan = exec.New(&w.Program, exec.Options{Overwrite: w.overwrite})
	return r
}

// run runs the routine on arguments, the last of which is the number of the call.
func (r *routine) run(ctx context.Context, args []*trace.Array) {
	if _, err := r.plan.Run(ctx, args, nil); err != nil {
		panic(trace.Errorf("%w", err))
	}
}

// memory is what a run of the routine plans, in bytes.
func (r *routine) memory() int {
	n := r.plan.Peak() + memoryOf(r.inner)
	for _, t := range r.spare {
		n += t.Size() * t.DType.Bytes()
	}
	return n
}

func memoryOf(routines []*routine) int {
	n := 0
	for _, r := range routines {
		n += r.memory()
	}
	return n
}

func (r *routine) frame() *frame {
	if f, ok := r.frames.Get().(*frame); ok {
		return f
	}
	f := &frame{index: trace.NewArray(callNumber)}
	for _, t := range r.spare {
		f.spare = append(f.spare, trace.NewArray(t))
	}
	return f
}

// release forgets the arrays that were arguments.
func (r *routine) release(f *frame) {
	clear(f.args)
	f.args = f.args[:0]
	r.frames.Put(f)
}

// wiring is a program to which equations are added, before and after its own.
type wiring struct {
	trace.Program
	overwrite []exec.Overwrite // arguments that are the routine's own
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

// fetched makes of the last arguments, from the given one on, arguments that are stacked
// by step.
func (w *wiring) fetched(from, length int, index trace.Var) {
	rows := w.In[from:]
	w.In = slices.Clone(w.In[:from])
	var eqns []trace.Eqn
	for _, v := range rows {
		xs := w.argument(batchedBy(length, w.Types[v]))
		eqns = append(eqns, trace.Eqn{Op: fetch{}, In: []trace.Var{xs, index}, Out: []trace.Var{v}})
	}
	w.Eqns = append(eqns, w.Eqns...)
}

// stored makes an argument of the array that a result goes to.
func (w *wiring) stored(v trace.Var) {
	w.Eqns = append(w.Eqns, trace.Eqn{Op: store{}, In: []trace.Var{v, w.argument(w.Types[v])}})
}

// stacked makes an argument of the array that has the results of all steps.
func (w *wiring) stacked(v trace.Var, length int, index trace.Var) {
	ys := w.argument(batchedBy(length, w.Types[v]))
	w.Eqns = append(w.Eqns, trace.Eqn{Op: store{}, In: []trace.Var{v, ys, index}})
}

// callNumber is the type of the number of a call.
var callNumber = trace.TypeOf(trace.Int64)

// calls are the calls of a compiled function that run now. The operands of an operation
// are arrays and nothing else: so that loops and choices know when to stop, one of them
// is the number of the call.
type calls struct {
	last     atomic.Int64
	contexts sync.Map // by number
}

// begin gives a call a number. One that cannot be cancelled has number 0.
func (c *calls) begin(ctx context.Context) *trace.Array {
	n := int64(0)
	if ctx.Done() != nil {
		n = c.last.Add(1)
		c.contexts.Store(n, ctx)
	}
	return trace.ArrayOf([]int64{n})
}

func (c *calls) end(number *trace.Array) { c.contexts.Delete(trace.Elems[int64](number)[0]) }

// context is that of a call that runs.
func (c *calls) context(number *trace.Array) context.Context {
	if ctx, ok := c.contexts.Load(trace.Elems[int64](number)[0]); ok {
		return ctx.(context.Context)
	}
	return context.Background()
}

func explainRoutines(b *strings.Builder, routines []*routine) {
	for _, r := range routines {
		fmt.Fprintf(b, "body     %5d equations, in %s\n", len(r.program.Eqns), r.what)
		explainRoutines(b, r.inner)
	}
}
