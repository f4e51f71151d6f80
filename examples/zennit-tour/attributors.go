package main

import (
	"fmt"
	"io"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

func attributors() piece {
	return piece{
		name: "attributors", title: "attributors are functions that take a function",
		about: [2]string{
			"The 3 explained by each, plain and under EpsilonPlus. Noise comes from a key: the same key, the same numbers.",
			"Occlusion needs no gradient, so rules do not touch it; it clips windows at the border, where Zennit's go round (Wrap: true).",
		},
		zennit: `
with SmoothGrad(model, noise_level=0.1, n_iter=20, composite=composite) as attributor:
    output, relevance = attributor(data, target)`,
		here: `
f := transforms.WithRules(composite, model) // or model
relevance := attribute.SmoothGrad(f, attribute.Class(3), attribute.SmoothGradConfig{Key: random.Key(0)})(x)`,
		run: runAttributors,
	}
}

func runAttributors(w io.Writer, dir string) error {
	net, x, err := subject(3)
	if err != nil {
		return err
	}
	p := picture{cols: 4}
	for _, f := range []struct {
		name, under string
		f           function
	}{{"plain", "", net.Apply}, {"epsilon_plus", ", LRP", transforms.WithRules(rules.EpsilonPlus(), net.Apply)}} {
		fmt.Fprintln(w, f.name)
		if err := p.attributors(w, f.under, f.f, x); err != nil {
			return err
		}
	}
	missing := attribute.CompletenessDelta(net.Apply, attribute.Class(3), fromBlack)
	heat := attribute.IntegratedGradients(net.Apply, attribute.Class(3), fromBlack)(x)
	fmt.Fprintf(w, "integrated gradients: the sum misses f(x) - f(baseline) by %s\n", number(missing(x, heat).Float64s()[0]))
	return p.write(w, dir, "attributors.png")
}

// fromBlack integrates from the background of the image.
var fromBlack = attribute.IntegratedGradientsConfig{Baseline: attribute.Constant(-1)}

// attributors prints and draws what each attributor returns for the model f. The captions
// describe f by under.
func (p *picture) attributors(w io.Writer, under string, f function, x trace.Value) error {
	class := attribute.Class(3)
	scores, whole := attribute.OneHotTimesOutput(3), f(x)
	lost := func(y trace.Value) trace.Value { return fn.Mul(class(y), fn.Sub(whole, y)) }
	for _, a := range []struct {
		name    string
		explain function
	}{
		{"gradient", attribute.Gradient(f, class)},
		{"input x gradient", attribute.InputXGradient(f, class)},
		{"sensitivity", attribute.Sensitivity(f, class, attribute.SensitivityConfig{})},
		{"smoothgrad", attribute.SmoothGrad(f, class, attribute.SmoothGradConfig{Key: random.Key(0)})},
		{"vargrad", attribute.SmoothGrad(f, class, attribute.SmoothGradConfig{Key: random.Key(0), Statistic: attribute.Variance})},
		{"integrated gradients", attribute.IntegratedGradients(f, class, fromBlack)},
		{"occlusion", attribute.Occlusion(f, scores, attribute.OcclusionConfig{Window: []int{4}, Stride: []int{2}, Fill: attribute.Constant(-1)})},
		{"lost by occlusion", attribute.Occlusion(f, lost, attribute.OcclusionConfig{
			Window: []int{2, 2}, Stride: []int{1, 1}, Fill: attribute.Constant(-1), Invert: true})},
	} {
		r := a.explain(x)
		fmt.Fprintf(w, "  %-21s sum %-9s from %-10s to %s\n", a.name, number(total(r)), number(least(r)), number(largest(r)))
		if err := p.add(a.name+under, relevanceImage, r); err != nil {
			return err
		}
	}
	return nil
}
