package main

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// inexact returns a subject's composite with Zennit's second-order gradient for a
// constant relevance of the output.
//
// Zennit computes the pullback c of the rule at the output, with R = x·c, without a
// graph, so c counts as a constant. Everything below sees a relevance that depends on x,
// and is exact. It is also exact if the output has parameters but no rule. Of the rules
// at the output, only Epsilon is supported here.
func inexact(sub *subject, list []named) (transforms.Composite, error) {
	path := sub.module(sub.output)
	for _, n := range list {
		if n.Module != path {
			continue
		}
		if n.Rule != "Epsilon" {
			return nil, fmt.Errorf("the second order of a constant target below the rule %q is not supported", n.Rule)
		}
		return pinned(sub.composite, n, path)
	}
	if len(sub.params[path]) == 0 {
		return nil, fmt.Errorf("the second order of a constant target above %q, without rule or parameters, is not supported", path)
	}
	return sub.composite, nil
}

// pinned returns a composite with a constantEpsilon at one layer.
func pinned(c transforms.Composite, n named, path string) (transforms.Composite, error) {
	var a ruleArgs
	if err := decode(n.Args, &a); err != nil {
		return nil, err
	}
	if len(a.ZeroParams) > 0 {
		return nil, fmt.Errorf("the second order of a constant target with zero_params is not supported")
	}
	st, err := readStabilizer(a.Epsilon)
	return pin{c, path, constantEpsilon{st}}, err
}

// pin is a composite with another rule for one layer.
type pin struct {
	transforms.Composite
	path string
	rule transforms.Rule
}

func (p pin) String() string { return fmt.Sprintf("%v with %v at %q", p.Composite, p.rule, p.path) }

func (p pin) Assign(sites []*transforms.Site) ([]transforms.Choice, error) {
	choices, err := p.Composite.Assign(sites)
	for i, s := range sites {
		if err == nil && s.Layer && s.Path == p.path {
			choices[i] = transforms.Choice{Rule: p.rule, Reason: "the relevance of the output is constant"}
		}
	}
	return choices, err
}

// constantEpsilon is Epsilon, R = x·c, where c has no derivative.
type constantEpsilon struct{ stabilizer rules.Stabilizer }

func (e constantEpsilon) String() string { return fmt.Sprintf("constantEpsilon(%v)", e.stabilizer) }

func (e constantEpsilon) Relevance(s *transforms.Site, in, out, r []trace.Value) []trace.Value {
	t := rules.Unmodified(s, in, out)
	cs := t.Gradient(rules.Divide(r[0], t.Out, e.stabilizer))
	for i, c := range cs {
		cs[i] = fn.Mul(t.Data[i], transforms.StopGradient(c))
	}
	return cs
}
