package opt

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// Again computes values a second time, where that takes less memory than to keep them: those of cheap elementwise operations that a sweep reads long after
// they were made, while what they are made of is needed even longer. The sum at the end of a residual block is such a value for relevance, whose
// summands are kept for their own sake. In a sweep, the second time takes no memory and as good as no time.
func Again(p *trace.Program) *trace.Program {
	r := repeater{program: p}
	r.look()
	for i := len(p.Eqns) - 1; i >= 0; i-- { // what is added follows later than i
		r.repeat(i)
	}
	return Prune(r.program)
}

const (
	againLeast = 64 << 10 // bytes of a value that is worth it
	againMost  = 8        // equations to compute it
)

// repeater is a program on the way.
type repeater struct {
	program *trace.Program
	order   orderer
	uses    [][]int // by variable: the equations that read it
	costed  []int   // by equation: how many before it do more than a sweep
	outside []bool  // by variable: whether it is an argument, a constant or a result
}

// look finds out what there is to know of the program as it is now.
func (r *repeater) look() {
	p := r.program
	r.order = newOrderer(p)
	r.uses, r.costed, r.outside = make([][]int, len(p.Types)), make([]int, len(p.Eqns)+1), make([]bool, len(p.Types))
	for i := range p.Eqns {
		e := &p.Eqns[i]
		r.costed[i+1] = r.costed[i]
		if isCosted(e.Op) {
			r.costed[i+1]++
		}
		for j, v := range e.In {
			if !slices.Contains(e.In[:j], v) {
				r.uses[v] = append(r.uses[v], i)
			}
		}
	}
	for v := range p.Types {
		r.outside[v] = r.order.by[v] < 0
	}
	for _, v := range p.Out {
		r.outside[v] = true
	}
}

// repeat computes the output of equation i again, if that is to be.
func (r *repeater) repeat(i int) {
	p, e := r.program, &r.program.Eqns[i]
	if !r.cheap(e) || r.outside[e.Out[0]] || bytesOf(p.Types[e.Out[0]]) < againLeast {
		return
	}
	late := r.late(i)
	if late == nil || !r.sweep(late) {
		return
	}
	var cone []int
	if !r.collect(i, late[0], &cone) {
		return
	}
	slices.Sort(cone)
	r.insert(late, cone)
}

// cheap reports whether an equation is elementwise and one of a few instructions: one that is linear in an operand, or passes errors on as they are.
func (r *repeater) cheap(e *trace.Eqn) bool {
	if _, ok := e.Op.(trace.Elementwise); !ok || isAlias(e.Op) || len(e.Out) != 1 || r.program.Types[e.Out[0]].DType.IsInt() {
		return false
	}
	for j := range e.In {
		if steady(e.Op, j, len(e.In)) {
			return true
		}
	}
	return false
}

// late is the uses of the output of equation i that follow the most products and convolutions without a use, nil if there are none before them.
func (r *repeater) late(i int) []int {
	uses, at, most := r.uses[r.program.Eqns[i].Out[0]], 0, 0
	before := i
	for k, u := range uses {
		if n := r.costed[u] - r.costed[before]; n > most {
			at, most = k, n
		}
		before = u
	}
	if most == 0 {
		return nil
	}
	return uses[at:]
}

// sweep reports whether equations are part of one sweep.
func (r *repeater) sweep(uses []int) bool {
	for i := uses[0]; i <= uses[len(uses)-1]; i++ {
		if e := &r.program.Eqns[i]; !elementwise(e) && !repeats(e) {
			return false
		}
	}
	return !slices.ContainsFunc(uses, func(i int) bool { return isAlias(r.program.Eqns[i].Op) })
}

func elementwise(e *trace.Eqn) bool {
	_, ok := e.Op.(trace.Elementwise)
	return ok
}

// repeats reports whether an equation repeats a number or an array, as sweeps do tile by tile.
func repeats(e *trace.Eqn) bool {
	_, spreads := e.Op.(trace.Spreader)
	_, fills := e.Op.(trace.Uniform)
	return spreads || fills
}

// collect adds equation i and those that it depends on to a list, as far as their results are not there when equation at runs.
func (r *repeater) collect(i, at int, cone *[]int) bool {
	e := &r.program.Eqns[i]
	if len(*cone) == againMost || !r.cheap(e) {
		return false
	}
	*cone = append(*cone, i)
	for _, v := range e.In {
		if by := r.order.by[v]; !r.there(v, at) && !slices.Contains(*cone, by) && !r.collect(by, at, cone) {
			return false
		}
	}
	return true
}

// there reports whether a value is in memory when equation at runs, or made in tiles.
func (r *repeater) there(v trace.Var, at int) bool {
	by := r.order.by[v]
	if root := r.order.roots[v]; by < 0 || r.order.last[root] >= at {
		return true
	}
	e := &r.program.Eqns[by]
	small := func(v trace.Var) bool { return r.order.by[v] < 0 || bytesOf(r.program.Types[v]) < againLeast }
	swept := func(i int) bool { return elementwise(&r.program.Eqns[i]) }
	return repeats(e) && !slices.ContainsFunc(e.In, func(v trace.Var) bool { return !small(v) }) &&
		!slices.ContainsFunc(r.uses[v], func(i int) bool { return !swept(i) })
}

// insert computes the equations of a cone again before the first of the late uses of the last of them, which then read its second output.
func (r *repeater) insert(late, cone []int) {
	q := *r.program
	q.Types = slices.Clone(q.Types)
	same, again := identities(r.program), make([]trace.Eqn, len(cone))
	for k, i := range cone {
		again[k] = q.Eqns[i]
		again[k].In, again[k].Out = renamed(again[k].In, same), []trace.Var{trace.Var(len(q.Types))}
		same[q.Eqns[i].Out[0]] = again[k].Out[0]
		q.Types = append(q.Types, q.Types[q.Eqns[i].Out[0]])
	}
	v := q.Eqns[cone[len(cone)-1]].Out[0]
	q.Eqns = slices.Clone(q.Eqns)
	for _, i := range late {
		e := &q.Eqns[i]
		e.In = slices.Clone(e.In)
		for j := range e.In {
			if e.In[j] == v {
				e.In[j] = same[v]
			}
		}
	}
	q.Eqns = slices.Insert(q.Eqns, late[0], again...)
	r.program = &q
	r.look()
}
