package opt

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// Prepare replaces operations by faster ways to compute them that round otherwise (see
// [trace.Preparer]). It tells those whose result is divided by that they may not be off
// by more than rounding, if the whole program, which p may be a body of, [Divides] by
// anything. What only comes to be an operand of a product that is divided by may be: it
// moves the sum by as little, in relation to its terms.
func Prepare(p *trace.Program, divides bool) *trace.Program {
	p = subtracted(p)
	q := *p
	q.Eqns = append([]trace.Eqn(nil), p.Eqns...)
	looked := make([]bool, len(p.Types))
	if divides {
		looked = scrutinized(p, true)
	}
	for i := range q.Eqns {
		e := &q.Eqns[i]
		if op, ok := e.Op.(trace.Preparer); ok {
			if faster, ok := op.Prepare(p.TypesOf(e.In), anyOf(looked, e.Out)); ok {
				e.Op = faster
			}
		}
	}
	return &q
}

// Divides reports whether a program, or a body in it, divides by what a product or a
// convolution gives, or looks in any other way at its small elements as closely as at the
// large ones, as relevance does.
func Divides(p *trace.Program) bool { return divides(p, false) }

// divides takes an argument of a body for what a convolution around it gave.
func divides(p *trace.Program, body bool) bool {
	for i := range p.Eqns {
		if c, ok := p.Eqns[i].Op.(trace.Caller); ok && slices.ContainsFunc(c.Bodies(), func(b *trace.Program) bool { return divides(b, true) }) {
			return true
		}
	}
	looked := scrutinized(p, false)
	for i := range p.Eqns {
		if e := &p.Eqns[i]; isCosted(e.Op) && anyOf(looked, e.Out) {
			return true
		}
	}
	return body && anyOf(looked, p.In)
}

// scrutinized reports of which variables small elements are looked at as closely as large
// ones: what is divided by, or becomes part of that other than through a product or a
// convolution. These look at all of what they add up, so that their operands need not be
// better than in relation to the largest. If outside is true, so are results and what
// goes to a body, whose other side is not known here.
func scrutinized(p *trace.Program, outside bool) []bool {
	looked := make([]bool, len(p.Types))
	for _, v := range p.Out {
		looked[v] = outside
	}
	for i := len(p.Eqns) - 1; i >= 0; i-- {
		e := &p.Eqns[i]
		if isCosted(e.Op) {
			if m, ok := e.Op.(trace.Mixed); ok && anyOf(looked, e.Out) {
				for j, v := range e.In {
					looked[v] = looked[v] || m.ByElement(j)
				}
			}
			continue
		}
		_, calls := e.Op.(trace.Caller)
		out := anyOf(looked, e.Out) || calls && outside
		var steady []bool
		if !out {
			steady = steadyIn(e.Op, len(e.In))
		}
		for j, v := range e.In {
			if p.Types[v].DType.IsFloat() { // where an index or a condition comes from is another operation's matter
				looked[v] = looked[v] || out || !steady[j]
			}
		}
	}
	return looked
}

// steadyIn marks the operands of which an op hands on by how much they are off.
func steadyIn(op trace.Op, operands int) []bool {
	all := make([]bool, operands)
	for j := range all {
		all[j] = true
	}
	if _, ok := op.(trace.Steady); ok {
		return all
	}
	if _, ok := op.(trace.Aliaser); ok {
		return all
	}
	each, one := make([]bool, operands), make([]bool, operands)
	l, ok := op.(trace.Linear)
	if !ok {
		return each
	}
	if l.LinearIn(all) {
		return all
	}
	for j := range each {
		one[j] = true
		each[j] = l.LinearIn(one)
		one[j] = false
	}
	return each
}
