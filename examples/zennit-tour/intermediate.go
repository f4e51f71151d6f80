package main

import (
	"fmt"
	"io"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

func intermediate() piece {
	return piece{
		name: "intermediate", title: "relevance inside of the network",
		about: [2]string{
			"Relevances is Pull that also returns what arrives at the outputs of named layers. No hook stores it, nothing is retained.",
			"It is a function too: here the channels of features.3 by their share, and the gradient of the strongest one's relevance.",
		},
		zennit: `
model.features[3].register_forward_hook(lambda m, i, o: setattr(m, 'out', o) or o.retain_grad())
...
model.features[3].out.grad`,
		here: `
relevance, at := transforms.Relevances(lawful, target, "features.1", "features.3", "classifier.1")(x)
at["features.3"]`,
		run: runIntermediate,
	}
}

func runIntermediate(w io.Writer, _ string) error {
	net, x, err := subject(3)
	if err != nil {
		return err
	}
	paths := []string{"classifier.2", "classifier.1", "classifier.0", "features.4", "features.3", "features.1"}
	c := rules.EpsilonPlusWith(rules.Preset{ZeroBias: true})
	relevances := transforms.Relevances(transforms.WithRules(c, net.Apply), attribute.Class(3), paths...)
	r, inner := relevances(x)
	for _, p := range paths {
		fmt.Fprintf(w, "%-13s %-16v sum %s\n", p, inner[p].Type(), number(total(inner[p])))
	}
	fmt.Fprintf(w, "%-13s %-16v sum %s\n", "input", r.Type(), number(total(r)))
	channels := func(x trace.Value) trace.Value {
		_, inner := relevances(x)
		return fn.Sum(inner["features.3"], 2, 3)
	}
	strongest := int(fn.ArgMax(channels(x), 1).Float64())
	slope := transforms.Pull(channels, attribute.Class(strongest))(x)
	fmt.Fprintf(w, "channels of features.3: %s\n", numbers(channels(x)))
	fmt.Fprintf(w, "gradient of channel %d's relevance: from %s to %s\n", strongest, number(least(slope)), number(largest(slope)))
	return nil
}
