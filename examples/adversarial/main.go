// Adversarial makes the explanation of one digit look like that of another, while the
// network's output stays the same. It moves the image down the gradient of
//
//	sum((R(x) - R_target)²) + γ · sum((f(x) - f(x0))²)
//
// where R is the attribution by BetaSmooth and f the network. The gradient of R is a
// second-order gradient. The network f has no rules, so its own gradient is the plain
// one.
//
//	go run ./examples/adversarial [-image 6] [-target 0] [-steps 1000] [-rate 0.002] \
//	    [-gamma 0.1] [-o adversarial.png]
//
// It prints the loss, which falls from 75 to 46 while the prediction stays the same. It
// writes a picture of both images and their explanations, before and after. An image of
// eight by eight pixels leaves little room to hide a change.
//
// Dombrowski et al., "Explanations can be manipulated and geometry is to blame", NeurIPS
// 2019.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"image"
	"io"
	"math"
	"os"

	"github.com/pullback-go/pullback/examples/internal/digits"
	"github.com/pullback-go/pullback/examples/internal/flags"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

type options struct {
	image, target, steps int
	rate, gamma          float64
	out                  string
}

func main() {
	o, err := parse(os.Args[1:], os.Stderr)
	if err == nil {
		err = run(os.Stdout, o)
	}
	flags.Exit("adversarial", err)
}

func parse(args []string, w io.Writer) (o options, err error) {
	f := flag.NewFlagSet("adversarial", flag.ContinueOnError)
	f.IntVar(&o.image, "image", 6, "the `digit` whose explanation is manipulated, 0 to 9")
	f.IntVar(&o.target, "target", 0, "the `digit` whose explanation it shall get")
	f.IntVar(&o.steps, "steps", 1000, "gradient descent steps")
	f.Float64Var(&o.rate, "rate", 0.002, "step `width` at first; step i has width/(1 + i/200)")
	f.Float64Var(&o.gamma, "gamma", 0.1, "`weight` of keeping the output")
	f.StringVar(&o.out, "o", "adversarial.png", "the picture to write")
	if err := flags.Parse(f, args, w); err != nil {
		return o, err
	}
	return o, cmp.Or(
		flags.Whole("image", o.image, 0, 9, "for a digit"),
		flags.Whole("target", o.target, 0, 9, "for a digit"),
		flags.Whole("steps", o.steps, 1, 1_000_000, "steps"),
		flags.Real("rate", o.rate, 0),
		flags.Real("gamma", o.gamma, 0),
		flags.File("o", o.out),
	)
}

func run(w io.Writer, o options) error {
	net, err := digits.Model(trace.Float64)
	if err != nil {
		return err
	}
	x0, err := input(o.image)
	if err != nil {
		return err
	}
	xt, err := input(o.target)
	if err != nil {
		return err
	}
	explain := explainer(net, x0)
	target := explainer(net, xt)(xt)
	x, err := manipulate(w, net, explain, x0, target, o)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "prediction before %v, after %v; logits moved by at most %.3g\n", class(net, x0), class(net, x),
		largest(fn.Sub(net.Apply(x), net.Apply(x0))))
	return draw(o.out, []panel{
		{"image", x0, false}, {"explanation", explain(x0), true}, {"manipulated", x, false},
		{"explanation", explain(x), true}, {"target", xt, false}, {"its explanation", target, true}})
}

func input(digit int) (trace.Value, error) {
	img, err := digits.Image(digit)
	if err != nil {
		return trace.Value{}, err
	}
	return digits.Input(img, trace.Float64)
}

// explainer returns the attribution of the class that the network assigns to x.
func explainer(net digits.Net, x trace.Value) func(trace.Value) trace.Value {
	oneHot := fn.OneHot(fn.ArgMax(net.Apply(x), 1), 10, trace.Float64)
	beta := 1.0 // softer than the usual 10: on a smoother explanation a step gets farther
	smooth := rules.BetaSmoothWith(rules.Preset{Beta: &beta})
	return transforms.Pull(transforms.WithRules(smooth, net.Apply), func(trace.Value) trace.Value { return oneHot })
}

func manipulate(w io.Writer, net digits.Net, explain func(trace.Value) trace.Value, x0, target trace.Value, o options) (trace.Value, error) {
	y0 := net.Apply(x0)
	lossAndGradient := transforms.ValueAndGrad(func(x trace.Value) trace.Value {
		apart := fn.SumAll(fn.Square(fn.Sub(explain(x), target)))
		moved := fn.SumAll(fn.Square(fn.Sub(net.Apply(x), y0)))
		return fn.Add(apart, fn.Mul(moved, fn.Scalar(o.gamma)))
	})
	step := transforms.Jit(func(x trace.Value) (s struct{ Loss, Gradient trace.Value }) {
		s.Loss, s.Gradient = lossAndGradient(x)
		return s
	})
	x := x0
	for i := 0; ; i++ {
		now := step(x)
		loss := now.Loss.Float64()
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return x, fmt.Errorf("the loss is %v at step %d: choose a smaller -rate than %v", loss, i, o.rate)
		}
		if i%max(o.steps/10, 1) == 0 || i == o.steps {
			fmt.Fprintf(w, "step %4d  loss %.6g\n", i, loss)
		}
		if i == o.steps {
			return x, nil
		}
		x = fn.Sub(x, fn.Mul(now.Gradient, fn.Scalar(o.rate/(1+float64(i)/200))))
	}
}

func class(net digits.Net, x trace.Value) float64 { return fn.ArgMax(net.Apply(x), 1).Float64() }

func largest(x trace.Value) float64 { return fn.Max(fn.Abs(fn.Reshape(x, -1)), 0).Float64() }

// panel is one tile of the picture.
type panel struct {
	caption   string
	x         trace.Value
	relevance bool
}

func draw(path string, panels []panel) error {
	tiles := make([]heatmap.Panel, len(panels))
	for i, p := range panels {
		img, err := p.image()
		if err != nil {
			return fmt.Errorf("%s: %w", p.caption, err)
		}
		tiles[i] = heatmap.Panel{Image: img, Caption: p.caption}
	}
	sheet, err := heatmap.Sheet{Cols: 2, Scale: 16}.Image(tiles)
	if err != nil {
		return err
	}
	return heatmap.WritePNG(path, sheet)
}

func (p panel) image() (image.Image, error) {
	c := heatmap.Config{Symmetric: true}
	if !p.relevance {
		c = heatmap.Config{Map: heatmap.Must(heatmap.Named("gray"))}
	}
	return c.Image(p.x.Float64s(), []int{8, 8})
}
