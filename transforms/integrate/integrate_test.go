package integrate_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/integrate"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

type Value = trace.Value

func scalar(x float64) Value { return trace.Scalar(x) }

func within(t *testing.T, what string, got Value, want, tol float64) {
	t.Helper()
	if !(math.Abs(got.Float64()-want) <= tol) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestQuad(t *testing.T) {
	cube := func(x Value) Value { return fn.PowScalar(x, 3) }
	within(t, "a polynomial", integrate.Quad(cube, scalar(0), scalar(2), 2), 4, 1e-14)
	within(t, "backward", integrate.Quad(fn.Exp, scalar(1), scalar(0), 12), 1-math.E, 1e-14)
	within(t, "by the upper bound", transforms.Grad(func(b Value) Value { return integrate.Quad(fn.Exp, scalar(0), b, 12) })(scalar(1.5)), math.Exp(1.5), 1e-12)
	narrow := integrate.Quad(fn.Exp, trace.Scalar(float32(0)), trace.Scalar(float32(1)), 8)
	if narrow.DType() != trace.Float32 {
		t.Errorf("got %v", narrow)
	}
	lawtest.LawsWith(t, lawtest.Config{}, func(in []Value) Value {
		return integrate.Quad(func(x Value) Value { return fn.Sin(fn.Mul(in[2], x)) }, in[0], in[1], 6)
	}, lawtest.Input{}, lawtest.Input{}, lawtest.Input{Shape: []int{2}})
}

// The error of a method falls as its order says, for an equation whose solution is known.
func TestODEOrders(t *testing.T) {
	exact := math.Sin(1) // of y' = cos(t) y, y(0) = 1: exp(sin t)
	for method, order := range map[integrate.Method]float64{integrate.DormandPrince: 5, integrate.RungeKutta: 4, integrate.Midpoint: 2, integrate.Euler: 1} {
		off := func(steps int) float64 {
			solve := integrate.ODE(func(t, y Value) Value { return fn.Mul(fn.Cos(t), y) }, integrate.ODEConfig{Method: method, Steps: steps})
			y := solve(scalar(1), trace.New([]float64{0, 1}))
			return math.Abs(y.At(1) - math.Exp(exact))
		}
		if got := math.Log2(off(8) / off(16)); math.Abs(got-order) > 0.5 {
			t.Errorf("method %d: the error falls with order %.2f, want %v", method, got, order)
		}
	}
}

// pendulum is a state that is a tree.
type pendulum struct{ Angle, Speed Value }

func swing(length Value) func(start pendulum, ts Value) pendulum {
	return integrate.ODE(func(_ Value, p pendulum) pendulum {
		return pendulum{p.Speed, fn.Neg(fn.Div(fn.Sin(p.Angle), length))}
	}, integrate.ODEConfig{Steps: 3})
}

func TestODELaws(t *testing.T) {
	lawtest.LawsWith(t, lawtest.Config{Tolerance: 1e-5}, func(in []Value) Value {
		length := fn.Shift(fn.Square(in[1]), 0.5)
		p := swing(length)(pendulum{in[0], fn.ZerosLike(in[0])}, fn.CumSum(fn.Shift(fn.Square(in[2]), 0.1), 0))
		return fn.Stack(0, p.Angle, p.Speed)
	}, lawtest.Input{}, lawtest.Input{}, lawtest.Input{Shape: []int{3}})
	ts := fn.Linspace(trace.Float64, 0, 1, 4)
	p := swing(scalar(1))(pendulum{scalar(0.5), scalar(0)}, ts)
	back := swing(scalar(1))(pendulum{fn.Index(p.Angle, 3), fn.Index(p.Speed, 3)}, fn.Flip(ts, 0))
	within(t, "there and back", fn.Index(back.Angle, 3), 0.5, 1e-6)
	compiled := transforms.JitN(func(length Value) pendulum { return swing(length)(pendulum{scalar(0.5), scalar(0)}, ts) })(scalar(1))
	if fmt.Sprint(compiled) != fmt.Sprint(p) {
		t.Errorf("compiled %v, want %v", compiled, p)
	}
	one := swing(scalar(1))(pendulum{scalar(0.5), scalar(0)}, trace.New([]float64{7}))
	if one.Angle.String() != "f64[1] [0.5]" {
		t.Errorf("at one time: %v", one)
	}
}

func TestErrors(t *testing.T) {
	same := func(_, y Value) Value { return y }
	for text, call := range map[string]func(){
		"Quad with 0 places: give at least one":                      func() { integrate.Quad(fn.Exp, scalar(0), scalar(1), 0) },
		"Quad from f64[1] to f64[]: want float scalars of one dtype": func() { integrate.Quad(fn.Exp, trace.New([]float64{1}), scalar(1), 3) },
		"Quad of a function with the result i64[3]: want floats": func() {
			integrate.Quad(func(x Value) Value { return fn.Cast(x, trace.Int64) }, scalar(0), scalar(1), 3)
		},
		"ODE at the times f64[]: want a vector of floats, at least one":  func() { integrate.ODE(same)(scalar(1), scalar(1)) },
		"ODE at the times f64[0]: want a vector of floats, at least one": func() { integrate.ODE(same)(scalar(1), trace.New([]float64{}, 0)) },
		"ODE by the method 9 in 0 steps":                                 func() { integrate.ODE(same, integrate.ODEConfig{Method: 9}) },
		"ODE with 2 configs":                                             func() { integrate.ODE(same, integrate.ODEConfig{}, integrate.ODEConfig{}) },
	} {
		if err := trace.Try(call); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("got %v, want %q", err, text)
		}
	}
}

// The integral of the normal density over one deviation on either side.
func ExampleQuad() {
	density := func(x Value) Value { return fn.Scale(fn.Exp(fn.Scale(fn.Square(x), -0.5)), 1/math.Sqrt(2*math.Pi)) }
	fmt.Printf("%.4f\n", integrate.Quad(density, scalar(-1), scalar(1), 10))
	// Output: 0.6827
}

// Radioactive decay, and how the rest depends on the rate.
func ExampleODE() {
	rest := func(rate Value) Value {
		decay := integrate.ODE(func(_, y Value) Value { return fn.Neg(fn.Mul(rate, y)) }, integrate.ODEConfig{Steps: 10})
		return fn.Index(decay(scalar(1), trace.New([]float64{0, 1})), 1)
	}
	fmt.Printf("%.5f %.5f\n", rest(scalar(0.5)), transforms.Grad(rest)(scalar(0.5)))
	// Output: 0.60653 -0.60653
}
