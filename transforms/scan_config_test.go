package transforms_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// affineStep has a carry, a row and a result, none of which is like another.
func affineStep(c, x Value) (Value, Value) {
	next := fn.Add(fn.Mul(c, fn.Scalar(0.5)), fn.Sin(x))
	return next, fn.Mul(next, x)
}

// A reverse loop is the loop over flipped rows, flipped back, and an unrolled loop is the
// loop itself: values and derivatives.
func TestScanConfig(t *testing.T) {
	type both struct{ C, Xs Value }
	apply := func(c ...transforms.ScanConfig) func(p both) Value {
		return func(p both) Value {
			last, ys := transforms.Scan(affineStep, c...)(p.C, p.Xs)
			return fn.Concat(0, last, fn.Reshape(ys, -1))
		}
	}
	flipped := func(p both) Value {
		last, ys := transforms.Scan(affineStep)(p.C, fn.Flip(p.Xs, 0))
		return fn.Concat(0, last, fn.Reshape(fn.Flip(ys, 0), -1))
	}
	r := seeded(31)
	for n := range 8 {
		p := both{draw(r, 2), draw(r, n, 2)}
		gradient := func(f func(both) Value) Value {
			g := transforms.Grad(func(p both) Value { return fn.SumAll(fn.Sin(f(p))) })(p)
			return fn.Concat(0, g.C, fn.Reshape(g.Xs, -1))
		}
		for unroll := range 5 {
			for _, c := range []struct {
				reverse bool
				as      func(both) Value
			}{{false, apply()}, {true, flipped}} {
				f := apply(transforms.ScanConfig{Reverse: c.reverse, Unroll: unroll})
				what := fmt.Sprintf("%d rows, unrolled %d times, reverse %v", n, unroll, c.reverse)
				sameBits(t, what, f(p), c.as(p))
				sameBits(t, what+", compiled", transforms.Jit(f)(p), c.as(p))
				want(t, what+", gradient", gradient(f), gradient(c.as))
			}
		}
	}
}

// Without rows, the config gives the number of steps.
func TestScanLength(t *testing.T) {
	doubled := func(c Value, _ none) (Value, Value) { return fn.Add(c, c), c }
	last, ys := transforms.Scan(doubled, transforms.ScanConfig{Length: 4, Unroll: 3})(num(1), none{})
	sameBits(t, "last", last, num(16))
	sameBits(t, "ys", ys, vector(1, 2, 4, 8))
	for text, call := range map[string]func(){
		"Scan over no rows: xs has no leaves, so the number of steps is not known: set ScanConfig.Length, or use For": func() { transforms.Scan(doubled)(num(1), none{}) },
		"Scan over 2 rows with a ScanConfig.Length of 3": func() {
			transforms.Scan(affineStep, transforms.ScanConfig{Length: 3})(num(1), vector(1, 2))
		},
		"Scan with a length of -1 and an unrolling of 0":    func() { transforms.Scan(doubled, transforms.ScanConfig{Length: -1})(num(1), none{}) },
		"2 of type transforms.ScanConfig: give at most one": func() { transforms.Scan(doubled, transforms.ScanConfig{}, transforms.ScanConfig{}) },
		"For of -1 steps": func() { transforms.For(-1, func(_, c Value) Value { return c }) },
	} {
		if err := trace.Try(call); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("got %v, want %q", err, text)
		}
	}
}

func TestFor(t *testing.T) {
	factorial := func(n int) Func {
		return transforms.For(n, func(i, c Value) Value { return fn.Mul(c, fn.Add(fn.Cast(i, trace.Float64), fn.Scalar(1))) })
	}
	for n, wanted := range map[int]float64{0: 1, 1: 1, 5: 120} {
		sameBits(t, "eager", factorial(n)(num(1)), num(wanted))
		sameBits(t, "compiled", transforms.Jit(factorial(n))(num(1)), num(wanted))
		sameBits(t, "gradient", transforms.Grad(factorial(n))(num(1)), num(wanted))
	}
}

