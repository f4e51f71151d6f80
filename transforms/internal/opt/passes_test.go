package opt_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/transforms/internal/opt"
)

// broken lists the constraints that an order of passes does not keep.
func broken(order []string, constraints []opt.Constraint) []string {
	var out []string
	first := func(name string) int { return slices.Index(order, name) }
	last := func(name string) int {
		for i, n := range slices.Backward(order) {
			if n == name {
				return i
			}
		}
		return -1
	}
	for _, c := range constraints {
		other := c.Before + c.After
		switch {
		case c.Before != "" && c.After != "" || other == "":
			out = append(out, fmt.Sprintf("%s: a constraint is about one other pass", c.Pass))
		case c.Why == "":
			out = append(out, fmt.Sprintf("%s and %s: no reason", c.Pass, other))
		case first(c.Pass) < 0 || first(other) < 0:
			out = append(out, fmt.Sprintf("%s or %s is no pass", c.Pass, other))
		case c.Before != "" && first(c.Pass) > first(other):
			out = append(out, fmt.Sprintf("%s must come before %s: %s", c.Pass, other, c.Why))
		case c.After != "" && last(c.Pass) < last(other):
			out = append(out, fmt.Sprintf("%s must come after %s: %s", c.Pass, other, c.Why))
		}
	}
	return out
}

func passNames() []string {
	var out []string
	for _, p := range opt.Passes {
		out = append(out, p.Name)
	}
	return out
}

func TestPassesKeepTheirConstraints(t *testing.T) {
	for _, b := range broken(passNames(), opt.Constraints) {
		t.Error(b)
	}
	for _, name := range passNames() {
		if !slices.ContainsFunc(opt.Constraints, func(c opt.Constraint) bool { return name == c.Pass || name == c.Before || name == c.After }) {
			t.Errorf("nothing says why %s stands where it does", name)
		}
	}
}

// Every constraint is broken by some order of the passes: the one in which its pass is
// moved to the other end.
func TestConstraintsCanBeBroken(t *testing.T) {
	for _, c := range opt.Constraints {
		order := slices.DeleteFunc(passNames(), func(n string) bool { return n == c.Pass })
		if c.Before != "" {
			order = append(order, c.Pass)
		} else {
			order = append([]string{c.Pass}, order...)
		}
		if len(broken(order, []opt.Constraint{c})) != 1 {
			t.Errorf("%+v holds in %v", c, order)
		}
	}
	wrong := []opt.Constraint{{Pass: "inline", Why: "x"}, {Pass: "inline", Before: "fold", After: "lower", Why: "x"}, {Pass: "inline", Before: "fold"}, {Pass: "x", Before: "fold", Why: "x"}, {Pass: "fold", After: "x", Why: "x"}}
	if got := broken(passNames(), wrong); len(got) != len(wrong) {
		t.Errorf("of %d senseless constraints %q are found", len(wrong), got)
	}
}
