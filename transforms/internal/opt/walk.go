package opt

import (
	"container/heap"
	"slices"
	"sort"

	"github.com/pullback-go/pullback/trace"
)

// readers lists, for each variable, the equations that read it.
type readers struct {
	from []int // by variable: the start of its list in eqns; the next variable's start ends it
	eqns []int
}

func readersIn(p *trace.Program) readers {
	r := readers{from: make([]int, len(p.Types)+1)}
	last := make([]int, len(p.Types)) // by variable: the number of the last equation seen to read it, from 1 on
	each := func(do func(i int, v trace.Var)) {
		clear(last)
		for i := range p.Eqns {
			for _, v := range p.Eqns[i].In {
				if last[v] != i+1 {
					last[v] = i + 1
					do(i, v)
				}
			}
		}
	}
	each(func(_ int, v trace.Var) { r.from[v+1]++ })
	for v := range p.Types {
		r.from[v+1] += r.from[v]
	}
	r.eqns = make([]int, r.from[len(p.Types)])
	next := slices.Clone(r.from)
	each(func(i int, v trace.Var) {
		r.eqns[next[v]] = i
		next[v]++
	})
	return r
}

// of returns the equations that read a variable, in order.
func (r readers) of(v trace.Var) []int { return r.eqns[r.from[v]:r.from[v+1]] }

// walk carries a root's cases through a program, in the order of its equations.
type walk struct {
	number   int
	root     cases
	cases    []cases // by variable, if this walk reached it
	walked   []int   // by variable: the number of the last walk that reached it
	distance []int   // by variable: the smallest number of equations from the root
	queued   []int   // by equation: the number of the last walk that queued it
	queue    sort.IntSlice
	left     int // the number of equations that may still be queued
}

func newWalk(p *trace.Program) *walk {
	n := len(p.Types)
	return &walk{cases: make([]cases, n), walked: make([]int, n), distance: make([]int, n), queued: make([]int, len(p.Eqns))}
}

func (w *walk) begin(root cases) {
	w.number++
	w.root, w.left = root, walkMost
	w.queue = w.queue[:0]
}

// possible reports whether case c of the root can occur.
func (w *walk) possible(c int) bool { return w.root[c] != 0 }

func (w *walk) reached(v trace.Var) bool { return w.walked[v] == w.number }

// nearest returns the distance of the reached variable nearest to the root.
func (w *walk) nearest(vars []trace.Var) int {
	least := walkFar
	for _, v := range vars {
		if w.reached(v) {
			least = min(least, w.distance[v])
		}
	}
	return least
}

// push queues equations in order, as many as are still allowed.
func (w *walk) push(eqns []int) {
	for _, i := range eqns {
		if w.left == 0 {
			return
		}
		if w.queued[i] != w.number {
			w.queued[i] = w.number
			w.left--
			heap.Push(queue{&w.queue}, i)
		}
	}
}

// next takes the first queued equation, if it is before end.
func (w *walk) next(end int) (int, bool) {
	if len(w.queue) == 0 || w.queue[0] >= end {
		return 0, false
	}
	return heap.Pop(queue{&w.queue}).(int), true
}

// queue is a heap of equations.
type queue struct{ *sort.IntSlice }

func (q queue) Push(x any) { *q.IntSlice = append(*q.IntSlice, x.(int)) }

func (q queue) Pop() any {
	s := *q.IntSlice
	last := s[len(s)-1]
	*q.IntSlice = s[:len(s)-1]
	return last
}
