package transforms_test

import (
	"fmt"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// With a second argument, gradients are those of the first argument alone.
func TestGradOf(t *testing.T) {
	f := func(x trace.Value, d struct{ Y, N trace.Value }) trace.Value {
		return fn.SumAll(fn.Mul(fn.Square(x), fn.Mul(d.Y, fn.Cast(d.N, trace.Float64))))
	}
	x, d := vector(1, 2), struct{ Y, N trace.Value }{vector(3, 4), trace.New([]int64{2, 5})}
	want := vector(12, 80)
	lawtest.Close(t, transforms.GradOf(f)(x, d), want, 0)
	y, g := transforms.ValueAndGradOf(f)(x, d)
	lawtest.Close(t, g, want, 0)
	lawtest.Close(t, y, f(x, d), 0)
	// The data is differentiated from outside.
	outer := transforms.Grad(func(y trace.Value) trace.Value {
		return fn.SumAll(transforms.GradOf(f)(x, struct{ Y, N trace.Value }{y, d.N}))
	})
	lawtest.Close(t, outer(d.Y), vector(4, 20), 0)
}

// Auxiliary results come back as they are and add nothing to derivatives.
func TestAux(t *testing.T) {
	type aux struct{ Double, Count trace.Value }
	f := func(x trace.Value) (trace.Value, aux) {
		return fn.SumAll(fn.Square(x)), aux{fn.Mul(x, fn.Scalar(2)), fn.ArgMax(x, 0)}
	}
	x, want := vector(1, 2), vector(2, 4)
	check := func(name string, g trace.Value, a aux) {
		t.Helper()
		lawtest.Close(t, g, want, 0)
		if lawtest.Close(t, a.Double, want, 0); a.Count.Float64() != 1 {
			t.Errorf("%s: the count is %v", name, a.Count)
		}
	}
	g, a := transforms.GradAux(f)(x)
	check("GradAux", g, a)
	y, a, g := transforms.ValueAndGradAux(f)(x)
	check("ValueAndGradAux", g, a)
	lawtest.Close(t, y, trace.Scalar(5.0), 0)
	y, a, g = transforms.ValueAndGradAuxOf(func(x trace.Value, n int) (trace.Value, aux) { return f(x) })(x, 3)
	check("ValueAndGradAuxOf", g, a)
	lawtest.Close(t, y, trace.Scalar(5.0), 0)
	y, pull, a := transforms.VJPAux(f)(x)
	check("VJPAux", pull(trace.Scalar(1.0)), a)
	lawtest.Close(t, y, trace.Scalar(5.0), 0)
	y, ty, a := transforms.JVPAux(f)(x, vector(1, 0))
	check("JVPAux", want, a)
	lawtest.Close(t, y, trace.Scalar(5.0), 0)
	lawtest.Close(t, ty, trace.Scalar(2.0), 0)
	// Through a second transform, the auxiliary result is a function of x like any other.
	second := transforms.Grad(func(x trace.Value) trace.Value {
		_, a := transforms.GradAux(f)(x)
		return fn.SumAll(a.Double)
	})
	lawtest.Close(t, second(x), vector(2, 2), 0)
}

func ExampleGradOf() {
	loss := func(w, x trace.Value) trace.Value { return fn.Square(fn.Dot(w, x)) }
	fmt.Println(transforms.GradOf(loss)(trace.New([]float64{1, 2}), trace.New([]float64{3, 4})))
	// Output: f64[2] [66 88]
}

func ExampleValueAndGradOf() {
	loss := func(w, x trace.Value) trace.Value { return fn.Square(fn.Dot(w, x)) }
	value, gradient := transforms.ValueAndGradOf(loss)(trace.New([]float64{1, 2}), trace.New([]float64{3, 4}))
	fmt.Println(value, gradient)
	// Output: f64[] 121 f64[2] [66 88]
}

func ExampleGradAux() {
	g, prediction := transforms.GradAux(func(w trace.Value) (loss, prediction trace.Value) {
		y := fn.Exp(w)
		return fn.Square(y), y
	})(trace.Scalar(0.0))
	fmt.Println(g, prediction)
	// Output: f64[] 2 f64[] 1
}
