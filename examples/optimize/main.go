// Optimize minimizes functions by gonum's methods, with gradients and Hessians that nobody
// has to write down: Rosenbrock's valley, where methods that know the curvature need fewer
// steps, and a fit of a curve to measurements, whose Hessian also says how sure its
// parameters are.
//
//	go run ./examples/optimize
//	go run ./examples/optimize -n 100
package main

import (
	"flag"
	"fmt"
	"io"
	"math"
	"os"

	"gonum.org/v1/gonum/optimize"

	"github.com/pullback-go/pullback/examples/internal/flags"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/linalg"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn/optim"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

func main() { flags.Exit("optimize", run(os.Args[1:], os.Stdout)) }

func run(args []string, w io.Writer) error {
	f := flag.NewFlagSet("optimize", flag.ContinueOnError)
	n := f.Int("n", 10, "the number of variables of Rosenbrock's function")
	if err := flags.Parse(f, args, w); err != nil {
		return err
	}
	if err := flags.Whole("n", *n, 2, 1000, "variables"); err != nil {
		return err
	}
	if err := valley(w, *n); err != nil {
		return err
	}
	fmt.Fprintln(w)
	return fit(w)
}

// rosenbrock is Σ 100 (x_{i+1} - x_i²)² + (1 - x_i)², a curved valley whose floor falls
// slowly to the minimum at (1, ..., 1).
func rosenbrock(x trace.Value) trace.Value {
	n := x.Dim(0)
	a, b := fn.At(x, fn.Span(0, n-1)), fn.At(x, fn.Span(1, n))
	walls := fn.Scale(fn.Square(fn.Sub(b, fn.Square(a))), 100)
	return fn.SumAll(fn.Add(walls, fn.Square(fn.Shift(fn.Neg(a), 1))))
}

func valley(w io.Writer, n int) error {
	fmt.Fprintf(w, "Rosenbrock's function of %d variables\n", n)
	start := fn.FullLike(fn.ZerosOf(trace.Float64, n), -1)
	o := optim.NewObjective(rosenbrock, start)
	for _, m := range []struct {
		name   string
		method optimize.Method
	}{
		{"gradient descent", &optimize.GradientDescent{}}, {"L-BFGS", &optimize.LBFGS{}},
		{"Newton-CG", o.NewtonCG()}, {"Newton", &optimize.Newton{}},
	} {
		settings := &optimize.Settings{MajorIterations: 2000, GradientThreshold: 1e-8}
		x, r, err := o.Minimize(start, optim.MinimizeConfig{Method: m.method, Settings: settings})
		if r == nil {
			return err
		}
		off := fn.Norm(fn.Shift(x, -1), math.Inf(1), 0).Float64()
		fmt.Fprintf(w, "%-17s %4d steps, off by %.0e\n", m.name, r.MajorIterations, off)
	}
	return nil
}

// decay is what is fitted: scale · exp(-rate t) + rest.
type decay struct{ Scale, Rate, Rest trace.Value }

func (d decay) at(t trace.Value) trace.Value {
	return fn.Add(fn.Mul(d.Scale, fn.Exp(fn.Neg(fn.Mul(d.Rate, t)))), d.Rest)
}

// fit finds the parameters of a decay from measurements with noise.
func fit(w io.Writer) error {
	const noise = 0.05
	number := func(x float64) trace.Value { return trace.Scalar(x) }
	truth := decay{number(2), number(0.7), number(0.5)}
	times := fn.Linspace(trace.Float64, 0, 6, 40)
	seen := fn.Add(truth.at(times), fn.Scale(random.Normal(random.Key(3), trace.Float64, 40), noise))
	surprise := func(d decay) trace.Value {
		return fn.Scale(fn.SumAll(fn.Square(fn.Sub(d.at(times), seen))), 0.5/(noise*noise))
	}
	settings := &optimize.Settings{GradientThreshold: 1e-5} // below it, the values differ by rounding alone
	best, r, err := optim.Minimize(surprise, decay{number(1), number(1), number(0)}, optim.MinimizeConfig{Settings: settings})
	if err != nil {
		return err
	}
	vector, tree := transforms.Ravel(best)
	hessian := transforms.Hessian(func(x trace.Value) trace.Value { return surprise(tree(x)) })(vector)
	sure := fn.Sqrt(fn.Diagonal(linalg.Inv(hessian), 0, 0, 1))
	fmt.Fprintf(w, "A decay fitted to 40 measurements in %d steps of L-BFGS\n", r.MajorIterations)
	for i, name := range []string{"scale", "rate", "rest"} {
		exact, _ := transforms.Ravel(truth)
		fmt.Fprintf(w, "%-6s %.3f ± %.3f, in truth %.1f\n", name, vector.At(i), sure.At(i), exact.At(i))
	}
	return nil
}
