package main

import (
	"fmt"
	"io"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

func ownDerivatives(w io.Writer) {
	naive := func(x trace.Value) trace.Value { return fn.Log(fn.Shift(fn.Exp(x), 1)) }
	fmt.Fprintf(w, "log(1 + exp x) at 1000: %v with slope %v\n", naive(trace.Scalar(1000.0)), transforms.Grad(naive)(trace.Scalar(1000.0)))
	safe := transforms.CustomJVP(
		func(x trace.Value) trace.Value { return fn.Add(fn.Positive(x), fn.Log1p(fn.Exp(fn.Neg(fn.Abs(x))))) },
		func(x, v trace.Value) (trace.Value, trace.Value) { return x, fn.Mul(fn.Sigmoid(x), v) })
	fmt.Fprintf(w, "with a tangent of its own: %v with slope %v\n", safe(trace.Scalar(1000.0)), transforms.Grad(safe)(trace.Scalar(1000.0)))
	root := transforms.WithPullback(func(x trace.Value) (trace.Value, func(trace.Value) trace.Value) {
		y := fn.Sqrt(x)
		return y, func(ct trace.Value) trace.Value { return fn.Div(ct, fn.Scale(y, 2)) }
	})
	third := transforms.Grad(transforms.Grad(transforms.Grad(root)))
	fmt.Fprintf(w, "a root whose pullback uses its value, third derivative at 4: %.6f\n", third(trace.Scalar(4.0)))
}

func clippedGradient(w io.Writer) {
	clip := func(lo, hi float64) func(trace.Value) trace.Value {
		return transforms.WithPullback(func(x trace.Value) (trace.Value, func(trace.Value) trace.Value) {
			return x, func(ct trace.Value) trace.Value { return fn.Clamp(ct, lo, hi) }
		})
	}
	f := func(x trace.Value) trace.Value { return fn.SumAll(fn.Exp(clip(-1, 1)(x))) }
	fmt.Fprintf(w, "%.4f\n", transforms.Grad(f)(trace.New([]float64{-3, -1, 0, 2})))
}

func metaLearning(w io.Writer) {
	task := func(p, target trace.Value) trace.Value { return fn.Square(fn.Sub(fn.Sin(p), target)) }
	adapted := func(p, target trace.Value) trace.Value { // one step on the task
		return fn.Sub(p, fn.Scale(transforms.Grad(func(p trace.Value) trace.Value { return task(p, target) })(p), 0.1))
	}
	targets := trace.New([]float64{0.1, 0.5, 0.9})
	meta := func(p trace.Value) trace.Value {
		each := transforms.VmapN(func(p, target trace.Value) trace.Value { return task(adapted(p, target), target) },
			transforms.VmapConfig{In: []transforms.Axis{transforms.Shared, transforms.Axis(0)}})
		return fn.MeanAll(each(p, targets))
	}
	value, g := transforms.ValueAndGrad(meta)(trace.Scalar(0.2))
	fmt.Fprintf(w, "the loss after a step on each task is %.6f, its gradient by the common start %.6f\n", value, g)
}

func temporalDifference(w io.Writer) {
	value := func(theta, state trace.Value) trace.Value { return fn.Dot(state, theta) }
	before, after, reward := trace.New([]float64{1, 2, -1}), trace.New([]float64{2, 1, 0}), 1.0
	loss := func(stopped bool) func(theta trace.Value) trace.Value {
		return func(theta trace.Value) trace.Value {
			target := fn.Shift(value(theta, after), reward)
			if stopped {
				target = transforms.StopGradient(target)
			}
			return fn.Square(fn.Sub(target, value(theta, before)))
		}
	}
	theta := trace.New([]float64{0.1, -0.1, 0})
	fmt.Fprintf(w, "with the target held fixed %.2f, without %.2f\n", transforms.Grad(loss(true))(theta), transforms.Grad(loss(false))(theta))
}

func straightThrough(w io.Writer) {
	rounded := func(x trace.Value) trace.Value { return fn.Add(x, transforms.StopGradient(fn.Sub(fn.Round(x), x))) }
	f := func(x trace.Value) trace.Value { return fn.Square(rounded(x)) }
	x := trace.Scalar(3.2)
	fmt.Fprintf(w, "f(3.2) = %v, slope of a step %v, straight through %v\n", f(x),
		transforms.Grad(func(x trace.Value) trace.Value { return fn.Square(fn.Round(x)) })(x), transforms.Grad(f)(x))
}

func perExample(w io.Writer) {
	gradient := transforms.VmapN(transforms.GradOf(surprise), transforms.VmapConfig{In: []transforms.Axis{transforms.Shared, transforms.Axis(0)}})
	single := data{fn.ExpandDims(points.X, 1), fn.ExpandDims(points.Y, 1)}
	g := transforms.JitN(gradient)(start, single)
	norms := fn.Sqrt(fn.Add(fn.Sum(fn.Square(g.W), 1), fn.Square(g.B)))
	fmt.Fprintf(w, "norms of the gradients of four examples: %.4f\n", norms)
}

func fixedPoint(w io.Writer) {
	root := func(a trace.Value) trace.Value {
		return transforms.FixedPoint(func(x trace.Value) trace.Value {
			return fn.Scale(fn.Add(x, fn.Div(a, x)), 0.5)
		}, fn.OnesLike(a))
	}
	a := trace.Scalar(3.0)
	fmt.Fprintf(w, "√3 = %.6f, slope %.6f, curvature %.6f\n", root(a), transforms.Grad(root)(a), transforms.Grad(transforms.Grad(root))(a))
}

func checkpoints(w io.Writer) {
	layer := func(x trace.Value) trace.Value { return fn.Sin(fn.Sin(fn.Sin(x))) }
	gradient := func(wrap func(func(trace.Value) trace.Value) func(trace.Value) trace.Value) (arrays int, slope trace.Value) {
		f := func(x trace.Value) trace.Value {
			for range 8 {
				x = wrap(layer)(x)
			}
			return fn.SumAll(x)
		}
		x := fn.Linspace(trace.Float64, 0, 1, 1000)
		c, err := transforms.Compile(transforms.Grad(f), x)
		if err != nil {
			panic(err)
		}
		return c.Memory() / x.Type().Bytes(), fn.Index(transforms.Grad(f)(x), 500)
	}
	plain, a := gradient(func(f func(trace.Value) trace.Value) func(trace.Value) trace.Value { return f })
	less, b := gradient(func(f func(trace.Value) trace.Value) func(trace.Value) trace.Value { return transforms.Checkpoint(f) })
	fmt.Fprintf(w, "%d arrays are kept, with checkpoints %d; the slopes are %.6f and %.6f\n", plain, less, a, b)
}
