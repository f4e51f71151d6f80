package rules

import (
	"fmt"
	"strings"

	"github.com/pullback-go/pullback/trace"
)

// Entry is a rule for the sites of a kind, see [On].
type Entry struct {
	Kind trace.Kind
	Rule Rule
}

// On returns the entry that gives a rule to the sites of a kind and of its special cases:
// On(trace.KindConv, ...) is for standard and for transposed convolutions along any
// number of axes, On(trace.KindConvStandard.WithRank(2), ...) for PyTorch's Conv2d. A nil
// rule leaves these sites out: no later entry of the map gets them. To keep later
// composites away from them too, and rules away from the sites inside, give [Plain].
func On(kind trace.Kind, r Rule) Entry { return Entry{kind, r} }

// String prints kind and rule.
func (e Entry) String() string {
	return fmt.Sprintf("%s: %v", trace.Printable(string(e.Kind)), ruleText(e.Rule))
}

func ruleText(r Rule) string {
	if r == nil {
		return "-"
	}
	return r.String()
}

// LayerMap gives each site the rule of the first entry of its kind.
func LayerMap(entries ...Entry) Composite { return layerMap(append([]Entry{}, entries...)) }

type layerMap []Entry

func (m layerMap) String() string {
	parts := make([]string, len(m))
	for i, e := range m {
		parts[i] = e.String()
	}
	return "LayerMap(" + strings.Join(parts, ", ") + ")"
}

func (m layerMap) Assign(sites []*Site) ([]Choice, error) { return each(sites, m.choose), nil }

func (m layerMap) choose(s *Site) Choice {
	for _, e := range m {
		if s.Kind.Is(e.Kind) {
			return choice(e.Rule, "layer map "+trace.Printable(string(e.Kind)))
		}
	}
	return Choice{}
}

func choice(r Rule, reason string) Choice {
	if r == nil {
		return Choice{}
	}
	return Choice{Rule: r, Reason: reason}
}

// each calls choose for every site except those that a derivative made, see [Derived].
func each(sites []*Site, choose func(s *Site) Choice) []Choice {
	out := make([]Choice, len(sites))
	for i, s := range sites {
		if !s.Derived {
			out[i] = choose(s)
		}
	}
	return out
}
