// Package exec runs an optimized program. It plans once where each equation writes in
// memory, so that a call allocates only its results.
//
// Neighboring elementwise equations are fused into one loop over memory, tile by tile.
// They are not fused into the convolution before them: small planes would make short
// tiles, and large planes gain nothing. Activations keep their layout, because Winograd's
// transforms and the packing of direct convolutions read planes, and interleave channels
// in registers.
//
// A batch whose arrays are larger than the cache runs in strips of rows, see strip.go.
// All cores work on the same strip, so the memory needed does not grow with their number.
//
// The bodies of loops and choices are planned with the surrounding program, see body.go.
package exec

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pullback-go/pullback/trace"
)

// Plan is a program that is ready to run, by any number of goroutines at once.
type Plan struct {
	program *trace.Program
	source  []source // by variable
	buffers []buffer
	extent  int            // the bytes that all buffers of a call span
	views   []*trace.Array // by variable: the array, if it is a constant with another shape
	// results are indices into the program's Out, of variables that an equation assigns.
	// They are allocated for each call.
	results []int
	peak    int
	steps   []step
	strips  strips
	inside  []*strip  // by variable that owns memory: the only strip that uses it
	own     []operand // operands of steps in the memory of the plan, and constants
	given   []operand // operands of steps that a call is given, or allocates
	viewed  int       // the number of operands of which strips see some rows at a time
	arena   arenaSize
	options Options
	// overwritten says, for each overwriting asked for, whether it is done.
	overwritten []bool
	// visits counts the operands, uses and buffers that planning looked at. A test checks
	// how this grows.
	visits int
	// kept is the state of the last call. Successive calls then need only one state, on
	// whichever core they run.
	kept   atomic.Pointer[state]
	states sync.Pool // of *state, for more calls at the same time
	arenas sync.Pool // of *arena
}

// source says where a variable's array comes from.
type source struct {
	kind  kind
	index int
}

type kind uint8

const (
	unassigned kind = iota
	argument
	constant
	inMemory // of the plan
	result
	alias // of the variable index, which is not an alias
	tiled // computed by equation index, tile by tile where it is read
)

// Options say how a program is planned. The zero value is for use; other values are for
// tests.
type Options struct {
	// StripBytes is the maximum size of the arrays that pass from one step of a strip to
	// the next. A single row may be larger. The default is 4 MiB, so that several such
	// arrays fit the last-level cache.
	StripBytes int
}

// New plans a program whose constants are concrete, and the bodies in it.
func New(p *trace.Program, options ...Options) *Plan {
	o := Options{StripBytes: 4 << 20}
	for _, given := range options {
		o = given
	}
	return newPlan(p, o, nil)
}

func newPlan(p *trace.Program, o Options, overwrite []overwriting) *Plan {
	pl := &Plan{program: p, source: make([]source, len(p.Types)), options: o}
	for i, v := range p.In {
		pl.source[v] = source{argument, i}
	}
	for i, c := range p.Consts {
		pl.source[c.Var] = source{constant, i}
	}
	for i := range p.Eqns {
		if e := &p.Eqns[i]; trace.IsAlias(e.Op) {
			for j, v := range e.Out {
				pl.source[v] = source{alias, int(pl.root(e.In[j]))}
			}
		}
	}
	group(pl)
	last := pl.lastUses()
	overwriteArguments(pl, overwrite, last)
	findStrips(pl, last)
	assignMemory(pl, last)
	pl.findViews()
	return pl
}

// findViews sorts the operands of steps: those that a call is given or allocates, those
// in the plan's memory, and those of which strips see some rows.
func (pl *Plan) findViews() {
	p := pl.program
	pl.views = make([]*trace.Array, len(p.Types))
	for v, t := range p.Types {
		if r := pl.root(trace.Var(v)); r != trace.Var(v) && pl.source[r].kind == constant {
			pl.views[v] = shaped(p.Consts[pl.source[r].index].Value.Array(), t)
		}
	}
	pl.eachOperand(func(o operand) {
		if st := pl.strips.of(o.step); st != nil && pl.byRows(o) && pl.inside[pl.root(o.variable)] == nil {
			pl.viewed++
			o.view = pl.viewed
			st.viewed = append(st.viewed, o)
		}
		switch pl.source[pl.root(o.variable)].kind {
		case argument, result:
			pl.given = append(pl.given, o)
		case inMemory, constant:
			pl.own = append(pl.own, o)
		}
	})
}

