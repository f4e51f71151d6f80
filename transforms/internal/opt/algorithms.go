package opt

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// SelectAlgorithms replaces operations by faster algorithms that round differently (see
// [trace.Alternative]), in a program and in all bodies in it. An operation whose result
// ends up in a denominator must stay accurate to rounding, and the op is told so. This
// matters only if the program divides at all, see divides. An operand of a product need
// not be that accurate: its error reaches the denominator only in proportion to the
// product's terms.
func SelectAlgorithms(p *trace.Program) *trace.Program {
	relative := divides(p, false)
	return everywhere(func(p *trace.Program) *trace.Program { return withAlgorithms(p, relative) })(p)
}

// withAlgorithms replaces the operations of one program. relative says that the whole
// program divides.
func withAlgorithms(p *trace.Program, relative bool) *trace.Program {
	q, looked := *p, make(trace.Mask, len(p.Types))
	q.Eqns = slices.Clone(p.Eqns)
	if relative {
		looked = needsRelative(p, true)
	}
	for i := range q.Eqns {
		e := &q.Eqns[i]
		if op, ok := e.Op.(trace.Alternative); ok {
			if faster, ok := op.Alternative(p.TypesOf(e.In), looked.AnyOf(e.Out)); ok {
				e.Op = faster
			}
		}
	}
	return &q
}

// divides reports whether a program, or a body in it, divides by the result of a product
// or a convolution, or needs relative accuracy of its small elements in any other way, as
// relevance does. An argument of a body counts as the result of a convolution outside.
func divides(p *trace.Program, body bool) bool {
	for i := range p.Eqns {
		if c, ok := p.Eqns[i].Op.(trace.Caller); ok && slices.ContainsFunc(c.Bodies(), func(b *trace.Program) bool { return divides(b, true) }) {
			return true
		}
	}
	looked := needsRelative(p, false)
	for i := range p.Eqns {
		if e := &p.Eqns[i]; isCosted(e.Op) && looked.AnyOf(e.Out) {
			return true
		}
	}
	return body && looked.AnyOf(p.In)
}

// needsRelative marks the variables whose small elements need relative accuracy:
// denominators, and whatever reaches a denominator without passing through a product or a
// convolution. Those add up many terms, so the error of an operand counts only against
// the largest term. If outside is true, results and operands of bodies are marked too,
// because their use is not known here.
func needsRelative(p *trace.Program, outside bool) trace.Mask {
	looked := make(trace.Mask, len(p.Types))
	for _, v := range p.Out {
		looked[v] = outside
	}
	for i := len(p.Eqns) - 1; i >= 0; i-- {
		e := &p.Eqns[i]
		if isCosted(e.Op) {
			if m, ok := e.Op.(trace.Mixed); ok && looked.AnyOf(e.Out) {
				for j, v := range e.In {
					looked[v] = looked[v] || m.ElementwiseIn(j)
				}
			}
			continue
		}
		_, calls := e.Op.(trace.Caller)
		out := looked.AnyOf(e.Out) || calls && outside
		var nonexpansive trace.Mask
		if !out {
			nonexpansive = nonexpansiveIn(e.Op, len(e.In))
		}
		for j, v := range e.In {
			if p.Types[v].DType.IsFloat() { // another operation decides about an index or a condition
				looked[v] = looked[v] || out || !nonexpansive[j]
			}
		}
	}
	return looked
}

// nonexpansiveIn marks the operands whose absolute error an op passes on at about the
// same size.
func nonexpansiveIn(op trace.Op, operands int) trace.Mask {
	all := make(trace.Mask, operands)
	for j := range all {
		all[j] = true
	}
	if _, ok := op.(trace.Nonexpansive); ok {
		return all
	}
	if _, ok := op.(trace.Aliaser); ok {
		return all
	}
	each, one := make(trace.Mask, operands), make(trace.Mask, operands)
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
