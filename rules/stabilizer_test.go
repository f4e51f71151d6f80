package rules_test

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// TestStabilizerAtZero checks sign 0 = +1, for the negative zero too, and NaN.
func TestStabilizerAtZero(t *testing.T) {
	z := trace.New([]float64{0, math.Copysign(0, -1), -0.25, 0.25, -2})
	lawtest.Close(t, rules.Stabilizer{Epsilon: 0.5}.Apply(z), trace.New([]float64{0.5, 0.5, -0.75, 0.75, -2.5}), 0)
	lawtest.Close(t, rules.Stabilizer{Epsilon: 0.5, Clip: true}.Apply(z), trace.New([]float64{0.5, 0.5, -0.5, 0.5, -2}), 0)
	lawtest.Close(t, rules.Stabilizer{}.Apply(z), z, 0)
	for _, s := range []rules.Stabilizer{{Epsilon: 0.5}, {Epsilon: 0.5, Clip: true}, {Epsilon: 0.5, NormScale: true}} {
		if got := s.Apply(trace.New([]float64{math.NaN()}, 1, 1)).Float64(); !math.IsNaN(got) {
			t.Errorf("%v of NaN is %v", s, got)
		}
	}
}

// TestStabilizersKeepTheLaws checks the laws away from the jump at 0.
func TestStabilizersKeepTheLaws(t *testing.T) {
	for _, s := range []rules.Stabilizer{
		{Epsilon: 0.5}, {Epsilon: 0.2, Clip: true}, {Epsilon: 0.5, NormScale: true}, {Epsilon: 0.5, NormScale: true, Axes: []int{0, -1}},
		{Epsilon: 0.2, Clip: true, NormScale: true, Axes: []int{1}},
	} {
		t.Run(s.String(), func(t *testing.T) {
			lawtest.LawsWith(t, lawtest.Config{Order: 2}, func(in []Value) Value { return rules.Divide(in[0], in[1], s) },
				lawtest.Input{Shape: []int{2, 3}}, lawtest.Input{Shape: []int{2, 3}, Sampler: lawtest.Between(-2, 2).AwayFrom(0, -0.2, 0.2)})
		})
	}
}

// TestNormScaleOfVectorsAndZeros checks vectors without axes and a norm of 0.
func TestNormScaleOfVectorsAndZeros(t *testing.T) {
	s := rules.Stabilizer{Epsilon: 0.5, NormScale: true}
	lawtest.Close(t, s.Apply(trace.New([]float64{2, -3})), trace.New([]float64{3, -4.5}), 0)
	zeros := fn.Zeros(trace.TypeOf(trace.Float64, 2, 3))
	divide := func(z Value) Value { return rules.Divide(fn.OnesLike(z), z, s) }
	lawtest.Close(t, divide(zeros), zeros, 0)
	lawtest.Close(t, transforms.Pull(divide, fn.OnesLike)(zeros), zeros, 0)
}

// TestDivideByZero checks that nothing is passed on, and that derivatives are finite.
func TestDivideByZero(t *testing.T) {
	r, z := trace.New([]float64{3, 4}), trace.New([]float64{0, 2})
	for _, s := range []rules.Denominator{rules.Stabilizer{}, rules.StabilizerFunc("none", func(z Value) Value { return z })} {
		of := func(in []Value) Value { return rules.Divide(in[0], in[1], s) }
		lawtest.Close(t, of([]Value{r, z}), trace.New([]float64{0, 2}), 0)
		cts := transforms.Pull(of, fn.OnesLike)([]Value{r, z})
		lawtest.Close(t, cts[0], trace.New([]float64{0, 0.5}), 0)
		lawtest.Close(t, cts[1], trace.New([]float64{0, -1}), 0)
	}
	if got := rules.Divide(trace.Scalar(float32(1)), trace.Scalar(float32(0)), rules.Stabilizer{Epsilon: 1e-60}); got.Float64() != 0 {
		t.Errorf("an epsilon that float32 does not have: got %v, want 0", got)
	}
}

// TestStabilizerFunc checks that a user's function is a stabilizer like any other.
func TestStabilizerFunc(t *testing.T) {
	softened := rules.StabilizerFunc("softened", func(z Value) Value { return fn.Add(z, fn.Scalar(0.5)) })
	w, x, r := fn.Abs(drawn("w", 5, 7)), fn.Abs(drawn("x", 3, 7)), drawn("r", 3, 5)
	f := func(x Value) Value { return fn.Linear(x, w, Value{}) }
	rule := rules.EpsilonWith(0, rules.Config{Stabilizer: softened})
	lawtest.Close(t, relevance(everywhere(rule), f, x, r), relevance(everywhere(rules.Epsilon(0.5)), f, x, r), 1e-12)
	if rule.String() != "Epsilon(softened)" {
		t.Error(rule)
	}
}
