package transforms_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Loops and choices report what they are linear in: operands that their bodies are linear
// in jointly, and none that a body multiplies with another marked operand.
func TestLoopsAndChoicesSayWhatTheyAreLinearIn(t *testing.T) {
	loop := func(step func(c, row, w Value) Value) func(x, w Value) Value {
		return func(x, w Value) Value {
			last, _ := transforms.Scan(func(c, row Value) (Value, Value) { return step(c, row, w), c })(x, fn.Stack(0, x, x))
			return last
		}
	}
	scaled := loop(func(c, row, w Value) Value { return fn.Add(fn.Mul(c, w), row) })
	squared := loop(func(c, row, w Value) Value { return fn.Add(fn.Mul(c, c), fn.Mul(row, w)) })
	chosen := func(x, w Value) Value {
		twice := func(x Value) Value { return fn.Mul(x, num(2)) }
		times := func(x Value) Value { return fn.Mul(x, w) }
		return transforms.Cond(fn.Less(w, num(1)), twice, times)(x)
	}
	const yes, no = true, false
	for _, c := range []struct {
		name   string
		f      func(x, w Value) Value
		op     string
		marked []bool // a loop has w, carry, rows; a choice has whether, w, x
		want   bool
	}{
		{"a loop in what it scales", scaled, "scan", []bool{no, yes, yes}, true},
		{"a loop in its carry alone", scaled, "scan", []bool{no, yes, no}, false},
		{"a loop in its factor", scaled, "scan", []bool{yes, no, no}, false},
		{"a loop in all", scaled, "scan", []bool{yes, yes, yes}, false},
		{"a loop of squares", squared, "scan", []bool{no, yes, yes}, false},
		{"a choice in what it scales", chosen, "cond", []bool{no, no, yes}, true},
		{"a choice in a factor of one function", chosen, "cond", []bool{no, yes, no}, false},
		{"a choice in all", chosen, "cond", []bool{no, yes, yes}, false},
	} {
		p := trace.Record(func(in []Value) []Value { return []Value{c.f(in[0], in[1])} }, []trace.Type{num(1).Type(), num(1).Type()})
		e := p.Eqns[len(p.Eqns)-1]
		op, ok := e.Op.(trace.Linear)
		if !ok || e.Op.Name() != c.op || len(e.In) != len(c.marked) {
			t.Fatalf("%s: want a %s of %d operands at the end of\n%s", c.name, c.op, len(c.marked), p)
		}
		if got := op.LinearIn(c.marked); got != c.want {
			t.Errorf("%s: got %t, want %t in\n%s", c.name, got, c.want, p)
		}
	}
}

// A tap passes on its operand, and the change of it: it is linear in either.
func TestTapsAreLinear(t *testing.T) {
	type tapped = transforms.TapArg[Value]
	f := transforms.WithTaps(func(x Value) Value { return fn.Sin(fn.Tanh(x)) }, "tanh#0")
	p := trace.Record(func(in []Value) []Value {
		return []Value{f(tapped{X: in[0], Taps: map[string]Value{"tanh#0": in[1]}}).Y}
	}, []trace.Type{num(1).Type(), num(1).Type()})
	found := false
	for _, e := range p.Eqns {
		if e.Op.Name() != "tap" {
			continue
		}
		found = true
		for _, marked := range [][]bool{{true, false}, {false, true}, {true, true}} {
			if op, ok := e.Op.(trace.Linear); !ok || !op.LinearIn(marked) {
				t.Errorf("a tap says that it is not linear in %v", marked)
			}
		}
	}
	if !found {
		t.Errorf("no tap in\n%s", p)
	}
}
