package attribute_test

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

// One filter finds ones in a row, the other their ends. Class 0 counts the first, class 1
// the second.
func ExampleGradCAM() {
	conv := nn.Conv{Path: "conv", Weight: trace.New([]float64{1, 1, 1, -1}, 2, 1, 2)}
	model := func(x trace.Value) trace.Value { return fn.Sum(fn.ReLU(conv.Apply(x)), 2) }
	x := trace.New([]float64{1, 1, 1, 0, 0}, 1, 1, 5)
	for class := range 2 {
		fmt.Println(attribute.GradCAM(model, "conv", attribute.Class(class), attribute.GradCAMConfig{})(x))
	}
	near := attribute.GradCAMConfig{Upsample: attribute.Nearest}
	fmt.Println(attribute.GradCAM(model, "conv", attribute.Class(1), near)(x))
	// Output:
	// f64[1 4] [[1.5 1.5 0.75 0]]
	// f64[1 4] [[0 0 0.25 0]]
	// f64[1 5] [[0 0 0 0.25 0]]
}

// The gradient of x0·x1 and x2², compared with two samples instead of zeros.
func ExampleExpectedGradients() {
	baselines := trace.New([]float64{1, 1, 1, 0, 2, 3}, 2, 3)
	expected := attribute.ExpectedGradients(model, attribute.Class(1), attribute.ExpectedGradientsConfig{Baselines: baselines, N: 10000})
	fmt.Printf("%.0f\n", expected(input).Float64s()) // of x2: 25 - (1 + 9) / 2
	// Output:
	// [0 0 20]
}

// The relevance of weights is the weights times their cotangent, for the relevance at the
// layer divided by the layer's output. It adds up to all relevance but the bias's.
func Example_weights() {
	first := nn.Linear{Path: "first", Weight: trace.New([]float64{1, 2, 3, -1}, 2, 2), Bias: trace.New([]float64{1, 0})}
	second := nn.Linear{Path: "second", Weight: trace.New([]float64{1, 1}, 1, 2)}
	x := trace.New([]float64{1, 1}, 1, 2)
	model := func(l nn.Linear) func(x trace.Value) trace.Value {
		return func(x trace.Value) trace.Value { return second.Apply(fn.ReLU(l.Apply(x))) }
	}
	composite := rules.LayerMap(rules.On(trace.KindDense, rules.Epsilon(0)), rules.On(trace.KindActivation, rules.Pass()))
	share := map[string]trace.Value{"first": fn.Div(fn.Scalar(1), first.Apply(x))}
	gradient := transforms.Pull(func(l nn.Linear) trace.Value {
		return transforms.WithMasks(transforms.WithRules(composite, model(l)), share)(x)
	}, attribute.Output)(first)
	fmt.Println(fn.Mul(first.Weight, gradient.Weight))
	fmt.Println(fn.Mul(first.Bias, gradient.Bias), model(first)(x))
	// Output:
	// f64[2 2] [[1 2] [3 -1]]
	// f64[2] [1 0] f64[1 1] [[6]]
}
