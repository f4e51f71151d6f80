package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/trace"
)

// Otherwise gives a rule to what another composite leaves without one: every single
// operation, with a kind or without, and layers that have none inside. What hands
// relevance on as it is (see [transforms.Site.HandsOn]) keeps its plain gradient. A rule
// that does not fit, as one that needs weights, is an error that names the operation.
// Otherwise panics with a *trace.Error if one of both is nil.
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

// Strict makes it an error if a composite leaves an operation without a rule; it lists
// them, with the user's lines. As in [Otherwise], what hands relevance on as it is needs
// none.
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
// them, but for those that hand relevance on.
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