// operand is a variable that a step reads or writes, and its position among those.
type operand struct {
	variable trace.Var
	step, at int
	written  bool
	view     int // its number among operands of which strips see some rows, from 1 on; 0 if it is none
}

// eachOperand calls f for all operands of all steps.
func (pl *Plan) eachOperand(f func(operand)) {
	for i := range pl.steps {
		pl.operandsOf(i, f)
	}
}

// operandsOf calls f for all operands of a step.
func (pl *Plan) operandsOf(i int, f func(operand)) {
	in, out := pl.operands(pl.steps[i])
	for at, v := range in {
		f(operand{v, i, at, false, 0})
	}
	for at, v := range out {
		f(operand{v, i, at, true, 0})
	}
}

// operands returns the variables that a step reads, and those that it writes. For a
// fusion, it returns the broadcast variables and all others.
func (pl *Plan) operands(st step) (in, out []trace.Var) {
	if st.fusion != nil {
		return st.fusion.broadcast, st.fusion.external
	}
	e := &pl.program.Eqns[st.eqn]
	return e.In, e.Out
}

// byRows reports whether a step reads or writes an operand row by row. In a fusion, this
// holds for external operands but not for broadcast ones.
func (pl *Plan) byRows(o operand) bool {
	st := pl.steps[o.step]
	if st.fusion != nil || o.written {
		return o.written
	}
	e := &pl.program.Eqns[st.eqn]
	if op, ok := e.Op.(trace.Rowwise); ok {
		return op.ByRow(pl.program.TypesOf(e.In), o.at)
	}
	return true // of an elementwise operation
}

// root returns the variable that owns the memory of v.
func (pl *Plan) root(v trace.Var) trace.Var {
	if pl.source[v].kind == alias {
		return trace.Var(pl.source[v].index)
	}
	return v
}

// typeOf returns the type of a variable, with the number of rows that there is memory
// for.
func (pl *Plan) typeOf(v trace.Var) trace.Type {
	t := pl.program.Types[v]
	if s := pl.inside[pl.root(v)]; s != nil {
		return rowsOfType(t, s.most)
	}
	return t
}

// hasArray reports whether steps see a variable in the plan's memory as it is. What lies
// inside of a strip has memory for some rows, and a view of it with another axis 0 is
// only a step from one view to the next.
func (pl *Plan) hasArray(v trace.Var) bool {
	s := pl.inside[pl.root(v)]
	return s == nil || pl.program.Types[v].Shape[0] == s.rows
}

// lastUses sets results. It returns, by variable, the last equation that needs its
// memory.
func (pl *Plan) lastUses() []int {
	p := pl.program
	last := make([]int, len(p.Types))
	for i := range p.Eqns {
		for _, v := range p.Eqns[i].In {
			last[pl.root(v)] = i
		}
	}
	for _, st := range pl.steps {
		if s := st.fusion; s != nil {
			for _, v := range s.broadcast { // each tile reads them, until the last equation
				last[pl.root(v)] = max(last[pl.root(v)], s.eqns[len(s.eqns)-1])
			}
		}
	}
	for i, v := range p.Out {
		if r := pl.root(v); pl.source[r].kind == unassigned {
			pl.source[r] = source{result, i}
			pl.results = append(pl.results, i)
		}
	}
	return last
}

// Peak returns the memory of a call in bytes, beside arguments and constants. It includes
// the memory of bodies, and is known before the call runs.
func (pl *Plan) Peak() int { return pl.peak }

// Steps returns the equations of the program that run in each step, in order: one
// equation, or those of a fusion.
func (pl *Plan) Steps() [][]int {
	steps := make([][]int, len(pl.steps))
	for i, st := range pl.steps {
		steps[i] = []int{st.eqn}
		if st.fusion != nil {
			steps[i] = st.fusion.eqns
		}
	}
	return steps
}

