package opt

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// Accumulate merges the sum of an array and a scatter over zeros into one operation that
// scatters onto the array. If nothing else needs the array, this touches only the
// elements that are added to. A zero that nothing is added to keeps its sign then, which the
// sum with zeros would make positive. So a sum of floats that the user wrote stays a sum;
// fn.AddAt and fn.ScatterAlong are scatters onto an array from the start.
func Accumulate(p *trace.Program) *trace.Program {
	uses, made := make([]int, len(p.Types)), make([]int, len(p.Types))
	for i, e := range p.Eqns {
		for _, v := range e.In {
			uses[v]++
		}
		for _, v := range e.Out {
			made[v] = i + 1
		}
	}
	for _, v := range p.Out {
		uses[v]++
	}
	q, drop := *p, make([]bool, len(p.Eqns))
	q.Eqns = slices.Clone(p.Eqns)
	for i := range q.Eqns {
		e := &q.Eqns[i]
		if !isSum(e) || !e.Derived && p.Types[e.Out[0]].DType.IsFloat() {
			continue
		}
		for _, j := range []int{1, 0} {
			added := e.In[j]
			if from := made[added] - 1; from >= 0 && uses[added] == 1 {
				if op, ok := onto(q.Eqns[from].Op); ok {
					e.Op, e.In, drop[from] = op, append([]trace.Var{e.In[1-j]}, q.Eqns[from].In...), true
					break
				}
			}
		}
	}
	q.Eqns = without(q.Eqns, drop)
	return &q
}

// isSum reports whether an equation adds two arrays.
func isSum(e *trace.Eqn) bool {
	op, ok := e.Op.(trace.Kinded)
	return ok && op.Kind() == trace.KindAdd && len(e.In) == 2
}

// onto returns the op that adds what op scatters to an existing array.
func onto(op trace.Op) (trace.Op, bool) {
	if a, ok := op.(trace.Accumulator); ok {
		return a.Onto()
	}
	return nil, false
}
