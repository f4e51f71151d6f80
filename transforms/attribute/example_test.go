package attribute_test

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

// model maps x[n 3] to two outputs: x0·x1, and x2 squared.
func model(x Value) Value {
	at := func(i int) Value { return fn.Slice(x, fn.SliceConfig{Start: []int{0, i}, Stop: []int{fn.End, i + 1}}) }
	return fn.Concat(1, fn.Mul(at(0), at(1)), fn.Square(at(2)))
}

var input = trace.New([]float64{2, 3, 5}, 1, 3)

func ExampleGradient() {
	fmt.Println(attribute.Gradient(model, attribute.Class(0))(input))
	fmt.Println(attribute.Gradient(model, attribute.Top)(input))
	// Output:
	// f64[1 3] [[3 2 0]]
	// f64[1 3] [[0 0 10]]
}

func ExampleInputXGradient() {
	fmt.Println(attribute.InputXGradient(model, attribute.Ones)(input))
	// Output:
	// f64[1 3] [[6 6 50]]
}

func ExampleSensitivity() {
	fmt.Println(attribute.Sensitivity(model, attribute.Ones, attribute.SensitivityConfig{})(input))
	// Output:
	// f64[1 3] [[9 4 100]]
}

func ExampleSmoothGrad() {
	smooth := attribute.SmoothGrad(model, attribute.Class(1), attribute.SmoothGradConfig{Key: random.Key(1), N: 1000})
	r := transforms.Jit(smooth)(input).Float64s()
	fmt.Printf("%.0f %.0f %.0f\n", r[0], r[1], r[2])
	// Output:
	// 0 0 10
}

func ExampleIntegratedGradients() {
	config := attribute.IntegratedGradientsConfig{N: 2, Method: attribute.GaussLegendre}
	r := attribute.IntegratedGradients(model, attribute.Ones, config)(input)
	fmt.Printf("%.4f\n", r.Float64s())
	delta := attribute.CompletenessDelta(model, attribute.Ones, config)(input, r)
	fmt.Printf("%.4f\n", delta.Float64s())
	// Output:
	// [3.0000 3.0000 25.0000]
	// [0.0000]
}

func ExampleOcclusion() {
	config := attribute.OcclusionConfig{Window: []int{2}, Stride: []int{1}}
	fmt.Println(attribute.Occlusion(model, attribute.Output, config)(input))
	// Output:
	// f64[1 3] [[6 31 50]]
}

// An attribution is a function. Its derivative says how it changes with the input.
func Example_secondOrder() {
	relevance := attribute.InputXGradient(model, attribute.Class(0)) // 2·x0·x1, shared equally
	fmt.Println(transforms.Grad(func(x Value) Value { return fn.SumAll(relevance(x)) })(input))
	// Output:
	// f64[1 3] [[6 4 0]]
}
