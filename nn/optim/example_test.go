package optim_test

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/optim"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// A whole step of training is one compiled function.
func Example() {
	type batch struct{ Points, Labels trace.Value }
	data := batch{trace.New([]float32{0, 0, 0, 1, 1, 0, 1, 1}, 4, 2), trace.New([]int64{0, 1, 1, 0})} // exclusive or
	model := nn.Init(nn.Sequential{nn.NewLinear(2, 16), nn.Tanh(), nn.NewLinear(16, 2)}, random.Key(1))
	loss := func(m nn.Sequential, b batch) trace.Value { return nn.CrossEntropy(m.Apply(b.Points), b.Labels) }

	optimizer := optim.Chain(optim.ClipNorm(1), optim.Adam(optim.Warmup(10, optim.Cosine(0.1, 0, 200))))
	step := transforms.JitN(optim.Step(optimizer, loss))
	state := optim.Init(optimizer, model)
	for range 200 {
		model, state, _ = step(model, state, data)
	}
	fmt.Println(fn.ArgMax(model.Apply(data.Points), 1))
	fmt.Println(loss(model, data).Float64() < 0.01)
	// Output:
	// i64[4] [0 1 1 0]
	// true
}

func square(x, _ trace.Value) trace.Value { return fn.SumAll(fn.Square(x)) }

// minimized takes some steps from (1, -2), and prints where they end.
func minimized(o optim.Optimizer, steps int) {
	x := trace.New([]float64{1, -2})
	s := optim.Init(o, x)
	step := transforms.JitN(optim.Step(o, square))
	for range steps {
		x, s, _ = step(x, s, x)
	}
	fmt.Printf("%.3f\n", x.Float64s())
}

func ExampleSGD() {
	minimized(optim.SGD(optim.Constant(0.1)), 2)
	minimized(optim.SGD(optim.Constant(0.1), optim.SGDConfig{Momentum: 0.9}), 2)
	// Output:
	// [0.640 -1.280]
	// [0.460 -0.920]
}

func ExampleAdam() {
	minimized(optim.Adam(optim.Constant(0.1)), 2)
	// Output:
	// [0.800 -1.800]
}

func ExampleAdamW() {
	minimized(optim.AdamW(optim.Constant(0.1), optim.AdamConfig{Decay: 0.5}), 2)
	// Output:
	// [0.708 -1.610]
}

func ExampleLion() {
	minimized(optim.Lion(optim.Constant(0.1)), 2)
	// Output:
	// [0.800 -1.800]
}

func ExampleRMSProp() {
	minimized(optim.RMSProp(optim.Constant(0.01)), 2)
	// Output:
	// [0.833 -1.831]
}

func ExampleAdagrad() {
	minimized(optim.Adagrad(optim.Constant(0.1)), 2)
	// Output:
	// [0.833 -1.831]
}

// The first layer learns at a tenth of the rate, and the middle one not at all.
func ExampleGroups() {
	model := nn.Sequential{nn.NewLinear(1, 1), nn.NewLinear(1, 1), nn.NewLinear(1, 1)}
	o := optim.Groups(func(path string) string { return path[:3] }, map[string]optim.Optimizer{
		"[0]": optim.SGD(optim.Constant(0.1)), "[1]": optim.Frozen(), "[2]": optim.SGD(optim.Constant(1)),
	})
	ones := trace.Map(fn.OnesLike, model)
	model, _ = optim.Update(o, ones, optim.Init(o, model), model)
	for _, p := range nn.Params(model) {
		fmt.Println(p.Name, p.Value)
	}
	// Output:
	// 0.weight f32[1 1] [[-0.1]]
	// 0.bias f32[1] [-0.1]
	// 1.weight f32[1 1] [[0]]
	// 1.bias f32[1] [0]
	// 2.weight f32[1 1] [[-1]]
	// 2.bias f32[1] [-1]
}

// Weights decay, biases do not.
func ExampleMasked() {
	model := nn.Linear{Weight: trace.New([]float64{10}, 1, 1), Bias: trace.New([]float64{10})}
	weights := func(path string) bool { return path == ".Weight" }
	o := optim.Chain(optim.Masked(weights, optim.WeightDecay(0.1)), optim.SGD(optim.Constant(1)))
	model, _ = optim.Update(o, trace.Map(fn.ZerosLike, model), optim.Init(o, model), model)
	fmt.Println(model.Weight, model.Bias)
	// Output:
	// f64[1 1] [[9]] f64[1] [10]
}

func ExampleWarmup() {
	rate := optim.Warmup(2, optim.Exponential(1, 0.5, 1))
	for i := range 5 {
		fmt.Println(rate(trace.Scalar(int64(i))).Float64())
	}
	// Output:
	// 0.5
	// 1
	// 1
	// 0.5
	// 0.25
}

// A step by hand: the gradient, and what the optimizer makes of it.
func ExampleUpdate() {
	x := trace.New([]float64{1, -2})
	o := optim.SGD(optim.Constant(0.5))
	s := optim.Init(o, x)
	x, s = optim.Update(o, trace.New([]float64{1, 1}), s, x)
	fmt.Println(x, s.Count)
	// Output: f64[2] [0.5 -2.5] i64[] 1
}

// Gradients are cut to the norm 1 before the optimizer sees them.
func ExampleChain() {
	minimized(optim.Chain(optim.ClipNorm(1), optim.SGD(optim.Constant(1))), 1)
	// Output: [0.553 -1.106]
}

func ExampleMovingAverage() {
	average := trace.New([]float64{0, 0})
	for range 2 {
		average = optim.MovingAverage(average, trace.New([]float64{1, 10}), 0.9)
	}
	fmt.Printf("%.2f\n", average)
	// Output: [0.19 1.90]
}
