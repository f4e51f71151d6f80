package opt

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// Rematerialize recomputes cheap elementwise values instead of keeping them. It does so
// where a fused loop reads a value long after it was made, and the value's own operands
// are still in memory at that point. For relevance, the sum at the end of a residual
// block is such a value: its summands are kept for their own sake. Inside a fused loop
// the second computation needs no memory and almost no time.
func Rematerialize(p *trace.Program) *trace.Program {
	r := newRematerializer(p)
	for i := len(p.Eqns) - 1; i >= 0; i-- {
		r.repeat(i)
	}
	q := *p
	q.Types, q.Eqns = r.types, make([]trace.Eqn, 0, len(r.types))
	for i, e := range r.eqns {
		q.Eqns = append(append(q.Eqns, r.before[i]...), e)
	}
	return Prune(&q)
}

const (
	rematLeast = 64 << 10 // the smallest size in bytes of a value to recompute
	rematMost  = 8        // the largest number of equations to recompute a value
)

// rematerializer knows the readers of each value, and collects the equations to compute
// again.
type rematerializer struct {
	program *trace.Program // the original program
	order   scheduler
	uses    [][]int    // by variable: the equations that read it, or have a recomputation before them that does
	costed  []int      // by equation: the number of products and convolutions before it
	apart   []int      // by equation: the number of equations before it that no fused loop can contain
	swept   []bool     // by variable: whether all its readers are elementwise
	results trace.Mask // by variable
	types   []trace.Type
	eqns    []trace.Eqn         // the original equations, reading recomputed values
	before  map[int][]trace.Eqn // by equation: the recomputations before it
}

func newRematerializer(p *trace.Program) *rematerializer {
	r := &rematerializer{program: p, order: newScheduler(p), uses: make([][]int, len(p.Types)), costed: make([]int, len(p.Eqns)+1), apart: make([]int, len(p.Eqns)+1), swept: make([]bool, len(p.Types)), results: make(trace.Mask, len(p.Types)),
		types: slices.Clone(p.Types), eqns: slices.Clone(p.Eqns), before: map[int][]trace.Eqn{}}
	for v := range r.swept {
		r.swept[v] = true
	}
	for i := range p.Eqns {
		e := &p.Eqns[i]
		r.costed[i+1], r.apart[i+1] = r.costed[i], r.apart[i]
		if isCosted(e.Op) {
			r.costed[i+1]++
		}
		if !elementwise(e) && !repeats(e) {
			r.apart[i+1]++
		}
		for _, v := range e.In {
			r.reads(i, v)
		}
	}
	r.results.Set(p.Out)
	return r
}

// reads notes that equation i reads a variable.
func (r *rematerializer) reads(i int, v trace.Var) {
	r.swept[v] = r.swept[v] && elementwise(&r.program.Eqns[i])
	at, found := slices.BinarySearch(r.uses[v], i)
	if !found {
		r.uses[v] = slices.Insert(r.uses[v], at, i)
	}
}

// repeat recomputes the output of equation i, if that is possible and worthwhile.
func (r *rematerializer) repeat(i int) {
	p, e := r.program, &r.program.Eqns[i]
	if !r.cheap(e) || r.results[e.Out[0]] || p.Types[e.Out[0]].Bytes() < rematLeast {
		return
	}
	late := r.late(i)
	if late == nil || !r.fused(late) || slices.ContainsFunc(r.uses[e.Out[0]], func(i int) bool { return trace.IsAlias(p.Eqns[i].Op) }) {
		return
	}
	var cone []int
	if !r.collect(i, late[0], &cone) {
		return
	}
	slices.Sort(cone)
	r.insert(late, cone)
}

// cheap reports whether an equation is elementwise and takes a few instructions. Such an
// equation is linear in an operand, or passes absolute errors on unchanged.
func (r *rematerializer) cheap(e *trace.Eqn) bool {
	if _, ok := e.Op.(trace.Elementwise); !ok || trace.IsAlias(e.Op) || len(e.Out) != 1 || r.program.Types[e.Out[0]].DType.IsInt() {
		return false
	}
	return slices.Contains(nonexpansiveIn(e.Op, len(e.In)), true)
}

// late returns the uses of the output of equation i after its longest interval without a
// use. The length of an interval is the number of products and convolutions in it; late
// returns nil if there are none.
func (r *rematerializer) late(i int) []int {
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

// fused reports whether equations are part of one fused loop.
func (r *rematerializer) fused(uses []int) bool {
	return r.apart[uses[0]] == r.apart[uses[len(uses)-1]+1]
}

func elementwise(e *trace.Eqn) bool {
	_, ok := e.Op.(trace.Elementwise)
	return ok
}

// repeats reports whether an equation repeats a number or an array, as fused loops do
// tile by tile.
func repeats(e *trace.Eqn) bool {
	_, spreads := e.Op.(trace.Spreader)
	_, fills := e.Op.(trace.Uniform)
	return spreads || fills
}

// collect appends to cone equation i, and the equations it depends on whose results are
// not available at equation at.
func (r *rematerializer) collect(i, at int, cone *[]int) bool {
	e := &r.program.Eqns[i]
	if len(*cone) == rematMost || !r.cheap(e) {
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
func (r *rematerializer) there(v trace.Var, at int) bool {
	by := r.order.by[v]
	if root := r.order.roots[v]; by < 0 || r.order.last[root] >= at {
		return true
	}
	e := &r.program.Eqns[by]
	small := func(v trace.Var) bool { return r.order.by[v] < 0 || r.program.Types[v].Bytes() < rematLeast }
	return repeats(e) && r.swept[v] && !slices.ContainsFunc(e.In, func(v trace.Var) bool { return !small(v) })
}

// insert computes the equations of a cone again before the first of the late uses. The
// late uses then read the new output of the cone's last equation.
func (r *rematerializer) insert(late, cone []int) {
	at, same := late[0], map[trace.Var]trace.Var{}
	again := make([]trace.Eqn, len(cone))
	for k, i := range cone {
		e := r.program.Eqns[i]
		for _, v := range e.In {
			if _, ok := same[v]; !ok {
				r.reads(at, v)
				root := r.order.roots[v]
				r.order.last[root] = max(r.order.last[root], at)
			}
		}
		v := trace.Var(len(r.types))
		r.types = append(r.types, r.types[e.Out[0]])
		e.In = replacing(e.In, same)
		same[e.Out[0]], e.Out = v, []trace.Var{v}
		again[k] = e
	}
	i := cone[len(cone)-1]
	v := r.program.Eqns[i].Out[0]
	last := map[trace.Var]trace.Var{v: same[v]}
	for _, u := range late {
		r.eqns[u].In = replacing(r.eqns[u].In, last)
		for k := range r.before[u] {
			r.before[u][k].In = replacing(r.before[u][k].In, last)
		}
	}
	r.before[at] = append(again, r.before[at]...)
	early := r.uses[v][:len(r.uses[v])-len(late)]
	r.uses[v], r.order.last[v] = early, i
	if len(early) > 0 {
		r.order.last[v] = early[len(early)-1]
	}
}

// replacing returns a list of variables with some of them replaced.
func replacing(vars []trace.Var, by map[trace.Var]trace.Var) []trace.Var {
	out := slices.Clone(vars)
	for i, v := range out {
		if w, ok := by[v]; ok {
			out[i] = w
		}
	}
	return out
}
