package main

import (
	"fmt"
	"io"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

func batch() piece {
	return piece{
		name: "batch", title: "a data set: predictions, accuracy, relevance, one picture",
		about: [2]string{
			"Ten images, one of each digit, each explained for its own class in one call. Rules and attributors take batches x[n c h w];",
			"Vmap adds an axis of its own, and gives the same numbers.",
		},
		zennit: `
output, relevance = attributor(data, torch.eye(10)[target])
imsave('all.png', relevance, symmetric=True, grid=(2, 5))`,
		here: `
relevance := attribute.Gradient(f, attribute.Class(0, 1, 2, 3, 4, 5, 6, 7, 8, 9))(xs)
img, err := heatmap.Config{Symmetric: true, Grid: &heatmap.Grid{Cols: 5}}.Image(relevance.Float64s(), relevance.Shape())`,
		run: runBatch,
	}
}

func runBatch(w io.Writer, dir string) error {
	f, xs, err := dataSet()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "predicted  %s\n", numbers(fn.ArgMax(f(xs), 1)))
	lawful := transforms.WithRules(rules.EpsilonGammaBox(fn.Scalar(-1), fn.Scalar(1)), f)
	relevance := attribute.Gradient(lawful, attribute.Class(0, 1, 2, 3, 4, 5, 6, 7, 8, 9))(xs)
	fmt.Fprintf(w, "relevance  %s\n", numbers(fn.Sum(relevance, 1, 2, 3)))
	one := func(in [2]trace.Value) trace.Value {
		return attribute.Gradient(lawful, attribute.Vector(in[1]))(in[0])
	}
	classes := fn.OneHot(fn.Iota(trace.TypeOf(trace.Int32, 10), 0), 10, trace.Float64)
	mapped := transforms.Vmap(one)([2]trace.Value{fn.Reshape(xs, 10, 1, 1, 8, 8), fn.Reshape(classes, 10, 1, 10)})
	fmt.Fprintf(w, "mapped     %s\n", numbers(fn.Sum(mapped, 1, 2, 3, 4)))
	if err := agree("batch and Vmap", fn.Reshape(mapped, 10, 1, 8, 8), relevance); err != nil {
		return err
	}
	return grid(w, dir, xs, relevance)
}

// dataSet returns the network and all embedded digits in order, x[10 1 8 8].
func dataSet() (function, trace.Value, error) {
	var xs []trace.Value
	var f function
	for i := range 10 {
		net, x, err := subject(i)
		if err != nil {
			return nil, x, err
		}
		xs, f = append(xs, x), net.Apply
	}
	return f, fn.Concat(0, xs...), nil
}

// at returns sample i as a batch of one.
func at(xs trace.Value, i int) trace.Value {
	return fn.Slice(xs, fn.SliceConfig{Start: []int{i}, Stop: []int{i + 1}})
}

// grid draws the images and their relevance, each with an empty line of pixels after it.
func grid(w io.Writer, dir string, xs, relevance trace.Value) error {
	var panels []heatmap.Panel
	for _, g := range []struct {
		caption string
		values  trace.Value
		empty   float64
		config  heatmap.Config
	}{
		{"images", xs, -1, heatmap.Config{Map: heatmap.Must(heatmap.Named("gray"))}},
		{"epsilon_gamma_box", relevance, 0, heatmap.Config{Symmetric: true}},
	} {
		apart := fn.Pad(g.values, fn.PadConfig{High: []int{0, 0, 1, 1}, Value: g.empty})
		g.config.Grid = &heatmap.Grid{Cols: 5}
		img, err := g.config.Image(apart.Float64s(), apart.Shape())
		if err != nil {
			return err
		}
		panels = append(panels, heatmap.Panel{Image: img, Caption: g.caption})
	}
	return writeSheet(w, dir, "batch.png", heatmap.Sheet{Cols: 1, Scale: 10}, panels)
}
