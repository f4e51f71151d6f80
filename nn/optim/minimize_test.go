package optim_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/optim"
	"github.com/pullback-go/pullback/trace"
	"gonum.org/v1/gonum/optimize"
)

// rosenbrock has its minimum, 0, where all elements are 1.
func rosenbrock(p pair) Value {
	x := fn.Concat(0, p.A, fn.Reshape(p.B, 4))
	front, back := fn.Slice(x, fn.SliceConfig{Stop: []int{6}}), fn.Slice(x, fn.SliceConfig{Start: []int{1}})
	valley := fn.Mul(fn.Square(fn.Sub(back, fn.Square(front))), fn.Scalar(100))
	return fn.SumAll(fn.Add(valley, fn.Square(fn.Sub(fn.Scalar(1), front))))
}

func TestMinimize(t *testing.T) {
	from := pair{A: trace.New([]float64{0.2, 1, 0.5}), B: trace.New([]float64{0.8, 1.3, 0.4, 2}, 2, 2), Name: "kept"}
	o := optim.NewObjective(rosenbrock, from)
	for name, m := range map[string]optimize.Method{
		"lbfgs": nil, "newton": &optimize.Newton{}, "newton-cg": o.NewtonCG(), "bfgs": &optimize.BFGS{},
	} {
		t.Run(name, func(t *testing.T) {
			p, result, err := o.Minimize(from, optim.MinimizeConfig{Method: m, Settings: &optimize.Settings{GradientThreshold: 1e-9}})
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range append(p.A.Float64s(), p.B.Float64s()...) {
				if !(math.Abs(x-1) < 1e-7) {
					t.Errorf("after %d iterations %v, %v: want ones", result.MajorIterations, p.A, p.B)
				}
			}
			if p.Name != "kept" || p.B.Rank() != 2 {
				t.Errorf("got %+v", p)
			}
		})
	}
}

func TestMinimizeInFloat32(t *testing.T) {
	p, _, err := optim.Minimize(func(x Value) Value { return fn.SumAll(fn.Square(fn.Sub(x, fn.Scalar(3)))) }, trace.New([]float32{0, 1}),
		optim.MinimizeConfig{Settings: &optimize.Settings{GradientThreshold: 1e-5}})
	if err != nil || p.DType() != trace.Float32 || !(math.Abs(p.Float64s()[0]-3) < 1e-5) {
		t.Errorf("got %v, %v", p, err)
	}
}

// Newton's method ends where the curvature is negative all around.
func TestNewtonCGFromAMaximum(t *testing.T) {
	f := func(x Value) Value { return fn.SumAll(fn.Cos(x)) }
	from := trace.New([]float64{0.1, -0.2})
	o := optim.NewObjective(f, from)
	p, _, err := o.Minimize(from, optim.MinimizeConfig{Method: o.NewtonCG()})
	if err != nil || !(math.Abs(f(p).Float64()+2) < 1e-12) {
		t.Errorf("got %v, %v", p, err)
	}
}

func TestMinimizeErrors(t *testing.T) {
	from := pair{A: trace.New([]float64{-1.2, 1, 2}), B: trace.New([]float64{1, 2, 3, 4}, 2, 2)}
	_, result, err := optim.Minimize(rosenbrock, from, optim.MinimizeConfig{Settings: &optimize.Settings{MajorIterations: 3}})
	if err == nil || !strings.Contains(err.Error(), "optim: IterationLimit after 3 iterations") || result == nil {
		t.Errorf("got %v", err)
	}
	// An error of an operation ends the search: the index leaves the table.
	table := trace.New([]float64{1, 2})
	_, _, err = optim.Minimize(func(x Value) Value {
		return fn.Add(fn.SumAll(x), fn.Take(table, fn.Cast(fn.Floor(fn.SumAll(x)), trace.Int64), 0))
	}, trace.New([]float64{0.5, 0.6}))
	if err == nil || !strings.Contains(err.Error(), "index") {
		t.Errorf("got %v", err)
	}
	nan := func(x Value) Value { return fn.Log(fn.SumAll(x)) }
	o := optim.NewObjective(nan, table)
	if _, _, err = o.Minimize(fn.Neg(table), optim.MinimizeConfig{Method: o.NewtonCG()}); err == nil {
		t.Error("the logarithm of a negative number was minimized")
	}
	for want, f := range map[string]func(){
		"optim.NewObjective: want some floats to minimize over, got i64[1]": func() { optim.NewObjective(fn.SumAll, trace.New([]int64{1})) },
		"optim: the start has 1 elements of f64, the objective 2 of f64":    func() { o.Minimize(trace.New([]float64{1})) },
		"needs a function whose value is a float scalar":                    func() { optim.NewObjective(func(x Value) Value { return x }, table) },
	} {
		if err := trace.Try(f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func ExampleMinimize() {
	type point struct{ X, Y trace.Value }
	f := func(p point) trace.Value { // Rosenbrock's valley
		bend := fn.Sub(p.Y, fn.Square(p.X))
		return fn.Add(fn.Square(fn.Sub(fn.Scalar(1), p.X)), fn.Mul(fn.Square(bend), fn.Scalar(100)))
	}
	p, _, err := optim.Minimize(f, point{trace.Scalar(-1.2), trace.Scalar(1.0)})
	fmt.Printf("%.4f %.4f %v\n", p.X.Float64(), p.Y.Float64(), err)
	// Output:
	// 1.0000 1.0000 <nil>
}

func ExampleObjective_NewtonCG() {
	f := func(x trace.Value) trace.Value {
		return fn.SumAll(fn.Sub(fn.Exp(x), fn.Mul(x, trace.New([]float64{1, 2}))))
	}
	start := trace.New([]float64{0, 0})
	o := optim.NewObjective(f, start)
	x, result, err := o.Minimize(start, optim.MinimizeConfig{Method: o.NewtonCG()})
	fmt.Printf("%.5f %v %v\n", x.Float64s(), result.Status, err)
	// Output:
	// [0.00000 0.69315] GradientThreshold <nil>
}
