package random_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// Draws are functions of their keys and parameters: one by one, in batches and compiled they
// are the same numbers. The derivatives by parameters that they have are those of the
// distribution, see TestMeansOfSlopes.
func TestLawsOfDraws(t *testing.T) {
	key := lawtest.Input{DType: trace.Int64, Sampler: lawtest.Between(-1e9, 1e9)}
	of := func(low, high float64, shape ...int) lawtest.Input {
		return lawtest.Input{Shape: shape, Sampler: lawtest.Between(low, high), Fixed: true}
	}
	for name, law := range map[string]struct {
		f  func(in []trace.Value) trace.Value
		in []lawtest.Input
	}{
		"Bits":              {func(in []trace.Value) trace.Value { return random.Bits(in[0], 5) }, []lawtest.Input{key}},
		"FoldIn":            {func(in []trace.Value) trace.Value { return random.FoldIn(in[0], in[1]) }, []lawtest.Input{key, key}},
		"Randint":           {func(in []trace.Value) trace.Value { return random.Randint(in[0], -2, 7, 3) }, []lawtest.Input{key}},
		"Poisson":           {func(in []trace.Value) trace.Value { return random.Poisson(in[0], in[1], 2, 3) }, []lawtest.Input{key, of(0.5, 9, 3)}},
		"a Poisson number":  {func(in []trace.Value) trace.Value { return random.Poisson(in[0], in[1]) }, []lawtest.Input{key, of(0.5, 9)}},
		"a LogGamma number": {func(in []trace.Value) trace.Value { return random.LogGamma(in[0], in[1]) }, []lawtest.Input{key, of(0.5, 9)}},
		"LogGamma": {func(in []trace.Value) trace.Value { return random.LogGamma(in[0], in[1], 2, 3) },
			[]lawtest.Input{key, of(0.5, 9, 3)}},
		"TruncatedNormal": {func(in []trace.Value) trace.Value {
			return random.TruncatedNormal(in[0], in[1], in[2], in[2].Shape()...)
		},
			[]lawtest.Input{key, of(-1, -0.5), of(0, 2, 3)}},
	} {
		t.Run(name, func(t *testing.T) { lawtest.LawsWith(t, lawtest.Config{}, law.f, law.in...) })
	}
}
