package lawtest

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

func TestLawsHold(t *testing.T) {
	t.Run("tanh", func(t *testing.T) { Laws(t, fn.Tanh, Between(-3, 3), 2, 3, 4) })
	t.Run("product", func(t *testing.T) {
		LawsWith(t, Config{}, func(in []Value) Value { return fn.Mul(in[0], in[1]) }, Input{Shape: []int{3, 4}}, Input{Shape: []int{3, 4}})
	})
	t.Run("matrix product", func(t *testing.T) {
		LawsWith(t, Config{}, func(in []Value) Value { return fn.MatMul(in[0], in[1]) }, Input{Shape: []int{3, 4}}, Input{Shape: []int{4, 5}})
	})
	t.Run("fixed weight", func(t *testing.T) {
		LawsWith(t, Config{}, func(in []Value) Value { return fn.Tanh(fn.MatMul(in[0], in[1])) }, Input{Shape: []int{3, 4}}, Input{Shape: []int{4, 5}, Fixed: true})
	})
	t.Run("relu", func(t *testing.T) { Laws(t, fn.ReLU, AwayFrom(0), 3, 4) })
	t.Run("max", func(t *testing.T) { Laws(t, func(x Value) Value { return fn.Max(x, 1) }, Distinct(), 3, 4) })
	t.Run("scalar", func(t *testing.T) { Laws(t, fn.Exp, Normal()) })
	t.Run("empty", func(t *testing.T) { Laws(t, func(x Value) Value { return fn.Sum(fn.Exp(x), 1) }, Normal(), 3, 0) })
	t.Run("indices", func(t *testing.T) {
		LawsWith(t, Config{}, func(in []Value) Value { return fn.Take(in[0], in[1], 1) }, Input{Shape: []int{3, 4}},
			Input{Shape: []int{5}, DType: trace.Int64, Sampler: Between(0, 4)})
	})
	t.Run("four operands", func(t *testing.T) {
		LawsWith(t, Config{}, func(in []Value) Value { return fn.Mul(fn.Add(fn.Mul(in[0], in[1]), in[2]), fn.Sigmoid(in[3])) },
			Input{Shape: []int{3}}, Input{Shape: []int{3}}, Input{Shape: []int{3}}, Input{Shape: []int{3}})
	})
	t.Run("integers", func(t *testing.T) {
		Laws(t, func(x Value) Value { return fn.ArgMax(x, 1) }, Distinct(), 3, 4)
		LawsWith(t, Config{}, func(in []Value) Value { return fn.Add(in[0], in[0]) }, Input{Shape: []int{3}, DType: trace.Int32, Sampler: Between(-9, 9)})
	})
	t.Run("float32", func(t *testing.T) {
		LawsWith(t, Config{}, func(in []Value) Value { return fn.Tanh(in[0]) }, Input{Shape: []int{3}, DType: trace.Float32})
	})
}
