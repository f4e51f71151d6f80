package transforms_test

import (
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// straightThrough rounds, with the derivative of the identity.
var straightThrough = transforms.CustomVJP(fn.Round,
	func(x Value) (Value, []Value) { return fn.Round(x), nil },
	func(_ []Value, ct Value) Value { return ct })

// A user's pullback is kept at every order: with y' = 1, (y·y)” is 2.
func TestStraightThroughAtEveryOrder(t *testing.T) {
	f := func(x Value) Value { y := straightThrough(x); return fn.Mul(fn.Mul(y, y), y) }
	for _, k := range kindsOfCalls() {
		g := k.wrap(f)
		if k.name == "custom" {
			// The evaluation of the copy of g inside of its bwd would count.
			continue
		}
		t.Run(k.name, func(t *testing.T) {
			x := vector(1.6, -0.7, 3.2) // y = 2, -1, 3
			first := transforms.Grad(sumOf(g))
			second := transforms.Grad(sumOf(first))
			want(t, "value", g(x), vector(8, -1, 27))
			want(t, "first", first(x), vector(12, 3, 27))
			want(t, "second", second(x), vector(12, -6, 18))
			want(t, "third", transforms.Grad(sumOf(second))(x), vector(6, 6, 6))
			one := fn.OnesLike(x)
			want(t, "forward over reverse", slope(first, x, one), vector(12, -6, 18))
			want(t, "reverse over forward", transforms.Grad(sumOf(func(x Value) Value { return slope(g, x, fn.OnesLike(x)) }))(x), vector(12, -6, 18))
			want(t, "forward over forward", slope(func(x Value) Value { return slope(g, x, fn.OnesLike(x)) }, x, one), vector(12, -6, 18))
			want(t, "Jit", transforms.Jit(second)(x), vector(12, -6, 18))
			want(t, "Vmap", transforms.Vmap(second)(fn.Stack(0, x, x)), fn.Stack(0, vector(12, -6, 18), vector(12, -6, 18)))
		})
	}
}

// The user's bwd is used instead of the true derivative, also for part of a tree and
// beside operands of other kinds.
func TestCustomVJPOfTrees(t *testing.T) {
	type in struct {
		X, Y  Value
		Index Value
	}
	type kept struct{ X, Y Value }
	f := func(p in) (r struct{ Sum, Product Value }) {
		r.Sum, r.Product = fn.Add(p.X, p.Y), fn.Mul(p.X, p.Y)
		return r
	}
	g := transforms.CustomVJP(f,
		func(p in) (struct{ Sum, Product Value }, kept) { return f(p), kept{p.X, p.Y} },
		func(k kept, ct struct{ Sum, Product Value }) in {
			return in{X: fn.Add(fn.Mul(ct.Sum, num(10)), fn.Mul(ct.Product, k.Y))} // Y is left absent: zero
		})
	x := in{vector(2, 3), vector(5, 7), trace.New([]int64{0, 1})}
	y, pull := transforms.VJP(g)(x)
	sameBits(t, "sum", y.Sum, vector(7, 10))
	ct := pull(struct{ Sum, Product Value }{vector(1, 2), vector(1, 1)})
	want(t, "x", ct.X, vector(15, 27))
	want(t, "y", ct.Y, vector(0, 0))
	sameBits(t, "index", ct.Index, trace.New([]int64{0, 0}))
	_, tangent := transforms.JVP(g)(x, in{X: vector(1, 1), Y: vector(1, 1)})
	want(t, "tangent of the sum", tangent.Sum, vector(10, 10))
	want(t, "tangent of the product", tangent.Product, vector(5, 7))
}

// Under Vmap the pullback is mapped. Operands that the cases share get the sum of their
// cotangents.
func TestCustomVJPUnderVmap(t *testing.T) {
	type in struct{ X, W Value }
	f := func(p in) Value { return fn.SumAll(fn.Mul(p.X, p.W)) }
	g := transforms.CustomVJP(f,
		func(p in) (Value, in) { return f(p), p },
		func(p in, ct Value) in { return in{fn.Mul(ct, p.W), fn.Mul(ct, fn.Mul(p.X, num(3)))} })
	r := seeded(9)
	x, w, ct := draw(r, 4, 3), draw(r, 3), draw(r, 4)
	_, pull := transforms.VJP(transforms.Vmap(g, transforms.VmapConfig{Shared: []string{".W"}}))(in{x, w})
	got := pull(ct)
	want(t, "mapped", got.X, fn.Mul(fn.ExpandDims(ct, 1), w))
	want(t, "shared", got.W, fn.Mul(fn.MatMul(ct, x), num(3)))
	second := func(w Value) Value {
		_, pull := transforms.VJP(transforms.Vmap(g, transforms.VmapConfig{Shared: []string{".W"}}))(in{x, w})
		c := pull(ct)
		return fn.Add(dot(c.X, c.X), dot(c.W, c.W))
	}
	v := draw(r, 3)
	within(t, "second order", dot(transforms.Grad(second)(w), v), lawtest.FiniteDifference(second, w, v), 1e-7)
}

func TestCustomVJPChecksWhatItIsGiven(t *testing.T) {
	x := vector(1, 2)
	identity := func(x Value) Value { return x }
	keep := func(x Value) (Value, Value) { return x, x }
	for name, test := range map[string]struct {
		f    Func
		says string
	}{
		"value of fwd":    {transforms.CustomVJP(identity, func(x Value) (Value, Value) { return fn.SumAll(x), x }, func(_, ct Value) Value { return ct }), "value of CustomVJP's fwd at its only leaf is f64[], want f64[2]"},
		"result of bwd":   {transforms.CustomVJP(identity, keep, func(_, ct Value) Value { return fn.SumAll(ct) }), "cotangent that CustomVJP's bwd returned at its only leaf is f64[], want f64[2]"},
		"not linear: JVP": {transforms.CustomVJP(identity, keep, func(_, ct Value) Value { return fn.Mul(ct, ct) }), "CustomVJP's bwd has no JVP"},
	} {
		got := message(t, func() {
			f := func(x Value) Value { return test.f(x) }
			if strings.HasSuffix(name, "JVP") {
				slope(f, x, x)
			}
			transforms.Grad(sumOf(f))(x)
		})
		if !strings.HasPrefix(got, "custom_test.go:") || !strings.Contains(got, test.says) {
			t.Errorf("%s: got %q, want %q", name, got, test.says)
		}
	}
}

// StopGradient stops all nested levels, forward and in reverse, in every kind of call.
func TestStopGradientAtEveryLevel(t *testing.T) {
	for _, k := range kindsOfCalls() {
		t.Run(k.name, func(t *testing.T) {
			f := k.wrap(func(x Value) Value { return fn.Mul(fn.Mul(x, x), transforms.StopGradient(fn.Mul(x, x))) })
			x := vector(2, -3, 5)
			first := transforms.Grad(sumOf(f)) // 2x·c
			want(t, "value", f(x), vector(16, 81, 625))
			want(t, "first", first(x), vector(16, -54, 250))
			want(t, "second", transforms.Grad(sumOf(first))(x), vector(8, 18, 50))
			want(t, "forward", slope(f, x, fn.OnesLike(x)), vector(16, -54, 250))
			want(t, "forward over reverse", slope(first, x, fn.OnesLike(x)), vector(8, 18, 50))
			want(t, "third", transforms.Grad(sumOf(transforms.Grad(sumOf(first))))(x), vector(0, 0, 0))
		})
	}
	// An inner level's StopGradient stops an outer level.
	g := transforms.Grad(func(x Value) Value {
		return transforms.Grad(func(y Value) Value { return fn.Mul(transforms.StopGradient(x), fn.Mul(y, y)) })(x)
	})
	want(t, "captured", g(num(3)), num(6)) // d/dx 2·stop(x)·x
}

// A function with a derivative of its own may capture traced values, if no derivative by
// them is wanted: they may be arguments of a compiled function, or mapped over.
func TestCustomVJPCaptures(t *testing.T) {
	type in struct{ X, Scale, Bound Value }
	for name, clipped := range map[string]func(p in) Func{
		"CustomVJP": func(p in) Func {
			return transforms.CustomVJP(func(x Value) Value { return fn.Mul(x, p.Scale) },
				func(x Value) (Value, Value) { return fn.Mul(x, p.Scale), fn.Exp(p.Scale) },
				func(e, ct Value) Value { return fn.Minimum(fn.Mul(ct, e), fn.Exp(p.Bound)) })
		},
		"WithPullback": func(p in) Func {
			return transforms.WithPullback(func(x Value) (Value, func(Value) Value) {
				e := fn.Exp(p.Scale)
				return fn.Mul(x, p.Scale), func(ct Value) Value { return fn.Minimum(fn.Mul(ct, e), fn.Exp(p.Bound)) }
			})
		},
	} {
		gradient := func(p in) Value {
			return transforms.Grad(func(x Value) Value { return fn.Square(clipped(p)(x)) })(p.X)
		}
		value := func(p in) Value { return clipped(p)(p.X) }
		p := in{num(2), num(0.5), num(0.7)}
		exact := func(p in) Value {
			ct := fn.Mul(num(2), fn.Mul(p.X, p.Scale))
			return fn.Minimum(fn.Mul(ct, fn.Exp(p.Scale)), fn.Exp(p.Bound))
		}
		want(t, name, gradient(p), exact(p))
		want(t, name+", Jit", transforms.Jit(gradient)(p), exact(p))
		rows := in{vector(2, 1, -1), vector(0.5, 0.1, 3), vector(0.7, 2, 1)}
		want(t, name+", Vmap", transforms.Vmap(gradient)(rows), transforms.Vmap(exact)(rows))
		around := func(p in) Value {
			f := transforms.Jit(func(p in) Value { return clipped(p)(p.X) })
			_, pull := transforms.VJP(func(x Value) Value { return f(in{x, p.Scale, p.Bound}) })(p.X)
			return pull(fn.Mul(num(2), value(p)))
		}
		want(t, name+", Grad of Jit", around(p), exact(p))
		want(t, name+", Vmap of Grad of Jit", transforms.Vmap(around)(rows), transforms.Vmap(exact)(rows))
		twice := func(p in) Value {
			return transforms.Grad(func(x Value) Value { return gradient(in{x, p.Scale, num(100)}) })(p.X)
		}
		want(t, name+", second order", twice(p), num(2*math.Exp(1)))
		of := transforms.Grad(func(p in) Value { return fn.SumAll(transforms.Vmap(value)(p)) })
		if got := message(t, func() { of(rows) }); !strings.Contains(got, name+"'s function captured a traced f64[], which would get no derivative") {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

// The pullback may use the value, and is then right at every order: y' = y for exp.
func TestPullbackOfItsOwnValue(t *testing.T) {
	// The value is off by a constant factor, so that only the pullback can be meant.
	custom := transforms.WithPullback(func(x Value) (Value, func(Value) Value) {
		y := fn.Exp(x)
		return y, func(ct Value) Value { return fn.Mul(ct, fn.Mul(y, num(2))) }
	})
	x := num(0.3)
	f := custom
	for n := range 4 {
		want(t, "order", f(x), num(math.Pow(2, float64(n))*math.Exp(0.3)))
		want(t, "compiled", transforms.Jit(f)(x), f(x))
		want(t, "batch", transforms.Vmap(f)(fn.Stack(0, x, x)), fn.Stack(0, f(x), f(x)))
		f = transforms.Grad(f)
	}
	want(t, "tangent", slope(custom, x, num(1)), num(2*math.Exp(0.3)))
	calling := func() Func {
		var itself Func
		itself = transforms.WithPullback(func(x Value) (Value, func(Value) Value) {
			return fn.Exp(x), func(ct Value) Value { return fn.Mul(ct, itself(x)) }
		})
		return itself
	}()
	third := transforms.Grad(transforms.Grad(transforms.Grad(calling)))
	want(t, "a pullback that calls its function", third(x), num(math.Exp(0.3)))
	want(t, "the same, compiled", transforms.Jit(third)(x), num(math.Exp(0.3)))
}

// A derivative given in forward mode holds in both modes, at every order.
func TestCustomJVP(t *testing.T) {
	type two struct{ X, Y Value }
	push := func(p, v two) (Value, Value) {
		y := fn.Mul(p.X, fn.Sin(p.Y))
		return y, fn.Add(fn.Mul(fn.Sin(p.Y), v.X), fn.Mul(fn.Mul(p.X, fn.Cos(p.Y)), v.Y))
	}
	plain := func(p two) Value { return fn.Mul(p.X, fn.Sin(p.Y)) }
	custom := transforms.CustomJVP(plain, push)
	r := seeded(3)
	p, v := two{draw(r, 3), draw(r, 3)}, two{draw(r, 3), draw(r, 3)}
	order := func(f func(two) Value, n int) func(two) Value {
		for range n {
			g := f
			f = func(p two) Value {
				d := transforms.Grad(func(p two) Value { return fn.SumAll(g(p)) })(p)
				return fn.Add(d.X, fn.Mul(d.Y, v.X))
			}
		}
		return f
	}
	_, tangent := transforms.JVP(custom)(p, v)
	_, exact := transforms.JVP(plain)(p, v)
	want(t, "tangent", tangent, exact)
	for n := range 4 {
		want(t, "order", order(custom, n)(p), order(plain, n)(p))
		want(t, "compiled", transforms.Jit(order(custom, n))(p), order(plain, n)(p))
		want(t, "batch", transforms.Vmap(order(custom, n))(p), transforms.Vmap(order(plain, n))(p))
	}
	twice := transforms.CustomJVP(fn.Exp, func(x, v Value) (Value, Value) { y := fn.Exp(x); return y, fn.Mul(num(2), fn.Mul(y, v)) })
	x := num(0.4)
	want(t, "gradient", transforms.Grad(twice)(x), num(2*math.Exp(0.4)))
	want(t, "forward over reverse", slope(transforms.Grad(twice), x, num(1)), num(2*math.Exp(0.4)))
	scaled := func(p two) Value {
		f := transforms.CustomJVP(func(x Value) Value { return fn.Mul(x, p.Y) }, func(x, v Value) (Value, Value) { return x, fn.Mul(v, fn.Exp(p.Y)) })
		return transforms.Grad(func(x Value) Value { return fn.SumAll(f(x)) })(p.X)
	}
	want(t, "captured", transforms.Jit(transforms.Vmap(scaled))(p), fn.Exp(p.Y))
	var itself Func
	itself = transforms.CustomJVP(fn.Exp, func(x, v Value) (Value, Value) { return itself(x), fn.Mul(v, itself(x)) })
	want(t, "a push that calls its function", transforms.Grad(transforms.Grad(transforms.Grad(itself)))(x), num(math.Exp(0.4)))
	for text, call := range map[string]func(){
		"CustomJVP's push is not linear in the tangent: it applies mul to it": func() {
			transforms.Grad(transforms.CustomJVP(fn.Exp, func(x, v Value) (Value, Value) { return x, fn.Mul(v, v) }))(x)
		},
		"CustomJVP's push is not linear in the tangent: a f64[] does not depend on it, and is not known to be zero": func() {
			transforms.Grad(transforms.CustomJVP(fn.Exp, func(x, v Value) (Value, Value) { return x, x }))(x)
		},
		"tangent that CustomJVP's push returned at its only leaf is f64[1], want f64[]": func() {
			transforms.Grad(transforms.CustomJVP(fn.Exp, func(x, v Value) (Value, Value) { return x, fn.ExpandDims(v, 0) }))(x)
		},
		"CustomJVP's function captured a traced f64[]": func() {
			transforms.Grad(func(y Value) Value {
				return transforms.CustomJVP(func(x Value) Value { return fn.Mul(x, y) }, push1)(x)
			})(x)
		},
	} {
		if got := message(t, call); !strings.Contains(got, text) {
			t.Errorf("got %q, want %q", got, text)
		}
	}
}

func push1(x, v Value) (Value, Value) { return x, v }
