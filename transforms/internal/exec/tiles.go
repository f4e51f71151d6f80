package exec

import (
	"cmp"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// lasting is the number of constants whose tile is filled once for the whole fusion:
// those that are read most often. Any other constant number fills a tile each time it is
// read. A tile for each of many numbers would exceed the L1 cache, and reading it would
// take longer than filling a tile again.
const lasting = 4

// layout assigns the operands of a fusion's equations to arrays of a tile.
type layout struct {
	*grouping
	fusion *fusion
	place  map[trace.Var]int // by variable that has an array now: its number, external arrays first, then temporaries
	last   map[trace.Var]int // by variable: the last equation of the fusion that reads it
	first  int               // number of the first temporary
	idle   [len(arena{})][]int
}

func newLayout(g *grouping, s *fusion) *layout {
	return &layout{grouping: g, fusion: s, place: map[trace.Var]int{}, last: map[trace.Var]int{}}
}

// lay numbers the arrays of a tile: windows of external arrays first, then temporaries.
func (l *layout) lay() {
	s, reads := l.fusion, map[trace.Var]int{}
	for _, i := range s.eqns {
		e := &l.program.Eqns[i]
		for _, v := range e.In {
			r := l.root(v)
			l.visits++
			l.external(r)
			l.last[r] = i
			reads[r]++
		}
		l.external(l.root(e.Out[0]))
	}
	l.first = len(s.external)
	l.fillOnce(reads)
	for _, i := range s.eqns {
		l.call(i)
	}
}

// external gives a variable that is not made in tiles a window.
func (l *layout) external(r trace.Var) {
	if _, ok := l.place[r]; !ok && l.source[r].kind != tiled {
		l.place[r] = len(l.fusion.external)
		l.fusion.external = append(l.fusion.external, r)
	}
}

// fillOnce gives the constant numbers that are read most often a tile for the whole
// fusion.
func (l *layout) fillOnce(reads map[trace.Var]int) {
	var numbers []trace.Var
	for r := range reads {
		if l.isNumber(r) {
			numbers = append(numbers, r)
		}
	}
	slices.SortFunc(numbers, func(a, b trace.Var) int { return cmp.Or(cmp.Compare(reads[b], reads[a]), cmp.Compare(a, b)) })
	for _, r := range numbers[:min(lasting, len(numbers))] {
		l.place[r] = l.slot(r)
		l.fusion.fills = append(l.fusion.fills, call{op: l.maker(r).Op, out: l.place[r]})
		delete(l.last, r) // so that nothing is written there
	}
}

// isNumber reports whether a variable is made in tiles that repeat a single number.
func (l *layout) isNumber(r trace.Var) bool {
	if l.source[r].kind != tiled {
		return false
	}
	_, uniform := l.maker(r).Op.(trace.Uniform)
	return uniform
}

// maker returns the equation that makes a variable tile by tile.
func (l *layout) maker(r trace.Var) *trace.Eqn { return &l.program.Eqns[l.source[r].index] }

// call adds equation i, after calls that fill tiles with those of its operands that are
// constants and not there yet.
func (l *layout) call(i int) {
	e := &l.program.Eqns[i]
	in := make([]int, len(e.In))
	for k, v := range e.In {
		r := l.root(v)
		if _, ok := l.place[r]; !ok {
			l.place[r] = l.slot(r)
			l.fill(r)
		}
		in[k] = l.place[r]
	}
	for _, v := range e.In {
		if r := l.root(v); l.endsAt(r, i) {
			l.free(r)
		}
	}
	out := l.root(e.Out[0])
	if _, ok := l.place[out]; !ok {
		l.place[out] = l.slot(out)
	}
	l.fusion.calls = append(l.fusion.calls, call{op: e.Op, in: in, out: l.place[out]})
}

// endsAt reports whether the temporary of a variable may be overwritten once equation i
// has read it.
func (l *layout) endsAt(r trace.Var, i int) bool {
	last, read := l.last[r]
	return read && l.source[r].kind == tiled && (last == i || l.isNumber(r))
}

// fill adds the call that fills a tile with a constant that is made tile by tile.
func (l *layout) fill(r trace.Var) {
	e := l.maker(r)
	c := call{op: e.Op, out: l.place[r]}
	if spreader, ok := e.Op.(trace.Spreader); ok {
		c.spreader, c.from = spreader, len(l.fusion.broadcast)
		l.fusion.broadcast = append(l.fusion.broadcast, e.In[0])
	}
	l.fusion.calls = append(l.fusion.calls, c)
}

// slot returns the number of an unused temporary, for a variable.
func (l *layout) slot(r trace.Var) int {
	d := l.program.Types[r].DType
	if n := len(l.idle[d]); n > 0 {
		place := l.idle[d][n-1]
		l.idle[d] = l.idle[d][:n-1]
		return place
	}
	l.fusion.temps = append(l.fusion.temps, d)
	return l.first + len(l.fusion.temps) - 1
}

// free gives back the temporary of a variable, unless it was given back before.
func (l *layout) free(r trace.Var) {
	if place, ok := l.place[r]; ok {
		d := l.program.Types[r].DType
		l.idle[d] = append(l.idle[d], place)
		delete(l.place, r)
	}
}
