package opt

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// Prepare replaces operations by faster ways to compute them that round otherwise (see [trace.Preparer]). It tells those whose result is divided by that
// they may not be off by more than rounding, if the whole program, which p may be a body of, [Divides] by anything. What only comes to be an operand of a
// product that is divided by may be: it moves the sum by as little, in relation to its terms.
//
// What is kept for them, as transformed weights, is bounded by a share of the memory of the program's constants. It is smaller in programs that divide, which
// as a rule keep modified weights beside the plain ones already. Operations that do the most with their constants come first.
func Prepare(p *trace.Program, divides bool) *trace.Program {
	p = subtracted(p)
	q := *p
	q.Eqns = append([]trace.Eqn(nil), p.Eqns...)
	s := preparation{program: p, consts: make([]*trace.Array, len(p.Types)), made: map[string]trace.Op{}}
	total := 0
	for _, c := range p.Consts {
		if c.Value.IsConcrete() {
			s.consts[c.Var] = c.Value.Array()
			total += bytesOf(c.Value.Type())
		}
	}
	share := plainShare
	looked := make([]bool, len(p.Types))
	if divides {
		share, looked = dividingShare, scrutinized(p, true)
	}
	s.bytes = max(roomLeast, total/share)
	for _, i := range s.candidates() {
		q.Eqns[i].Op = s.prepared(&q.Eqns[i], anyOf(looked, q.Eqns[i].Out))
	}
	return &q
}

// What may be kept: a part of the constants' memory, and at least so many bytes.
const (
	plainShare, dividingShare = 8, 32
	roomLeast                 = 4 << 20
)

// preparation makes each op once for all places that have the same operation on the same constants.
type preparation struct {
	program *trace.Program
	consts  []*trace.Array // by variable
	made    map[string]trace.Op
	bytes   int // that may still be kept
}

// candidates are the equations that may be computed otherwise, those first that do the most with each byte of their constants.
func (s *preparation) candidates() []int {
	var list []int
	gain := map[int]float64{}
	for i := range s.program.Eqns {
		e := &s.program.Eqns[i]
		op, ok := e.Op.(trace.Costed)
		if _, can := e.Op.(trace.Preparer); !ok || !can || len(e.Out) != 1 {
			continue
		}
		held := 1
		for _, v := range e.In {
			if s.consts[v] != nil {
				held += bytesOf(s.program.Types[v])
			}
		}
		list, gain[i] = append(list, i), float64(op.FLOPs(s.program.TypesOf(e.In)))/float64(held)
	}
	slices.SortStableFunc(list, func(i, j int) int { return cmp.Compare(gain[j], gain[i]) })
	return list
}

// prepared is the op to use in an equation, whose result may be looked at closely.
func (s *preparation) prepared(e *trace.Eqn, looked bool) trace.Op {
	in, types := make([]*trace.Array, len(e.In)), s.program.TypesOf(e.In)
	key := fmt.Sprintf("%s %v %t", trace.Describe(e.Op), types, looked)
	for j, v := range e.In {
		if in[j] = s.consts[v]; in[j] != nil {
			key += fmt.Sprintf(" %d:%v", j, v)
		}
	}
	if _, ok := s.made[key]; !ok {
		s.made[key] = e.Op
		if faster, kept, ok := e.Op.(trace.Preparer).Prepare(types, in, looked, s.bytes); ok {
			s.made[key] = faster
			s.bytes -= kept
		}
	}
	return s.made[key]
}

// Divides reports whether a program, or a body in it, divides by what a product or a convolution gives, or looks in any other way at its small elements
// as closely as at the large ones, as relevance does.
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

// scrutinized reports of which variables small elements are looked at as closely as large ones: what is divided by, or becomes part of that other than
// through a product or a convolution. These look at all of what they add up, so that their operands need not be better than in relation to the largest.
// If outside is true, so are results and what goes to a body, whose other side is not known here.
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
		for j, v := range e.In {
			if p.Types[v].DType.IsFloat() { // where an index or a condition comes from is another operation's matter
				looked[v] = looked[v] || out || !steady(e.Op, j, len(e.In))
			}
		}
	}
	return looked
}

// steady reports whether an op hands on by how much its operand j is off.
func steady(op trace.Op, j, operands int) bool {
	if _, ok := op.(trace.Steady); ok {
		return true
	}
	if _, ok := op.(trace.Aliaser); ok {
		return true
	}
	l, ok := op.(trace.Linear)
	if !ok {
		return false
	}
	one, all := make([]bool, operands), make([]bool, operands)
	one[j] = true
	for i := range all {
		all[i] = true
	}
	return l.LinearIn(one) || l.LinearIn(all)
}
