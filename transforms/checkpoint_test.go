package transforms_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// deep is a chain of layers, each of them wrapped.
func deep(layers int, w Value, wrap func(Func) Func) Func {
	return func(x Value) Value {
		for range layers {
			x = wrap(func(x Value) Value {
				return fn.Tanh(fn.MatMul(fn.Tanh(fn.MatMul(fn.Tanh(x), w)), w))
			})(x)
		}
		return x
	}
}

func plainly(f Func) Func { return f }

func checkpointed(f Func) Func { return transforms.Checkpoint(f) }

// If cotangents meet only in the body, as in a chain, the first derivatives have the same
// bits. Otherwise their sums are grouped differently.
func TestCheckpointHasTheSameBits(t *testing.T) {
	r := seeded(10)
	w, x, v := draw(r, 4, 4), draw(r, 3, 4), draw(r, 3, 4)
	plain, check := deep(3, w, plainly), deep(3, w, checkpointed)
	for name, of := range map[string]func(f Func) Func{
		"value":                plainly,
		"gradient":             func(f Func) Func { return transforms.Grad(squared(f)) },
		"gradient of gradient": func(f Func) Func { return transforms.Grad(squared(transforms.Grad(squared(f)))) },
		"tangent":              func(f Func) Func { return func(x Value) Value { return slope(f, x, v) } },
		"forward over reverse": func(f Func) Func {
			return func(x Value) Value { return slope(transforms.Grad(squared(f)), x, v) }
		},
		"mapped": func(f Func) Func {
			return func(x Value) Value { return transforms.Vmap(transforms.Grad(squared(f)))(fn.Stack(0, x, v)) }
		},
	} {
		same := sameBits
		if name == "gradient of gradient" {
			same = want
		}
		same(t, name, of(check)(x), of(plain)(x))
		same(t, name+" under Jit", transforms.Jit(of(check))(x), transforms.Jit(of(plain))(x))
		nested := deep(3, w, func(f Func) Func { return checkpointed(checkpointed(f)) })
		same(t, name+" of nested checkpoints", of(nested)(x), of(plain)(x))
	}
}

// Recomputation is not merged with the original computation: the plan computes more and
// keeps less.
func TestCheckpointTakesLessMemory(t *testing.T) {
	r := seeded(11)
	w, x := draw(r, 16, 16), draw(r, 32, 16)
	type plan struct{ memory, products int }
	gradient := func(f Func) Func { return transforms.Grad(squared(f)) }
	explain := func(f Func) plan {
		c, err := transforms.Compile(f, x)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(c.Explain()), "\n")
		var p plan
		if _, err := fmt.Sscanf(lines[len(lines)-1], "memory %d bytes", &p.memory); err != nil {
			t.Fatalf("no memory in %q: %v", c.Explain(), err)
		}
		p.products = strings.Count(c.Program(), "= dot")
		return p
	}
	plain, check := explain(gradient(deep(8, w, plainly))), explain(gradient(deep(8, w, checkpointed)))
	if !(check.memory < plain.memory*2/3) {
		t.Errorf("memory %d bytes with checkpoints, %d without", check.memory, plain.memory)
	}
	if !(check.products >= plain.products+8) {
		t.Errorf("%d matrix products with checkpoints, %d without: nothing is recomputed", check.products, plain.products)
	}
	sameBits(t, "result", transforms.Jit(gradient(deep(8, w, checkpointed)))(x), transforms.Jit(gradient(deep(8, w, plainly)))(x))
	plain, check = explain(gradient(gradient(deep(8, w, plainly)))), explain(gradient(gradient(deep(8, w, checkpointed))))
	if !(check.memory < plain.memory*2/3) {
		t.Errorf("second order: memory %d bytes with checkpoints, %d without", check.memory, plain.memory)
	}
}

