package rules_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// stack calls n layers and as many activations. Every other layer is inside a sum. With
// shared, all calls use one layer.
func stack(n int, shared bool) func(x Value) Value {
	w := trace.New([]float64{1, -2, 3, 4}, 2, 2)
	return func(x Value) Value {
		for i := range n {
			path := fmt.Sprint("layer", i)
			if shared {
				path = "layer"
			}
			y := fn.ReLU(nn.Linear{Path: path, Weight: w}.Apply(x))
			if i%2 == 0 {
				y = fn.Add(y, x)
			}
			x = y
		}
		return x
	}
}

// nest has n layers inside one another.
func nest(n int) func(x Value) Value {
	f := fn.Tanh
	for i := range n {
		f = layer(fmt.Sprint("layer", i), "block", func(inner func(x Value) Value) func(x Value) Value {
			return func(x Value) Value { return fn.Sin(inner(x)) }
		}(f))
	}
	return f
}

// allocated returns the memory in bytes that f allocates, freed or not.
func allocated(f func()) float64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc - before.TotalAlloc)
}

// The cost of assigning rules grows linearly with the number of layers, not
// quadratically.
func TestFaultH3AssigningGrowsWithTheProgram(t *testing.T) {
	named := func(n int) rules.Composite {
		entries, order := make([]rules.NameEntry, n), make([]string, n)
		for i := range n {
			entries[i] = rules.NameEntry{Name: fmt.Sprint("layer", i), Rule: rules.Pass(), Optional: true}
			order[n-1-i] = fmt.Sprint("layer", i)
		}
		return rules.Mixed(rules.FirstInOrder(order, rules.NameMap(entries...)), rules.LastN(n, rules.NameMap(entries...)))
	}
	for name, test := range map[string]struct {
		f func(n int) func(x Value) Value
		c func(n int) rules.Composite
	}{
		"first":  {func(n int) func(x Value) Value { return stack(n, false) }, func(int) rules.Composite { return rules.EpsilonPlusFlat() }},
		"shared": {func(n int) func(x Value) Value { return stack(n, true) }, func(int) rules.Composite { return rules.EpsilonGammaBox(fn.Scalar(-1), fn.Scalar(1)) }},
		"names":  {func(n int) func(x Value) Value { return stack(n, false) }, named},
		"nested": {nest, func(int) rules.Composite { return rules.Otherwise(rules.EpsilonPlus(), rules.Plain()) }},
	} {
		t.Run(name, func(t *testing.T) {
			x := trace.New([]float64{1, 2}, 1, 2)
			took := func(n int) float64 {
				f, c := test.f(n), test.c(n)
				return allocated(func() {
					_ = transforms.Plan(c, f, x).String()
					trace.Record(func(in []Value) []Value { return []Value{transforms.WithRules(c, f)(in[0])} }, []trace.Type{x.Type()})
				})
			}
			took(10)
			if once, twice := took(150), took(300); !(twice <= 2.3*once) {
				t.Errorf("150 layers take %v bytes, 300 take %v: %v times as many", once, twice, twice/once)
			}
		})
	}
}
