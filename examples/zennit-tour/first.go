package main

import (
	"fmt"
	"io"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// branches declares its layers in another order than it runs them. Its input takes two
// paths.
type branches struct {
	Head, Left, Right nn.Linear
}

func newBranches() branches {
	return nn.Name(nn.Init(branches{nn.NewLinear(3, 2), nn.NewLinear(4, 3), nn.NewLinear(4, 3)}, random.Key(0)))
}

func (b branches) Apply(x trace.Value) trace.Value {
	return b.Head.Apply(fn.Tanh(fn.Add(b.Right.Apply(x), b.Left.Apply(x))))
}

func firstLayer() piece {
	return piece{
		name: "first", title: "which layer is the first",
		about: [2]string{
			"Zennit takes the layer that was registered first, here head, the last to run. Here the first are all that the input meets first,",
			"left and right; FirstExecuted takes one, FirstInOrder a given order, with which Zennit's choice can be had too.",
		},
		zennit: `
SpecialFirstLayerMapComposite(layer_map, first_map=[(Linear, Flat())])`,
		here: `
rules.Mixed(rules.FirstMap(rules.On(trace.KindLinear, rules.Flat())), layerMap)
rules.EpsilonPlusFlatWith(rules.Preset{Order: []string{"head", "left", "right"}}) // as Zennit`,
		run: runFirstLayer,
	}
}

func runFirstLayer(w io.Writer, _ string) error {
	flat := rules.LayerMap(rules.On(trace.KindLinear, rules.Flat()))
	for _, c := range []rules.Composite{
		rules.First(flat), rules.FirstExecuted(flat), rules.FirstInOrder([]string{"head", "left", "right"}, flat),
		rules.FirstN(2, flat), rules.LastN(1, flat), rules.Range(1, 3, flat),
	} {
		fmt.Fprintf(w, "%v:", c)
		for _, r := range transforms.Plan(c, newBranches().Apply, fn.Zeros(trace.TypeOf(trace.Float32, 1, 4))).Rows {
			if r.Rule != nil {
				fmt.Fprintf(w, " %s", r.Site.Path)
			}
		}
		fmt.Fprintln(w)
	}
	return nil
}
