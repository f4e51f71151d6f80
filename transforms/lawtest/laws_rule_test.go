package lawtest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// sharing is LRP-0 for a product of two operands, with a planted fault.
type sharing struct{ fault string }

func (s sharing) String() string { return "sharing(" + s.fault + ")" }

func (s sharing) Relevance(_ *transforms.Site, in, out, r []Value) []Value {
	q := fn.Div(r[0], out[0])
	switch s.fault {
	case "loss":
		q = fn.Mul(q, fn.Scalar(0.9))
	case "square":
		q = fn.Mul(q, q)
	case "stopped":
		q = fn.Div(r[0], transforms.StopGradient(out[0]))
	case "dtype":
		return []Value{fn.Cast(in[0], trace.Float32)}
	}
	return []Value{fn.Mul(in[0], fn.Dot(q, fn.Transpose(in[1])))}
}

// Assign gives the rule to all linear sites, so the rule is its own composite.
func (s sharing) Assign(sites []*transforms.Site) ([]transforms.Choice, error) {
	if s.fault == "assign" {
		return nil, fmt.Errorf("nothing fits")
	}
	choices := make([]transforms.Choice, len(sites))
	for i, site := range sites {
		if site.Kind.Is(trace.KindLinear) {
			choices[i].Rule = s
		}
	}
	return choices, nil
}

func rulesOf(fault string, c RuleConfig, f func(in []Value) Value) string {
	return failuresOf(func(r *recorder) {
		RuleLaws(r, sharing{fault}, c, f, Input{Shape: []int{2, 3}, Sampler: Between(0.5, 1.5)}, Input{Shape: []int{3, 4}, Sampler: Between(0.5, 1.5)})
	})
}

func product(in []Value) Value { return fn.Dot(in[0], in[1]) }

func nothing([]Value, Value) float64 { return 0 }

func TestRuleLawsHold(t *testing.T) {
	if got := rulesOf("", RuleConfig{Order: 2, Absorbed: nothing}, product); got != "" {
		t.Error(got)
	}
	lost := RuleConfig{Absorbed: func(_ []Value, r Value) float64 { return fn.SumAll(r).Float64() * 0.1 }}
	if got := rulesOf("loss", lost, product); got != "" {
		t.Errorf("what is absorbed counts: %s", got)
	}
	if got := rulesOf("square", RuleConfig{}, product); got != "" {
		t.Errorf("a rule that is not linear in the relevance needs no JVP: %s", got)
	}
}

func TestRuleLawsFindFaults(t *testing.T) {
	calls := 0.0
	changing := func(in []Value) Value { calls++; return fn.Mul(product(in), fn.Scalar(calls)) }
	for _, tt := range []struct {
		fault string
		f     func(in []Value) Value
		want  string
	}{
		{"loss", product, "sharing(loss): relevance is not conserved: of "},
		{"stopped", product, "the VJP of f against central differences, operand 0"},
		{"dtype", product, "sharing(dtype): the function with rules: "},
		{"assign", product, "sharing(assign): the function with rules: "},
		{"", changing, "sharing(): with rules the function computes something else: output 0 at [0 0]"},
	} {
		if got := rulesOf(tt.fault, RuleConfig{Absorbed: nothing}, tt.f); !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.fault, got, tt.want)
		}
	}
}
