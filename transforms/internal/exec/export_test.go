package exec

import (
	"math"

	"github.com/pullback-go/pullback/trace"
)

// Visits returns how many operands, uses and buffers planning looked at.
func (pl *Plan) Visits() int { return pl.visits }

// Fitting returns the largest divisor of n for which that many rows of the given size
// fit.
func Fitting(n, bytes, fit int) int {
	return fitting(n, bytes, fit, new(int))
}

// NewOverwriting plans a program some of whose values may be written over arguments,
// given as pairs of argument and value. It reports for each pair whether this is done.
func NewOverwriting(p *trace.Program, pairs ...[2]trace.Var) (*Plan, []bool) {
	var all []overwriting
	for _, o := range pairs {
		all = append(all, overwriting{o[0], o[1]})
	}
	pl := newPlan(p, Options{StripBytes: 4 << 20}, all)
	return pl, pl.overwritten
}

// LeastNear returns the smallest number of rows at a time of a step and its neighbors.
func LeastNear(rows, most []int, i int) int { return leastNear(rows, most, i) }

// Strips returns the first and last step of each strip, and how many rows it computes at
// a time.
func (pl *Plan) Strips() (list [][3]int) {
	for _, s := range pl.strips {
		list = append(list, [3]int{s.first, s.last, s.most})
	}
	return list
}

// Poison fills the memory of the next call with garbage: NaN, and values that no index
// may have.
func (pl *Plan) Poison() {
	s := pl.borrow()
	defer pl.giveBack(s)
	for v, a := range s.arrays {
		if a != nil && pl.source[v].kind == inMemory {
			garbage(a)
		}
	}
	for _, t := range s.tiles {
		if t != nil {
			for _, a := range t.memory {
				garbage(a)
			}
		}
	}
	m := newArena(pl.arena)
	for _, list := range m {
		for _, a := range list {
			garbage(a)
		}
	}
	pl.arenas.Put(m)
}

func garbage(a *trace.Array) {
	switch a.DType() {
	case trace.Bool:
		fill(a, true)
	case trace.Int32:
		fill(a, int32(-1<<31))
	case trace.Int64:
		fill(a, int64(-1<<63))
	case trace.Float32:
		fill(a, float32(math.NaN()))
	case trace.Float64:
		fill(a, math.NaN())
	}
}

func fill[E trace.Elem](a *trace.Array, x E) {
	for i := range trace.Elems[E](a) {
		trace.Elems[E](a)[i] = x
	}
}

// Fetch is an operation that planned bodies alone have.
var Fetch trace.Op = fetch{}
