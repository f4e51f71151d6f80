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
	"github.com/pullback-go/pullback/transforms/attribute"
)

// normalized is a network with batch normalization after its convolution and a softmax at
// its end.
type normalized struct {
	Conv nn.Conv
	Norm nn.BatchNorm
	Head nn.Linear
}

func newNormalized() normalized {
	m := nn.Init(normalized{nn.NewConv(1, 3, []int{2, 2}, fn.ConvConfig{}).WithoutBias(), nn.NewBatchNorm(3), nn.NewLinear(27, 4)}, random.Key(5))
	m = nn.Cast(nn.Name(m), trace.Float64)
	m.Norm.Weight, m.Norm.Bias = trace.New([]float64{2, -1, 0.5}, 3), trace.New([]float64{0.25, 1, -0.5}, 3)
	m.Norm.Mean, m.Norm.Variance = trace.New([]float64{-0.5, 0.25, 1}, 3), trace.New([]float64{1, 4, 0.25}, 3)
	return m
}

func (m normalized) Apply(x trace.Value) trace.Value {
	h := fn.ReLU(m.Norm.Apply(m.Conv.Apply(x)))
	return fn.Softmax(m.Head.Apply(fn.Reshape(h, x.Dim(0), 27)), 1)
}

func canonizers() piece {
	return piece{
		name: "canonizers", title: "canonizers: merge batch normalization, drop the softmax",
		about: [2]string{
			"A canonizer rewrites the function, found by the flow of data, not by the order of registration; the model stays as it is.",
			"The merged layer keeps kind and path and gets a bias, the normalization is gone, and values are the same.",
		},
		zennit: `
canonizer = SequentialMergeBatchNorm()
EpsilonPlus(canonizers=[canonizer]).register(model)
...
composite.remove()  # or the model stays merged`,
		here: `
merged := rules.Canonize(model, rules.StripSoftmax(), rules.MergeBatchNorm())
transforms.WithRules(rules.EpsilonPlus(), merged)`,
		run: runCanonizers,
	}
}

func runCanonizers(w io.Writer, _ string) error {
	f, x := newNormalized().Apply, random.Normal(random.Key(6), trace.Float64, 1, 1, 4, 4)
	logits := rules.Canonize(f, rules.StripSoftmax())
	merged := rules.Canonize(logits, rules.MergeBatchNorm())
	for _, s := range []struct {
		name string
		f    function
	}{{"as it is", f}, {"canonized", merged}} {
		fmt.Fprintf(w, "%s\n%s", s.name, rows(transforms.Plan(rules.EpsilonPlus(), s.f, x)))
	}
	if apart := rules.Difference(logits, merged, x); !(apart <= 1e-12) {
		return fmt.Errorf("merging changed values by %v", apart)
	}
	fmt.Fprintln(w, "values differ by less than 1e-12")
	for _, s := range []struct {
		name string
		f    function
	}{{"Pass on batch normalization", logits}, {"merged", merged}} {
		r := transforms.Pull(transforms.WithRules(rules.EpsilonPlus(), s.f), attribute.Class(2))(x)
		fmt.Fprintf(w, "%-28s relevance sum %-10s from %-10s to %s\n", s.name, number(total(r)), number(least(r)), number(largest(r)))
	}
	return nil
}
