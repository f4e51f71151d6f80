// Package exec runs an optimised program: which equation writes into which memory is
// planned once, and a call allocates only its results.
//
// Neighbouring elementwise equations become one sweep over memory, tile by tile. A sweep
// is not made part of the convolution before it: computed where that has just written,
// part by part, it took as long as by itself on ResNet-18 and VGG16, batch 1 and 8, and
// ResNet-50's gradient took 15 % longer, since its many small planes make short parts.
// Neither do activations change their layout: Winograd's transforms and the packing of
// direct convolutions read planes, and interleave channels in registers.
//
// A batch whose arrays are larger than the cache runs in strips of rows, see strip.go.
// Giving each core rows of its own there, instead of a part of each step, was tried: it
// took as long on ResNet-18, ResNet-50 and VGG16, and memory for each core.
package exec

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pullback-go/pullback/trace"
)

// Plan is a program ready to run, by any number of goroutines at once.
type Plan struct {
	program *trace.Program
	source  []source // by variable
	buffers []buffer
	extent  int            // the bytes in which all buffers of a call lie
	views   []*trace.Array // by variable, those that give a constant another shape
	results []int          // indices into the program's Out, of variables that an equation assigns: allocated for each call
	peak    int
	steps   []step
	strips  []strip   // in order
	inside  []*strip  // by variable that owns memory: the strip that alone knows it
	own     []operand // what steps read and write in the memory of the plan, and constants
	given   []operand // what steps read and write that a call is given, or allocates
	viewed  int       // operands of strips that these see some rows of
	room    room      // in an arena
	options Options
	// overwritten is, for each of the options' Overwrite, whether it is done.
	overwritten []bool
	visits      int                   // operands, uses and buffers that planning looked at: a test shows how that grows
	kept        atomic.Pointer[state] // of the last call, so that calls one after another need one, on whichever core
	states      sync.Pool             // of *state, of further calls at the same time
	arenas      sync.Pool             // of *arena
}

// source is where a variable's array comes from.
type source struct {
	kind  kind
	index int
}

type kind uint8

const (
	unused kind = iota
	argument
	constant
	planned
	result
	alias // of the variable index, which is none
	tiled // computed by equation index, tile by tile where it is read
)

// state is the memory of one call.
type state struct {
	arrays  []*trace.Array   // by variable, those planned and their aliases
	in, out [][]*trace.Array // by step; of a sweep, its sources and what lies outside
	whole   []*trace.Array   // of the plan's viewed operands: what in and out have some rows of
	tiles   []*tile          // by step: that of a sweep which one goroutine runs
}

// operand is a variable that a step reads or writes, and its place among those.
type operand struct {
	variable trace.Var
	step, at int
	written  bool
	view     int // its number among those that strips see some rows of, from 1 on, or 0
}

// Options say how a program is planned. The zero value is for use, others are for tests.
type Options struct {
	// StripBytes is how large the arrays are, at most, that go from one step of a strip
	// to the next, if one row is not larger; by default 4 MiB, so that some of them fit
	// the last cache.
	StripBytes int
	// Overwrite lists values that may lie where an argument does.
	Overwrite []Overwrite
}

// New plans a program whose constants are concrete.
func New(p *trace.Program, options ...Options) *Plan {
	pl := &Plan{program: p, source: make([]source, len(p.Types))}
	for _, o := range options {
		pl.options = o
	}
	if pl.options.StripBytes == 0 {
		pl.options.StripBytes = 4 << 20
	}
	for i, v := range p.In {
		pl.source[v] = source{argument, i}
	}
	for i, c := range p.Consts {
		pl.source[c.Var] = source{constant, i}
	}
	for i := range p.Eqns {
		if e := &p.Eqns[i]; isAlias(e.Op) {
			for j, v := range e.Out {
				pl.source[v] = source{alias, int(pl.root(e.In[j]))}
			}
		}
	}
	pl.gather()
	last := pl.lastUses()
	pl.overwrite(last)
	pl.findStrips()
	pl.findInside(last)
	pl.assign(last)
	pl.views = make([]*trace.Array, len(p.Types))
	for v, t := range p.Types {
		if r := pl.root(trace.Var(v)); r != trace.Var(v) && pl.source[r].kind == constant {
			pl.views[v] = shaped(p.Consts[pl.source[r].index].Value.Array(), t)
		}
	}
	pl.eachOperand(func(o operand) {
		if st := pl.stripOf(o.step); st != nil && pl.byRows(o) && pl.inside[pl.root(o.variable)] == nil {
			pl.viewed++
			o.view = pl.viewed
			st.viewed = append(st.viewed, o)
		}
		switch pl.source[pl.root(o.variable)].kind {
		case argument, result:
			pl.given = append(pl.given, o)
		case planned, constant:
			pl.own = append(pl.own, o)
		}
	})
	return pl
}

// eachOperand calls f for all that steps read and write.
func (pl *Plan) eachOperand(f func(operand)) {
	for i := range pl.steps {
		pl.operandsOf(i, f)
	}
}

// operandsOf calls f for all that a step reads and writes: of a sweep, its sources, and
// all others.
func (pl *Plan) operandsOf(i int, f func(operand)) {
	in, out := pl.operands(pl.steps[i])
	for at, v := range in {
		f(operand{v, i, at, false, 0})
	}
	for at, v := range out {
		f(operand{v, i, at, true, 0})
	}
}

