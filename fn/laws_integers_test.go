package fn_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// untried are laws of operations that no test holds them to, and why.
var untried = map[string]string{
	"fn.setRows: operand 1 in i32": "its indices are computed, in i64, by the functions that use it",
	"fn.whole: operand 0 in bool":  weakIsWide,
	"fn.whole: operand 0 in f32":   weakIsWide,
	"fn.whole: operand 0 in i32":   weakIsWide,
	"fn.whole: operand 0 in i64":   weakIsWide,
}

const weakIsWide = "weak numbers are f64"

func fixed(in lawtest.Input) lawtest.Input { in.Fixed = true; return in }

func of(d trace.DType, low, high float64, shape ...int) lawtest.Input {
	return lawtest.Input{Shape: shape, DType: d, Sampler: lawtest.Between(low, high)}
}

// What takes or makes integers and bools has the laws of batches, of compiled programs and
// of dtypes. A law of an operation of i64 is also tried at i32 and the dtypes of storage.
func TestIntegerLaws(t *testing.T) {
	i, f, b := trace.Int64, trace.Float64, trace.Bool
	for name, law := range map[string]struct {
		f  operation
		in []lawtest.Input
	}{
		"ArgMax":    {of1(func(x trace.Value) trace.Value { return fn.ArgMax(x, 1) }), []lawtest.Input{of(f, -2, 2, 2, 3)}},
		"BitAnd":    {of2(fn.BitAnd), []lawtest.Input{of(i, -9, 9, 2, 3), of(i, -9, 9, 3)}},
		"FloorDiv":  {of2(fn.FloorDiv), []lawtest.Input{of(f, 5.1, 5.9, 2, 3), of(f, 2, 2.4, 3)}},
		"PopCount":  {of1(fn.PopCount), []lawtest.Input{of(i, -9, 9, 2, 3)}},
		"PopCounts": {of1(fn.PopCount), []lawtest.Input{of(i, -9, 9)}},
		"SearchSorted": {func(x tree) trace.Value { return fn.SearchSorted(fn.CumSum(x[0], -1), x[1], true) },
			[]lawtest.Input{of(f, 1, 2, 5), of(f, 0, 8, 2, 3)}},
		"TakeAlong": {func(x tree) trace.Value { return fn.TakeAlong(x[0], x[1], 1) }, []lawtest.Input{of(b, 0, 1, 2, 3), of(i, 0, 3, 2, 5)}},
		"Where":     {func(x tree) trace.Value { return fn.Where(x[0], x[1], x[2]) }, []lawtest.Input{of(b, 0, 1, 2, 3), of(b, 0, 1, 2, 3), of(b, 0, 1, 2, 3)}},
		"set rows": {func(x tree) trace.Value { return fn.ScatterND(x[0], x[1], x[2], fn.ScatterSet) },
			[]lawtest.Input{of(f, -2, 2, 4, 3), of(trace.Int32, 0, 4, 2, 1), of(f, -2, 2, 2, 3)}},
		"GammaInc": {of2(fn.GammaInc), []lawtest.Input{fixed(of(f, 0.5, 3, 3)), of(f, 0.5, 3, 2, 3)}},
		"Stack":    {func(x tree) trace.Value { return fn.Stack(0, x...) }, slices.Repeat([]lawtest.Input{of(f, -2, 2, 2)}, 6)},
		"a weak number": {func(x tree) trace.Value { return fn.Add(x[1], x[0].WithWeak(true)) },
			[]lawtest.Input{{Sampler: func(r *rand.Rand, n int) []float64 { return slices.Repeat([]float64{float64(r.IntN(9))}, n) }}, of(i, 0, 3, 2)}},
	} {
		t.Run(name, func(t *testing.T) { lawtest.LawsWith(t, lawtest.Config{}, law.f, law.in...) })
	}
}
