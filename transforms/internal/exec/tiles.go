package exec

import (
	"cmp"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// lasting is how many numbers have a tile that is filled once, for all tiles of a fusion:
// those that are read most often. Any other number fills a tile each time it is read. A
// tile for each of many numbers would take more memory than the L1 cache has, and more
// time than to fill one.
const lasting = 4

// layout is where the equations of a fusion find their operands, while it is laid out.
type layout struct {
	*grouping
	fusion *fusion
	place  map[trace.Var]int // of what has an array now: those external first, then temporaries
	last   map[trace.Var]int // the equation of the fusion that reads it last
	first  int               // place of the first temporary
	idle   [len(arena{})][]int
}

func newLayout(g *grouping, s *fusion) *layout {
	return &layout{grouping: g, fusion: s, place: map[trace.Var]int{}, last: map[trace.Var]int{}}
}

// lay numbers the arrays that the tiles consist of: windows of external arrays first, then
// memory of the tiles' own.
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

// outside gives a variable that is not made in tiles a window.
func (l *layout) external(r trace.Var) {
	if _, ok := l.place[r]; !ok && l.source[r].kind != tiled {
		l.place[r] = len(l.fusion.external)
		l.fusion.external = append(l.fusion.external, r)
	}
}

// fillOnce gives the numbers that are read most often a tile for the whole fusion.
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
		delete(l.last, r) // nothing may be written there
	}
}

// isNumber reports whether a variable is made in tiles that are one number.
func (l *layout) isNumber(r trace.Var) bool {
	if l.source[r].kind != tiled {
		return false
	}
	_, uniform := l.maker(r).Op.(trace.Uniform)
	return uniform
}

// maker is the equation that makes a variable tile by tile.
func (l *layout) maker(r trace.Var) *trace.Eqn { return &l.program.Eqns[l.source[r].index] }

// call adds equation i, after what fills those of its operands that are constants and not
// there yet.
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

// endsAt reports whether the tile memory of a variable may be written once equation i has
// read it.
func (l *layout) endsAt(r trace.Var, i int) bool {
	last, read := l.last[r]
	return read && l.source[r].kind == tiled && (last == i || l.isNumber(r))
}

// fill adds what fills a tile with a constant that is made tile by tile.
func (l *layout) fill(r trace.Var) {
	e := l.maker(r)
	c := call{op: e.Op, out: l.place[r]}
	if spreader, ok := e.Op.(trace.Spreader); ok {
		c.spreader, c.from = spreader, len(l.fusion.broadcast)
		l.fusion.broadcast = append(l.fusion.broadcast, e.In[0])
	}
	l.fusion.calls = append(l.fusion.calls, c)
}

// slot returns the place of tile memory that nothing needs, for a variable.
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

// free gives back the tile memory of a variable, unless that has been done.
func (l *layout) free(r trace.Var) {
	if place, ok := l.place[r]; ok {
		d := l.program.Types[r].DType
		l.idle[d] = append(l.idle[d], place)
		delete(l.place, r)
	}
}
