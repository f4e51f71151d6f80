package transforms_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// secret is a rule that prints alike whatever its factor is. The factor is behind a
// pointer, and its Stringer leaves it out.
type secret struct{ factor *float64 }

func (secret) String() string { return "secret" }

func (s secret) Relevance(_ *Site, _, _, r []Value) []Value {
	return []Value{fn.Mul(r[0], num(*s.factor))}
}

// alternating gives the sites of a kind the given rules in turn.
type alternating struct {
	kind  trace.Kind
	rules []transforms.Rule
}

func (alternating) String() string { return "alternating" }

func (a alternating) Assign(sites []*Site) ([]transforms.Choice, error) {
	out, next := make([]transforms.Choice, len(sites)), 0
	for i, s := range sites {
		if s.Kind.Is(a.kind) {
			out[i].Rule = a.rules[next%len(a.rules)]
			next++
		}
	}
	return out, nil
}

// Two rules that print alike on one operation with one operand are different, through
// every transform.
func TestRulesThatPrintAlikeAreTwo(t *testing.T) {
	two, three := 2.0, 3.0
	x, one := vector(0.5, -1), vector(1, 1)
	for name, c := range map[string]alternating{
		"pointers": {trace.KindReLU, []transforms.Rule{secret{&two}, secret{&three}}},
		"functions": {trace.KindReLU, []transforms.Rule{
			relevanceRule{"secret", func(_, r Value) Value { return fn.Mul(r, num(2)) }},
			relevanceRule{"secret", func(_, r Value) Value { return fn.Mul(r, num(3)) }}}},
	} {
		f := transforms.WithRules(c, func(x Value) Value { return fn.Add(fn.ReLU(x), fn.Mul(fn.ReLU(x), num(10))) })
		for how, wrap := range wraps() {
			for jitted, pull := range map[string]Func{
				"":     transforms.Pull(wrap(f), fn.OnesLike),
				" jit": transforms.Jit(transforms.Pull(wrap(f), fn.OnesLike)),
				" jvp": func(x Value) Value { return slope(wrap(f), x, one) },
				" vmap": func(x Value) Value {
					return fn.Index(transforms.Vmap(transforms.Pull(wrap(f), fn.OnesLike))(fn.Stack(0, x, x)), 1)
				},
			} {
				want(t, name+", "+how+jitted, pull(x), vector(2+30, 2+30))
			}
		}
		want(t, name+", jit of the values", transforms.Jit(f)(x), vector(5.5, 0))
	}
}

// Two layers of one kind and path on one operand are different, though they print alike.
func TestLayersThatPrintAlikeAreTwo(t *testing.T) {
	block := func(f Func) Func {
		return func(x Value) Value {
			return transforms.Named(Layer{Kind: "block", Path: "p"}, func(x Value, _ []Value) Value { return f(x) })(x, nil)
		}
	}
	f := func(x Value) Value { return fn.Sub(block(fn.Square)(x), block(fn.Neg)(x)) }
	x := vector(2, 3)
	for name, g := range map[string]Func{
		"jit": transforms.Jit(f), "ruled": transforms.Jit(transforms.WithRules(on("block", pass{1}), f)),
		"checkpointed": transforms.Jit(func(x Value) Value { return transforms.Checkpoint(f)(x) }),
	} {
		want(t, name, g(x), vector(6, 12))
	}
}

// A rule among the static parts of an argument distinguishes programs by its values, not
// by its print.
func TestJitTellsRulesApartThatPrintAlike(t *testing.T) {
	type in struct {
		X    Value
		Rule transforms.Rule
	}
	two, three := 2.0, 3.0
	f := transforms.Jit(func(a in) Value {
		return transforms.Pull(transforms.WithRules(on(trace.KindReLU, a.Rule), fn.ReLU), fn.OnesLike)(a.X)
	})
	x := vector(1, -1)
	want(t, "two", f(in{x, secret{&two}}), vector(2, 2))
	want(t, "three", f(in{x, secret{&three}}), vector(3, 3))
	err := trace.Try(func() { f(in{x, relevanceRule{"secret", func(_, r Value) Value { return r }}}) })
	if err == nil || !strings.Contains(err.Error(), "func") {
		t.Errorf("a rule with a function: %v", err)
	}
}

// Paths from a file are printed on one line, quoted, wherever they are printed: rows of a
// table cannot be forged.
func TestFaultC11PathsPrintOnOneLine(t *testing.T) {
	path := "a\nb  linear.dense  f64[1]  Epsilon(0)\x00\xff\u202e"
	x, w, b := vector(1, 2), draw(seeded(3), 2, 2), draw(seeded(4), 2)
	f := func(x Value) Value {
		x = dense(path, x, w, b)
		return transforms.Named(Layer{Kind: "x\ny", Path: strings.Repeat("long", 1000)}, func(x Value, _ []Value) Value { return fn.Exp(x) })(x, nil)
	}
	bare := func(text string) bool {
		return strings.ContainsAny(text, "\x00\u202e") || strings.Contains(text, "\xff")
	}
	report := transforms.Plan(nothing, f, x)
	text := report.String()
	if lines := strings.Count(text, "\n"); lines != 1+len(report.Rows) || bare(text) || !strings.Contains(text, `"a\nb  linear.dense  f64[1]  Epsilon(0)\x00\xff\u202e"`) {
		t.Errorf("%d lines for %d rows:\n%q", lines, len(report.Rows), text)
	}
	program := trace.Record(func(in []Value) []Value { return []Value{f(in[0])} }, []trace.Type{x.Type()}).String()
	plain := trace.Record(func(in []Value) []Value { return []Value{dense("a", in[0], w, b)} }, []trace.Type{x.Type()}).String()
	if bare(program) || !strings.Contains(program, `linear.dense{"a\nb`) || !strings.Contains(plain, "linear.dense{a}") {
		t.Errorf("the program prints as\n%q", program)
	}
	for what, fail := range map[string]func(){
		"taps": func() { transforms.WithTaps(f, "a\nc")(transforms.TapArg[Value]{X: x}) },
		"rule": func() { slope(transforms.WithRules(on(trace.KindDense, rectify{}), f), x, x) },
		"many taps": func() {
			transforms.WithTaps(func(x Value) Value {
				for range 1000 {
					x = fn.Exp(x)
				}
				return x
			}, strings.Repeat("x", 1e6))(transforms.TapArg[Value]{X: x})
		},
	} {
		got := message(t, fail)
		if bare(got) || strings.Contains(got, "\n") || len(got) > 2000 {
			t.Errorf("%s: %d bytes, %.300q", what, len(got), got)
		}
	}
	if s := fmt.Sprint(report.Rows[len(report.Rows)-2].Site); len(s) > 200 || !strings.Contains(s, `(4000 bytes) ("x\ny")`) {
		t.Errorf("a site prints as %.300q", s)
	}
}
