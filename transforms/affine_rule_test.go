package transforms_test

import (
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// relevanceRule is a rule for one data operand. It computes relevance from the operand
// and the arriving relevance.
type relevanceRule struct {
	name string
	of   func(x, r Value) Value
}

func (r relevanceRule) String() string { return r.name }

func (r relevanceRule) Relevance(_ *Site, in, _, rel []Value) []Value {
	return []Value{r.of(in[0], rel[0])}
}

// wraps are ways to call a function with a rule inside.
func wraps() map[string]func(Func) Func {
	return map[string]func(Func) Func{
		"plain": func(f Func) Func { return f }, "named": asLayer, "checkpoint": func(f Func) Func { return transforms.Checkpoint(f) },
		"scan": scanRows, "vmap": vmapTwice, "cond": condTrue, "jit": func(f Func) Func { return transforms.Jit(f) },
		"nested":     func(f Func) Func { return transforms.Jit(asLayer(transforms.Checkpoint(vmapTwice(f)))) },
		"under jit":  func(f Func) Func { return func(x Value) Value { return transforms.Jit(f)(x) } },
		"ruled":      func(f Func) Func { return transforms.WithRules(nothing, f) },
		"scan, vmap": func(f Func) Func { return scanRows(vmapTwice(f)) },
	}
}

// Some rules give relevance that does not depend on the relevance they get, or not
// linearly. Their tangent was 0, as if they were linear.
func TestFaultB3RuleThatIsNotLinearHasNoJVP(t *testing.T) {
	x := vector(0.4, -0.6)
	one := func(x Value) Value { return fn.OnesLike(x) }
	for _, rule := range []relevanceRule{
		{"constant", func(x, _ Value) Value { return one(x) }},
		{"input", func(x, _ Value) Value { return x }},
		{"plus constant", func(x, r Value) Value { return fn.Add(r, one(x)) }},
		{"plus input", func(x, r Value) Value { return fn.Sub(x, r) }},
		{"squared", func(_, r Value) Value { return fn.Mul(r, r) }},
		{"constant in part", func(x, r Value) Value {
			return fn.Concat(0, fn.Slice(r, fn.SliceConfig{Stop: []int{1}}), fn.Slice(x, fn.SliceConfig{Start: []int{1}}))
		}},
		{"constant where positive", func(x, r Value) Value { return fn.Where(fn.Greater(x, num(0)), x, r) }},
		{"constant branch", func(x, r Value) Value {
			return transforms.Cond(fn.Greater(fn.SumAll(x), num(-9)), func(r Value) Value { return x }, func(r Value) Value { return r })(r)
		}},
		{"constant carry", func(x, r Value) Value {
			y, _ := transforms.Scan(func(r, row Value) (Value, []Value) { return x, nil })(r, vector(1, 2, 3))
			return y
		}},
		{"constant beside the carry", func(x, r Value) Value {
			type pair struct{ R, X Value }
			y, _ := transforms.Scan(func(p pair, row Value) (pair, []Value) {
				return pair{fn.Mul(p.R, row), fn.Add(p.X, row)}, nil
			})(pair{r, x}, vector(1, 2, 3))
			return y.X
		}},
		{"carry times what comes beside it", func(x, r Value) Value {
			type pair struct{ R, X Value }
			y, _ := transforms.Scan(func(p pair, row Value) (pair, []Value) {
				return pair{fn.Mul(p.R, row), fn.Add(p.X, row)}, nil
			})(pair{r, x}, vector(1, 2, 3))
			return fn.Mul(y.R, y.X)
		}},
	} {
		for name, wrap := range wraps() {
			t.Run(rule.name+"/"+name, func(t *testing.T) {
				f := wrap(transforms.WithRules(on(trace.KindReLU, rule), func(x Value) Value { return fn.ReLU(x) }))
				got := message(t, func() { slope(f, x, x) })
				for _, part := range []string{" of affine_rule_test.go:", "rule " + rule.name + " at relu#0", "not linear", "VJP"} {
					if !strings.Contains(got, part) {
						t.Errorf("%q does not say %q", got, part)
					}
				}
			})
		}
	}
}

// A relevance of zeros is linear, by itself or beside a linear one.
func TestRuleWithZerosHasAJVP(t *testing.T) {
	x, u := vector(0.4, -0.6), vector(2, 3)
	zero := func(x Value) Value { return fn.ZerosLike(x) }
	for _, test := range []struct {
		relevanceRule
		want Value
	}{
		{relevanceRule{"zeros", func(x, _ Value) Value { return zero(x) }}, vector(0, 0)},
		{relevanceRule{"weak zeros", func(x, _ Value) Value { return fn.FullLike(x, 0) }}, vector(0, 0)},
		{relevanceRule{"zeros of operations", func(x, _ Value) Value {
			return fn.Mask(fn.Greater(x, num(0)), fn.Neg(fn.Mul(zero(x), fn.Exp(x))))
		}}, vector(0, 0)},
		{relevanceRule{"an array of zeros", func(x, _ Value) Value { return fn.Add(zero(x), vector(0, 0)) }}, vector(0, 0)},
		{relevanceRule{"plus zeros", func(x, r Value) Value { return fn.Add(zero(x), fn.Sub(r, fn.Mul(zero(x), x))) }}, u},
		{relevanceRule{"beside zeros", func(x, r Value) Value {
			return fn.Concat(0, fn.Slice(r, fn.SliceConfig{Stop: []int{1}}), fn.Slice(zero(x), fn.SliceConfig{Start: []int{1}}))
		}}, vector(2, 0)},
		{relevanceRule{"zeros where positive", func(x, r Value) Value { return fn.Where(fn.Greater(x, num(0)), zero(x), r) }}, vector(0, 3)},
		{relevanceRule{"zeros in a branch", func(x, r Value) Value {
			return transforms.Cond(fn.Greater(fn.SumAll(x), num(-9)), func(r Value) Value { return fn.Mul(r, num(2)) }, func(r Value) Value { return zero(x) })(r)
		}}, vector(4, 6)},
		{relevanceRule{"a sum in a loop", func(x, r Value) Value {
			y, _ := transforms.Scan(func(sum, row Value) (Value, []Value) { return fn.Add(sum, fn.Mul(r, row)), nil })(zero(x), vector(1, 2, 3))
			return y
		}}, vector(12, 18)},
	} {
		for name, wrap := range wraps() {
			f := wrap(transforms.WithRules(on(trace.KindReLU, test.relevanceRule), fn.ReLU))
			want(t, test.name+", "+name, slope(f, x, u), test.want)
		}
	}
}
