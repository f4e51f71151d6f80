package nn_test

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

func TestCrossEntropy(t *testing.T) {
	logits, labels := [][]float64{{1, -2, 0.5}, {700, 3, 710}}, []int32{2, 0}
	want := 0.0
	for i, row := range logits {
		total := 0.0
		for _, z := range row {
			total += math.Exp(z - row[2])
		}
		want += (math.Log(total) - (row[labels[i]] - row[2])) / 2
	}
	x := trace.New([]float64{1, -2, 0.5, 700, 3, 710}, 2, 3)
	lawtest.Close(t, nn.CrossEntropy(x, trace.New(labels)), trace.Scalar(want), 1e-14)
	lawtest.LawsWith(t, lawtest.Config{}, func(in []Value) Value { return nn.CrossEntropy(in[0], in[1]) },
		lawtest.Input{Shape: []int{4, 3}}, lawtest.Input{Shape: []int{4}, DType: trace.Int64, Sampler: lawtest.Between(0, 3)})
}

func TestMeanSquare(t *testing.T) {
	y, target := trace.New([]float64{1, 2, 4}), trace.New([]float64{0, 4, 1})
	lawtest.Close(t, nn.MeanSquare(y, target), trace.Scalar(14./3), 1e-15)
	lawtest.LawsWith(t, lawtest.Config{}, func(in []Value) Value { return nn.MeanSquare(in[0], in[1]) }, lawtest.Input{Shape: []int{2, 3}}, lawtest.Input{Shape: []int{2, 3}})
}

func TestLossErrors(t *testing.T) {
	x := fn.Zeros(trace.TypeOf(trace.Float32, 4, 3))
	wantError(t, func() { nn.CrossEntropy(x, ones(4)) },
		"want logits[n k] and labels[n] of i32 or i64, the classes' numbers")
	wantError(t, func() { nn.CrossEntropy(x, trace.New([]int32{1, 2})) },
		"want logits[n k] and labels[n] of i32 or i64, the classes' numbers")
	wantError(t, func() { nn.MeanSquare(x, ones(3)) }, "want y and a target of one type")
}
