package main

import (
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// voices checks that silero's state goes from one call to the next, forward and backward:
// the probability of the second chunk depends on the first through it.
func voices(c *claims, d *data) error {
	one, m, first, err := d.load("silero_vad_v6/onset_1")
	if err != nil {
		return err
	}
	two, _, second, err := d.load("silero_vad_v6/onset_2")
	if err != nil {
		return err
	}
	expected := func(t testCase) (float64, error) {
		v, err := d.tensors.Value(t.Outputs["output"])
		return fn.Reshape(v, -1).Float64s()[0], err
	}
	chunk := func(x, state trace.Value) (p, next trace.Value) {
		out := m.Apply(map[string]trace.Value{"input": x, "state": state, "sr": first["sr"]})
		return pick(out["output"], 0, 0), out["stateN"]
	}
	before, state := chunk(first["input"], first["state"])
	after, _ := chunk(second["input"], state)
	for _, t := range []struct {
		test testCase
		got  float64
	}{{one, before.Float64()}, {two, after.Float64()}} {
		want, err := expected(t.test)
		if err != nil {
			return err
		}
		c.claim(math.Abs(t.got-want) < 1e-4, "%s: speech %.4f, want %.4f", t.test.ID, t.got, want)
	}
	through := func(x trace.Value) trace.Value {
		_, state := chunk(x, first["state"])
		p, _ := chunk(second["input"], state)
		return p
	}
	g := transforms.Jit(transforms.Grad(through))(first["input"])
	size := 0.
	for _, v := range g.Float64s() {
		size += v * v
	}
	c.claim(size > 0, "the second call depends on the first one's input: slope %.3g", math.Sqrt(size))
	return nil
}
