package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// FirstMap gives the first sites of the entries' kinds their rules: it is
// First(LayerMap(entries...)). All entries count for what comes first: after a first
// convolution no dense layer is first.
func FirstMap(entries ...Entry) Composite { return First(LayerMap(entries...)) }

// First keeps of what a composite assigns the sites that have no other of them upstream:
// those that the function's argument reaches first. There are several where the argument
// goes several ways. What lies inside of a layer that the composite assigns a rule to
// does not count.
func First(c Composite) Composite {
	return newPart("First", "first", c, nil, func(sites []*Site) ([]*Site, error) { return transforms.Foremost(sites), nil })
}

// FirstExecuted keeps of what a composite assigns the site that is executed first, alone.
func FirstExecuted(c Composite) Composite {
	return newPart("FirstExecuted", "first executed", c, nil, func(sites []*Site) ([]*Site, error) {
		return sites[:min(1, len(sites))], nil
	})
}

// FirstInOrder keeps of what a composite assigns the sites at one path, all calls of it:
// the first of the given paths that has any. Other libraries take the order in which
// layers were registered, which need not be that of execution. If the composite assigns
// rules, but none at any of the paths, that is an error.
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

// FirstN keeps of what a composite assigns the first n sites in the order of execution.
// It panics with a *trace.Error if n < 0.
func FirstN(n int, c Composite) Composite {
	notBelow("FirstN", "n", n, 0)
	return newPart("FirstN", fmt.Sprintf("first %d,", n), c, []any{n}, func(sites []*Site) ([]*Site, error) {
		return sites[:min(n, len(sites))], nil
	})
}

// LastN keeps of what a composite assigns the last n sites in the order of execution. It
// panics with a *trace.Error if n < 0.
func LastN(n int, c Composite) Composite {
	notBelow("LastN", "n", n, 0)
	return newPart("LastN", fmt.Sprintf("last %d,", n), c, []any{n}, func(sites []*Site) ([]*Site, error) {
		return sites[max(0, len(sites)-n):], nil
	})
}

// Range keeps of what a composite assigns the sites from number from up to, but not
// including, number to, counted from 0 in the order of execution. It panics with a
// *trace.Error unless 0 <= from <= to.
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

// outermost returns the sites that have a rule, without those inside of others that have
// one.
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
