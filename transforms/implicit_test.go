package transforms_test

import (
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/linalg"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// wellConditioned is a matrix made of any numbers.
func wellConditioned(a Value) Value {
	return fn.Add(fn.Tanh(a), fn.Mul(fn.Eye(trace.Float64, a.Dim(0)), num(4)))
}

// However a system is solved, it has all the laws of the function that it stands for.
func TestLinearSolveLaws(t *testing.T) {
	type config = transforms.LinearSolveConfig[Value]
	normalEquations := func(matvec func(Value) Value, b Value) Value {
		transpose := transforms.LinearTranspose(matvec, trace.Unknown(b.Type()))
		x, _ := transforms.CG(func(x Value) Value { return transpose(matvec(x)) }, transpose(b), transforms.CGConfig{Tolerance: 1e-14})
		return x
	}
	for name, c := range map[string]config{"dense": {}, "conjugate gradients": {Solve: normalEquations}} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && c.Solve != nil {
				t.Skip("the many steps of conjugate gradients")
			}
			lawtest.LawsWith(t, lawtest.Config{}, func(in []Value) Value {
				a := wellConditioned(in[0])
				return transforms.LinearSolve(func(x Value) Value { return fn.Dot(a, x) }, in[1], c)
			}, lawtest.Input{Shape: []int{3, 3}}, lawtest.Input{Shape: []int{3}})
		})
	}
	t.Run("symmetric", func(t *testing.T) {
		lawtest.LawsWith(t, lawtest.Config{}, func(in []Value) Value {
			a := wellConditioned(in[0])
			a = fn.Add(a, fn.Transpose(a, 1, 0))
			x, _ := trace.Flatten(transforms.LinearSolve(func(x []Value) []Value {
				y := fn.Dot(a, fn.Concat(0, x...))
				return fn.SplitAt(y, 0, 1)
			}, []Value{fn.Slice(in[1], fn.SliceConfig{Stop: []int{1}}), fn.Slice(in[1], fn.SliceConfig{Start: []int{1}})},
				transforms.LinearSolveConfig[[]Value]{Symmetric: true}))
			return fn.Concat(0, x...)
		}, lawtest.Input{Shape: []int{3, 3}}, lawtest.Input{Shape: []int{3}})
	})
	a, b := wellConditioned(draw(seeded(4), 3, 3)), draw(seeded(5), 3)
	want(t, "value", transforms.LinearSolve(func(x Value) Value { return fn.Dot(a, x) }, b), linalg.Solve(a, b))
}

// The square root is the root of x² = a, and y = cos y has a fixed point; both have the
// derivatives of implicit functions, at every order, however they were found.
func TestRootLaws(t *testing.T) {
	bisection := func(f func(Value) Value, start Value) Value {
		type state struct{ Low, High Value }
		end := transforms.For(60, func(_ Value, s state) state {
			middle := fn.Mul(fn.Add(s.Low, s.High), fn.Scalar(0.5))
			above := fn.Greater(f(middle), fn.Scalar(0))
			return state{fn.Where(above, s.Low, middle), fn.Where(above, middle, s.High)}
		})(state{fn.ZerosLike(start), fn.FullLike(start, 10)})
		return end.Low
	}
	for name, c := range map[string]transforms.RootConfig[Value]{"Newton": {}, "bisection": {Solve: bisection}} {
		t.Run(name, func(t *testing.T) {
			lawtest.LawsWith(t, lawtest.Config{Tolerance: 1e-5}, func(in []Value) Value {
				a := fn.Add(fn.Square(in[0]), num(1))
				return transforms.Root(func(x Value) Value { return fn.Sub(fn.Mul(x, fn.Exp(x)), a) }, fn.OnesLike(a), c)
			}, lawtest.Input{Shape: []int{2}})
		})
	}
	t.Run("fixed point", func(t *testing.T) {
		lawtest.LawsWith(t, lawtest.Config{Tolerance: 1e-5}, func(in []Value) Value {
			type two struct{ X, Y Value }
			z := transforms.FixedPoint(func(z two) two {
				return two{fn.Mul(fn.Tanh(in[0]), fn.Cos(z.Y)), fn.Mul(fn.Sin(z.X), num(0.5))}
			}, two{num(0), num(0)}, transforms.RootConfig[two]{Tolerance: 1e-15})
			return fn.Stack(0, z.X, z.Y)
		}, lawtest.Input{Shape: nil})
	})
	x := num(2)
	f := func(a Value) Value {
		return transforms.Root(func(x Value) Value { return fn.Sub(fn.Square(x), a) }, fn.OnesLike(a))
	}
	want(t, "third derivative", transforms.Grad(transforms.Grad(transforms.Grad(f)))(x), num(3.0/8*math.Pow(2, -2.5)))
	want(t, "compiled batch", transforms.Jit(transforms.Vmap(transforms.Grad(f)))(vector(1, 4, 9)), vector(1.0/2, 1.0/4, 1.0/6))
}

// What does not converge, or has no solution, is an error with the number of steps where
// it is computed at once, and NaN in a compiled function.
func TestImplicitErrors(t *testing.T) {
	away := func(x Value) Value {
		return transforms.FixedPoint(func(y Value) Value { return fn.Add(y, x) }, x, transforms.RootConfig[Value]{Steps: 7})
	}
	noRoot := func(x Value) Value {
		return transforms.Root(func(y Value) Value { return fn.Add(fn.Square(y), x) }, fn.Mul(x, num(0.7)))
	}
	singular := func(x Value) Value {
		return transforms.LinearSolve(func(y Value) Value { return fn.Mul(fn.SumAll(y), x) }, x)
	}
	for text, call := range map[string]func(){
		"FixedPoint: it did not converge to 1e-10 in 7 steps: the last one changed x by": func() { away(num(1)) },
		"Root: it did not converge to 1e-10 in 50 steps":                                 func() { noRoot(num(1)) },
		"the matrix is singular": func() { singular(vector(1, 2)) },
		"LinearSolve for values f64[] and i64[]: want floats of one dtype": func() {
			transforms.LinearSolve(func(x []Value) []Value { return x }, []Value{num(1), trace.Scalar(int64(1))})
		},
		"LinearSolve of a tree without values": func() { transforms.LinearSolve(func(x []Value) []Value { return x }, nil) },
		"result of LinearSolve's function at its only leaf is f64[2], want f64[]": func() {
			transforms.LinearSolve(func(x Value) Value { return fn.Stack(0, x, x) }, num(1))
		},
		"result of Root's function at its only leaf is f64[2], want f64[]": func() { transforms.Root(func(x Value) Value { return fn.Stack(0, x, x) }, num(1)) },
		"FixedPoint: a tolerance of -1 and 0 steps": func() {
			transforms.FixedPoint(fn.Cos, num(1), transforms.RootConfig[Value]{Tolerance: -1})
		},
	} {
		if err := trace.Try(call); err == nil || !strings.Contains(err.Error(), text) || !strings.Contains(err.Error(), "implicit_test.go:") {
			t.Errorf("got %v, want %q", err, text)
		}
	}
	for name, f := range map[string]Func{"FixedPoint": away, "Root": noRoot} {
		if got := transforms.Jit(f)(num(1)); !math.IsNaN(got.Float64()) {
			t.Errorf("compiled %s: %v", name, got)
		}
	}
}
