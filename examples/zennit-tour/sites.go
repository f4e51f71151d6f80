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

// twice applies one layer two times.
type twice struct{ Layer nn.Linear }

func (m twice) Apply(x trace.Value) trace.Value {
	return m.Layer.Apply(fn.Tanh(m.Layer.Apply(x)))
}

func sites() piece {
	return piece{
		name: "sites", title: "a layer used twice, a layer with two inputs",
		about: [2]string{
			"A hook keeps one input per module, so in Zennit a shared module gets wrong relevance; here every call is a site of its own, which",
			"may have a rule of its own. And each data operand gets its own relevance: 3 2 shared by 1 3 and 2 -1, not 1 3 twice.",
		},
		zennit: `
NameLayerMapComposite([(['layer'], Epsilon(0.1))], [(Activation, Pass())])  # one slot for both calls`,
		here: `
rules.NameLayerMap([]rules.NameEntry{rules.At("layer:0", rules.Flat()), rules.At("layer:1", rules.Epsilon(0.1))},
	rules.On(trace.KindActivation, rules.Pass()))`,
		run: runSites,
	}
}

func runSites(w io.Writer, _ string) error {
	weight := trace.New([]float64{0.5, 1, -1, 2}, 2, 2)
	f := nn.Name(twice{nn.Linear{Weight: weight}}).Apply
	c := rules.NameLayerMap([]rules.NameEntry{rules.At("layer:0", rules.Flat()), rules.At("layer:1", rules.Epsilon(0.1))},
		rules.On(trace.KindActivation, rules.Pass()))
	fmt.Fprint(w, rows(transforms.Plan(c, f, row(1, 2))))
	fmt.Fprintf(w, "relevance of 1 2: %s\n", numbers(transforms.Pull(transforms.WithRules(c, f), attribute.Ones)(row(1, 2))))
	add := func(in [2]trace.Value) trace.Value { return fn.Add(in[0], in[1]) }
	shared := transforms.WithRules(rules.LayerMap(rules.On(trace.KindAdd, rules.Norm())), add)
	r := transforms.Pull(shared, func(y trace.Value) trace.Value { return y })([2]trace.Value{row(1, 3), row(2, -1)})
	fmt.Fprintf(w, "relevance of the operands of an addition: %s and %s\n", numbers(r[0]), numbers(r[1]))
	return nil
}
