package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// FirstMap is First(LayerMap(entries...)): it gives rules to the first sites among the
// entries' kinds. All entries count together: after a first convolution no dense layer is
// first.
func FirstMap(entries ...Entry) Composite { return First(LayerMap(entries...)) }

// First keeps, of the sites that a composite gives rules to, those with no other such
// site upstream: the function's argument reaches them first. There are several if the
// argument takes several paths. Sites inside a layer that the composite gives a rule to
// do not count.
func First(c Composite) Composite {
	return newPart("First", "first", c, nil, func(sites []*Site) ([]*Site, error) { return transforms.Foremost(sites), nil })
}

// FirstExecuted keeps, of the sites that a composite gives rules to, only the one that is
// executed first.
func FirstExecuted(c Composite) Composite {
	return newPart("FirstExecuted", "first executed", c, nil, func(sites []*Site) ([]*Site, error) {
		return sites[:min(1, len(sites))], nil
	})
}

// FirstInOrder keeps, of the sites that a composite gives rules to, all calls of one
// path: the first of the given paths that has any. It serves to compare with libraries
// that go by the order in which layers were registered, which may differ from the order
// of execution. It is an error if the composite assigns rules, but none at any of the
// paths.
func FirstInOrder(order []string, c Composite) Composite {
	order = slices.Clone(order)
	return newPart("FirstInOrder", "first", c, []any{printablePaths(order)}, func(sites []*Site) ([]*Site, error) {
		named := byName(sites)
		for _, path := range order {
			if found := named[path]; len(found) > 0 {
				return found, nil
			}
		}
		if len(sites) > 0 {
			return nil, fmt.Errorf("FirstInOrder: none of the %d paths is that of a matching site%s", len(order), similarPaths("", sites))
		}
		return nil, nil
	})
}

// FirstN keeps, of the sites that a composite gives rules to, the first n in the order of
// execution. It panics with a *trace.Error if n < 0.
func FirstN(n int, c Composite) Composite {
	notBelow("FirstN", "n", n, 0)
	return newPart("FirstN", fmt.Sprintf("first %d,", n), c, []any{n}, func(sites []*Site) ([]*Site, error) {
		return sites[:min(n, len(sites))], nil
	})
}

// LastN keeps, of the sites that a composite gives rules to, the last n in the order of
// execution. It panics with a *trace.Error if n < 0.
func LastN(n int, c Composite) Composite {
	notBelow("LastN", "n", n, 0)
	return newPart("LastN", fmt.Sprintf("last %d,", n), c, []any{n}, func(sites []*Site) ([]*Site, error) {
		return sites[max(0, len(sites)-n):], nil
	})
}

// Range keeps, of the sites that a composite gives rules to, those with the numbers from
// <= i < to, counted from 0 in the order of execution. It panics with a *trace.Error
// unless 0 <= from <= to.
func Range(from, to int, c Composite) Composite {
	notBelow("Range", "from", from, 0)
	notBelow("Range", "to", to, from)
	return newPart("Range", fmt.Sprintf("from %d to %d,", from, to), c, []any{from, to}, func(sites []*Site) ([]*Site, error) {
		return sites[min(from, len(sites)):min(to, len(sites))], nil
	})
}

func notBelow(of, name string, n, least int) {
	if n < least {
		panic(trace.Errorf("rules.%s: %s is %d: give at least %d", of, name, n, least))
	}
}

// part keeps some of the sites that a composite assigns rules to.
type part struct {
	name, reason string
	of           Composite
	arguments    []any
	keep         func(sites []*Site) ([]*Site, error)
}

func newPart(name, reason string, of Composite, arguments []any, keep func(sites []*Site) ([]*Site, error)) part {
	needComposites(name, of)
	return part{name, reason, of, arguments, keep}
}

func (p part) String() string {
	var b strings.Builder
	for _, a := range p.arguments {
		fmt.Fprintf(&b, "%v, ", a)
	}
	return fmt.Sprintf("%s(%s%v)", p.name, b.String(), p.of)
}

func (p part) Assign(sites []*Site) ([]Choice, error) {
	choices, err := p.of.Assign(sites)
	if err != nil {
		return nil, err
	}
	kept, err := p.keep(outermost(sites, choices))
	if err != nil {
		return nil, err
	}
	stays := map[*Site]bool{}
	for _, s := range kept {
		stays[s] = true
	}
	out := make([]Choice, len(sites))
	for i, s := range sites {
		if stays[s] {
			out[i] = choice(choices[i].Rule, p.reason+" "+strings.TrimPrefix(choices[i].Reason, "layer map "))
		}
	}
	return out, nil
}

// outermost returns the sites that have a rule and do not lie inside another site with a
// rule.
func outermost(sites []*Site, choices []Choice) []*Site {
	var out []*Site
	covered := map[*Site]bool{} // by a rule on it or around it
	for i, s := range sites {
		if covered[s.Parent] {
			covered[s] = true
		} else if choices[i].Rule != nil {
			covered[s], out = true, append(out, s)
		}
	}
	return out
}