// An associative scan brackets otherwise than a loop, and is equal to it for what is
// associative: products of matrices, which do not commute.
func TestAssociativeScan(t *testing.T) {
	type affine struct{ A, B Value } // x ↦ A x + B
	then := func(f, g affine) affine { return affine{fn.MatMul(g.A, f.A), fn.Add(fn.MatMul(g.A, f.B), g.B)} }
	loop := func(xs affine) Value {
		_, ys := transforms.Scan(func(c, x affine) (affine, affine) { c = then(c, x); return c, c })(affine{fn.Eye(trace.Float64, 2), fn.Zeros(trace.TypeOf(trace.Float64, 2, 1))}, xs)
		return fn.Concat(0, fn.Reshape(ys.A, -1), fn.Reshape(ys.B, -1))
	}
	pairs := func(xs affine) Value {
		ys := transforms.AssociativeScan(then)(xs)
		return fn.Concat(0, fn.Reshape(ys.A, -1), fn.Reshape(ys.B, -1))
	}
	r := seeded(8)
	for n := range 10 {
		xs := affine{draw(r, n, 2, 2), draw(r, n, 2, 1)}
		what := fmt.Sprint(n, " rows")
		want(t, what, pairs(xs), loop(xs))
		sameBits(t, what+", compiled", transforms.Jit(pairs)(xs), pairs(xs))
		gradient := func(f func(affine) Value) Value {
			g := transforms.Grad(func(p affine) Value { return fn.SumAll(fn.Sin(f(p))) })(xs)
			return fn.Concat(0, fn.Reshape(g.A, -1), fn.Reshape(g.B, -1))
		}
		want(t, what+", gradient", gradient(pairs), gradient(loop))
	}
	for text, call := range map[string]func(){
		"AssociativeScan over no rows":            func() { transforms.AssociativeScan(func(a, b []Value) []Value { return a })(nil) },
		"AssociativeScan over its only leaf, the": func() { transforms.AssociativeScan(fn.Add)(num(1)) },
		"AssociativeScan over 2 rows at [0] and 3 at [1]: all leaves must have the same number": func() {
			transforms.AssociativeScan(func(a, b []Value) []Value { return a })([]Value{vector(1, 2), vector(1, 2, 3)})
		},
		"result of AssociativeScan's combine at its only leaf is": func() {
			transforms.AssociativeScan(func(a, b Value) Value { return fn.Stack(0, a, b) })(vector(1, 2))
		},
		"AssociativeScan: combine returned nothing at": func() {
			transforms.AssociativeScan(func(a, b []Value) []Value { return []Value{a[0], {}} })([]Value{vector(1, 2), vector(3, 4)})
		},
	} {
		if err := trace.Try(call); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("got %v, want %q", err, text)
		}
	}
}

// Linearize is JVP with the tangent given later; LinearTranspose is the pullback of a
// linear function.
func TestLinearize(t *testing.T) {
	r := seeded(5)
	type in struct{ X, I Value }
	f := func(p in) Value { return fn.Mul(fn.Sin(p.X), fn.Exp(fn.Take(p.X, p.I, 0))) }
	p, v := in{draw(r, 3), trace.New([]int64{2, 0, 1})}, in{X: draw(r, 3)}
	y, push := transforms.Linearize(f)(p)
	value, tangent := transforms.JVP(f)(p, v)
	sameBits(t, "value", y, value)
	sameBits(t, "tangent", push(v), tangent)
	want(t, "a multiple", push(in{X: fn.Mul(v.X, num(3))}), fn.Mul(tangent, num(3)))
	inside := func(p in) Value { _, push := transforms.Linearize(f)(p); return push(v) }
	sameBits(t, "compiled", transforms.Jit(inside)(p), tangent)
	if err := trace.Try(func() { transforms.Linearize(fn.Neg)(trace.Scalar(int64(1))) }); err == nil || !strings.Contains(err.Error(), "Linearize with respect to i64[]") {
		t.Errorf("got %v", err)
	}
}

func TestLinearTranspose(t *testing.T) {
	r := seeded(6)
	a, x, ct := draw(r, 3, 2), draw(r, 2), draw(r, 3)
	f := func(p []Value) Value { return fn.Add(fn.Dot(a, p[0]), fn.CumSum(p[1], 0)) }
	like := []Value{trace.Unknown(x.Type()), trace.Unknown(ct.Type())}
	got := transforms.LinearTranspose(f, like)(ct)
	want(t, "transpose", got[0], fn.Dot(ct, a))
	_, pull := transforms.VJP(f)([]Value{x, ct})
	for i, g := range pull(ct) {
		sameBits(t, "pullback", got[i], g)
	}
	back := transforms.LinearTranspose(transforms.LinearTranspose(f, like), ct)([]Value{x, ct})
	want(t, "transposed twice", back, f([]Value{x, ct}))
	want(t, "of a matrix, compiled", transforms.Jit(func(a Value) Value {
		return transforms.LinearTranspose(func(x Value) Value { return fn.Dot(a, x) }, x)(ct)
	})(a), fn.Dot(ct, a))
	for text, call := range map[string]func(){
		"LinearTranspose of a function that is not linear: it applies sin to it": func() { transforms.LinearTranspose(fn.Sin, x)(x) },
		"LinearTranspose of a function that is not linear: a f64[2] does not depend on it, and is not known to be zero": func() {
			transforms.LinearTranspose(func(Value) Value { return x }, x)(x)
		},
		"LinearTranspose with respect to i64[]": func() { transforms.LinearTranspose(fn.Neg, trace.Scalar(int64(1))) },
		"LinearTranspose of a function of i64[] at [1]: nothing is linear in integers": func() {
			transforms.LinearTranspose(func(x []Value) Value { return x[0] }, []Value{x, trace.Scalar(int64(1))})
		},
		"the cotangent at its only leaf is f64[3], want f64[2]": func() { transforms.LinearTranspose(fn.Neg, x)(ct) },
	} {
		if err := trace.Try(call); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("got %v, want %q", err, text)
		}
	}
}
