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
	uses [][]int  // by variable that owns memory: the equations that read it
	kept []bool   // by variable that owns memory: whether it is a result
	in   []*sweep // by equation: the sweep that it is part of, or nil
	open *sweep   // to which the next elementwise equation may be added
}

// gather makes sweeps of neighbouring elementwise equations over as many elements.
// Constants that only they read, numbers everywhere or repeated arrays, are made tile by
// tile; so are values that are read in their own sweep alone.
func (pl *Plan) gather() {
	g := &gatherer{Plan: pl, uses: make([][]int, len(pl.source)), kept: make([]bool, len(pl.source)), in: make([]*sweep, len(pl.program.Eqns))}
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

// tileable reports whether an equation is elementwise, in floats and bools: of integers a
// division may fail, and says at which element.
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

// tiles reports whether an op makes any tile of its output by itself. One that repeats
// nothing is left alone.
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
	g.in[i] = g.open
}

// close decides what of a sweep stays in its tiles, and where each equation finds its
// operands.
func (g *gatherer) close(s *sweep) step {
	for _, i := range s.eqns {
		if v := g.program.Eqns[i].Out[0]; !g.kept[v] && g.staysIn(s, v) {
			g.source[v] = source{tiled, i}
		}
	}
	newLayout(g, s).lay()
	if len(s.eqns) == 1 && len(s.held) == 0 {
		return step{eqn: s.eqns[0]}
	}
	g.room.admit(s)
	return step{sweep: s}
}

// staysIn reports whether only equations of the sweep read a variable.
func (g *gatherer) staysIn(s *sweep, v trace.Var) bool {
	for _, j := range g.uses[v] {
		if g.visits++; g.in[j] != s {
			return false
		}
	}
	return true
}
