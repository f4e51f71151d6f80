package method

import (
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// branches is the composite that hands the relevance of a residual sum x + f(x) to the
// branch f alone. The branch is the operand with more sites before it, since a shortcut
// is shorter; of two equally long ones it is the first.
type branches struct{}

func (branches) String() string { return "Branches()" }

func (branches) Assign(sites []*transforms.Site) ([]transforms.Choice, error) {
	choices := make([]transforms.Choice, len(sites))
	for i, s := range sites {
		if s.Kind != trace.KindAdd || s.DataOperands() != 2 || len(s.Operands) != 2 {
			continue
		}
		to := 0
		if upstream(s.Source(1), sites) > upstream(s.Source(0), sites) {
			to = 1
		}
		choices[i] = transforms.Choice{Rule: branch{to}, Reason: "no residual"}
	}
	return choices, nil
}

// upstream counts the sites before s. The input, which is no site, has none.
func upstream(s *transforms.Site, sites []*transforms.Site) int {
	if s == nil {
		return 0
	}
	n := 1
	for _, o := range sites {
		if s.After(o) {
			n++
		}
	}
	return n
}

// branch hands all relevance to one of two operands.
type branch struct{ to int }

func (b branch) String() string { return [...]string{"Branch(0)", "Branch(1)"}[b.to] }

func (b branch) Relevance(_ *transforms.Site, in, _, r []value) []value {
	out := make([]value, 2)
	out[b.to] = r[0]
	out[1-b.to] = rules.Zero(in[1-b.to])
	return out
}
