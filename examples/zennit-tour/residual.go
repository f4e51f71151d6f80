package main

import (
	"fmt"
	"io"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

// block is y = x + relu(W x) with W = 2: at (1, 2) it is (1, 2) + (2, 4).
type block struct{ Layer nn.Linear }

func newBlock() block {
	return nn.Name(block{nn.Linear{Weight: trace.New([]float64{2, 0, 0, 2}, 2, 2)}})
}

func (b block) Apply(x trace.Value) trace.Value { return fn.Add(x, fn.ReLU(b.Layer.Apply(x))) }

func residual() piece {
	return piece{
		name: "residual", title: "residual networks need no canonizer for their sums",
		about: [2]string{
			"y = x + relu(2x) at 1 2, with relevance y = 3 6. An Add of two data operands is a sum to every preset: Norm shares it,",
			"and the total stays 9. The plain gradient would hand all of it to both, which PlainResidual reproduces: 18.",
		},
		zennit: `
canonizer = ResNetCanonizer()  # replaces x + f(x) by a module Sum
EpsilonPlus(canonizers=[canonizer]).register(model)`,
		here: `
transforms.WithRules(rules.EpsilonPlus(), model)
transforms.WithRules(rules.EpsilonPlusWith(rules.Preset{PlainResidual: true}), model) // as without the canonizer`,
		run: runResidual,
	}
}

func runResidual(w io.Writer, _ string) error {
	f, x := newBlock().Apply, row(1, 2)
	for _, c := range []struct {
		name      string
		composite rules.Composite
	}{
		{"default", rules.EpsilonPlus()}, {"PlainResidual", rules.EpsilonPlusWith(rules.Preset{PlainResidual: true})},
	} {
		r := transforms.Pull(transforms.WithRules(c.composite, f), attribute.Output)(x)
		fmt.Fprintf(w, "%-14s relevance %-5s total %s\n", c.name, numbers(r), number(total(r)))
	}
	fmt.Fprint(w, rows(transforms.Plan(rules.EpsilonPlus(), f, x)))
	return nil
}
