package transforms_test

import (
	"math"
	"sync/atomic"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// choice is sin(x)·a where s > 0, else x²·b + a. Each branch captures a value of its own,
// and both share a.
func choice(s, a, b Value) Func {
	return func(x Value) Value {
		return transforms.Cond(fn.Greater(s, num(0)),
			func(x Value) Value { return fn.Mul(fn.Sin(x), a) },
			func(x Value) Value { return fn.Add(fn.Mul(fn.Mul(x, x), b), a) })(x)
	}
}

func TestCondIsTheBranchChosen(t *testing.T) {
	r := seeded(80)
	x, a, b, v, ct := draw(r, 3), draw(r, 3), draw(r, 3), draw(r, 3), draw(r, 3)
	branches := map[float64]func(a, b Value) Func{
		1:  func(a, b Value) Func { return func(x Value) Value { return fn.Mul(fn.Sin(x), a) } },
		-1: func(a, b Value) Func { return func(x Value) Value { return fn.Add(fn.Mul(fn.Mul(x, x), b), a) } },
	}
	for s, branch := range branches {
		pred := trace.Scalar(s)
		f, plain := choice(pred, a, b), branch(a, b)
		sameBits(t, "value", f(x), plain(x))
		sameBits(t, "Jit", transforms.Jit(func(s Value) Value { return choice(s, a, b)(x) })(pred), plain(x))
		along(t, "derivative", f, x, v, ct)
		want(t, "VJP", pulled(f, x, ct), pulled(plain, x, ct))
		want(t, "second order", transforms.Grad(squared(transforms.Grad(squared(f))))(x), transforms.Grad(squared(transforms.Grad(squared(plain))))(x))
		type three struct{ X, A, B Value }
		all := func(of func(a, b Value) Func) func(p three) Value {
			return func(p three) Value { return fn.SumAll(fn.Exp(of(p.A, p.B)(p.X))) }
		}
		got := transforms.Grad(all(func(a, b Value) Func { return choice(pred, a, b) }))(three{x, a, b})
		exp := transforms.Grad(all(branch))(three{x, a, b})
		want(t, "x", got.X, exp.X)
		want(t, "a", got.A, exp.A)
		want(t, "b", got.B, exp.B)
		h := transforms.HVP(all(func(a, b Value) Func { return choice(pred, a, b) }))(three{x, a, b}, three{v, ct, v})
		e := transforms.HVP(all(branch))(three{x, a, b}, three{v, ct, v})
		want(t, "HVP by a", h.A, e.A)
		want(t, "HVP by b", h.B, e.B)
	}
}

// The predicate may depend on the differentiated argument. It has no derivative.
func TestCondOnTheArgument(t *testing.T) {
	relu := func(x Value) Value {
		return transforms.Cond(fn.Greater(x, num(0)), func(x Value) Value { return fn.Mul(x, x) }, func(x Value) Value { return fn.Mul(x, num(0.1)) })(x)
	}
	x := vector(2, -3, 0.5)
	want(t, "Vmap", transforms.Vmap(relu)(x), vector(4, -0.3, 0.25))
	want(t, "Vmap of Grad", transforms.Vmap(transforms.Grad(relu))(x), vector(4, 0.1, 1))
	want(t, "Grad of Vmap", transforms.Grad(sumOf(transforms.Vmap(relu)))(x), vector(4, 0.1, 1))
	want(t, "second order", transforms.Vmap(transforms.Grad(transforms.Grad(relu)))(x), vector(2, 0, 2))
	want(t, "forward over reverse", transforms.Vmap(func(x Value) Value { return slope(transforms.Grad(relu), x, num(1)) })(x), vector(2, 0, 2))
	want(t, "Jit", transforms.Jit(transforms.Vmap(transforms.Grad(relu)))(x), vector(4, 0.1, 1))
	twice := transforms.Vmap(transforms.Vmap(transforms.Grad(relu)))
	want(t, "Vmap of Vmap", twice(fn.Reshape(vector(2, -3, 0.5, 1, -1, 4), 2, 3)), trace.New([]float64{4, 0.1, 1, 2, 0.1, 8}, 2, 3))
}

// Only the chosen branch runs. Under a trace both are recorded.
func TestCondRunsOneBranch(t *testing.T) {
	then, otherwise := counted{new(atomic.Int64)}, counted{new(atomic.Int64)}
	type in struct{ P, X Value }
	f := func(p in) Value {
		return transforms.Cond(p.P, func(x Value) Value { return trace.Bind1(then, x) }, func(x Value) Value { return trace.Bind1(otherwise, x) })(p.X)
	}
	yes, no := in{trace.Scalar(true), vector(1, 2)}, in{trace.Scalar(false), vector(1, 2)}
	f(yes)
	transforms.Jit(f)(yes)
	transforms.Jit(f)(no)
	if a, b := then.evals.Load(), otherwise.evals.Load(); a != 2 || b != 1 {
		t.Errorf("the branches ran %d and %d times, want 2 and 1", a, b)
	}
}

// A branch that is not taken gives no NaN, in a batch either: neither to mapped values
// nor to those that the cases share.
func TestCondIsSafeWhereNotTaken(t *testing.T) {
	type in struct{ X, W Value }
	safe := func(p in) Value {
		return transforms.Cond(fn.Greater(p.X, num(0)),
			func(p in) Value { return fn.Mul(fn.Sqrt(p.X), fn.Log(fn.Mul(p.W, p.X))) },
			func(p in) Value { return fn.Mul(p.W, p.X) })(p)
	}
	xs, w := vector(4, 0, -2), trace.Scalar(3.0)
	shared := transforms.VmapConfig{Shared: []string{".W"}}
	var gx, gw, hx []float64
	one := transforms.Grad(safe)
	for _, x := range xs.Float64s() {
		g := one(in{trace.Scalar(x), w})
		gx, gw = append(gx, g.X.Float64()), append(gw, g.W.Float64())
		h := transforms.HVP(safe)(in{trace.Scalar(x), w}, in{X: num(1), W: num(0)})
		hx = append(hx, h.X.Float64())
	}
	g := transforms.Grad(func(p in) Value { return fn.SumAll(transforms.Vmap(safe, shared)(p)) })(in{xs, w})
	want(t, "mapped", g.X, trace.New(gx))
	want(t, "shared", g.W, trace.Scalar(gw[0]+gw[1]+gw[2]))
	batch := transforms.Vmap(one, shared)(in{xs, w})
	want(t, "Vmap of Grad", batch.X, trace.New(gx))
	want(t, "Vmap of Grad, shared", batch.W, trace.New(gw))
	h := transforms.Vmap(func(p in) Value { return transforms.HVP(safe)(p, in{X: num(1), W: num(0)}).X }, shared)
	want(t, "Vmap of HVP", h(in{xs, w}), trace.New(hx))
	outer := transforms.HVP(func(p in) Value { return fn.SumAll(transforms.Vmap(safe, shared)(p)) })(in{xs, w}, in{fn.OnesLike(xs), num(0)})
	want(t, "HVP of Vmap", outer.X, trace.New(hx))
	_, tangent := transforms.JVP(transforms.Vmap(safe, shared))(in{xs, w}, in{X: fn.OnesLike(xs)})
	want(t, "JVP of Vmap", tangent, trace.New(gx))
	for _, x := range append(gx, hx...) {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			t.Fatalf("the test's own reference is no number: %v %v", gx, hx)
		}
	}
}

