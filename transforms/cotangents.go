package transforms

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// cotangents holds the cotangents that have arrived at each variable of a program on a
// walk backward. For each variable it has a sum, and a list of picks: cotangents of
// elements that were picked from the variable. The picks are pulled back together. So n
// elements picked one by one cost n additions, not n arrays.
//
// Cotangents are added in the order of the walk. Picks are added up separately, by kind
// of operation in the order in which the kinds first occurred, and then added to the sum.
type cotangents struct {
	types []trace.Type
	of    map[trace.Var]*cotangent
}

// cotangent is the cotangent of one variable.
type cotangent struct {
	sum    Value
	picks  []pick
	picked int // the number of elements in picks
}

// pick is an application of a picking op that has not been pulled back yet, with its
// equation.
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

// merge adds to a variable what has arrived at a variable of another walk.
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

// pick notes that elements of a variable were picked. Once they are as many as the
// variable has, they are added to the sum. So they take no more memory than the variable,
// and adding them up takes no more time than picking them.
func (c *cotangents) pick(t *trace.Trace, v trace.Var, p pick) {
	at := c.at(v)
	at.picks = append(at.picks, p)
	if at.picked += p.CT.Size(); at.picked >= c.types[v].Size() {
		c.settle(t, v)
	}
}

// get returns the cotangents of variables. An absent one is zero.
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

// settle adds the picks to the sum.
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

// pulled returns the cotangent of an operand of type t from picks that join each other.
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

// pickOf returns an equation as a pick, if only the picked operand wants a cotangent.
func pickOf(e *trace.Eqn, in []Value, want []bool, ct []Value) (p pick, ok bool) {
	op, ok := e.Op.(trace.Picker)
	if !ok || !want[0] || slices.Contains(want[1:], true) || len(ct) != 1 || ct[0].IsAbsent() {
		return pick{}, false
	}
	return pick{trace.Pick{Op: op, Rest: in[1:], CT: ct[0]}, e}, true
}
