package main

import (
	"fmt"
	"io"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/attribute"
)

func beyond() piece {
	return piece{
		name: "beyond", title: "attributors that Zennit does not have",
		about: [2]string{
			"Grad-CAM weighs the channels of a layer by their mean gradient. It is made for a mean over places; dense layers, as here, blur it.",
			"Expected gradients compares with a set of baselines, here all ten digits: their sum goes to f(x) less its mean over the set.",
		},
		zennit: `
# other packages`,
		here: `
attribute.GradCAM(model, "features.3", attribute.Class(3), attribute.GradCAMConfig{})
attribute.GradCAMPlusPlus(model, "features.4", attribute.Class(3), attribute.GradCAMConfig{Upsample: attribute.Nearest})
attribute.GradCAM(model, "features.4", attribute.Class(3), attribute.GradCAMConfig{Upsample: attribute.Linear, Signed: true})
attribute.ExpectedGradients(model, attribute.Class(3), attribute.ExpectedGradientsConfig{Baselines: all, N: 2000, Key: random.Key(0)})`,
		run: runBeyond,
	}
}

func runBeyond(w io.Writer, dir string) error {
	f, all, err := dataSet()
	if err != nil {
		return err
	}
	x, class := at(all, 3), attribute.Class(3)
	p := picture{cols: 5}
	if err := p.add("image", grayImage, x); err != nil {
		return err
	}
	signed := attribute.GradCAMConfig{Upsample: attribute.Linear, Signed: true}
	expected := attribute.ExpectedGradients(f, class, attribute.ExpectedGradientsConfig{Baselines: all, N: 2000, Key: random.Key(0)})
	var last trace.Value
	for _, a := range []struct {
		name    string
		explain function
	}{
		{"grad-cam, features.3", attribute.GradCAM(f, "features.3", class, attribute.GradCAMConfig{})},
		{"grad-cam++, features.4", attribute.GradCAMPlusPlus(f, "features.4", class, attribute.GradCAMConfig{Upsample: attribute.Nearest})},
		{"grad-cam, signed", attribute.GradCAM(f, "features.4", class, signed)},
		{"expected gradients", expected},
	} {
		last = a.explain(x)
		fmt.Fprintf(w, "%-23s sum %-9s from %-10s to %s\n", a.name, number(total(last)), number(least(last)), number(largest(last)))
		if err := p.add(a.name, relevanceImage, last); err != nil {
			return err
		}
	}
	score := func(y trace.Value) trace.Value { return fn.Mul(y, class(y)) }
	mean := total(score(f(all))) / 10
	fmt.Fprintf(w, "f(x) less the mean of f: %s; expected gradients: %s\n", number(total(score(f(x)))-mean), number(total(last)))
	return p.write(w, dir, "beyond.png")
}