// A checkpoint around the step of a loop keeps only the carries.
func TestCheckpointInScan(t *testing.T) {
	r := seeded(12)
	w, x, rows := draw(r, 4, 4), draw(r, 4), draw(r, 5, 4)
	loop := func(wrap func(Func) Func) Func {
		return func(x Value) Value {
			c, ys := transforms.Scan(func(c, row Value) (Value, Value) {
				c = wrap(func(c Value) Value { return fn.Tanh(fn.Add(fn.MatMul(fn.Tanh(c), w), row)) })(c)
				return c, fn.SumAll(c)
			})(x, rows)
			return fn.Add(fn.SumAll(fn.Mul(c, c)), fn.SumAll(ys))
		}
	}
	plain, check := transforms.Grad(loop(plainly)), transforms.Grad(loop(checkpointed))
	sameBits(t, "gradient", check(x), plain(x))
	want(t, "second order", transforms.Grad(squared(check))(x), transforms.Grad(squared(plain))(x))
	sameBits(t, "forward over reverse", slope(check, x, w0(rows)), slope(plain, x, w0(rows)))
}

func w0(rows Value) Value { return fn.Index(rows, 0) }

// What a config names is kept and not computed again. Values and derivatives stay.
func TestCheckpointKeeps(t *testing.T) {
	w, x := draw(seeded(12), 4, 4), draw(seeded(13), 3, 4)
	block := func(x Value) Value {
		hidden := transforms.Named(transforms.Layer{Kind: "block"}, func(x Value, w Value) Value {
			return transforms.CheckpointName(fn.Tanh(fn.MatMul(x, w)), "hidden")
		})(x, w)
		return fn.Sin(fn.MatMul(fn.Exp(hidden), w))
	}
	count := func(f Func, op string) int {
		p := trace.Record(func(in []Value) []Value { return []Value{f(in[0])} }, []trace.Type{x.Type()})
		return strings.Count(p.String(), "= "+op)
	}
	gradient := func(f Func) Func { return transforms.Grad(squared(f)) }
	for _, tt := range []struct {
		what                 string
		c                    transforms.CheckpointConfig
		products, tanhs, exp int // in the program of the gradient, which has two more products
	}{
		{"nothing", transforms.CheckpointConfig{}, 6, 2, 2},
		{"another name", transforms.CheckpointConfig{Names: []string{"other"}}, 6, 2, 2},
		{"hidden", transforms.CheckpointConfig{Names: []string{"other", "hidden"}}, 5, 1, 2},
		{"linear", transforms.CheckpointConfig{Kinds: []trace.Kind{trace.KindLinear, trace.KindProduct}}, 4, 2, 2},
		{"activations", transforms.CheckpointConfig{Kinds: []trace.Kind{trace.KindActivation}}, 5, 1, 2},
	} {
		f := transforms.Checkpoint(block, tt.c)
		if p, h, e := count(gradient(f), "dot"), count(gradient(f), "tanh"), count(gradient(f), "exp("); p != tt.products || h != tt.tanhs || e != tt.exp {
			t.Errorf("%s: %d products, %d tanhs and %d exps, want %d, %d and %d", tt.what, p, h, e, tt.products, tt.tanhs, tt.exp)
		}
		sameBits(t, tt.what, f(x), block(x))
		for _, g := range []func(Func) Func{gradient, func(f Func) Func { return gradient(gradient(f)) }, func(f Func) Func {
			return func(x Value) Value { return slope(gradient(f), x, fn.OnesLike(x)) }
		}} {
			want(t, tt.what, g(f)(x), g(block)(x))
			want(t, tt.what+", compiled", transforms.Jit(g(f))(x), g(block)(x))
			want(t, tt.what+", batch", transforms.Vmap(g(f))(fn.Stack(0, x, x)), fn.Stack(0, g(block)(x), g(block)(x)))
		}
	}
	if p := transforms.Jit(func(x Value) Value { return transforms.CheckpointName(x, "x") }); p(num(1)).Float64() != 1 {
		t.Error("a name changed its value")
	}
}
