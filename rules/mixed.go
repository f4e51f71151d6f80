package rules

import (
	"slices"
	"strings"
)

// Mixed gives each site the rule of the first composite that has one for it. Every
// composite sees all sites, so that what is first for one of them does not depend on the
// others. A rule of an earlier composite is not lost to one that a later composite has
// for a layer around it: that layer is left to the rules inside.
func Mixed(composites ...Composite) Composite {
	needComposites("Mixed", composites...)
	return mixed(slices.Clone(composites))
}

// NameLayerMap is Mixed(NameMap(names...), LayerMap(entries...)).
func NameLayerMap(names []NameEntry, entries ...Entry) Composite {
	return Mixed(NameMap(names...), LayerMap(entries...))
}

type mixed []Composite

func (m mixed) String() string {
	parts := make([]string, len(m))
	for i, c := range m {
		parts[i] = c.String()
	}
	return "Mixed(" + strings.Join(parts, ", ") + ")"
}

func (m mixed) Assign(sites []*Site) ([]Choice, error) {
	out := make([]Choice, len(sites))
	for _, c := range m {
		choices, err := c.Assign(sites)
		if err != nil {
			return nil, err
		}
		around := map[*Site]bool{} // layers with a rule inside
		for _, s := range outermost(sites, out) {
			for p := s.Parent; p != nil && !around[p]; p = p.Parent {
				around[p] = true
			}
		}
		for i, s := range sites {
			if out[i].Rule == nil && choices[i].Rule != nil && !around[s] {
				out[i] = choices[i]
			}
		}
	}
	return out, nil
}
