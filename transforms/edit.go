package transforms

import (
	"maps"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// edits change what a program computes at some equations. [WithRules], [Rewrite],
// [WithTaps] and [WithMasks] are built on them.
type edits struct {
	nesting *nesting
	at      map[place]edit
	holders map[place]bool // equations with an edited one in a body
	// opener names the caller if calls around an edited equation are to be opened, so
	// that its values are visible outside.
	opener string
}

// edit sets the outputs of an equation. compute sets them in the ordinary way.
type edit func(env *trace.Env, e *trace.Eqn, compute func())

func newEdits(n *nesting, at map[place]edit) edits {
	return edits{nesting: n, at: at, holders: n.holders(slices.Collect(maps.Keys(at)))}
}

// apply applies the edited program.
func (d edits) apply(p *trace.Program, in []Value) []Value { return d.walk(p, 0, in) }

// program returns the edited form of the body with the given number, without equations
// that are no longer needed.
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

// compute applies an equation with the edits in its bodies. It does so in the trace of
// the operands, because an edit may have taken them from a newer trace than that of the
// arguments.
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
