package transforms_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
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
