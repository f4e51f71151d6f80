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

// gradientTimesInput needs two lines.
func gradientTimesInput(f function, target attribute.Target) function {
	gradient := transforms.Pull(f, target)
	return func(x trace.Value) trace.Value { return fn.Mul(x, gradient(x)) }
}

// antithetic is a SmoothGrad with noise in pairs of both signs. It is the mean of the
// gradients at x + σε_i and x - σε_i, for n draws of standard normal ε_i.
func antithetic(f function, target attribute.Target, sigma float64, n int, key trace.Value) function {
	gradient := transforms.Pull(f, target)
	return func(x trace.Value) trace.Value {
		pair := func(noise trace.Value) trace.Value {
			return fn.Add(gradient(fn.Add(x, noise)), gradient(fn.Sub(x, noise)))
		}
		noise := fn.Mul(random.Normal(key, x.DType(), append([]int{n}, x.Shape()...)...), fn.Scalar(sigma))
		return fn.Mul(fn.Mean(transforms.Vmap(pair)(noise), 0), fn.Scalar(0.5))
	}
}

func customAttributor() piece {
	return piece{
		name: "custom-attributor", title: "attributors of one's own",
		about: [2]string{
			"An attributor is a function that takes the model, under rules or not, and returns the function from input to relevance.",
			"No base class, no flags: what it returns may be mapped, compiled and differentiated, as antithetic SmoothGrad shows.",
		},
		zennit: `
class GradientTimesInput(Attributor):
    def forward(self, input, attr_output_fn):
        input_detached = input.detach().requires_grad_(True)
        output = self.model(input_detached)
        gradient, = torch.autograd.grad((output,), (input_detached,), (attr_output_fn(output.detach()),))
        return output, input * gradient`,
		here: `
func gradientTimesInput(f function, target attribute.Target) function {
	gradient := transforms.Pull(f, target)
	return func(x trace.Value) trace.Value { return fn.Mul(x, gradient(x)) }
}`,
		run: runCustomAttributor,
	}
}

func runCustomAttributor(w io.Writer, _ string) error {
	net, x, err := subject(3)
	if err != nil {
		return err
	}
	class := attribute.Class(3)
	r := gradientTimesInput(net.Apply, class)(x)
	if err := agree("by hand and of the library", r, attribute.InputXGradient(net.Apply, class)(x)); err != nil {
		return err
	}
	fmt.Fprintf(w, "gradient times input  sum %s\n", number(total(r)))
	smooth := antithetic(transforms.WithRules(rules.EpsilonPlusFlat(), net.Apply), class, 0.2, 16, random.Key(0))
	fmt.Fprintf(w, "antithetic            sum %s\n", number(total(smooth(x))))
	if err := agree("compiled", transforms.Jit(smooth)(x), smooth(x)); err != nil {
		return err
	}
	return quadratic(w)
}

// quadratic checks antithetic on a function with a known result. The gradient of Σ x² is
// linear, so noise of both signs cancels exactly, and the Hessian is 2.
func quadratic(w io.Writer) error {
	square := func(x trace.Value) trace.Value { return fn.Square(x) }
	smooth := antithetic(square, attribute.Ones, 0.5, 4, random.Key(1))
	x := row(1, -2, 4)
	fmt.Fprintf(w, "antithetic, of x² at 1 -2 4: %s, its derivative: %s\n", numbers(smooth(x)), numbers(transforms.Pull(smooth, fn.OnesLike)(x)))
	return nil
}
