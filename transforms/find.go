package transforms

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/trace"
)

// finder walks a program for sites.
type finder struct {
	sites []*Site
	calls map[string][]*Site // layers by path
	order map[string]int     // how many sites without a path there are, by parent and name
}

// flow is what is known of a variable: whether it depends on the function's argument, and through which sites.
type flow struct {
	data  bool
	above map[int]bool
}

// body is a program on the way, with the flow of its variables.
type body struct {
	*trace.Program
	scope   string
	parent  *Site
	derived bool // it is the body of an equation that a derivative added
	vars    []flow
	data    []bool // whether a variable depends on the argument at all
	result  []bool // whether a variable is a result of the function
	uses    []int
}

// findSites finds the sites that are open to rules.
func findSites(p *trace.Program) []*Site {
	return slices.DeleteFunc(findAll(p), func(s *Site) bool { return s.ruled })
}

// findAll finds those that have a rule, too.
func findAll(p *trace.Program) []*Site {
	f := &finder{calls: map[string][]*Site{}, order: map[string]int{}}
	in := make([]flow, len(p.In))
	for i := range in {
		in[i].data = true
	}
	f.walk(&body{Program: p}, in, setOf(len(p.Out)))
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
	linkAll(p, f.sites)
	return f.sites
}

// setOf returns n marks, all set.
func setOf(n int) []bool {
	out := make([]bool, n)
	mark(out, 0, n)
	return out
}

// walk finds the sites of a body whose arguments have the given flows and some of whose outputs are results of the function.
func (f *finder) walk(b *body, in []flow, results []bool) []flow {
	p, n := b.Program, len(b.Types)
	b.vars, b.data, b.result, b.uses = make([]flow, n), make([]bool, n), make([]bool, n), countUses(p)
	for i, v := range p.Out {
		b.result[v] = b.result[v] || results[i]
	}
	for i, v := range p.In {
		b.vars[v], b.data[v] = in[i], in[i].data
	}
	for i := range p.Eqns {
		if marks(b.data, p.Eqns[i].In) {
			setAll(b.data, p.Eqns[i].Out)
		}
	}
	for i := range p.Eqns {
		f.equation(b, i)
	}
	return b.flows(p.Out)
}

// inside is a body of an equation of b.
func (b *body) inside(e *trace.Eqn, p *trace.Program, place string, index int) *body {
	return &body{Program: p, scope: bodyScope(place, index), parent: b.parent, derived: b.derived || e.Derived}
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
		for _, v := range p.Eqns[i].In {
			uses[v]++
		}
	}
	for _, v := range p.Out {
		uses[v]++
	}
	return uses
}

// union joins what is known of several variables. It may be that of one of them.
func union(flows []flow) flow {
	var u flow
	own := false
	for _, f := range flows {
		u.data = u.data || f.data
		if len(f.above) > len(u.above) {
			u.above, f.above, own = f.above, u.above, false
		}
		for k := range f.above {
			if u.above[k] {
				continue
			}
			if !own {
				u.above, own = maps.Clone(u.above), true
			}
			u.above[k] = true
		}
	}
	return u
}

// through returns the flow of what a site makes of it.
func (f flow) through(s *Site) flow {
	above := map[int]bool{s.index: true}
	maps.Copy(above, f.above)
	return flow{f.data, above}
}

// equation sets the flow of an equation's outputs and finds the sites in it.
func (f *finder) equation(b *body, i int) {
	e := &b.Eqns[i]
	in := b.flows(e.In)
	joined := union(in)
	if !joined.data {
		return
	}
	out := make([]flow, len(e.Out))
	for j := range out {
		out[j] = joined
	}
	switch op := e.Op.(type) {
	case *ruled: // an inner rule wins, and nothing inside of it is offered
		s := *op.site
		s.place, s.ruled = placeOf(b.scope, i), true
		f.sites = append(f.sites, &s)
	case *call:
		out = f.call(b, i, op, in)
	case *scan:
		all := union(f.walk(b.inside(e, op.body, placeOf(b.scope, i), 0), op.bodyFlow(in), flags(b.result, e.Out)))
		for j := range out {
			out[j] = union([]flow{joined, all})
		}
	case *cond:
		out = f.choice(b, i, op, in)
	default:
		if s := f.bare(b, i); s != nil {
			for j := range out {
				out[j] = joined.through(s)
			}
		}
	}
	for j, v := range e.Out {
		b.vars[v] = out[j]
	}
}

