package transforms_test

import (
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

var smooth = on(trace.KindDense, lrp{0.5})

// mixing keeps the shape of its argument, [3] or with axes before it, and contains a
// layer.
func mixing(w, b Value) Func {
	return func(x Value) Value { return fn.Add(fn.Tanh(dense("mix", x, w, b)), fn.Mul(x, num(0.3))) }
}

// ruledFirst wraps the ruled function; ruledLast puts the rules into what was wrapped.
func ruledFirst(k kindOfCall, f Func) Func { return k.wrap(transforms.WithRules(smooth, f)) }
func ruledLast(k kindOfCall, f Func) Func  { return transforms.WithRules(smooth, k.wrap(f)) }

// The gradient of Σ y² contains the rule once. Its derivative is the true derivative of
// that gradient.
func TestDerivativeOfModifiedGradientIsTrue(t *testing.T) {
	r := seeded(2)
	x, v, ct := draw(r, 3), draw(r, 3), draw(r, 3)
	f := mixing(draw(r, 3, 3), draw(r, 3))
	modified := transforms.Grad(squared(transforms.WithRules(smooth, f)))
	if plain := transforms.Grad(squared(f))(x); fn.SumAll(fn.Abs(fn.Sub(plain, modified(x)))).Float64() < 0.1 {
		t.Fatalf("the rule does not act: %v", plain)
	}
	for _, k := range kindsOfCalls() {
		if !k.captures {
			continue
		}
		t.Run(k.name, func(t *testing.T) {
			for how, h := range map[string]Func{"rules inside": ruledFirst(k, f), "rules outside": ruledLast(k, f)} {
				if how == "rules outside" && k.ruled {
					continue // the inner rule wins, and nothing is left to offer
				}
				sameBits(t, how+": value", h(x), f(x))
				g := transforms.Grad(squared(h))
				want(t, how+": gradient", g(x), modified(x))
				want(t, how+": gradient under Jit", transforms.Jit(g)(x), modified(x))
				want(t, how+": gradient under Vmap", transforms.Vmap(g)(fn.Stack(0, x, v)), fn.Stack(0, modified(x), modified(v)))
				along(t, how+": second derivative", g, x, v, ct)
			}
		})
	}
}

func TestDerivativeOfModifiedGradientIsTrueTwoDeep(t *testing.T) {
	r := seeded(3)
	x, v, ct := draw(r, 3), draw(r, 3), draw(r, 3)
	f := mixing(draw(r, 3, 3), draw(r, 3))
	modified := transforms.Grad(squared(transforms.WithRules(smooth, f)))
	difference := lawtest.FiniteDifference(modified, x, v)
	for _, outer := range kindsOfCalls() {
		for _, inner := range kindsOfCalls() {
			if !outer.captures || !inner.captures {
				continue
			}
			what := outer.name + " of " + inner.name
			places := map[string]Func{"inside": outer.wrap(ruledFirst(inner, f))}
			if !inner.ruled && outer.name != "ruled layer" {
				places["in the middle"] = outer.wrap(ruledLast(inner, f))
			}
			for how, h := range places {
				g := transforms.Grad(squared(h))
				within(t, what+", rules "+how+": JVP", slope(g, x, v), difference, 1e-7)
				within(t, what+", rules "+how+": VJP", dot(pulled(g, x, ct), v), dot(ct, difference), 1e-7)
			}
		}
	}
}

// Third order: the operations that the second derivative made from a rule are ordinary
// too.
func TestThirdDerivativeThroughRules(t *testing.T) {
	r := seeded(4)
	x, v, ct := draw(r, 3), draw(r, 3), draw(r, 3)
	f := transforms.WithRules(smooth, mixing(draw(r, 3, 3), draw(r, 3)))
	for _, k := range kindsOfCalls() {
		if k.captures {
			g := transforms.Grad(squared(k.wrap(f)))
			along(t, k.name, func(x Value) Value { return pulled(g, x, ct) }, x, v, ct)
		}
	}
}

// A nonlinear bare operation has a rule, and its output is used again.
func TestSecondDerivativeOfBareRule(t *testing.T) {
	x, v, ct := vector(0.3, -0.8, 1.4), vector(1, 0.5, -2), vector(0.2, 0.9, -0.4)
	f := transforms.WithRules(on(trace.KindActivation, pass{1.5}), func(x Value) Value { return fn.Mul(fn.Tanh(x), fn.Exp(x)) })
	along(t, "rule at tanh", transforms.Grad(squared(f)), x, v, ct)
	// R = 1.5·2y·exp + 2y·tanh·exp, y = tanh·exp
	th, ex := fn.Tanh(x), fn.Exp(x)
	y := fn.Mul(th, ex)
	want(t, "modified gradient", transforms.Grad(squared(f))(x),
		fn.Mul(fn.Mul(num(2), y), fn.Add(fn.Mul(num(1.5), ex), y)))
}

// The residuals that a user's fwd computes under rules have their true derivatives.
func TestDischargeInCustomVJP(t *testing.T) {
	r := seeded(5)
	w, b := draw(r, 3, 3), draw(r, 3)
	x, v, ct := draw(r, 3), draw(r, 3), draw(r, 3)
	inner := transforms.WithRules(smooth, func(x Value) Value { return dense("l", x, w, b) })
	f := func(x Value) Value { return fn.Sin(inner(x)) }
	h := transforms.CustomVJP(f,
		func(x Value) (Value, Value) { z := inner(x); return fn.Sin(z), fn.Cos(z) },
		func(c, ct Value) Value { return fn.MatMul(fn.Mul(ct, c), fn.Transpose(w, 1, 0)) })
	plain := func(x Value) Value { return fn.Sin(dense("l", x, w, b)) }
	want(t, "gradient", transforms.Grad(squared(h))(x), transforms.Grad(squared(plain))(x))
	along(t, "second derivative", transforms.Grad(squared(h)), x, v, ct)
	g := func(x Value) Value { return pulled(transforms.Grad(squared(h)), x, ct) }
	along(t, "third derivative", g, x, v, ct)
	wrapped := transforms.Checkpoint(h)
	along(t, "in a checkpoint", transforms.Grad(squared(wrapped)), x, v, ct)
	along(t, "mapped", transforms.Grad(squared(vmapTwice(h))), x, v, ct)
}

// Weights are values to a rule, so relevance is differentiable with respect to them.
func TestRelevanceByWeights(t *testing.T) {
	r := seeded(6)
	x, w, b := draw(r, 3), draw(r, 3, 3), draw(r, 3)
	v, ct := draw(r, 3, 3), draw(r, 3, 3)
	for _, target := range []Func{func(y Value) Value { return fn.OnesLike(y) }, func(y Value) Value { return fn.Mul(y, y) }} {
		relevance := func(w Value) Value {
			f := transforms.WithRules(smooth, mixing(w, b))
			return dot(transforms.Pull(f, target)(x), vector(0.3, -1, 2))
		}
		along(t, "relevance by weight", transforms.Grad(relevance), w, v, ct)
		difference := lawtest.FiniteDifference(relevance, w, v)
		within(t, "relevance by weight, first order", dot(transforms.Grad(relevance)(w), v), difference, 1e-7)
	}
}

// Weights and biases get true cotangents, computed from the modified cotangent that
// arrives.
func TestWeightsGetTrueCotangents(t *testing.T) {
	r := seeded(7)
	x, n := draw(r, 5, 3), newNetwork(r)
	ct := draw(r, 5, 2)
	rules := both(on(trace.KindDense, lrp{0.5}), on(trace.KindActivation, pass{0.7}))
	got := transforms.Pull(transforms.WithRules(rules, func(a []Value) Value { return network{a[1], a[2], a[3], a[4]}.apply(a[0]) }),
		func(Value) Value { return ct })(append([]Value{x}, n.arrays()...))
	hidden := fn.Tanh(fn.Add(fn.MatMul(x, n.W1), n.B1))
	// the relevance of the hidden layer, times 0.7
	second := transforms.WithRules(rules, func(h Value) Value { return dense("second", h, n.W2, n.B2) })
	at1 := fn.Mul(pulled(second, hidden, ct), num(0.7))
	want(t, "second weight", got[3], fn.MatMul(fn.Transpose(hidden, 1, 0), ct))
	want(t, "second bias", got[4], fn.Sum(ct, 0))
	want(t, "first weight", got[1], fn.MatMul(fn.Transpose(x, 1, 0), at1))
	want(t, "first bias", got[2], fn.Sum(at1, 0))
}

// A rule that is not linear in the relevance has no JVP. Everything in reverse mode
// works.
func TestNonlinearRuleHasNoJVP(t *testing.T) {
	x := vector(0.4, -0.6)
	f := transforms.WithRules(on(trace.KindReLU, rectify{}), func(x Value) Value {
		return fn.ReLU(fn.Mul(x, num(2)))
	})
	for name, wrap := range map[string]func(Func) Func{
		"plain": func(f Func) Func { return f }, "named": asLayer, "checkpoint": func(f Func) Func { return transforms.Checkpoint(f) },
		"scan": scanRows, "vmap": vmapTwice, "cond": condTrue, "jit": func(f Func) Func { return transforms.Jit(f) },
	} {
		t.Run(name, func(t *testing.T) {
			got := message(t, func() { slope(wrap(f), x, x) })
			for _, part := range []string{" of discharge_test.go:", "rectify", "relu#0", "not linear", "VJP"} {
				if !strings.Contains(got, part) {
					t.Errorf("%q does not say %q", got, part)
				}
			}
			want(t, "VJP", pulled(wrap(f), x, vector(1, -1)), vector(2, 0))
			g := transforms.Grad(squared(wrap(f)))
			want(t, "JVP of the modified gradient", slope(g, x, vector(1, 1)), vector(8, 0))
		})
	}
}

// Rules are removed too from the part that a derivative does not depend on. Here the
// derivative depends on x, and on y only by way of an integer.
func TestDischargeOfWhatIsNotDifferentiated(t *testing.T) {
	r := seeded(13)
	w, b := draw(r, 3, 3), draw(r, 3)
	x, v, ct := draw(r, 3), draw(r, 3), draw(r, 3)
	for _, k := range kindsOfCalls() {
		if !k.captures || k.ruled {
			continue
		}
		f := transforms.WithRules(smooth, k.wrap(func(x Value) Value { return dense("l", x, w, b) }))
		g := func(x Value) Value {
			return transforms.Grad(func(y Value) Value {
				whole := fn.Cast(fn.Cast(fn.SumAll(y), trace.Int64), trace.Float64)
				return dot(fn.Mul(y, y), f(fn.Add(x, whole)))
			})(vector(1.5, -0.2, 0.4))
		}
		along(t, k.name, g, x, v, ct)
	}
}
