package lawtest

import (
	"testing"

	"github.com/pullback-go/pullback/trace"
	"pgregory.net/rapid"
)

func TestRandomProgramsObeyTheLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SampledFrom([][]int{{}, {4}, {3, 2}}).Draw(t, "shape")
		p := Smooth(shape).Draw(t, "program")
		LawsWith(t, Config{Order: 2, Tolerance: 1e-5}, func(in []Value) Value { return p.Apply1(in[0]) }, Input{Shape: shape, Sampler: Between(-1, 1)})
	})
}

// The generator reaches every kind of call, and calls within calls.
func TestRandomProgramsAreVaried(t *testing.T) {
	met, deepest := map[string]bool{}, 0
	programs := Smooth([]int{3, 2})
	for seed := range 300 {
		f := programs.Example(seed).Apply1
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
