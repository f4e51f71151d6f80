package main

import (
	"fmt"
	"io"
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

// curved is a network without kinks, 3 to 4 to 2.
func curved() nn.Sequential {
	model := nn.Sequential{nn.NewLinear(3, 4), nn.Softplus(1, 20), nn.NewLinear(4, 2)}
	return nn.Cast(nn.Name(nn.Init(model, random.Key(3))), trace.Float64)
}

func secondOrder() piece {
	return piece{
		name: "second-order", title: "the gradient of an explanation",
		about: [2]string{
			"An explanation is a function like any other. Rules act in the first derivative and are gone from what it leaves behind, so the",
			"second is the true one, for constant targets too: there Zennit loses a term at the top rule, or fails, as under Gamma.",
		},
		zennit: `
relevance, = torch.autograd.grad(output, data, ones, create_graph=True)
with composite.inactive():
    second, = torch.autograd.grad(relevance.sum(), data)`,
		here: `
explain := transforms.Pull(transforms.WithRules(composite, model), attribute.Ones)
second := transforms.Pull(explain, fn.OnesLike)(x)`,
		run: runSecondOrder,
	}
}

func runSecondOrder(w io.Writer, _ string) error {
	x := row(0.5, -1.25, 2)
	for _, top := range []rules.Rule{rules.Epsilon(0.1), rules.Gamma(0.25), rules.WSquare(), rules.Flat(), rules.AlphaBeta(2, 1)} {
		c := rules.Mixed(rules.NameMap(rules.At("2", top)), rules.LayerMap(rules.On(trace.KindLinear, rules.Epsilon(0.1)), rules.On(trace.KindActivation, rules.Pass())))
		explain := transforms.Pull(transforms.WithRules(c, curved().Apply), attribute.Ones)
		second := transforms.Pull(explain, fn.OnesLike)(x)
		if err := confirm(explain, x, second); err != nil {
			return fmt.Errorf("%v: %w", top, err)
		}
		fmt.Fprintf(w, "%-32v relevance %-32s its gradient %s\n", top, numbers(explain(x)), numbers(second))
	}
	fmt.Fprintln(w, "all confirmed by finite differences, within 1e-6")
	return nil
}

// confirm compares the gradient of the sum of an explanation with central differences.
func confirm(explain function, x, gradient trace.Value) error {
	const h = 1e-5
	got, n := gradient.Float64s(), x.Dim(1)
	for i := range n {
		step := fn.Mul(fn.OneHot(trace.New([]int32{int32(i)}, 1), n, trace.Float64), fn.Scalar(h))
		want := (total(explain(fn.Add(x, step))) - total(explain(fn.Sub(x, step)))) / (2 * h)
		if !(math.Abs(got[i]-want) <= 1e-6*math.Max(1, math.Abs(want))) {
			return fmt.Errorf("element %d is %v, finite differences give %v", i, got[i], want)
		}
	}
	return nil
}
