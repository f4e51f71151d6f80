package opt

import (
	"cmp"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// Schedule moves an elementwise equation next to the producer of its operands if it is
// their last reader and its result is smaller, so that their memory can be reused sooner.
// For example, the backward pass of a ReLU compares a number with zero. Schedule moves
// the comparison into the fused loop that computes the ReLU, and keeps its bools instead
// of the numbers.
func Schedule(p *trace.Program) *trace.Program {
	o := newScheduler(p)
	order := make([]int, len(p.Eqns))
	for i := range p.Eqns {
		order[i], o.after[i] = i, i
		if o.moves(i) {
			o.after[i] = o.latest(i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(o.after[i], o.after[j]) })
	q := *p
	q.Eqns = make([]trace.Eqn, len(p.Eqns))
	for k, i := range order {
		q.Eqns[k] = p.Eqns[i]
	}
	return &q
}

// scheduler knows which equation makes each value, and how long the value is needed.
type scheduler struct {
	program *trace.Program
	roots   []trace.Var // by variable: the variable that owns its memory
	by      []int       // by variable: the equation that assigns it, or -1
	// last has, by variable that owns memory, the last equation that reads it. For
	// results, and for variables that no equation assigns, it is the number of equations.
	last []int
	// after has, by equation, the one of this program that it follows in the new order.
	// It is the equation itself if that stays.
	after []int
}

func newScheduler(p *trace.Program) scheduler {
	o := scheduler{program: p, roots: identities(p), after: make([]int, len(p.Eqns)), by: make([]int, len(p.Types)), last: make([]int, len(p.Types))}
	for v := range o.by {
		o.by[v], o.last[v] = -1, len(p.Eqns)
	}
	for i := range p.Eqns {
		e := &p.Eqns[i]
		alias := trace.IsAlias(e.Op)
		for j, v := range e.Out {
			o.by[v] = i
			if alias {
				o.roots[v] = o.roots[e.In[j]]
			}
		}
		for _, v := range e.In {
			if r := o.roots[v]; o.by[r] >= 0 && !alias {
				o.last[r] = i
			}
		}
	}
	for _, v := range p.Out {
		o.last[o.roots[v]] = len(p.Eqns)
	}
	return o
}

// moves reports whether an equation follows its operands: an alias, which costs nothing
// anywhere, or an equation whose result is smaller than the memory it frees. Equations on
// integers stay, because their operations may fail, and must fail in the order of the
// program.
func (o *scheduler) moves(i int) bool {
	e := &o.program.Eqns[i]
	if len(e.Out) != 1 || o.program.Types[e.Out[0]].DType.IsInt() {
		return false
	}
	if trace.IsAlias(e.Op) {
		_, fence := e.Op.(Barrier)
		return !fence
	}
	if _, ok := e.Op.(trace.Elementwise); !ok {
		return false
	}
	freed := 0
	for j, v := range e.In {
		if r := o.roots[v]; o.last[r] == i && !slices.Contains(e.In[:j], v) {
			freed += o.program.Types[r].Bytes()
		}
	}
	return o.program.Types[e.Out[0]].Bytes() < freed
}

// latest returns the last equation that an equation depends on, in the new order.
func (o *scheduler) latest(i int) int {
	at := -1
	for _, v := range o.program.Eqns[i].In {
		if by := o.by[v]; by >= 0 {
			at = max(at, o.after[by])
		}
	}
	return at
}
