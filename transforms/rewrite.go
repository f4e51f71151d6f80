package transforms

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// Canonizer says which sites of a function to compute otherwise, so that the function has
// the form that rules are made for. Canonizers are immutable and print what they are made
// of.
type Canonizer interface {
	fmt.Stringer
	// Canonize returns replacements for some of the sites, which come in the order of
	// execution. An error says what cannot be done.
	Canonize(sites []*Site) ([]Replacement, error)
}

// Replacement is another way to compute the outputs of a site.
type Replacement struct {
	// Site is whose outputs are computed otherwise.
	Site *Site
	// Of are the sites whose operands are needed: Site itself, or others in the same body
	// before it. Errors and what is recorded take the line of the first.
	Of []*Site
	// Compute returns the outputs of Site, of the same types, from the operands of the
	// sites in Of. It is a pure function in operations, and what it makes are sites
	// again: layers if it uses [Named].
	Compute func(operands ...[]Value) []Value
}

// Rewrite returns f with some of its sites computed as a canonizer says, and without what
// is not needed any more. Sites that have a rule are not offered, so canonize before
// [WithRules]. Derivatives are those of the new function, with respect to all that was
// captured, too.
//
// It panics with a *trace.Error if the canonizer reports an error, or a replacement does
// not fit.
func Rewrite[P, R any](c Canonizer, f func(P) R) func(P) R {
	return func(x P) R {
		r := record(f, x)
		found := findSites(r.program)
		replacements, err := c.Canonize(found.sites)
		if err == nil {
			err = checkReplacements(replacements)
		}
		if err != nil {
			panic(trace.Errorf("Rewrite(%s): %w", described(c), err))
		}
		w := rewriting{by: c, nesting: found.nesting, at: map[place]Replacement{}}
		for _, r := range replacements {
			w.at[r.Site.place] = r
		}
		w.holders = found.nesting.holders(slices.Collect(maps.Keys(w.at)))
		return result[R](r, w.program(r.program, 0).Apply(r.leaves...))
	}
}

// checkReplacements says which replacement needs operands that are not at hand where its
// site is, or is the second for it.
func checkReplacements(replacements []Replacement) error {
	seen := map[*Site]bool{}
	for _, r := range replacements {
		if seen[r.Site] {
			return fmt.Errorf("%v is replaced twice", r.Site)
		}
		seen[r.Site] = true
		if len(r.Of) == 0 {
			return fmt.Errorf("the replacement of %v names no site that it is computed of", r.Site)
		}
		for _, s := range r.Of {
			if !r.Site.comesAfter(s.place) {
				return fmt.Errorf("the replacement of %v is computed of %v, which is not before it in the same body", r.Site, s)
			}
		}
	}
	return nil
}

// comesAfter reports whether the site is at or after another equation of the same body.
func (s *Site) comesAfter(o place) bool { return s.place.body == o.body && o.eqn <= s.place.eqn }

// rewriting has replacements by place.
type rewriting struct {
	by      Canonizer
	nesting *nesting
	at      map[place]Replacement
	holders map[place]bool // equations with a replacement in a body
}

// program returns a body with the replacements in it and below, without what is not
// needed any more.
func (w rewriting) program(p *trace.Program, body int) *trace.Program {
	q := trace.Record(func(args []Value) []Value {
		env := p.Env(args)
		for i := range p.Eqns {
			w.step(env, &p.Eqns[i], place{body, i})
		}
		return env.Get(p.Out)
	}, p.TypesOf(p.In))
	q, _ = q.Pruned()
	return q
}

func (w rewriting) step(env *trace.Env, e *trace.Eqn, at place) {
	b, ok := e.Op.(trace.Bodied)
	switch r, replaced := w.at[at]; {
	case replaced:
		env.Set(e.Out, w.replaced(env, r))
	case ok && w.holders[at]:
		env.Trace.Follow(e, e.Derived, func() { env.Set(e.Out, w.bodied(b, at, env.Get(e.In))) })
	default:
		env.Step(e)
	}
}

func (w rewriting) replaced(env *trace.Env, r Replacement) (out []Value) {
	operands := make([][]Value, len(r.Of))
	for i, s := range r.Of {
		operands[i] = env.Get(s.in)
	}
	env.Trace.Follow(r.Of[0].eqn, r.Site.Derived, func() {
		out = r.Compute(operands...)
		if got := trace.TypesOfValues(out); !slices.EqualFunc(got, r.Site.Outputs, trace.Type.Equal) {
			panic(trace.Errorf("%s replaces %v of %v by %v: want the same types", described(w.by), r.Site, r.Site.Outputs, got))
		}
	})
	return out
}

// bodied applies an op with rewritten bodies. A call takes what they captured as
// operands; a loop or a choice has no place for it.
func (w rewriting) bodied(op trace.Bodied, at place, in []Value) []Value {
	bodies := op.Bodies()
	next := make([]*trace.Program, len(bodies))
	for i, b := range bodies {
		next[i] = w.program(b, w.nesting.number(at, i))
	}
	if c, ok := op.(*call); ok {
		return c.bind(next[0], in)
	}
	for _, b := range next {
		if _, captured := b.Closed(); len(captured) > 0 {
			panic(trace.Errorf("%s captures a %v inside of a %s: compute it of the operands of sites", described(w.by), captured[0].Type(), op.Name()))
		}
	}
	return trace.Bind(op.WithBodies(next), in...)
}

// link tells the sites of a program what they are fed by and how often they are used.
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

// Source returns the site whose output an operand is, nil if it comes from elsewhere:
// from another body, or an operation that is no site.
func (s *Site) Source(operand int) *Site { return s.sources[operand] }

// Uses returns how often the outputs of the site are used, by operations and as results
// of the body it is in.
func (s *Site) Uses() int { return s.uses }

// Program returns the site as a program of its operands, without any rule. It must not be
// changed.
func (s *Site) Program() *trace.Program {
	op := discharged(s.plain)
	if c, ok := op.(*call); ok {
		return c.body
	}
	types := make([]trace.Type, len(s.Operands))
	for i, o := range s.Operands {
		types[i] = o.Type
	}
	return trace.Record(func(in []Value) []Value { return trace.Bind(op, in...) }, types)
}

// LayerPath returns the path that a layer was named with, which is Path without the
// number of the call; "" for what is no layer or has no path.
func (s *Site) LayerPath() string {
	if c, ok := s.plain.(*call); ok && c.layer != nil {
		return c.layer.Path
	}
	return ""
}