// choice looks into both branches: a result has passed what either has on the way to it, and depends on the argument if the choice does.
func (f *finder) choice(b *body, i int, c *cond, in []flow) []flow {
	e, place := &b.Eqns[i], placeOf(b.scope, i)
	results := flags(b.result, e.Out)
	then := f.walk(b.inside(e, c.bodies[0], place, 0), in[1:], results)
	otherwise := f.walk(b.inside(e, c.bodies[1], place, 1), in[1:], results)
	out := make([]flow, len(then))
	for j := range out {
		out[j] = union([]flow{in[0], then[j], otherwise[j]})
	}
	return out
}

// add completes a site.
func (f *finder) add(s *Site, b *body, e *trace.Eqn, above map[int]bool) *Site {
	s.Parent, s.index, s.above = b.parent, len(f.sites), above
	s.Derived, s.Position, s.eqn = b.derived || e.Derived, e.Stack.Position(), e
	if s.Path == "" {
		name := s.plain.Name()
		if c, ok := s.plain.(*call); ok && c.layer == nil {
			name = c.body.Eqns[0].Op.Name()
		}
		scope := fmt.Sprintf("%p/%s", b.parent, name)
		s.Path = fmt.Sprintf("%s#%d", name, f.order[scope])
		f.order[scope]++
	} else {
		f.calls[s.Path] = append(f.calls[s.Path], s)
	}
	f.sites = append(f.sites, s)
	return s
}

// call offers a layer unless a rule lives inside of it, and descends. What a transform derived from a layer is no layer.
func (f *finder) call(b *body, i int, c *call, in []flow) []flow {
	e, place := &b.Eqns[i], placeOf(b.scope, i)
	inside, results := b.inside(e, c.body, place, 0), flags(b.result, e.Out)
	var s *Site
	if c.layer != nil && !c.ruled && !inside.derived {
		s = &Site{Kind: c.layer.Kind, Path: c.layer.Path, Layer: true, plain: c, place: place, in: e.In}
		for j, role := range c.rolesFor(in) {
			s.Operands = append(s.Operands, Operand{role, b.Types[e.In[j]]})
		}
		s.Outputs = b.TypesOf(e.Out[:c.outs])
		s.Result = marks(b.result, e.Out)
		s.linear = linearIn(c.body, s.dataMask(), affineEqn) == nil
		inside.parent, results = f.add(s, b, e, union(in).above), make([]bool, len(e.Out))
	}
	out := f.walk(inside, in, results)
	if s != nil {
		for j := range out {
			out[j] = out[j].through(s)
		}
	}
	return out
}

func (s *Site) dataMask() []bool {
	mask := make([]bool, len(s.Operands))
	for i, o := range s.Operands {
		mask[i] = o.Role == RoleData
	}
	return mask
}

// bare offers a single operation that composites can name. A product of two data is of no linear kind, and an addition is a sum
// only if both operands are data.
func (f *finder) bare(b *body, i int) *Site {
	e := &b.Eqns[i]
	kinded, ok := e.Op.(trace.Kinded)
	if !ok {
		return nil
	}
	s := &Site{Kind: kinded.Kind(), plain: e.Op, place: placeOf(b.scope, i), in: e.In, Outputs: b.TypesOf(e.Out)}
	for _, v := range e.In {
		role := RoleWeight
		if b.vars[v].data {
			role = RoleData
		}
		s.Operands = append(s.Operands, Operand{role, b.Types[v]})
	}
	s.linear = affineEqn(e, s.dataMask()) == nil
	s.Result = marks(b.result, e.Out)
	switch data := s.DataOperands(); {
	case s.Kind.Is(trace.Add) && data < 2:
		return nil
	case s.Kind.Is(trace.LinearKind) && data > 1:
		s.Kind = trace.Product
	case s.Kind.Is(trace.LinearKind):
		b.takeBias(s, i)
	}
	return f.add(s, b, e, union(b.flows(e.In)).above)
}

