package fn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// An elementwise operation may write its output over any operand of the same dtype, and
// computes the same bits.
func TestElementwiseInPlace(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 11))
	seen := 0
	for _, c := range signCases() {
		in := []trace.Value{ofSigns(r, trace.Float32, trace.AnySign, 2, 3, 4, 5)}
		if c.y != nil {
			in = append(in, ofSigns(r, trace.Float32, trace.AnySign, c.y...))
		}
		p := trace.Record(func(in []trace.Value) []trace.Value {
			return []trace.Value{c.f(in[0], in[len(in)-1])}
		}, trace.TypesOfValues(in))
		env := p.Env(in)
		for i := range p.Eqns {
			e := &p.Eqns[i]
			env.Step(e)
			if _, ok := e.Op.(trace.Elementwise); ok {
				seen += overOperands(t, e.Op, env.Get(e.In), env.Get(e.Out)[0])
			}
		}
	}
	if seen < 40 {
		t.Errorf("only %d operations were tried in place", seen)
	}
}

// overOperands evaluates an op over each operand in turn and returns how many there were.
func overOperands(t *testing.T, op trace.Op, in []trace.Value, want trace.Value) int {
	t.Helper()
	tried := 0
	for j, v := range in {
		if v.DType() != want.DType() {
			continue
		}
		tried++
		arrays := make([]*trace.Array, len(in))
		for i := range in {
			arrays[i] = in[i].Array()
		}
		over := trace.NewArray(v.Type())
		over.CopyFrom(v.Array())
		arrays[j] = over
		op.Eval(arrays, []*trace.Array{over.Part(0, want.Type())})
		if err := equalBits(over.Float64s(), want.Float64s()); err != nil {
			t.Errorf("%s over operand %d: %v", trace.Describe(op), j, err)
		}
	}
	return tried
}

func equalBits(got, want []float64) error {
	for i, w := range want {
		if math.Float64bits(got[i]) != math.Float64bits(w) && (w == w || got[i] == got[i]) { // there are many NaNs
			return fmt.Errorf("at %d got %v, want %v", i, got[i], w)
		}
	}
	return nil
}
