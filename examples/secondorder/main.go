// Secondorder walks through the gradient of an explanation. For each way to explain a
// small network it computes the attribution, then the gradient of the attribution. By
// finite differences it confirms the gradient, and that no rule had to be switched off.
//
//	go run ./examples/secondorder
//
// The network is Conv2d(3, 10, 3, padding 1) - ReLU - Flatten - Linear(10·32·32, 10) with
// random weights. The attribution is the gradient of the sum of all outputs, modified by
// rules. The second-order gradient is that of the sum of the attribution. Tools based on
// hooks must set their rules inactive before the second pass. Here a rule is gone as soon
// as the first derivative is taken.
package main

import (
	"flag"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/pullback-go/pullback/examples/internal/flags"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

type function = func(x trace.Value) trace.Value

func main() {
	err := parse(os.Args[1:], os.Stderr)
	if err == nil {
		err = walk(os.Stdout, 32)
	}
	flags.Exit("secondorder", err)
}

// parse refuses all arguments: there is nothing to choose.
func parse(args []string, w io.Writer) error {
	return flags.Parse(flag.NewFlagSet("secondorder", flag.ContinueOnError), args, w)
}

// network returns the model for images of size by size pixels, and its first layer alone.
func network(size int) (model, conv nn.Sequential) {
	model = nn.Init(nn.Name(nn.Sequential{
		nn.NewConv(3, 10, []int{3, 3}, fn.ConvConfig{Padding: []int{1, 1}}), nn.ReLU(), nn.Flatten{}, nn.NewLinear(10*size*size, 10),
	}), random.Key(0))
	model = nn.Cast(model, trace.Float64)
	return model, model[:1]
}

// walk prints the walk-through. It fails if a gradient disagrees with finite differences.
func walk(w io.Writer, size int) error {
	model, conv := network(size)
	x := random.Normal(random.Key(1), trace.Float64, 1, 3, size, size)
	egb := rules.EpsilonGammaBox(fn.Scalar(-3), fn.Scalar(3))
	steps := []struct {
		title, note string
		plain, f    function
	}{
		{"vanilla gradient", "The network is piecewise linear: its gradient is constant around x, and the gradient of that is zero.",
			model.Apply, model.Apply},
		{"BetaSmooth(10)", "The derivative of ReLU is replaced by a sigmoid of its input, which has a slope.",
			model.Apply, transforms.WithRules(rules.BetaSmooth(), model.Apply)},
		{"EpsilonGammaBox(-3, 3)", "Layer-wise relevance: ZBox at the convolution, Epsilon at the linear layer.",
			model.Apply, transforms.WithRules(egb, model.Apply)},
		{"a lone convolution with Epsilon(1e-6)", "One rule at one layer, which is the whole function.",
			conv.Apply, transforms.WithRules(rules.NameMap(rules.At("0", rules.Epsilon(1e-6))), conv.Apply)},
	}
	for _, s := range steps {
		fmt.Fprintf(w, "%s\n  %s\n", s.title, s.note)
		if err := step(w, s.plain, s.f, x); err != nil {
			return fmt.Errorf("%s: %w", s.title, err)
		}
		fmt.Fprintln(w)
	}
	return nil
}

// step explains f, takes the gradient of the explanation, and checks it. The function
// plain is f without rules: the inactive state.
func step(w io.Writer, plain, f function, x trace.Value) error {
	attribution := transforms.Pull(f, fn.OnesLike)
	second := transforms.Pull(attribution, fn.OnesLike)
	r, g := attribution(x), second(x)
	inactive := transforms.Pull(plain, fn.OnesLike)(x)
	fmt.Fprintf(w, "  attribution            sum %+.6e  largest %.6e\n", sum(r), largest(r))
	fmt.Fprintf(w, "  inactive (plain)       sum %+.6e  largest %.6e\n", sum(inactive), largest(inactive))
	fmt.Fprintf(w, "  gradient of it         sum %+.6e  largest %.6e\n", sum(g), largest(g))
	u := random.Normal(random.Key(2), trace.Float64, x.Shape()...)
	got, want := sum(fn.Mul(g, u)), difference(func(x trace.Value) float64 { return sum(attribution(x)) }, x, u)
	fmt.Fprintf(w, "  along one direction    got %+.9e  finite difference %+.9e\n", got, want)
	if !(math.Abs(got-want) <= 1e-5*math.Max(math.Abs(want), 1)) {
		return fmt.Errorf("the gradient along a direction is %v, finite differences give %v", got, want)
	}
	return nil
}

// difference returns the derivative of f along u at x, by central differences of two
// widths.
func difference(f func(trace.Value) float64, x, u trace.Value) float64 {
	const h = 1e-7
	at := func(t float64) float64 { return f(fn.Add(x, fn.Mul(u, fn.Scalar(t)))) }
	narrow, wide := (at(h)-at(-h))/(2*h), (at(2*h)-at(-2*h))/(4*h)
	return (4*narrow - wide) / 3
}

func sum(x trace.Value) float64     { return fn.SumAll(x).Float64() }
func largest(x trace.Value) float64 { return fn.Max(fn.Abs(fn.Reshape(x, -1)), 0).Float64() }
