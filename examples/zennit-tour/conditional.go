package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

func conditional() piece {
	return piece{
		name: "conditional", title: "Concept Relevance Propagation: relevance by way of one channel",
		about: [2]string{
			"WithMasks keeps the relevance that passes a chosen channel. All 12 channels of features.3 go in one Vmap over the masks.",
			"The rules are linear in the relevance, so the conditional maps add up to the whole one.",
		},
		zennit: `
# in the package zennit-crp
attribution = CondAttribution(model)
attribution(data, [{'features.3': [k], 'y': [3]} for k in range(12)], composite)`,
		here: `
byMask := func(mask trace.Value) trace.Value {
	masked := transforms.WithMasks(lawful, map[string]trace.Value{"features.3": mask})
	return transforms.Pull(masked, attribute.Class(3))(x)
}
maps := transforms.Vmap(byMask)(masks) // f64[12 1 1 8 8]`,
		run: func(w io.Writer, dir string) error {
			net, x, err := subject(3)
			if err != nil {
				return err
			}
			lawful := transforms.WithRules(rules.EpsilonPlusFlat(), net.Apply)
			byMask := func(mask trace.Value) trace.Value {
				masked := transforms.WithMasks(lawful, map[string]trace.Value{"features.3": mask})
				return transforms.Pull(masked, attribute.Class(3))(x)
			}
			masks := fn.Reshape(fn.OneHot(fn.Iota(trace.TypeOf(trace.Int32, 12), 0), 12, trace.Float64), 12, 1, 12, 1, 1)
			maps := transforms.Vmap(byMask)(masks)
			whole := transforms.Pull(lawful, attribute.Class(3))(x)
			if err := agree("sum of all conditions", fn.Sum(maps, 0), whole); err != nil {
				return err
			}
			sums := fn.Sum(maps, 1, 2, 3, 4)
			fmt.Fprintf(w, "whole      %s\nby channel %s\n", number(total(whole)), numbers(sums))
			return drawConditions(w, dir, x, whole, maps, sums.Float64s())
		},
	}
}

// drawConditions draws the whole map and those of the three channels with the largest
// sums.
func drawConditions(w io.Writer, dir string, x, whole, maps trace.Value, sums []float64) error {
	p := picture{cols: 5}
	if err := p.add("image", grayImage, x); err != nil {
		return err
	}
	if err := p.add("epsilon_plus_flat", relevanceImage, whole); err != nil {
		return err
	}
	order := make([]int, len(sums))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(1e9 * (sums[b] - sums[a])) })
	for _, k := range order[:3] {
		if err := p.add(fmt.Sprint("channel ", k), relevanceImage, at(maps, k)); err != nil {
			return err
		}
	}
	return p.write(w, dir, "conditional.png")
}
