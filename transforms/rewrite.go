package transforms

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// Canonizer says which sites of a function to compute in another way, so that the
// function has the form that rules are made for. Canonizers are immutable, and printing
// one shows its parts.
type Canonizer interface {
	fmt.Stringer
	// Canonize returns replacements for some of the sites, which come in the order of
	// execution. An error says what cannot be done.
	Canonize(sites []*Site) ([]Replacement, error)
}

// Replacement is another way to compute the outputs of a site.
type Replacement struct {
	// Site is the site whose outputs are replaced.
	Site *Site
	// Of lists the sites whose operands are needed: Site itself, or sites before it in
	// the same body. Errors and recorded equations take the line of the first.
	Of []*Site
	// Compute returns the outputs of Site, of the same types, from the operands of the
	// sites in Of. It is a pure function made of operations. These are sites again, and
	// layers if it uses [Named].
	Compute func(operands ...[]Value) []Value
}

// Rewrite returns f with some of its sites computed as a canonizer says, and without
// equations that are no longer needed. Sites that have a rule are not offered, so
// canonize before [WithRules]. Derivatives are those of the new function, with respect to
// captured values too.
//
// Rewrite panics with a *trace.Error if the canonizer reports an error, or a replacement
// does not fit.
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
		at := map[place]edit{}
		for _, r := range replacements {
			at[r.Site.place] = func(env *trace.Env, e *trace.Eqn, _ func()) { env.Set(e.Out, r.outputs(c, env)) }
		}
		return result[R](r, newEdits(found.nesting, at).program(r.program, 0).Apply(r.leaves...))
	}
}

// checkReplacements returns an error if a replacement needs operands that are not
// available where its site is, or is the second one for its site.
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

// outputs computes the outputs of the site as the canonizer says.
func (r Replacement) outputs(by Canonizer, env *trace.Env) (out []Value) {
	operands := make([][]Value, len(r.Of))
	for i, s := range r.Of {
		operands[i] = env.Get(s.in)
	}
	env.Trace.Follow(r.Of[0].eqn, r.Site.Derived, func() {
		out = r.Compute(operands...)
		if got := trace.TypesOfValues(out); !slices.EqualFunc(got, r.Site.Outputs, trace.Type.Equal) {
			panic(trace.Errorf("%s replaces %v of %v by %v: want the same types", described(by), r.Site, r.Site.Outputs, got))
		}
	})
	return out
}