// stepsOf returns, by equation, the step that runs it. An equation that does not run has
// the step before it.
func (pl *Plan) stepsOf() []int {
	steps := make([]int, len(pl.program.Eqns))
	for k, eqns := range pl.Steps() {
		for _, i := range eqns {
			steps[i] = k
		}
	}
	for i := 1; i < len(steps); i++ {
		steps[i] = max(steps[i], steps[i-1])
	}
	return steps
}

// Run computes the results. It stops between equations, in bodies too, once ctx is done,
// and returns its error. Unless times is nil, Run adds to times how long each step took.
func (pl *Plan) Run(ctx context.Context, args []*trace.Array, times []time.Duration) ([]*trace.Array, error) {
	s := pl.borrow()
	defer pl.giveBack(s)
	out := make([]*trace.Array, len(pl.program.Out))
	for _, i := range pl.results {
		out[i] = trace.NewOutput(pl.program.Types[pl.root(pl.program.Out[i])])
	}
	for _, o := range pl.given {
		*s.place(o) = pl.array(o.variable, s, args, out)
	}
	for i := 0; i < len(pl.steps); i++ {
		var err error
		if st := pl.strips.of(i); st != nil {
			err, i = pl.runStrip(ctx, st, s, times), st.last
		} else {
			err = pl.step(ctx, i, 0, s, times)
		}
		if err != nil {
			return nil, err
		}
	}
	results := make([]*trace.Array, len(out))
	for i, v := range pl.program.Out {
		results[i] = pl.array(v, s, args, out)
	}
	return results, nil
}

// runStrip runs the steps of a strip for one part of the rows after another.
func (pl *Plan) runStrip(ctx context.Context, st *strip, s *state, times []time.Duration) error {
	for part := range st.rows / st.most {
		for _, o := range st.viewed {
			view := *s.operand(o)
			view.Show(*s.place(o), part*view.Type().Size(), view.Shape())
		}
		for i := st.first; i <= st.last; i++ {
			if err := pl.step(ctx, i, part, s, times); err != nil {
				return err
			}
		}
	}
	return nil
}

// step runs a step, unless ctx is done. In a strip it runs for the rows of the given
// part.
func (pl *Plan) step(ctx context.Context, i, part int, s *state, times []time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	default:
	}
	if times != nil {
		defer func(start time.Time) { times[i] += time.Since(start) }(time.Now())
	}
	switch st := &pl.steps[i]; {
	case st.fusion != nil:
		st.fusion.run(&pl.arenas, s.tiles[i], s.out[i], s.in[i], part*st.fusion.size)
	case st.nested != nil:
		return st.nested.run(ctx, s.frames[i], s.in[i], s.out[i])
	default:
		pl.program.Eqns[st.eqn].Op.Eval(s.in[i], s.out[i])
	}
	return nil
}

// array returns the memory of a variable, in its shape. For an alias of an argument or a
// result, it makes a new header.
func (pl *Plan) array(v trace.Var, s *state, args, out []*trace.Array) *trace.Array {
	r := pl.root(v)
	switch from := pl.source[r]; from.kind {
	case argument:
		return shaped(args[from.index], pl.program.Types[v])
	case constant:
		if r != v {
			return pl.views[v]
		}
		return pl.program.Consts[from.index].Value.Array()
	case result:
		return shaped(out[from.index], pl.program.Types[v])
	}
	return s.arrays[v]
}

// borrow returns memory for a call that no other call uses.
func (pl *Plan) borrow() *state {
	if s := pl.kept.Swap(nil); s != nil {
		return s
	}
	if s, ok := pl.states.Get().(*state); ok {
		return s
	}
	return newState(pl)
}

// giveBack keeps the memory of a call for the next call, without the arrays that the call
// was given or allocated.
func (pl *Plan) giveBack(s *state) {
	for _, o := range pl.given {
		*s.place(o) = nil
		if o.view > 0 {
			view := *s.operand(o)
			view.Show(nil, 0, view.Shape())
		}
	}
	if !pl.kept.CompareAndSwap(nil, s) {
		pl.states.Put(s)
	}
}

// shaped returns the array with another shape of the same number of elements.
func shaped(a *trace.Array, t trace.Type) *trace.Array {
	if a.Type().Equal(t) {
		return a
	}
	return a.Part(0, t)
}
