package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/trace"
)

// Mixed gives each site the rule of the first composite that has one for it. Every
// composite sees all sites, so what is first for one of them does not depend on the
// others. If a later composite gives a rule to a layer, and an earlier one gives rules to
// sites inside it, the rules inside win.
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

// Derived also shows a composite the operations that a derivative made, which are
// otherwise hidden from it. In WithRules(Derived(c), Pull(WithRules(c1, f), t)) the
// pullback's own products and sums get rules as well.
func Derived(c Composite) Composite {
	needComposites("Derived", c)
	return derived{c}
}

type derived struct{ of Composite }

func (d derived) String() string { return fmt.Sprintf("Derived(%v)", d.of) }

// Assign offers copies of the sites that are not marked as derived.
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

// Func gives each site the rule that choose returns for it; nil means none. The function
// choose must be pure, and may ask everything about a site. The name stands for it
// wherever the composite is printed. Func panics with a *trace.Error without a name or a
// function.
func Func(name string, choose func(s *Site) Rule) Composite {
	if name == "" || choose == nil {
		panic(trace.Errorf("rules.Func: a name and a function are needed, got %q and %v", name, described(choose == nil)))
	}
	return function{name, choose}
}

type function struct {
	name string
	f    func(s *Site) Rule
}

func (f function) String() string { return "Func(" + trace.Printable(f.name) + ")" }

func (f function) Assign(sites []*Site) ([]Choice, error) {
	return each(sites, func(s *Site) Choice { return choice(f.f(s), f.name) }), nil
}

// Otherwise gives a rule to everything that another composite leaves without one: every
// single operation, with a kind or without, and each layer with no rule inside. Sites
// that hand relevance on as it is (see [transforms.Site.HandsOn]) keep their plain
// gradient. A rule that does not fit, as one that needs weights, is an error that names
// the operation. Otherwise panics with a *trace.Error if c or r is nil.
func Otherwise(c Composite, r Rule) Composite {
	needComposites("Otherwise", c)
	if r == nil {
		panic(trace.Errorf("rules.Otherwise: the rule is nil: use Plain() for the plain gradient"))
	}
	return otherwise{c, r}
}

type otherwise struct {
	of   Composite
	rule Rule
}

func (o otherwise) String() string { return fmt.Sprintf("Otherwise(%v, %v)", o.of, o.rule) }

func (o otherwise) Assign(sites []*Site) ([]Choice, error) {
	choices, err := o.of.Assign(sites)
	if err != nil {
		return nil, err
	}
	for _, i := range uncovered(sites, choices) {
		choices[i] = Choice{Rule: o.rule, Reason: "otherwise"}
	}
	return choices, nil
}

// Strict makes it an error if a composite leaves an operation without a rule. The error
// lists these operations with the user's lines. As in [Otherwise], sites that hand
// relevance on as it is need none.
func Strict(c Composite) Composite {
	needComposites("Strict", c)
	return strict{c}
}

type strict struct{ of Composite }

func (s strict) String() string { return fmt.Sprintf("Strict(%v)", s.of) }

func (s strict) Assign(sites []*Site) ([]Choice, error) {
	choices, err := s.of.Assign(sites)
	if err != nil {
		return nil, err
	}
	var missed []string
	for _, i := range uncovered(sites, choices) {
		missed = append(missed, fmt.Sprintf("%v at %s", sites[i], sites[i].Position()))
	}
	if len(missed) > 0 {
		return nil, fmt.Errorf("Strict: no rule for %s: give one, Plain() to keep the ordinary gradient", strings.Join(missed, ", nor for "))
	}
	return choices, nil
}

// uncovered returns the indices of the innermost sites without a rule on them or around
// them. It leaves out sites that hand relevance on.
func uncovered(sites []*Site, choices []Choice) []int {
	return slices.DeleteFunc(innermost(sites, choices), func(i int) bool { return sites[i].HandsOn() != "" })
}

// innermost returns the indices of the innermost sites without a rule on them or around
// them.
func innermost(sites []*Site, choices []Choice) []int {
	covered, holds := map[*Site]bool{}, map[*Site]bool{}
	for i, s := range sites {
		covered[s] = choices[i].Rule != nil || covered[s.Parent]
		holds[s.Parent] = true
	}
	var out []int
	for i, s := range sites {
		if !covered[s] && !holds[s] && !s.Derived {
			out = append(out, i)
		}
	}
	return out
}

// needComposites refuses nil.
func needComposites(of string, cs ...Composite) {
	for i, c := range cs {
		if c == nil {
			panic(trace.Errorf("rules.%s: composite %d is nil", of, i))
		}
	}
}
