package main

import (
	"fmt"
	"io"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/check"
)

func ofNumbers(w io.Writer) {
	x := trace.Scalar(2.0)
	first := transforms.Grad(fn.Tanh)
	second := transforms.Grad(first)
	third := transforms.Grad(second)
	fmt.Fprintf(w, "tanh 2 = %.6f, and its derivatives there: %.6f %.6f %.6f\n", fn.Tanh(x), first(x), second(x), third(x))
	fmt.Fprintf(w, "of many numbers: %.4f\n", transforms.Vmap(first)(fn.Linspace(trace.Float64, -2, 2, 5)))
}

// weights are the parameters of a logistic regression.
type weights struct{ W, B trace.Value }

// data are the points that it learns from.
type data struct{ X, Y trace.Value }

var (
	points = data{
		X: trace.NewGrid([][]float64{{0.5, 1.1, 0.7}, {0.9, -1.1, 0.2}, {0.4, 0.1, -1.3}, {0.7, -2.4, 1.4}}),
		Y: trace.New([]float64{1, 1, 0, 1}),
	}
	start = weights{W: trace.New([]float64{0.3, -0.2, 0.8}), B: trace.Scalar(0.1)}
)

// probability is the chance that a point has the label 1.
func probability(p weights, x trace.Value) trace.Value {
	return fn.Sigmoid(fn.Add(fn.Dot(x, p.W), p.B))
}

// surprise is the negative logarithm of the likelihood of all labels.
func surprise(p weights, d data) trace.Value {
	q := probability(p, d.X)
	hit := fn.Where(fn.Equal(d.Y, fn.Scalar(1)), q, fn.Sub(fn.Scalar(1), q))
	return fn.Neg(fn.SumAll(fn.Log(hit)))
}

func logistic(w io.Writer) {
	fmt.Fprintf(w, "surprise %.6f\n", surprise(start, points))
	byW := transforms.Grad(func(v trace.Value) trace.Value { return surprise(weights{v, start.B}, points) })(start.W)
	byB := transforms.Grad(func(b trace.Value) trace.Value { return surprise(weights{start.W, b}, points) })(start.B)
	fmt.Fprintf(w, "by W alone %.6f, by b alone %.6f\n", byW, byB)
	both := transforms.GradOf(surprise)(start, points)
	fmt.Fprintf(w, "by both    %.6f, %.6f\n", both.W, both.B)
}

func trees(w io.Writer) {
	loss := func(p map[string]trace.Value) trace.Value { return surprise(weights{p["W"], p["b"]}, points) }
	g := transforms.Grad(loss)(map[string]trace.Value{"W": start.W, "b": start.B})
	fmt.Fprintf(w, "of a map: W %.6f, b %.6f\n", g["W"], g["b"])

	step := func(p, g trace.Value) trace.Value { return fn.Sub(p, fn.Scale(g, 0.5)) }
	fit := transforms.JitN(func(p weights, d data) weights {
		return transforms.For(100, func(_ trace.Value, p weights) weights {
			return trace.Map2(step, p, transforms.GradOf(surprise)(p, d))
		})(p)
	})
	p := fit(start, points)
	fmt.Fprintf(w, "after 100 steps of gradient descent: surprise %.4f\n", surprise(p, points))
}

func valueAndGradient(w io.Writer) {
	value, g := transforms.ValueAndGradOf(surprise)(start, points)
	fmt.Fprintf(w, "%.6f and %.6f\n", value, g.W)
	value, right, g := transforms.ValueAndGradAux(func(p weights) (trace.Value, trace.Value) {
		chosen := fn.Greater(probability(p, points.X), fn.Scalar(0.5))
		return surprise(p, points), fn.CountNonzero(fn.Equal(chosen, fn.Equal(points.Y, fn.Scalar(1))), 0)
	})(start)
	fmt.Fprintf(w, "%.6f with %d of 4 right, and %.6f\n", value, right, g.B)
}

func checked(w io.Writer) {
	loss := func(p weights) trace.Value { return surprise(p, points) }
	fmt.Fprintln(w, "the loss:", check.Grads(loss, start))
	wrong := transforms.WithPullback(func(x trace.Value) (trace.Value, func(trace.Value) trace.Value) {
		return fn.SumAll(fn.Exp(x)), func(ct trace.Value) trace.Value { return fn.Mul(ct, x) }
	})
	if check.Grads(wrong, start.W) != nil {
		fmt.Fprintln(w, "a derivative that is wrong on purpose is found")
	}
}

