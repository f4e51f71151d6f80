package transforms

import (
	"maps"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// edits change what a program computes at some places. [WithRules], [Rewrite], [WithTaps]
// and [WithMasks] are made of them.
type edits struct {
	nesting *nesting
	at      map[place]edit
	holders map[place]bool // equations with an edited one in a body
	opener  string         // who edits, if calls around an edited equation are opened, so that what it computes is seen outside
}

// edit sets the outputs of an equation. compute does so in the ordinary way.
type edit func(env *trace.Env, e *trace.Eqn, compute func())

func newEdits(n *nesting, at map[place]edit) edits {
	return edits{nesting: n, at: at, holders: n.holders(slices.Collect(maps.Keys(at)))}
}

// apply applies an edited program.
func (d edits) apply(p *trace.Program, in []Value) []Value { return d.walk(p, 0, in) }

// program is the body of this number, edited, without what is not needed any more.
func (d edits) program(p *trace.Program, body int) *trace.Program {
	q := trace.Record(func(args []Value) []Value { return d.walk(p, body, args) }, p.TypesOf(p.In))
	q, _ = q.Pruned()
	return q
}

func (d edits) walk(p *trace.Program, body int, in []Value) []Value {
	env := p.Env(in)
	for i := range p.Eqns {
		e, at := &p.Eqns[i], place{body, i}
		if edit := d.at[at]; edit != nil {
			edit(env, e, func() { d.compute(env, e, at) })
		} else {
			d.compute(env, e, at)
		}
	}
	return env.Get(p.Out)
}

// compute applies an equation, with what is edited in its bodies, in the trace of its
// operands: an edit may have taken them from one that is newer than that of the arguments.
func (d edits) compute(env *trace.Env, e *trace.Eqn, at place) {
	in := env.Get(e.In)
	if d.opener != "" && d.holders[at] {
		c, ok := e.Op.(*call)
		if !ok {
			panic(trace.Errorf("%s: a site inside of %s has no single output to see or change", d.opener, e.Op.Name()))
		}
		env.Set(e.Out, d.walk(c.body, d.nesting.number(at, 0), in))
		return
	}
	t := trace.Newest(in)
	if t == nil {
		t = env.Trace
	}
	t.Follow(e, e.Derived, func() {
		if d.holders[at] {
			env.Set(e.Out, d.inBodies(e.Op.(composed), at, in))
		} else {
			env.Set(e.Out, t.Bind(e.Op, in...))
		}
	})
}

// inBodies applies an op with edited bodies.
func (d edits) inBodies(op composed, at place, in []Value) []Value {
	bodies := slices.Clone(op.Bodies())
	for i, b := range bodies {
		bodies[i] = d.program(b, d.nesting.number(at, i))
	}
	return op.bindBodies(bodies, in)
}