// Rules act in the branch that is taken, batched or not.
func TestCondUnderRules(t *testing.T) {
	x, ct := vector(0.4, -0.3, 1.2), vector(1, 2, 3)
	f := func(x Value) Value {
		return transforms.Cond(fn.Less(fn.SumAll(x), num(10)), fn.Tanh, fn.Sigmoid)(x)
	}
	rules := both(on("activation.tanh", pass{2}), on("activation.sigmoid", pass{3}))
	g := transforms.WithRules(rules, f)
	want(t, "tanh", pulled(g, x, ct), vector(2, 4, 6))
	large := fn.Mul(x, num(100))
	want(t, "sigmoid", pulled(g, large, ct), vector(3, 6, 9))
	rows := fn.Stack(0, x, large)
	want(t, "rules, batched", pulled(transforms.Vmap(g), rows, fn.Stack(0, ct, ct)), fn.Stack(0, vector(2, 4, 6), vector(3, 6, 9)))
	want(t, "slope", slope(g, x, ct), vector(2, 4, 6))
	second := transforms.Grad(squared(g))
	within(t, "discharged", dot(transforms.Vmap(func(x Value) Value { return slope(second, x, ct) })(rows), fn.Stack(0, ct, ct)),
		dot(fn.Stack(0, lawtest.FiniteDifference(second, x, ct), lawtest.FiniteDifference(second, large, ct)), fn.Stack(0, ct, ct)), 1e-7)
}

