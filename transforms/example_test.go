package transforms_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// square is Σ x².
func square(x trace.Value) trace.Value { return fn.SumAll(fn.Mul(x, x)) }

func ExampleGrad() {
	f := func(x trace.Value) trace.Value { return fn.Mul(x, fn.Mul(x, x)) }
	x := trace.Scalar(2.0)
	fmt.Println(transforms.Grad(f)(x))
	fmt.Println(transforms.Grad(transforms.Grad(f))(x))
	// Output:
	// f64[] 12
	// f64[] 12
}

// The gradient of a model is a model of cotangents; fields that are not floats stay.
func ExampleGrad_tree() {
	type model struct {
		Weight trace.Value
		Name   string
	}
	loss := func(m model) trace.Value { return fn.SumAll(fn.Mul(m.Weight, trace.New([]float64{3, 4}))) }
	g := transforms.Grad(loss)(model{trace.New([]float64{1, 2}), "linear"})
	fmt.Println(g.Name, g.Weight)
	// Output: linear f64[2] [3 4]
}

func ExampleValueAndGrad() {
	y, g := transforms.ValueAndGrad(square)(trace.New([]float64{1, 2, 3}))
	fmt.Println(y, g)
	// Output: f64[] 14 f64[3] [2 4 6]
}

func ExampleValueAndGradAux() {
	f := func(x trace.Value) (trace.Value, trace.Value) { return square(x), fn.Max(x, 0) }
	y, top, g := transforms.ValueAndGradAux(f)(trace.New([]float64{1, 2, 3}))
	fmt.Println(y, top, g)
	// Output: f64[] 14 f64[] 3 f64[3] [2 4 6]
}

func ExampleVJP() {
	f := func(x trace.Value) trace.Value { return fn.Mul(x, x) }
	y, pull := transforms.VJP(f)(trace.New([]float64{1, 2, 3}))
	fmt.Println(y)
	fmt.Println(pull(trace.New([]float64{1, 0, 0})))
	fmt.Println(pull(trace.New([]float64{0, 0, 1})))
	// Output:
	// f64[3] [1 4 9]
	// f64[3] [2 0 0]
	// f64[3] [0 0 6]
}

// The gradient of one output, chosen by a cotangent that depends on the value.
func ExamplePull() {
	f := func(x trace.Value) trace.Value { return fn.Mul(x, x) }
	largest := func(y trace.Value) trace.Value { return fn.OneHot(fn.ArgMax(y, 0), y.Dim(0), y.DType()) }
	fmt.Println(transforms.Pull(f, largest)(trace.New([]float64{1, -5, 3})))
	// Output: f64[3] [0 -10 0]
}

func ExampleJVP() {
	f := func(x trace.Value) trace.Value { return fn.Mul(x, x) }
	y, t := transforms.JVP(f)(trace.New([]float64{1, 2}), trace.New([]float64{1, 10}))
	fmt.Println(y, t)
	// Output: f64[2] [1 4] f64[2] [2 40]
}

func ExampleHVP() {
	cubes := func(x trace.Value) trace.Value { return fn.SumAll(fn.Mul(x, fn.Mul(x, x))) }
	fmt.Println(transforms.HVP(cubes)(trace.New([]float64{1, 2}), trace.New([]float64{1, 1})))
	// Output: f64[2] [6 12]
}

func ExampleHessian() {
	f := func(x trace.Value) trace.Value { return fn.Mul(fn.Index(x, 0), fn.Index(x, 1)) }
	fmt.Println(transforms.Hessian(f)(trace.New([]float64{3, 4})))
	// Output: f64[2 2] [[0 1] [1 0]]
}

func ExampleJacobian() {
	f := func(x trace.Value) trace.Value { return fn.Stack(0, fn.Prod(x, 0), fn.Sum(x, 0)) }
	fmt.Println(transforms.Jacobian(f)(trace.New([]float64{2, 3, 5})))
	// Output: f64[2 3] [[15 10 6] [1 1 1]]
}

