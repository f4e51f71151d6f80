package opt_test

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Nothing is known about a constant without elements, rather than everything: a mean of
// nothing stays NaN, a product of nothing 1, and a sum 0.
func TestEmptyConstants(t *testing.T) {
	empty := trace.New([]float64{}, 0, 3)
	x := trace.New([]float64{1, -2, 3}, 3)
	for _, c := range []struct {
		name string
		f    func(x Value) Value
		want float64
	}{
		{"mean", func(x Value) Value { return fn.Mean(fn.Mul(x, empty), 0) }, math.NaN()},
		{"mean of positive ones", func(x Value) Value { return fn.Mean(fn.ReLU(fn.Add(x, empty)), 0) }, math.NaN()},
		{"prod", func(x Value) Value { return fn.Prod(fn.Mul(x, empty), 0) }, 1},
		{"prod and x", func(x Value) Value { return fn.Div(x, fn.Mul(x, fn.Prod(fn.ReLU(empty), 0))) }, 1},
		{"sum", func(x Value) Value { return fn.Sum(fn.Where(fn.Less(empty, x), empty, x), 0) }, 0},
		{"largest of nothing and x", func(x Value) Value {
			return fn.Max(fn.Concat(0, fn.Add(x, empty), fn.FullLike(fn.Reshape(x, 1, 3), 7)), 0)
		}, 7},
	} {
		for _, y := range []Value{c.f(x), transforms.Jit(c.f)(x)} {
			for _, got := range y.Float64s() {
				if got != c.want && (got == got || c.want == c.want) {
					t.Errorf("%s: got %v, want %v", c.name, y, c.want)
					break
				}
			}
		}
	}
}
