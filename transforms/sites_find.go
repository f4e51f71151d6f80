package transforms

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// finder finds the sites of a program by walking it.
type finder struct {
	sites   []*Site
	calls   map[string][]*Site // layers by path
	order   map[unnamed]int    // how many sites without a path there are so far
	graph   *flowGraph
	nesting *nesting
}

// unnamed is a group of sites without a path that are numbered together.
type unnamed struct {
	parent *Site
	name   string
}

// body is a program during the walk, with the flow of its variables.
type body struct {
	*trace.Program
	number  int // in nesting
	parent  *Site
	derived bool // whether it is the body of an equation that a derivative added
	vars    []flow
	data    trace.Mask // by variable: whether it depends on the argument
	result  trace.Mask // by variable: whether it is a result of the function
	wanted  trace.Mask // by variable: whether a cotangent may arrive there
	uses    []int      // by variable: how often it is used, apart from effects
	seen    trace.Mask // by variable: whether an effect reads it
	reader  []int      // by variable: the last equation that reads it, or -1
}

// found has the sites of a program, and the numbers of its bodies.
type found struct {
	sites   []*Site
	nesting *nesting
}

// findSites finds the sites that may get a rule.
func findSites(p *trace.Program) found {
	all := findAll(p)
	all.sites = slices.DeleteFunc(all.sites, func(s *Site) bool { return s.ruled })
	return all
}

// findAll finds all sites, including those that have a rule.
func findAll(p *trace.Program) found {
	f := &finder{calls: map[string][]*Site{}, order: map[unnamed]int{}, graph: newFlowGraph(), nesting: newNesting()}
	in := make([]flow, len(p.In))
	for i := range in {
		in[i].data = true
	}
	f.walk(&body{Program: p}, in, trace.AllMarked(len(p.Out)), trace.AllMarked(len(p.Out)))
	for path, sites := range f.calls {
		for i, s := range sites {
			if len(sites) > 1 {
				s.Path = fmt.Sprintf("%s:%d", path, i)
			}
		}
	}
	for _, s := range f.sites {
		if s.Parent != nil && !s.Layer && !s.ruled {
			s.Path = s.Parent.Path + "/" + s.Path
		}
	}
	f.link(p)
	return found{f.sites, f.nesting}
}

// walk finds the sites of a body whose arguments have the flows in. results marks the
// outputs that are results of the function, wanted those at which a cotangent may arrive.
// It returns the flow of each output.
func (f *finder) walk(b *body, in []flow, results, wanted trace.Mask) []flow {
	p, n := b.Program, len(b.Types)
	b.vars, b.data, b.result, b.uses = make([]flow, n), make(trace.Mask, n), make(trace.Mask, n), countUses(p)
	for i, v := range p.Out {
		b.result[v] = b.result[v] || results[i]
	}
	for i, v := range p.In {
		b.vars[v], b.data[v] = in[i], in[i].data
	}
	b.reader, b.seen = slices.Repeat([]int{-1}, n), make(trace.Mask, n)
	for i := range p.Eqns {
		e := &p.Eqns[i]
		if b.data.AnyOf(e.In) {
			b.data.Set(e.Out)
		}
		for _, v := range e.In {
			if isEffect(e) {
				b.seen[v] = true
			} else {
				b.reader[v] = i
			}
		}
	}
	b.wanted = wantedIn(p, wanted)
	for i := range p.Eqns {
		f.equation(b, i)
	}
	return b.flows(p.Out)
}

// wantedIn marks the variables at which a cotangent may arrive: the floats that a wanted
// output is computed from.
func wantedIn(p *trace.Program, outs trace.Mask) trace.Mask {
	wanted := make(trace.Mask, len(p.Types))
	for i, v := range p.Out {
		wanted[v] = wanted[v] || outs[i] && p.Types[v].DType.IsFloat()
	}
	for i := len(p.Eqns) - 1; i >= 0; i-- {
		e := &p.Eqns[i]
		if _, stops := e.Op.(stopGradient); stops || !wanted.AnyOf(e.Out) {
			continue
		}
		for _, v := range e.In {
			wanted[v] = wanted[v] || p.Types[v].DType.IsFloat()
		}
	}
	return wanted
}

// inside returns a body of an equation of b.
func (f *finder) inside(b *body, i int, p *trace.Program, index int) *body {
	number := f.nesting.number(place{b.number, i}, index)
	return &body{Program: p, number: number, parent: b.parent, derived: b.derived || b.Eqns[i].Derived}
}

func (b *body) flows(vars []trace.Var) []flow {
	out := make([]flow, len(vars))
	for i, v := range vars {
		out[i] = b.vars[v]
	}
	return out
}

func countUses(p *trace.Program) []int {
	uses := make([]int, len(p.Types))
	for i := range p.Eqns {
		if e := &p.Eqns[i]; !isEffect(e) {
			for _, v := range e.In {
				uses[v]++
			}
		}
	}
	for _, v := range p.Out {
		uses[v]++
	}
	return uses
}

// equation sets the flow of an equation's outputs and finds the sites in it.
func (f *finder) equation(b *body, i int) {
	e := &b.Eqns[i]
	in := b.flows(e.In)
	joined := f.graph.union(in)
	if !joined.data {
		return
	}
	out := make([]flow, len(e.Out))
	for j := range out {
		out[j] = joined
	}
	switch op := e.Op.(type) {
	case sitesHolder:
		out = op.flows(f, b, i, in)
	default:
		if s := f.bare(b, i, joined.from); s != nil {
			for j := range out {
				out[j].from = s.node
			}
		}
	}
	for j, v := range e.Out {
		b.vars[v] = out[j]
	}
}

// add completes a site and appends it. from is the node upstream of it.
func (f *finder) add(s *Site, b *body, e *trace.Eqn, from node) *Site {
	s.Parent, s.graph, s.node = b.parent, f.graph, f.graph.add(from)
	if s.Parent != nil {
		s.Parent.holds = true
	}
	s.Derived, s.eqn = b.derived || e.Derived, e
	if s.Path == "" {
		name := s.plain.Name()
		if c, ok := s.plain.(*call); ok && c.layer == nil {
			name = c.body.Eqns[0].Op.Name()
		}
		key := unnamed{b.parent, name}
		s.Path = fmt.Sprintf("%s#%d", name, f.order[key])
		f.order[key]++
	} else {
		f.calls[s.Path] = append(f.calls[s.Path], s)
	}
	f.sites = append(f.sites, s)
	return s
}

// link sets the sources and uses of the sites of a program.
func (f *finder) link(p *trace.Program) {
	l := linker{f.nesting, make(map[place]*Site, len(f.sites))}
	for _, s := range f.sites {
		l.at[s.place] = s
	}
	l.link(p, 0)
}

type linker struct {
	nesting *nesting
	at      map[place]*Site
}

func (l linker) link(p *trace.Program, body int) {
	made, uses := map[trace.Var]*Site{}, countUses(p)
	for i := range p.Eqns {
		e, at := &p.Eqns[i], place{body, i}
		if c, ok := e.Op.(trace.Caller); ok {
			for k, b := range c.Bodies() {
				l.link(b, l.nesting.number(at, k))
			}
		}
		s := l.at[at]
		if s == nil {
			continue
		}
		s.sources = make([]*Site, len(s.in))
		for j, v := range s.in {
			s.sources[j] = made[v]
		}
		for _, v := range e.Out {
			made[v] = s
			s.uses += uses[v]
		}
	}
}
