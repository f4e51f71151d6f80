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

func targets() piece {
	return piece{
		name: "targets", title: "targets: what of the output is explained",
		about: [2]string{
			"A target maps the output to the cotangent, or relevance, with which the backward pass begins; any function is one.",
			"The last one is contrastive: the class against all others by their probability, softened to a tenth of the outputs.",
		},
		zennit: `
Gradient(model, composite, attr_output=lambda y: y * torch.eye(10)[[3]])`,
		here: `
attribute.Gradient(f, attribute.OneHotTimesOutput(3))
attribute.Gradient(f, func(y trace.Value) trace.Value { return fn.Sub(attribute.Class(3)(y), fn.Softmax(cooler(y), 1)) })`,
		run: runTargets,
	}
}

func runTargets(w io.Writer, _ string) error {
	net, x, err := subject(3)
	if err != nil {
		return err
	}
	f := transforms.WithRules(rules.EpsilonPlusFlat(), net.Apply)
	ninth := trace.New([]float64{0, 0, 0, 1, 0, 0, 0, 0, 0, -1}, 10)
	for _, t := range []struct {
		name   string
		target attribute.Target
	}{
		{"Ones", attribute.Ones}, {"Output", attribute.Output}, {"Top", attribute.Top}, {"Class(3)", attribute.Class(3)},
		{"Class(9)", attribute.Class(9)}, {"OneHotTimesOutput(3)", attribute.OneHotTimesOutput(3)},
		{"Vector(3 less 9)", attribute.Vector(ninth)},
		{"own function", func(y trace.Value) trace.Value { return fn.Sub(attribute.Class(3)(y), fn.Softmax(cooler(y), 1)) }},
	} {
		start := t.target(net.Apply(x))
		r := attribute.Gradient(f, t.target)(x)
		fmt.Fprintf(w, "%-21s starts with %-10s sum of relevance %s\n", t.name, number(total(start)), number(total(r)))
	}
	return nil
}

func cooler(y trace.Value) trace.Value { return fn.Mul(y, fn.Scalar(0.1)) }
