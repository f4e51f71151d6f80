package transforms

import (
	"github.com/pullback-go/pullback/trace"
)

// assignment is what the rewriting needs to know, by place.
type assignment struct {
	nesting   *nesting
	chosen    map[place]chosen
	swallowed map[place]bool
}

type chosen struct {
	site *Site
	rule Rule
}

// ruledProgram returns p with the chosen rules at their sites.
func ruledProgram(p *trace.Program, f found, choices []Choice) *trace.Program {
	a := assignment{f.nesting, map[place]chosen{}, map[place]bool{}}
	for i, s := range f.sites {
		if choices[i].Rule != nil {
			a.chosen[s.place] = chosen{s, choices[i].Rule}
			a.swallowed[s.swallowed] = true
		}
	}
	return a.rewrite(p, 0)
}

func (a assignment) rewrite(p *trace.Program, body int) *trace.Program {
	q := *p
	q.Eqns = make([]trace.Eqn, 0, len(p.Eqns))
	changed := false
	for i, e := range p.Eqns {
		at := place{body, i}
		if a.swallowed[at] {
			changed = true
			continue
		}
		if c, ok := a.chosen[at]; ok {
			e.Op, e.In, changed = newRuled(c.site.plain, c.site, c.rule, len(c.site.Outputs)), c.site.in, true
		} else if b, ok := e.Op.(trace.Bodied); ok {
			next := a.rewriteBodies(b, at)
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
func (a assignment) rewriteBodies(op trace.Bodied, at place) trace.Op {
	bodies, changed := op.Bodies(), false
	next := make([]*trace.Program, len(bodies))
	for i, b := range bodies {
		next[i] = a.rewrite(b, a.nesting.number(at, i))
		changed = changed || next[i] != b
	}
	if !changed {
		return op
	}
	return op.WithBodies(next)
}
