package transforms

import (
	"strconv"

	"github.com/pullback-go/pullback/trace"
)

// bodied is an op whose bodies can be exchanged for others of the same types.
type bodied interface {
	trace.Caller
	withBodies([]*trace.Program) trace.Op
}

// placeOf names an equation within nested bodies: the indices of the equations around it, and its own.
func placeOf(scope string, eqn int) string { return scope + "/" + strconv.Itoa(eqn) }

// bodyScope is the scope of the equations of one body of an equation.
func bodyScope(place string, body int) string { return place + "." + strconv.Itoa(body) }

// assignment is what the rewriting needs to know, by place.
type assignment struct {
	chosen    map[string]chosen
	swallowed map[string]bool
}

type chosen struct {
	site *Site
	rule Rule
}

// ruledProgram returns p with the chosen rules at their sites.
func ruledProgram(p *trace.Program, sites []*Site, choices []Choice) *trace.Program {
	a := assignment{map[string]chosen{}, map[string]bool{}}
	for i, s := range sites {
		if choices[i].Rule != nil {
			a.chosen[s.place] = chosen{s, choices[i].Rule}
			a.swallowed[s.swallowed] = true
		}
	}
	return a.rewrite(p, "")
}

func (a assignment) rewrite(p *trace.Program, scope string) *trace.Program {
	q := *p
	q.Eqns = make([]trace.Eqn, 0, len(p.Eqns))
	changed := false
	for i, e := range p.Eqns {
		place := placeOf(scope, i)
		if a.swallowed[place] {
			changed = true
			continue
		}
		if c, ok := a.chosen[place]; ok {
			e.Op, e.In, changed = newRuled(c.site.plain, c.site, c.rule, len(c.site.Outputs)), c.site.in, true
		} else if b, ok := e.Op.(bodied); ok {
			next := a.rewriteBodies(b, place)
			changed = changed || next != e.Op
			e.Op = next
		}
		q.Eqns = append(q.Eqns, e)
	}
	if !changed {
		return p
	}
	return &q
}

// rewriteBodies returns op itself where nothing in its bodies changes.
func (a assignment) rewriteBodies(op bodied, place string) trace.Op {
	bodies, changed := op.Bodies(), false
	next := make([]*trace.Program, len(bodies))
	for i, b := range bodies {
		next[i] = a.rewrite(b, bodyScope(place, i))
		changed = changed || next[i] != b
	}
	if !changed {
		return op
	}
	return op.withBodies(next)
}
