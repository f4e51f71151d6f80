package transforms

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// cotangents holds what has met at each variable of a program on a walk backward: a sum,
// and what picked elements of the variable, whose cotangents are given at once. So n
// elements picked one by one cost n additions, not n arrays.
//
// The order of addition is that of the walk, but for what is picked: that is added up by
// itself, by kind of operation in the order in which these were met first, and then to
// the sum.
type cotangents struct {
	types []trace.Type
	of    map[trace.Var]*cotangent
}

// cotangent is that of one variable.
type cotangent struct {
	sum    Value
	picks  []pick
	picked int // elements in picks
}

// pick is an application of a picking op that has not been pulled back yet, and where.
type pick struct {
	trace.Pick
	eqn *trace.Eqn
}

func newCotangents(p *trace.Program) *cotangents {
	return &cotangents{p.Types, make(map[trace.Var]*cotangent, len(p.Types))}
}

// add adds a cotangent, which may be absent, to that of a variable.
func (c *cotangents) add(v trace.Var, ct Value) {
	if !ct.IsAbsent() {
		at := c.at(v)
		at.sum = add(at.sum, ct)
	}
}

// merge adds what has met at a variable of another walk.
func (c *cotangents) merge(t *trace.Trace, v trace.Var, from cotangent) {
	c.add(v, t.Lift(from.sum))
	for _, p := range from.picks {
		p.Rest, p.CT = t.LiftAll(p.Rest), t.Lift(p.CT)
		c.pick(t, v, p)
	}
}

func (c *cotangents) at(v trace.Var) *cotangent {
	if c.of[v] == nil {
		c.of[v] = &cotangent{}
	}
	return c.of[v]
}

// pick notes that elements of a variable were picked. As soon as they are as many as the
// variable has, they are added up: so they take no more memory than that has, and to add
// them up no more time than they took.
func (c *cotangents) pick(t *trace.Trace, v trace.Var, p pick) {
	at := c.at(v)
	at.picks = append(at.picks, p)
	if at.picked += p.CT.Size(); at.picked >= c.types[v].Size() {
		c.settle(t, v)
	}
}

// get returns the cotangents of variables; absent is zero.
func (c *cotangents) get(t *trace.Trace, vars []trace.Var) []Value {
	out := make([]Value, len(vars))
	for i, v := range vars {
		if at := c.of[v]; at != nil {
			c.settle(t, v)
			out[i] = at.sum
		}
	}
	return out
}

// settle adds what was picked to the sum.
func (c *cotangents) settle(t *trace.Trace, v trace.Var) {
	at := c.of[v]
	picks := at.picks
	at.picks, at.picked = nil, 0
	for len(picks) > 0 {
		op := picks[0].Op
		var joined []trace.Pick
		eqn := picks[0].eqn
		picks = slices.DeleteFunc(picks, func(p pick) bool {
			if len(joined) > 0 && !op.Joins(p.Op) {
				return false
			}
			joined, eqn = append(joined, p.Pick), p.eqn
			return true
		})
		t.Follow(eqn, true, func() { c.add(v, pulled(c.types[v], joined)) })
	}
}

// pulled is the cotangent of an operand of type t by applications that join each other.
func pulled(t trace.Type, picks []trace.Pick) Value {
	if len(picks) > 1 {
		return picks[0].Op.Joint(t, picks)
	}
	p := picks[0]
	want := make([]bool, 1+len(p.Rest))
	want[0] = true
	in := append([]Value{trace.Unknown(t)}, p.Rest...)
	return p.Op.VJP(in, []Value{trace.Unknown(p.CT.Type())}, []Value{p.CT}, want)[0]
}

// pickOf is an equation as a pick, if it is one of which only the picked operand has a
// cotangent.
func pickOf(e *trace.Eqn, in []Value, want []bool, ct []Value) (p pick, ok bool) {
	op, ok := e.Op.(trace.Picker)
	if !ok || !want[0] || slices.Contains(want[1:], true) || len(ct) != 1 || ct[0].IsAbsent() {
		return pick{}, false
	}
	return pick{trace.Pick{Op: op, Rest: in[1:], CT: ct[0]}, e}, true
}