// takeBias makes a linear operation and the addition of what is not data one site, if that addition is its only use.
func (b *body) takeBias(s *Site, i int) {
	e := &b.Eqns[i]
	if len(e.Out) != 1 || b.uses[e.Out[0]] != 1 {
		return
	}
	for j := i + 1; j < len(b.Eqns); j++ {
		sum := &b.Eqns[j]
		kinded, ok := sum.Op.(trace.Kinded)
		if !ok || !kinded.Kind().Is(trace.Add) || len(sum.In) != 2 {
			continue
		}
		at := 0
		if sum.In[1] == e.Out[0] {
			at = 1
		} else if sum.In[0] != e.Out[0] {
			continue
		}
		bias := sum.In[1-at]
		if b.data[bias] {
			return
		}
		s.plain = affine(b.Program, e, sum, at)
		s.Operands = append(s.Operands, Operand{RoleBias, b.Types[bias]})
		s.in = append(append([]trace.Var{}, e.In...), bias)
		s.Outputs = b.TypesOf(sum.Out)
		s.place, s.swallowed = placeOf(b.scope, j), s.place
		s.Result = marks(b.result, sum.Out)
		return
	}
}

// affine is a linear equation and the addition after it, as one call; at is the side of the sum that it is on.
func affine(p *trace.Program, e, sum *trace.Eqn, at int) trace.Op {
	r := &trace.Rewriter{}
	in := r.Vars(p, e.In)
	bias := r.Var(p.Types[sum.In[1-at]])
	z := r.Vars(p, e.Out)
	r.Emit(e, e.Op, in, z)
	terms := []trace.Var{z[0], bias}
	if at == 1 {
		terms = []trace.Var{bias, z[0]}
	}
	out := r.Vars(p, sum.Out)
	r.Emit(sum, sum.Op, terms, out)
	return newCall(call{body: r.Program(append(in, bias), out), outs: 1})
}

// linearIn says why a program is not linear in the marked arguments jointly, nil if it is, going by its equations.
func linearIn(p *trace.Program, marked []bool, eqn func(e *trace.Eqn, marked []bool) error) error {
	linear := make([]bool, len(p.Types))
	for i, v := range p.In {
		linear[v] = marked[i]
	}
	for i := range p.Eqns {
		e := &p.Eqns[i]
		if !marks(linear, e.In) {
			continue
		}
		setAll(linear, e.Out)
		if err := eqn(e, flags(linear, e.In)); err != nil {
			return err
		}
	}
	return nil
}

// linearEqn says why an equation is not linear in the marked operands. Only this can be transposed.
func linearEqn(e *trace.Eqn, marked []bool) error {
	if c, ok := e.Op.(*call); ok {
		return linearIn(c.body, marked, linearEqn)
	}
	if op, ok := e.Op.(trace.Linear); ok && op.LinearIn(marked) {
		return nil
	}
	return fmt.Errorf("%s is not linear in operands %v", e.Op.Name(), trueAt(marked))
}

// affineEqn is linearEqn up to a constant: what is linear in all its operands, as a sum is, is affine in some.
func affineEqn(e *trace.Eqn, marked []bool) error {
	switch op := e.Op.(type) {
	case *call:
		return linearIn(op.body, marked, affineEqn)
	case *scan:
		return op.linearIn(marked, affineEqn)
	case *cond:
		return op.linearIn(marked, affineEqn)
	case trace.Linear:
		if op.LinearIn(setOf(len(marked))) {
			return nil
		}
	}
	return linearEqn(e, marked)
}

func trueAt(marked []bool) string {
	var at []string
	for i, m := range marked {
		if m {
			at = append(at, fmt.Sprint(i))
		}
	}
	return strings.Join(at, ", ")
}