// shaped is the array under another shape of as many elements.
func shaped(a *trace.Array, t trace.Type) *trace.Array {
	if a.Type().Equal(t) {
		return a
	}
	return a.Part(0, t)
}

func isAlias(op trace.Op) bool {
	a, ok := op.(trace.Aliaser)
	return ok && a.Alias()
}

// root is the variable that owns the memory of another one.
func (pl *Plan) root(v trace.Var) trace.Var {
	if pl.source[v].kind == alias {
		return trace.Var(pl.source[v].index)
	}
	return v
}

// lastUses sets results and returns, by variable, the last equation that needs its
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
		if s := st.sweep; s != nil {
			for _, v := range s.sources { // read to the end, by each tile
				last[pl.root(v)] = max(last[pl.root(v)], s.eqns[len(s.eqns)-1])
			}
		}
	}
	for i, v := range p.Out {
		if r := pl.root(v); pl.source[r].kind == unused {
			pl.source[r] = source{result, i}
			pl.results = append(pl.results, i)
		}
	}
	return last
}

// Peak is the memory of a call in bytes, beside arguments and constants: planned before
// it runs.
func (pl *Plan) Peak() int { return pl.peak }

// Steps returns the equations of the program that are run at a time, in order: one, or
// those of a sweep.
func (pl *Plan) Steps() [][]int {
	steps := make([][]int, len(pl.steps))
	for i, st := range pl.steps {
		steps[i] = []int{st.eqn}
		if st.sweep != nil {
			steps[i] = st.sweep.eqns
		}
	}
	return steps
}

// Run computes the results. It stops between equations once ctx is done, and returns its
// error. It adds to times, unless that is nil, how long each step took.
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
		if st := pl.stripOf(i); st != nil {
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

// step runs a step, of a strip for the part of its rows that has this number, unless ctx
// is done.
func (pl *Plan) step(ctx context.Context, i, part int, s *state, times []time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	default:
	}
	if times != nil {
		defer func(start time.Time) { times[i] += time.Since(start) }(time.Now())
	}
	if sw := pl.steps[i].sweep; sw != nil {
		pl.sweep(sw, s.tiles[i], s.out[i], s.in[i], part*sw.size)
	} else {
		pl.program.Eqns[pl.steps[i].eqn].Op.Eval(s.in[i], s.out[i])
	}
	return nil
}

// operands are the variables that a step reads, and those that it writes: of a sweep, its
// sources, and all others.
func (pl *Plan) operands(st step) (in, out []trace.Var) {
	if st.sweep != nil {
		return st.sweep.sources, st.sweep.outside
	}
	e := &pl.program.Eqns[st.eqn]
	return e.In, e.Out
}

// array is the memory of a variable, in its shape. Of an alias of an argument or a
// result, it is a new header.
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

// borrow returns memory for a call that no other has.
func (pl *Plan) borrow() *state {
	if s := pl.kept.Swap(nil); s != nil {
		return s
	}
	if s, ok := pl.states.Get().(*state); ok {
		return s
	}
	return pl.newState()
}

func (pl *Plan) giveBack(s *state) {
	pl.forget(s)
	if !pl.kept.CompareAndSwap(nil, s) {
		pl.states.Put(s)
	}
}

func (pl *Plan) newState() *state {
	p := pl.program
	s := &state{arrays: make([]*trace.Array, len(p.Types)), in: make([][]*trace.Array, len(pl.steps)), out: make([][]*trace.Array, len(pl.steps))}
	memory := trace.NewMemory(pl.extent)
	for v := range pl.source {
		if from := pl.source[pl.root(trace.Var(v))]; from.kind == planned {
			s.arrays[v] = memory.Array(pl.buffers[from.index].at, pl.typeOf(trace.Var(v)))
		}
	}
	for i, st := range pl.steps {
		in, out := pl.operands(st)
		s.in[i], s.out[i] = make([]*trace.Array, len(in)), make([]*trace.Array, len(out))
	}
	s.whole = make([]*trace.Array, pl.viewed)
	for _, st := range pl.strips {
		for _, o := range st.viewed {
			*s.operand(o) = trace.NewView(rowsOfType(p.Types[o.variable], st.most))
		}
	}
	for _, o := range pl.own {
		*s.place(o) = pl.array(o.variable, s, nil, nil)
	}
	s.tiles = pl.tiles()
	return s
}

// place is where a state has the array of an operand: of what a strip sees some rows of,
// the whole.
func (s *state) place(o operand) **trace.Array {
	if o.view > 0 {
		return &s.whole[o.view-1]
	}
	return s.operand(o)
}

// operand is where a step finds the array of an operand.
func (s *state) operand(o operand) **trace.Array {
	if o.written {
		return &s.out[o.step][o.at]
	}
	return &s.in[o.step][o.at]
}

// forget drops what a call was given or allocated, so that a kept state holds no memory
// but its own.
func (pl *Plan) forget(s *state) {
	for _, o := range pl.given {
		*s.place(o) = nil
		if o.view > 0 {
			(*s.operand(o)).Close()
		}
	}
}
