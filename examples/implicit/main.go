// Implicit shows derivatives of values that are defined by an equation, not by a formula:
// Kepler's equation, whose solution is the limit of an iteration; a hyperparameter that is
// tuned by the derivative of the best fit; and the answer of a linear system. However a
// value was found, its derivative comes from the equation, at a cost that does not depend
// on the number of steps, and to every order.
//
//	go run ./examples/implicit
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

func main() { show(os.Stdout) }

func show(w io.Writer) {
	kepler(w)
	fmt.Fprintln(w)
	ridge(w)
	fmt.Fprintln(w)
	network(w)
}

// orbit are the mean anomaly M and the eccentricity e of an orbit.
type orbit struct{ M, E trace.Value }

// anomaly solves Kepler's equation E = M + e sin E.
func anomaly(o orbit) trace.Value {
	return transforms.FixedPoint(func(x trace.Value) trace.Value {
		return fn.Add(o.M, fn.Mul(o.E, fn.Sin(x)))
	}, o.M, transforms.RootConfig[trace.Value]{Tolerance: 1e-14})
}

func kepler(w io.Writer) {
	o := orbit{trace.Scalar(1.0), trace.Scalar(0.6)}
	x := anomaly(o)
	g := transforms.Grad(anomaly)(o)
	fmt.Fprintf(w, "Kepler's equation: E = %.6f, dE/dM = %.6f, dE/de = %.6f\n", x, g.M, g.E)
	bend := fn.Sub(trace.Scalar(1.0), fn.Mul(o.E, fn.Cos(x)))
	fmt.Fprintf(w, "by the formula of the implicit derivative:   %.6f         %.6f\n", fn.Reciprocal(bend), fn.Div(fn.Sin(x), bend))
	orbits := orbit{fn.Linspace(trace.Float64, 0.5, 2.5, 5), fn.FullLike(fn.ZerosOf(trace.Float64, 5), 0.6)}
	fmt.Fprintf(w, "of five orbits at once, compiled: %.4f\n", transforms.Jit(transforms.Vmap(anomaly))(orbits))

	unrolled := func(o orbit) trace.Value { // forty steps of the same iteration
		return transforms.For(40, func(_, x trace.Value) trace.Value { return fn.Add(o.M, fn.Mul(o.E, fn.Sin(x))) })(o.M)
	}
	wide := orbit{fn.FullLike(fn.ZerosOf(trace.Float64, 1000), 1), fn.FullLike(fn.ZerosOf(trace.Float64, 1000), 0.6)}
	memory := func(f func(orbit) trace.Value) int {
		c, err := transforms.Compile(transforms.Grad(func(o orbit) trace.Value { return fn.SumAll(f(o)) }), wide)
		if err != nil {
			panic(err)
		}
		return c.Memory() / 1000
	}
	many := func(o orbit) trace.Value { return transforms.Vmap(anomaly)(o) }
	fmt.Fprintf(w, "memory for 1000 gradients: %d kB, through forty steps %d kB\n", memory(many), memory(unrolled))
}

// ridge tunes the penalty of a regression by the slope of the error on other data.
func ridge(w io.Writer) {
	keys := random.Split(random.Key(4), 3)
	x := random.Normal(fn.Index(keys, 0), trace.Float64, 30, 8)
	truth := fn.Linspace(trace.Float64, -1, 1, 8)
	y := fn.Add(fn.Dot(x, truth), random.Normal(fn.Index(keys, 1), trace.Float64, 30))
	rows := func(v trace.Value, lo, hi int) trace.Value { return fn.At(v, fn.Span(lo, hi)) }
	fitted := func(penalty trace.Value) trace.Value { // the minimum, where the gradient is 0
		loss := func(b trace.Value) trace.Value {
			off := fn.Sub(fn.Dot(rows(x, 0, 15), b), rows(y, 0, 15))
			return fn.Add(fn.SumAll(fn.Square(off)), fn.Mul(penalty, fn.SumAll(fn.Square(b))))
		}
		return transforms.Root(transforms.Grad(loss), fn.ZerosOf(trace.Float64, 8))
	}
	validation := func(logPenalty trace.Value) trace.Value {
		return fn.MeanAll(fn.Square(fn.Sub(fn.Dot(rows(x, 15, 30), fitted(fn.Exp(logPenalty))), rows(y, 15, 30))))
	}
	at := trace.Scalar(-2.0)
	fmt.Fprintf(w, "error with the penalty %.3f: %.4f, slope by its logarithm %.4f\n", fn.Exp(at), validation(at), transforms.Grad(validation)(at))
	step := transforms.Jit(func(p trace.Value) trace.Value {
		slope := transforms.Grad(validation)(p)
		curvature := transforms.Grad(transforms.Grad(validation))(p)
		return fn.Sub(p, fn.Clamp(fn.Div(slope, fn.Abs(curvature)), -1, 1))
	})
	for range 12 {
		at = step(at)
	}
	fmt.Fprintf(w, "after 12 steps of Newton's method: penalty %.3f, error %.4f, slope %.1f\n", fn.Exp(at), validation(at), fn.Abs(transforms.Grad(validation)(at)))
}

// network asks how the current through a network of resistors depends on each of them.
func network(w io.Writer) {
	// Nodes 0 to 3; the source feeds a current into node 0, and node 3 is the ground.
	from, to := trace.New([]int64{0, 0, 1, 1, 2}), trace.New([]int64{1, 2, 2, 3, 3})
	potentials := func(conductance trace.Value) trace.Value {
		laplacian := func(v trace.Value) trace.Value { // currents out of nodes 0 to 2
			v = fn.Concat(0, v, fn.ZerosOf(trace.Float64, 1))
			flow := fn.Mul(conductance, fn.Sub(fn.Take(v, from, 0), fn.Take(v, to, 0)))
			out := fn.Sub(fn.SegmentSum(flow, from, 4), fn.SegmentSum(flow, to, 4))
			return fn.At(out, fn.Span(0, 3))
		}
		return transforms.LinearSolve(laplacian, trace.New([]float64{1, 0, 0}), transforms.LinearSolveConfig[trace.Value]{Symmetric: true})
	}
	resistance := func(c trace.Value) trace.Value { return fn.Index(potentials(c), 0) } // of the whole, for a current of 1
	c := trace.New([]float64{1, 2, 1, 2, 1})
	fmt.Fprintf(w, "a network of five resistors: potentials %.4f\n", potentials(c))
	fmt.Fprintf(w, "the whole resistance %.4f falls with each conductance: %.4f\n", resistance(c), transforms.Grad(resistance)(c))
	fmt.Fprintf(w, "and less and less: second derivatives %.4f\n", fn.Diagonal(transforms.Hessian(resistance)(c), 0, 0, 1))
}