func ExampleJacobianForward() {
	f := func(x trace.Value) trace.Value { return fn.Stack(0, x, fn.Mul(x, x)) }
	fmt.Println(transforms.JacobianForward(f)(trace.Scalar(3.0)))
	// Output: f64[2] [1 6]
}

func ExampleRavel() {
	type model struct{ W, B trace.Value }
	flat, build := transforms.Ravel(model{trace.New([]float64{1, 2}), trace.Scalar(3.0)})
	fmt.Println(flat)
	fmt.Println(build(fn.Neg(flat)).W)
	// Output:
	// f64[3] [1 2 3]
	// f64[2] [-1 -2]
}

// f takes one vector; Vmap(f) a stack of them.
func ExampleVmap() {
	norm := func(x trace.Value) trace.Value { return fn.Sqrt(square(x)) }
	fmt.Println(transforms.Vmap(norm)(trace.New([]float64{3, 4, 6, 8}, 2, 2)))
	// Output: f64[2] [5 10]
}

// One model, many inputs: the gradient by the model of each.
func ExampleVmap_shared() {
	type in struct{ Model, X trace.Value }
	f := func(p in) trace.Value { return fn.SumAll(fn.Mul(p.Model, p.X)) }
	each := transforms.Vmap(transforms.Grad(f), transforms.VmapConfig{Shared: []string{".Model"}})
	fmt.Println(each(in{trace.New([]float64{1, 2}), trace.New([]float64{3, 4, 5, 6}, 2, 2)}).Model)
	// Output: f64[2 2] [[3 4] [5 6]]
}

func ExampleJit() {
	g := transforms.Jit(transforms.Grad(square))
	fmt.Println(g(trace.New([]float64{1, 2, 3})))
	// Output: f64[3] [2 4 6]
}

func ExampleNewJit() {
	f := transforms.NewJit(square)
	f.Call(trace.New([]float64{1, 2}))
	f.Call(trace.New([]float64{3, 4}))
	f.Call(trace.New([]float64{3, 4, 5}))
	fmt.Print(strings.Join(strings.SplitAfter(f.Explain(), "\n")[:3], ""))
	// Output:
	// cache    2 of 64 programs, 1 hits, 2 misses, 0 evictions, 0 calls inlined into other transforms
	// miss 0   first call
	// miss 1   its only leaf is f64[3], compiled for f64[2]
}

func ExampleCompile() {
	c, err := transforms.Compile(square, trace.New([]float64{0, 0}))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Call(context.Background(), trace.New([]float64{3, 4})))
	// Output: f64[] 25 <nil>
}

// A running sum: the carry is the sum so far.
func ExampleScan() {
	total, sums := transforms.Scan(func(sum, x trace.Value) (trace.Value, trace.Value) {
		sum = fn.Add(sum, x)
		return sum, sum
	})(trace.Scalar(0.0), trace.New([]float64{1, 2, 3, 4}))
	fmt.Println(total, sums)
	// Output: f64[] 10 f64[4] [1 3 6 10]
}

// A choice that depends on data; under Vmap each case makes its own.
func ExampleCond() {
	f := func(x trace.Value) trace.Value {
		return transforms.Cond(fn.Greater(x, fn.Scalar(0)),
			func(x trace.Value) trace.Value { return fn.Sqrt(x) },
			func(x trace.Value) trace.Value { return fn.Neg(x) })(x)
	}
	fmt.Println(f(trace.Scalar(4.0)), f(trace.Scalar(-4.0)))
	fmt.Println(transforms.Vmap(transforms.Grad(f))(trace.New([]float64{4, -4})))
	// Output:
	// f64[] 2 f64[] 4
	// f64[2] [0.25 -1]
}

// Rounding with the derivative of the identity.
func ExampleCustomVJP() {
	round := transforms.CustomVJP(fn.Round,
		func(x trace.Value) (trace.Value, []trace.Value) { return fn.Round(x), nil },
		func(_ []trace.Value, ct trace.Value) trace.Value { return ct })
	f := func(x trace.Value) trace.Value { y := round(x); return fn.Mul(y, y) }
	x := trace.Scalar(2.7)
	fmt.Println(f(x), transforms.Grad(f)(x), transforms.Grad(transforms.Grad(f))(x))
	// Output: f64[] 9 f64[] 6 f64[] 2
}

