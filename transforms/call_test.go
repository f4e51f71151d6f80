package transforms_test

import (
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

func recorded(f Func, x Value) *trace.Program {
	return trace.Record(func(in []Value) []Value { return []Value{f(in[0])} }, []trace.Type{x.Type()})
}

// callerIn returns the equation of a program whose op has bodies, or may have.
func callerIn(t *testing.T, p *trace.Program) *trace.Eqn {
	t.Helper()
	for i := range p.Eqns {
		if _, ok := p.Eqns[i].Op.(trace.Caller); ok {
			return &p.Eqns[i]
		}
	}
	t.Fatalf("no call in\n%v", p)
	return nil
}

// A call takes operands only of the types and the number that its body was traced for.
func TestFaultC12CallRefusesOtherTypes(t *testing.T) {
	x := vector(1, 2)
	for name, f := range map[string]Func{
		"layer": asLayer(func(x Value) Value { return fn.Tanh(x) }), "checkpoint": transforms.Checkpoint(fn.Tanh),
		"ruled": transforms.WithRules(on("block", pass{1}), asLayer(fn.Tanh)),
	} {
		op := callerIn(t, recorded(f, x)).Op
		want(t, name, trace.Bind1(op, x), fn.Tanh(x))
		for in, part := range map[string]string{
			"f64[3]":    "operand 0 is f64[3], the body was traced for f64[2]",
			"f32[2]":    "operand 0 is f32[2], the body was traced for f64[2]",
			"two":       "2 operands for a body of 1 arguments",
			"f64[1, 2]": "operand 0 is f64[1 2], the body was traced for f64[2]",
		} {
			got := message(t, func() {
				switch in {
				case "f64[3]":
					trace.Bind(op, vector(1, 2, 3))
				case "f32[2]":
					trace.Bind(op, fn.Cast(x, trace.Float32))
				case "two":
					trace.Bind(op, x, x)
				default:
					trace.Bind(op, fn.Reshape(x, 1, 2))
				}
			})
			if !strings.Contains(got, part) || !strings.Contains(got, "call_test.go:") {
				t.Errorf("%s of %s: %q does not say %q", name, in, got, part)
			}
		}
	}
}

// A ruled call has its body. The body is printed, checked and linked: the sites in it
// know their sources.
func TestFaultC12RuledCallHasItsBody(t *testing.T) {
	r := seeded(7)
	x, w := draw(r, 2), draw(r, 2, 2)
	block := func(x Value) Value { return fn.Tanh(fn.MatMul(x, w)) }
	f := transforms.WithRules(on("block", pass{1}), asLayer(block))
	p := recorded(f, x)
	bodies := callerIn(t, p).Op.(trace.Caller).Bodies()
	if len(bodies) != 1 || len(bodies[0].Eqns) == 0 || !strings.Contains(bodies[0].Listing(), "tanh") {
		t.Fatalf("bodies %v", bodies)
	}
	if text := p.Listing(); !strings.Contains(text, "block{block}|pass(1)(") || strings.Count(text, "program(") != 2 || !strings.Contains(text, "= tanh(") {
		t.Errorf("printed as\n%s", text)
	}
	if err := p.Check(); err != nil {
		t.Errorf("a sound program: %v", err)
	}
	last := &bodies[0].Eqns[len(bodies[0].Eqns)-1]
	last.In = last.Out
	if err := p.Check(); err == nil || !strings.Contains(err.Error(), "body: ") {
		t.Errorf("an operation on its own result, in the body of a ruled call: %v", err)
	}
	op := callerIn(t, recorded(transforms.WithRules(on(trace.KindActivation, pass{1}), fn.Tanh), x)).Op
	if n := len(op.(trace.Caller).Bodies()); n != 0 {
		t.Errorf("an operation with a rule has %d bodies", n)
	}
}
