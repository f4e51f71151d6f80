package testutil

import (
	"strings"
	"testing"

	"github.com/pullback-go/pullback/trace"
	"pgregory.net/rapid"
)

func TestRandomProgramsObeyTheLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SampledFrom([][]int{{}, {4}, {3, 2}}).Draw(t, "shape")
		f := Program(t, shape...)
		faults := Violations("programs", Config{Order: 2, Tolerance: 1e-5}, func(in []Value) Value { return f(in[0]) },
			Input{Shape: shape, Sampler: Between(-1, 1)})
		if len(faults) > 0 {
			p := trace.Record(func(in []Value) []Value { return []Value{f(in[0])} }, []trace.Type{trace.TypeOf(trace.Float64, shape...)})
			t.Fatalf("%s\n%s", strings.Join(faults, "\n"), p.Listing())
		}
	})
}

// The generator reaches every kind of call, and calls within calls.
func TestRandomProgramsAreVaried(t *testing.T) {
	met, deepest := map[string]bool{}, 0
	programs := rapid.Custom(func(t *rapid.T) func(Value) Value { return Program(t, 3, 2) })
	for seed := range 300 {
		f := programs.Example(seed)
		p := trace.Record(func(in []Value) []Value { return []Value{f(in[0])} }, []trace.Type{trace.TypeOf(trace.Float64, 3, 2)})
		deepest = max(deepest, survey(p, met))
		if !p.TypesOf(p.Out)[0].Equal(p.TypesOf(p.In)[0]) {
			t.Fatalf("the shape changed:\n%v", p)
		}
	}
	for _, op := range []string{"block", "checkpoint", "cond", "custom_vjp", "scan", "dot", "softmax", "concat", "take"} {
		if !met[op] {
			t.Errorf("no program has a %s", op)
		}
	}
	if deepest < 2 {
		t.Error("calls are never nested")
	}
}

// survey notes the operations of a program and returns how deep calls nest in it.
func survey(p *trace.Program, met map[string]bool) int {
	depth := 0
	for _, e := range p.Eqns {
		met[e.Op.Name()] = true
		if c, ok := e.Op.(trace.Caller); ok {
			for _, b := range c.Bodies() {
				depth = max(depth, 1+survey(b, met))
			}
		}
	}
	return depth
}
