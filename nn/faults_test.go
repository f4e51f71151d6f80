package nn_test

import (
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// The file lacks an absent tensor, so this is an ordinary error. It used to be a panic.
func TestFaultB12LoadOfAbsentTensors(t *testing.T) {
	l := nn.NewLinear(3, 2)
	var none trace.Value
	_, err := nn.Load(l, map[string]trace.Value{"weight": none, "bias": l.Bias, "extra": none})
	if err == nil || !strings.Contains(err.Error(), "1 missing: weight f32[2 3]; 1 unexpected: extra absent") {
		t.Errorf("got %v", err)
	}
}

func TestFaultB12LossesNameThemselves(t *testing.T) {
	var none trace.Value
	x := fn.Zeros(trace.TypeOf(trace.Float64, 2, 3))
	for want, call := range map[string]func(){
		"nn.CrossEntropy(absent, f64[2 3]): operand 0 is absent":             func() { nn.CrossEntropy(none, x) },
		"nn.CrossEntropy(f64[2 3], f64[3]): want logits[n k]":                func() { nn.CrossEntropy(x, fn.Index(x, 0)) },
		"nn.MeanSquare(f64[2 3], absent): operand 1 is absent":               func() { nn.MeanSquare(x, none) },
		"nn.NewLinear: new array: axis 1 of f32[2 -3] has a negative length": func() { nn.NewLinear(-3, 2) },
		"nn.PReLU: axis 0 of f32[-1] has a negative length":                  func() { nn.PReLU(-1) },
		"nn.NewBatchNorm: axis 0 of f32[-1] has a negative length":           func() { nn.NewBatchNorm(-1) },
		"nn.NewConv: new array: axis 2 of f32[4 3 -2] has a negative length": func() { nn.NewConv(3, 4, []int{-2}, fn.ConvConfig{}) },
		"nn.KaimingUniform(f64[2 3]): a key is i64, not f64[2 3]":            func() { nn.KaimingUniform(x, x.Type(), 1) },
		"nn.KaimingUniform(absent): operand 0 is absent":                     func() { nn.KaimingUniform(none, x.Type(), 1) },
		"nn.KaimingUniform(i64[]): a weight of type f64[] has no":            func() { nn.KaimingUniform(random.Key(0), trace.TypeOf(trace.Float64), 1) },
		"layer 0 of a Sequential of 1 is nil":                                func() { nn.Sequential{nil}.Apply(x) },
		"there is no activation function of kind \"\": want one of [":        func() { nn.Activation{}.Apply(x) },
	} {
		err := trace.Try(call)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
