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

func start() piece {
	return piece{
		name: "start", title: "getting started: explain a prediction",
		about: [2]string{
			"A composite gives each layer its rule; the pullback of the model under it is the relevance of the input.",
			"A small network for handwritten digits reads an 8 by 8 image of a 3, with pixels from -1 to 1.",
		},
		zennit: `
composite = EpsilonGammaBox(low=-1., high=1.)
with Gradient(model=model, composite=composite) as attributor:
    output, relevance = attributor(data, target)`,
		here: `
composite := rules.EpsilonGammaBox(fn.Scalar(-1), fn.Scalar(1))
explain := transforms.Pull(transforms.WithRules(composite, model), attribute.Class(3))
relevance := explain(x)
same := transforms.Jit(explain)(x) // compiled`,
		run: runStart,
	}
}

func runStart(w io.Writer, dir string) error {
	net, x, err := subject(3)
	if err != nil {
		return err
	}
	composite := rules.EpsilonGammaBox(fn.Scalar(-1), fn.Scalar(1))
	explain := transforms.Pull(transforms.WithRules(composite, net.Apply), attribute.Class(3))
	relevance := explain(x)
	logits := net.Apply(x)
	fmt.Fprintf(w, "outputs    %s\n", numbers(logits))
	fmt.Fprintf(w, "predicted  %v\n", fn.ArgMax(logits, 1).Float64())
	fmt.Fprintf(w, "relevance  %v, sum %s, from %s to %s\n", relevance.Type(), number(total(relevance)), number(least(relevance)), number(largest(relevance)))
	if err := agree("compiled", transforms.Jit(explain)(x), relevance); err != nil {
		return err
	}
	return drawStart(w, dir, x, relevance)
}

func drawStart(w io.Writer, dir string, x, relevance trace.Value) error {
	p := picture{cols: 2}
	if err := p.add("image", grayImage, x); err != nil {
		return err
	}
	if err := p.add("epsilon_gamma_box", relevanceImage, relevance); err != nil {
		return err
	}
	return p.write(w, dir, "start.png")
}
