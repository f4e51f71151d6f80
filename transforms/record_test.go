package transforms_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// An operation on a traced and a captured array records what it does to the captured one,
// broadcasting included. The constants of the program are the arrays themselves.
func TestOperationsOnCapturedArraysAreRecorded(t *testing.T) {
	r := seeded(14)
	x, image := draw(r, 2, 3, 6, 6), draw(r, 2, 3, 6, 6)
	row, channel, positive := draw(r, 6), draw(r, 3), fn.Abs(draw(r, 3))
	kernel, in, out, bias := draw(r, 4, 3, 3, 3), draw(r, 6, 5), draw(r, 5, 6), draw(r, 5)
	cond := fn.Greater(draw(r, 6), num(0))
	arrays := []Value{image, row, channel, positive, kernel, in, out, bias, cond}
	for name, f := range map[string]Func{
		"add":             func(x Value) Value { return fn.Add(x, row) },
		"sub":             func(x Value) Value { return fn.Sub(row, x) },
		"mul":             func(x Value) Value { return fn.Mul(x, row) },
		"div":             func(x Value) Value { return fn.Div(row, x) },
		"pow":             func(x Value) Value { return fn.Pow(fn.Abs(x), row) },
		"maximum":         func(x Value) Value { return fn.Maximum(x, row) },
		"less":            func(x Value) Value { return fn.Less(row, x) },
		"where":           func(x Value) Value { return fn.Where(cond, x, row) },
		"where of traced": func(x Value) Value { return fn.Where(fn.Greater(x, num(0)), row, x) },
		"mask":            func(x Value) Value { return fn.Mask(cond, x) },
		"conv":            func(x Value) Value { return fn.Conv(x, kernel, fn.ConvConfig{}) },
		"batch norm":      func(x Value) Value { return fn.BatchNorm(x, channel, positive, channel, channel, 1e-5) },
		"layer norm":      func(x Value) Value { return fn.LayerNorm(x, row, row, 1e-5, 1) },
		"prelu":           func(x Value) Value { return fn.PReLU(x, channel) },
		"linear":          func(x Value) Value { return fn.Linear(x, out, bias) },
		"dot":             func(x Value) Value { return fn.MatMul(x, in) },
		"concat":          func(x Value) Value { return fn.Concat(0, x, image) },
		"stack":           func(x Value) Value { return fn.Stack(0, image, x) },
	} {
		p := trace.Record(func(in []Value) []Value { return []Value{f(in[0])} }, []trace.Type{x.Type()})
		for _, c := range p.Consts {
			known := c.Value.Rank() == 0
			for _, a := range arrays {
				known = known || trace.Same(a, c.Value)
			}
			if !known {
				t.Errorf("%s: the constant %v was computed while tracing", name, c.Value.Type())
			}
		}
	}
}
