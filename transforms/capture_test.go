package transforms_test

import (
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// captured is a function of a that calls wrap(f). f captures a, and its argument may or
// may not depend on a.
func captured(wrap func(Func) Func, x Value, argument Func) Func {
	return func(a Value) Value {
		f := func(x Value) Value {
			return fn.Add(fn.Tanh(fn.Mul(x, a)), fn.Mul(a, fn.Sin(x)))
		}
		return wrap(f)(fn.Mul(x, argument(a)))
	}
}

// Every kind of call takes the traced values that its function captured as operands.
func TestCapturedValuesAreDifferentiatedAndBatched(t *testing.T) {
	r := seeded(1)
	x, a, v, ct, u := draw(r, 3), draw(r, 3), draw(r, 3), draw(r, 3), draw(r, 3)
	arguments := map[string]Func{"of a": fn.Cos, "constant": func(a Value) Value { return num(1) }}
	for argument, of := range arguments {
		plain := captured(func(f Func) Func { return f }, x, of)
		for _, k := range kindsOfCalls() {
			if !k.captures {
				continue
			}
			t.Run(k.name+"/"+argument, func(t *testing.T) {
				f := captured(k.wrap, x, of)
				sameBits(t, "value", f(a), plain(a))
				within(t, "JVP", slope(f, a, v), lawtest.FiniteDifference(plain, a, v), 1e-7)
				along(t, "derivative", f, a, v, ct)
				g, h := func(a Value) Value { return pulled(plain, a, ct) }, func(a Value) Value { return pulled(f, a, ct) }
				want(t, "Grad", transforms.Grad(sumOf(f))(a), transforms.Grad(sumOf(plain))(a))
				want(t, "VJP of VJP", pulled(h, a, u), pulled(g, a, u))
				want(t, "JVP of VJP", slope(h, a, v), slope(g, a, v))
				rows := fn.Stack(0, a, v, ct, u)
				want(t, "Vmap", transforms.Vmap(f)(rows), fn.Stack(0, plain(a), plain(v), plain(ct), plain(u)))
				want(t, "Vmap of VJP", transforms.Vmap(h)(rows), fn.Stack(0, g(a), g(v), g(ct), g(u)))
				want(t, "VJP of Vmap", pulled(transforms.Vmap(f), rows, rows), pulled(transforms.Vmap(plain), rows, rows))
			})
		}
	}
}

// Two calls deep, the outer one captures what the inner one needs.
func TestCapturedValuesThroughTwoCalls(t *testing.T) {
	r := seeded(1)
	x, a, v, ct := draw(r, 3), draw(r, 3), draw(r, 3), draw(r, 3)
	plain := captured(func(f Func) Func { return f }, x, fn.Cos)
	g := func(a Value) Value { return pulled(plain, a, ct) }
	for _, outer := range kindsOfCalls() {
		for _, inner := range kindsOfCalls() {
			if !outer.captures || !inner.captures {
				continue
			}
			what := outer.name + " of " + inner.name
			f := captured(func(f Func) Func { return outer.wrap(inner.wrap(f)) }, x, fn.Cos)
			h := func(a Value) Value { return pulled(f, a, ct) }
			want(t, what+": VJP", h(a), g(a))
			want(t, what+": JVP of VJP", slope(h, a, v), slope(g, a, v))
			want(t, what+": Vmap of VJP", transforms.Vmap(h)(fn.Stack(0, a, v)), fn.Stack(0, g(a), g(v)))
		}
	}
}

// A value captured from two levels of differentiation belongs to both.
func TestCapturedFromTwoLevels(t *testing.T) {
	for _, k := range kindsOfCalls() {
		if !k.captures {
			continue
		}
		// d/da d/db of sin(a·b·x) + a²b at x = 1: cos(ab) - ab·sin(ab) + 2a
		f := transforms.Grad(func(a Value) Value {
			return transforms.Grad(func(b Value) Value {
				return k.wrap(func(x Value) Value {
					ab := fn.Mul(a, b)
					return fn.Add(fn.Sin(fn.Mul(ab, x)), fn.Mul(a, ab))
				})(num(1))
			})(num(0.7))
		})
		a := num(0.4)
		ab := fn.Mul(a, num(0.7))
		exact := fn.Add(fn.Sub(fn.Cos(ab), fn.Mul(ab, fn.Sin(ab))), fn.Mul(num(2), a))
		want(t, k.name, f(a), fn.Add(exact, num(0)))
	}
}

func TestCustomVJPRefusesCapturedValues(t *testing.T) {
	x := vector(1, 2)
	identity := func(x Value) Value { return x }
	keep := func(x Value) (Value, Value) { return x, x }
	back := func(_, ct Value) Value { return ct }
	for name, f := range map[string]func(a Value) Func{
		"CustomVJP's function": func(a Value) Func {
			return transforms.CustomVJP(func(x Value) Value { return fn.Mul(x, a) }, keep, back)
		},
		"CustomVJP's fwd": func(a Value) Func {
			return transforms.CustomVJP(identity, func(x Value) (Value, Value) { return x, fn.Mul(x, a) }, back)
		},
		"CustomVJP's bwd": func(a Value) Func {
			return transforms.CustomVJP(identity, keep, func(_, ct Value) Value { return fn.Mul(ct, a) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := message(t, func() {
				transforms.Grad(func(a Value) Value {
					return transforms.Grad(func(x Value) Value { return fn.SumAll(f(a)(x)) })(x)
				})(x)
			})
			if !strings.HasPrefix(got, "capture_test.go:") || !strings.Contains(got, name+" captured a traced f64[2]") || !strings.Contains(got, "part of the argument") {
				t.Errorf("got %q", got)
			}
		})
	}
}