// Trees go in and out. A choice without arguments captures what it needs. A branch may be
// constant.
func TestCondOfTrees(t *testing.T) {
	type in struct {
		X, N Value
		Name string
	}
	type out struct{ Sum, Top, C Value }
	f := func(p in) out {
		return transforms.Cond(fn.Greater(fn.SumAll(p.X), num(0)),
			func(p in) out { return out{fn.SumAll(p.X), fn.ArgMax(p.X, 0), num(1)} },
			func(p in) out { return out{fn.Prod(p.X, 0), fn.Mul(p.N, num(2)), num(2)} })(p)
	}
	p, n := in{vector(1, 5), trace.Scalar(int64(7)), "a"}, in{vector(1, -5), trace.Scalar(int64(7)), "a"}
	for _, f := range []func(in) out{f, transforms.Jit(f)} {
		want(t, "sum", f(p).Sum, trace.Scalar(6.0))
		sameBits(t, "top", f(p).Top, trace.Scalar(int64(1)))
		want(t, "product", f(n).Sum, trace.Scalar(-5.0))
		sameBits(t, "twice n", f(n).Top, trace.Scalar(int64(14)))
		want(t, "constant", f(n).C, trace.Scalar(2.0))
	}
	g := transforms.Grad(func(p in) Value { return f(p).Sum })
	want(t, "gradient of the product", g(n).X, vector(-5, 1))
	want(t, "gradient of a constant", transforms.Grad(func(p in) Value { return f(p).C })(p).X, vector(0, 0))
	x := transforms.Grad(func(x Value) Value {
		return transforms.Cond(fn.Greater(x, num(0)), func([]Value) Value { return fn.Exp(x) }, func([]Value) Value { return num(0) })(nil)
	})
	want(t, "no arguments", x(trace.Scalar(0.5)), fn.Exp(trace.Scalar(0.5)))
	want(t, "no arguments, batched", transforms.Vmap(x)(vector(0.5, -1)), fn.Mul(fn.Exp(vector(0.5, 0)), vector(1, 0)))
}

func TestCondErrors(t *testing.T) {
	id := func(x Value) Value { return x }
	for want, f := range map[string]func(x Value){
		"cond(f64[], f64[2]): the predicate is f64[], want bool[]":     func(x Value) { transforms.Cond(fn.SumAll(x), id, id)(x) },
		"the predicate is bool[2], want bool[]":                        func(x Value) { transforms.Cond(fn.Greater(x, num(0)), id, id)(x) },
		"value 0 is f64[2] from one function and f64[] from the other": func(x Value) { transforms.Cond(yes(x), id, fn.SumAll)(x) },
		"value 0 is f64[2] from one function and f32[2] from the other": func(x Value) {
			transforms.Cond(yes(x), id, func(x Value) Value { return fn.Cast(x, trace.Float32) })(x)
		},
		"one function returns 1 values, the other 2": func(x Value) {
			transforms.Cond(yes(x), func(x Value) []Value { return []Value{x} }, func(x Value) []Value { return []Value{x, x} })(x)
		},
		"Cond: the functions return trees of different structure": func(x Value) {
			transforms.Cond(yes(x), func(x Value) any { return []Value{x} }, func(x Value) any { return map[string]Value{"a": x} })(x)
		},
		"operand 0 is absent": func(x Value) { transforms.Cond(Value{}, id, id)(x) },
	} {
		traced := func() { transforms.Grad(func(x Value) Value { f(x); return fn.SumAll(x) })(vector(1, 2)) }
		if got := message(t, traced); !containsAll(got, "cond_test.go:", want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	x := vector(1, 2)
	for want, pred := range map[string]Value{"the predicate is f64[], want bool[]": num(1), "the predicate is bool[2], want bool[]": fn.Greater(x, num(0))} {
		if got := message(t, func() { transforms.Cond(pred, id, id)(x) }); !containsAll(got, "cond_test.go:", want) {
			t.Errorf("known: got %q, want %q", got, want)
		}
	}
}

// The pullback of a choice is linear, mapped too, even if one branch contributes nothing
// to the cotangent of an operand.
func TestCondPullbackIsLinear(t *testing.T) {
	x := vector(0.5, -1.5)
	f := func(x Value) Value {
		return transforms.Cond(fn.Greater(x, num(0)), func(x Value) Value { return fn.Mul(x, x) }, func(Value) Value { return num(3) })(x)
	}
	g := asCustom(f)
	tangents := transforms.Vmap(func(x Value) Value { return slope(g, x, num(1)) })
	want(t, "Vmap of JVP", tangents(x), vector(1, 0))
	want(t, "JVP of Vmap", slope(transforms.Vmap(g), x, vector(1, 1)), vector(1, 0))
	pull := func(ct Value) Value { return pulled(transforms.Vmap(f), x, ct) }
	want(t, "JVP of the pullback", slope(pull, vector(1, 1), vector(1, 2)), vector(1, 0))
	want(t, "VJP of the pullback", pulled(pull, vector(1, 1), vector(1, 2)), vector(1, 0))
}
