package exec

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// step is one equation, which may have bodies, or a fusion of several equations.
type step struct {
	eqn    int
	nested nested
	fusion *fusion
}

// grouping divides the equations of a plan into steps.
type grouping struct {
	*Plan
	uses [][]int   // by variable that owns memory: the equations that read it
	kept []bool    // by variable that owns memory: whether it is a result
	in   []*fusion // by equation: the fusion that it is part of, or nil
	open *fusion   // the fusion that may take the next elementwise equation
}

// group fuses neighboring elementwise equations over the same number of elements.
// Constants that only such equations read, single numbers or repeated arrays, are made
// tile by tile. So are values that only their own fusion reads.
func group(pl *Plan) {
	g := &grouping{Plan: pl, uses: make([][]int, len(pl.source)), kept: make([]bool, len(pl.source)), in: make([]*fusion, len(pl.program.Eqns))}
	g.readers()
	for i := range pl.program.Eqns {
		e := &pl.program.Eqns[i]
		switch {
		case trace.IsAlias(e.Op):
		case g.made(e):
			pl.source[e.Out[0]] = source{tiled, i}
		case tileable(pl.program, e):
			g.add(i)
		default:
			g.open = nil
			pl.steps = append(pl.steps, step{eqn: i, nested: newNested(e.Op, pl.options)})
		}
	}
	for i, s := range pl.steps {
		if s.fusion != nil {
			pl.steps[i] = g.close(s.fusion)
		}
	}
}

func (g *grouping) readers() {
	for i := range g.program.Eqns {
		if e := &g.program.Eqns[i]; !trace.IsAlias(e.Op) {
			for _, v := range e.In {
				g.uses[g.root(v)] = append(g.uses[g.root(v)], i)
			}
		}
	}
	for _, v := range g.program.Out {
		g.kept[g.root(v)] = true
	}
}

// tileable reports whether an equation is elementwise, in floats and bools. Integer
// operations are excluded: a division may fail, and its error says at which element.
func tileable(p *trace.Program, e *trace.Eqn) bool {
	_, ok := e.Op.(trace.Elementwise)
	return ok && len(e.Out) == 1 && p.Types[e.Out[0]].Size() > 0 && !slices.ContainsFunc(append(e.Out[:1:1], e.In...), func(v trace.Var) bool {
		return p.Types[v].DType.IsInt()
	})
}

// made reports whether an equation's output can be made tile by tile wherever it is read.
func (g *grouping) made(e *trace.Eqn) bool {
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

// tiles reports whether an op can make any tile of its output by itself. An op that
// repeats nothing is excluded.
func tiles(p *trace.Program, e *trace.Eqn) bool {
	if _, ok := e.Op.(trace.Uniform); ok && len(e.In) == 0 {
		return true
	}
	_, ok := e.Op.(trace.Spreader)
	return ok && p.Types[e.In[0]].Size() < p.Types[e.Out[0]].Size()
}

func (g *grouping) add(i int) {
	size := g.program.Types[g.program.Eqns[i].Out[0]].Size()
	if g.open == nil || g.open.size != size {
		g.open = &fusion{size: size}
		g.steps = append(g.steps, step{fusion: g.open})
	}
	g.open.eqns = append(g.open.eqns, i)
	g.in[i] = g.open
}

// close decides which variables of a fusion stay in tiles, and where each equation finds
// its operands.
func (g *grouping) close(s *fusion) step {
	for _, i := range s.eqns {
		if v := g.program.Eqns[i].Out[0]; !g.kept[v] && g.staysIn(s, v) {
			g.source[v] = source{tiled, i}
		}
	}
	newLayout(g, s).lay()
	if len(s.eqns) == 1 && len(s.temps) == 0 {
		return step{eqn: s.eqns[0]}
	}
	g.arena.admit(s)
	s.arena = &g.arena
	for _, v := range s.external {
		s.dtypes = append(s.dtypes, g.program.Types[v].DType)
	}
	return step{fusion: s}
}

// staysIn reports whether only equations of the fusion read a variable.
func (g *grouping) staysIn(s *fusion, v trace.Var) bool {
	for _, j := range g.uses[v] {
		if g.visits++; g.in[j] != s {
			return false
		}
	}
	return true
}
