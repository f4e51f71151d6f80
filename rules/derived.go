package rules

import "fmt"

// Derived shows a composite the operations that a derivative made too, which it is not
// offered otherwise: in WithRules(Derived(c), Pull(WithRules(c1, f), t)) the pullback's
// own products and sums get rules as well.
func Derived(c Composite) Composite {
	needComposites("Derived", c)
	return derived{c}
}

type derived struct{ of Composite }

func (d derived) String() string { return fmt.Sprintf("Derived(%v)", d.of) }

// Assign offers copies of the sites that are not marked.
func (d derived) Assign(sites []*Site) ([]Choice, error) {
	copies := map[*Site]*Site{}
	offered := make([]*Site, len(sites))
	for i, s := range sites {
		c := *s
		c.Derived, c.Parent = false, copies[s.Parent]
		copies[s], offered[i] = &c, &c
	}
	return d.of.Assign(offered)
}