func hessianVector(w io.Writer) {
	f := func(x trace.Value) trace.Value { return fn.SumAll(fn.Tanh(fn.Dot(points.X, x))) }
	x, v := start.W, trace.New([]float64{1, -1, 0.5})
	_, forward := transforms.JVP(transforms.Grad(f))(x, v)
	reverse := transforms.Grad(func(x trace.Value) trace.Value { return fn.VDot(transforms.Grad(f)(x), v) })(x)
	backward := transforms.Grad(func(x trace.Value) trace.Value { _, t := transforms.JVP(f)(x, v); return t })(x)
	fmt.Fprintf(w, "forward over reverse %.6f\nreverse over reverse %.6f\nreverse over forward %.6f\n", forward, reverse, backward)
	fmt.Fprintf(w, "HVP                  %.6f\n", transforms.HVP(f)(x, v))
}

func jacobians(w io.Writer) {
	predict := func(v trace.Value) trace.Value { return probability(weights{v, start.B}, points.X) }
	fmt.Fprintf(w, "by reverse mode %.4f\n", transforms.Jacobian(predict)(start.W))
	fmt.Fprintf(w, "by forward mode %.4f\n", transforms.JacobianForward(predict)(start.W))
	j := transforms.Jacobian(func(p weights) trace.Value { return probability(p, points.X) })(start)
	fmt.Fprintf(w, "by all parameters: W %v, b %v\n", j.W.Shape(), j.B.Shape())
	h := transforms.Hessian(func(v trace.Value) trace.Value { return surprise(weights{v, start.B}, points) })(start.W)
	fmt.Fprintf(w, "Hessian of the loss %.4f\n", h)
	hessians := transforms.JacobianForward(transforms.Jacobian(predict))(start.W)
	fmt.Fprintf(w, "Hessians of all predictions %v\n", hessians.Shape())
}

func manyVectors(w io.Writer) {
	predict := func(v trace.Value) trace.Value { return probability(weights{v, start.B}, points.X) }
	y, pull := transforms.VJP(predict)(start.W)
	rows := fn.Eye(trace.Float64, y.Dim(0))
	fmt.Fprintf(w, "matrix times Jacobian: %.4f\n", fn.Index(transforms.Vmap(pull)(rows), 0))
	_, push := transforms.Linearize(predict)(start.W)
	columns := transforms.Vmap(push, transforms.VmapConfig{Out: []transforms.Axis{transforms.Axis(1)}})(fn.Eye(trace.Float64, 3))
	fmt.Fprintf(w, "Jacobian times matrix: %.4f\n", fn.Index(columns, 0))
}

func tangents(w io.Writer) {
	f := func(x trace.Value) trace.Value {
		return fn.Concat(0, fn.Sin(x), fn.ExpandDims(fn.SumAll(fn.Square(x)), 0))
	}
	x := trace.New([]float64{0.5, 2})
	y, t := transforms.JVP(f)(x, trace.New([]float64{1, 0}))
	fmt.Fprintf(w, "f(x) = %.4f, its tangent along the first axis %.4f\n", y, t)
	_, pull := transforms.VJP(f)(x)
	fmt.Fprintf(w, "the cotangent of x for (0 0 1): %.4f\n", pull(trace.New([]float64{0, 0, 1})))
	fmt.Fprintf(w, "the gradient of the sum of f, a vector: %.4f\n", transforms.Pull(f, fn.OnesLike)(x))
}

func controlFlow(w io.Writer) {
	f := func(x trace.Value) trace.Value {
		return transforms.Cond(fn.Less(x, fn.Scalar(3)),
			func(x trace.Value) trace.Value { return fn.Scale(fn.Square(x), 3) },
			func(x trace.Value) trace.Value { return fn.Scale(x, -4) })(x)
	}
	fmt.Fprintf(w, "a choice: %v\n", transforms.Vmap(transforms.Grad(f))(trace.New([]float64{2, 4})))
	power := func(n int) func(x trace.Value) trace.Value {
		return func(x trace.Value) trace.Value { // n is an int of Go, so a loop of Go will do
			y := fn.OnesLike(x)
			for range n {
				y = fn.Mul(y, x)
			}
			return y
		}
	}
	fmt.Fprintf(w, "a loop of Go: %v\n", transforms.Grad(power(3))(trace.Scalar(2.0)))
	halved := transforms.While(
		func(x trace.Value) trace.Value { return fn.Greater(x, fn.Scalar(1)) },
		func(x trace.Value) trace.Value { return fn.Scale(x, 0.5) })
	_, t := transforms.JVP(halved)(trace.Scalar(10.0), trace.Scalar(1.0))
	fmt.Fprintf(w, "a loop of unknown length, forward: %v\n", t)
}
