package exec

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// step is one equation, or a sweep over several.
type step struct {
	eqn   int
	sweep *sweep
}

// gatherer divides the equations of a plan into steps.
type gatherer struct {
	*Plan
	uses [][]int // by variable that owns memory: the equations that read it
	kept []bool  // by variable that owns memory: whether it is a result
	open *sweep  // to which the next elementwise equation may be added
}

// gather makes sweeps of neighbouring elementwise equations over as many elements. Constants that only they read, numbers everywhere or
// repeated arrays, are made tile by tile; so are values that are read in their own sweep alone.
func (pl *Plan) gather() {
	g := &gatherer{Plan: pl, uses: make([][]int, len(pl.source)), kept: make([]bool, len(pl.source))}
	g.readers()
	for i := range pl.program.Eqns {
		e := &pl.program.Eqns[i]
		switch {
		case isAlias(e.Op):
		case g.made(e):
			pl.source[e.Out[0]] = source{tiled, i}
		case tileable(pl.program, e):
			g.add(i)
		default:
			g.open = nil
			pl.steps = append(pl.steps, step{eqn: i})
		}
	}
	for i, s := range pl.steps {
		if s.sweep != nil {
			pl.steps[i] = g.close(s.sweep)
		}
	}
}

func (g *gatherer) readers() {
	for i := range g.program.Eqns {
		if e := &g.program.Eqns[i]; !isAlias(e.Op) {
			for _, v := range e.In {
				g.uses[g.root(v)] = append(g.uses[g.root(v)], i)
			}
		}
	}
	for _, v := range g.program.Out {
		g.kept[g.root(v)] = true
	}
}

// tileable reports whether an equation is elementwise, in floats and bools: of integers a division may fail, and says at which element.
func tileable(p *trace.Program, e *trace.Eqn) bool {
	_, ok := e.Op.(trace.Elementwise)
	return ok && len(e.Out) == 1 && p.Types[e.Out[0]].Size() > 0 && !slices.ContainsFunc(append(e.Out[:1:1], e.In...), func(v trace.Var) bool {
		return p.Types[v].DType.IsInt()
	})
}

// made reports whether an equation's output can be made tile by tile wherever it is read.
func (g *gatherer) made(e *trace.Eqn) bool {
	if len(e.Out) != 1 || g.kept[e.Out[0]] || !tiles(g.program, e) {
		return false
	}
	for _, i := range g.uses[e.Out[0]] {
		if !tileable(g.program, &g.program.Eqns[i]) {
			return false
		}
	}
	return true
}

// tiles reports whether an op makes any tile of its output by itself. One that repeats nothing is left alone.
func tiles(p *trace.Program, e *trace.Eqn) bool {
	if _, ok := e.Op.(trace.Uniform); ok && len(e.In) == 0 {
		return true
	}
	_, ok := e.Op.(trace.Spreader)
	return ok && p.Types[e.In[0]].Size() < p.Types[e.Out[0]].Size()
}

func (g *gatherer) add(i int) {
	size := g.program.Types[g.program.Eqns[i].Out[0]].Size()
	if g.open == nil || g.open.size != size {
		g.open = &sweep{size: size}
		g.steps = append(g.steps, step{sweep: g.open})
	}
	g.open.eqns = append(g.open.eqns, i)
}

// close decides what of a sweep stays in its tiles, and where each equation finds its operands.
func (g *gatherer) close(s *sweep) step {
	for _, i := range s.eqns {
		if v := g.program.Eqns[i].Out[0]; !g.kept[v] && !slices.ContainsFunc(g.uses[v], func(j int) bool { return !slices.Contains(s.eqns, j) }) {
			g.source[v] = source{tiled, i}
		}
	}
	s.lay(g)
	if len(s.eqns) == 1 && len(s.held) == 0 {
		return step{eqn: s.eqns[0]}
	}
	g.room.admit(s)
	return step{sweep: s}
}

// lay numbers the arrays that the tiles consist of: windows of arrays outside first, then memory of the tiles' own.
func (s *sweep) lay(g *gatherer) {
	place := map[trace.Var]int{}
	for _, i := range s.eqns {
		e := &g.program.Eqns[i]
		for _, v := range append(e.In[:len(e.In):len(e.In)], e.Out...) {
			r := g.root(v)
			if _, ok := place[r]; !ok && g.source[r].kind != tiled {
				place[r] = len(s.outside)
				s.outside = append(s.outside, r)
			}
		}
	}
	for _, i := range s.eqns {
		e := &g.program.Eqns[i]
		var in []int
		for _, v := range e.In {
			r := g.root(v)
			if _, ok := place[r]; !ok {
				place[r] = s.hold(g, r)
			}
			in = append(in, place[r])
		}
		for _, v := range e.In {
			if r := g.root(v); s.lastRead(g, r) == i {
				s.free(place[r])
			}
		}
		out := g.root(e.Out[0])
		if _, ok := place[out]; !ok {
			place[out] = s.slot(g.program.Types[out].DType)
		}
		s.calls = append(s.calls, call{e.Op, in, place[out]})
	}
}

// lastRead is the last equation of the sweep that reads a value whose memory may then be written: of a tile's own, and not the number that is
// there for all tiles.
func (s *sweep) lastRead(g *gatherer, v trace.Var) int {
	from := g.source[v]
	if from.kind != tiled {
		return -1
	}
	if _, uniform := g.program.Eqns[from.index].Op.(trace.Uniform); uniform {
		return -1
	}
	last := -1
	for _, i := range g.uses[v] {
		if i <= s.eqns[len(s.eqns)-1] {
			last = i
		}
	}
	return last
}

// hold gives a constant that is made tile by tile its memory.
func (s *sweep) hold(g *gatherer, v trace.Var) int {
	e := &g.program.Eqns[g.source[v].index]
	h := held{dtype: g.program.Types[v].DType}
	if spreader, ok := e.Op.(trace.Spreader); ok {
		h.spreader, h.from = spreader, len(s.sources)
		s.sources = append(s.sources, e.In[0])
	} else {
		h.uniform = e.Op
	}
	s.held = append(s.held, h)
	return len(s.outside) + len(s.held) - 1
}

// slot returns tile memory that nothing needs.
func (s *sweep) slot(d trace.DType) int {
	for i := range s.held {
		if h := &s.held[i]; h.free && h.dtype == d {
			h.free = false
			return len(s.outside) + i
		}
	}
	s.held = append(s.held, held{dtype: d})
	return len(s.outside) + len(s.held) - 1
}

func (s *sweep) free(place int) {
	if i := place - len(s.outside); i >= 0 {
		s.held[i].free = true
	}
}