func ExampleStopGradient() {
	f := func(x trace.Value) trace.Value { return fn.Mul(x, transforms.StopGradient(x)) }
	x := trace.Scalar(3.0)
	fmt.Println(f(x), transforms.Grad(f)(x))
	// Output: f64[] 9 f64[] 3
}

// The reverse pass keeps the operands of each block and computes the rest again.
func ExampleCheckpoint() {
	block := transforms.Checkpoint(func(x trace.Value) trace.Value { return fn.Tanh(fn.Tanh(fn.Tanh(x))) })
	f := func(x trace.Value) trace.Value { return fn.SumAll(block(block(x))) }
	fmt.Printf("%.4f\n", transforms.Grad(f)(trace.New([]float64{1, 0})).Float64s())
	// Output: [0.0775 1.0000]
}

// positive is a composite that gives one rule to every product with weights.
type positive struct{}

func (positive) String() string { return "positive" }

func (positive) Assign(sites []*transforms.Site) ([]transforms.Choice, error) {
	choices := make([]transforms.Choice, len(sites))
	for i, s := range sites {
		if s.Kind.Is(trace.KindLinear) && !s.Derived {
			choices[i] = transforms.Choice{Rule: positiveWeights{}, Reason: "linear"}
		}
	}
	return choices, nil
}

// positiveWeights pulls relevance back through the positive part of the weights.
type positiveWeights struct{}

func (positiveWeights) String() string { return "positive weights" }

func (positiveWeights) Relevance(s *transforms.Site, in, _, r []trace.Value) []trace.Value {
	_, pull := transforms.VJP(func(x trace.Value) trace.Value {
		return s.Apply([]trace.Value{x, fn.Positive(in[1])})[0]
	})(in[0])
	return []trace.Value{pull(r[0])}
}

func ExampleWithRules() {
	w := trace.New([]float64{1, -2, 3, -4}, 2, 2)
	model := func(x trace.Value) trace.Value { return fn.MatMul(fn.MatMul(x, w), w) }
	x := trace.New([]float64{1, 1})
	ones := func(y trace.Value) trace.Value { return fn.OnesLike(y) }
	fmt.Println("gradient ", transforms.Pull(model, ones)(x))
	fmt.Println("relevance", transforms.Pull(transforms.WithRules(positive{}, model), ones)(x))
	// Output:
	// gradient  f64[2] [1 1]
	// relevance f64[2] [1 3]
}

func ExamplePlan() {
	w := trace.New([]float64{1, -2, 3, -4}, 2, 2)
	model := func(x trace.Value) trace.Value { return fn.Softmax(fn.MatMul(fn.Tanh(x), w), 0) }
	fmt.Print(transforms.Plan(positive{}, model, trace.New([]float64{1, 1})))
	// Output:
	// positive
	// tanh#0     activation.tanh  f64[2]  -                 warning: nonlinear, keeps its plain gradient (example_test.go:247)
	// dot#0      linear.dense     f64[2]  positive weights  linear
	// softmax#0  softmax          f64[2]  -                 warning: nonlinear, keeps its plain gradient (example_test.go:247)
}

// A layer is a site with a kind and a path.
func ExampleNamed() {
	dense := func(path string, x, w trace.Value) trace.Value {
		layer := transforms.Layer{Kind: trace.KindDense, Path: path}
		return transforms.Named(layer, fn.MatMul)(x, w)
	}
	w := trace.New([]float64{1, 2, 3, 4}, 2, 2)
	model := func(x trace.Value) trace.Value { return dense("head", dense("body", x, w), w) }
	for _, row := range transforms.Plan(positive{}, model, trace.New([]float64{1, 1})).Rows {
		fmt.Println(row.Site, row.Rule)
	}
	// Output:
	// body (linear.dense) positive weights
	// head (linear.dense) positive weights
}
