package transforms_test

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Halve until it is less than 1. Each case of the batch takes as many steps as it needs.
func ExampleWhile() {
	f := transforms.While(
		func(x trace.Value) trace.Value { return fn.GreaterEqual(x, fn.Scalar(1)) },
		func(x trace.Value) trace.Value { return fn.Mul(x, fn.Scalar(0.5)) })
	fmt.Println(transforms.Vmap(f)(trace.New([]float64{0.5, 3, 20})))
	fmt.Println(transforms.JVP(f)(trace.Scalar(20.0), trace.Scalar(1.0)))
	// Output:
	// f64[3] [0.5 0.75 0.625]
	// f64[] 0.625 f64[] 0.03125
}

func ExampleFor() {
	power := func(x trace.Value) trace.Value {
		return transforms.For(5, func(_, y trace.Value) trace.Value { return fn.Mul(y, x) })(fn.OnesLike(x))
	}
	fmt.Println(power(trace.Scalar(2.0)), transforms.Grad(power)(trace.Scalar(2.0)))
	// Output: f64[] 32 f64[] 80
}

func ExampleSwitch() {
	f := func(i, x trace.Value) trace.Value {
		return transforms.Switch(i, fn.Neg, fn.Square, fn.Exp)(x)
	}
	x := trace.Scalar(3.0)
	fmt.Println(f(trace.Scalar(int64(0)), x), f(trace.Scalar(int64(1)), x))
	// Output: f64[] -3 f64[] 9
}

// The functions capture what they need.
func ExampleCond0() {
	x := trace.Scalar(4.0)
	fmt.Println(transforms.Cond0(fn.Greater(x, fn.Scalar(0)),
		func() trace.Value { return fn.Sqrt(x) },
		func() trace.Value { return fn.ZerosLike(x) }))
	// Output: f64[] 2
}

// A running maximum, and the place where it was.
func ExampleAssociativeScan() {
	type best struct{ Value, Place trace.Value }
	better := func(a, b best) best {
		return transforms.Cond(fn.Greater(b.Value, a.Value), func(best) best { return b }, func(best) best { return a })(a)
	}
	got := transforms.AssociativeScan(better)(best{trace.New([]float64{3, 1, 4, 1, 5}), trace.New([]int64{0, 1, 2, 3, 4})})
	fmt.Println(got.Value, got.Place)
	// Output: f64[5] [3 3 4 4 5] i64[5] [0 0 2 2 4]
}

// One linearization serves many tangents.
func ExampleLinearize() {
	y, push := transforms.Linearize(fn.Square)(trace.Scalar(3.0))
	fmt.Println(y, push(trace.Scalar(1.0)), push(trace.Scalar(0.5)))
	// Output: f64[] 9 f64[] 6 f64[] 3
}

// The transpose of differences adds and subtracts.
func ExampleLinearTranspose() {
	differences := func(x trace.Value) trace.Value {
		return fn.Sub(fn.At(x, fn.Span(1, 4)), fn.At(x, fn.Span(0, 3)))
	}
	like := trace.Unknown(trace.TypeOf(trace.Float64, 4))
	fmt.Println(transforms.LinearTranspose(differences, like)(trace.New([]float64{1, 10, 100})))
	// Output: f64[4] [-1 -9 -90 100]
}

// The derivative of log(1 + exp(x)) as its definition has it is NaN for large x.
func ExampleWithPullback() {
	log1pexp := transforms.WithPullback(func(x trace.Value) (trace.Value, func(trace.Value) trace.Value) {
		return fn.Softplus(x, 1, 20), func(ct trace.Value) trace.Value { return fn.Mul(ct, fn.Sigmoid(x)) }
	})
	fmt.Println(transforms.Vmap(transforms.Grad(log1pexp))(trace.New([]float64{0, 1000})))
	// Output: f64[2] [0.5 1]
}

func ExampleCustomJVP() {
	square := transforms.CustomJVP(fn.Square, func(x, v trace.Value) (trace.Value, trace.Value) {
		return fn.Square(x), fn.Mul(fn.Scalar(2), fn.Mul(x, v))
	})
	x := trace.Scalar(3.0)
	fmt.Println(square(x), transforms.Grad(square)(x), transforms.Grad(transforms.Grad(square))(x))
	// Output: f64[] 9 f64[] 6 f64[] 2
}

// The product is kept, its logarithm is computed again.
func ExampleCheckpointName() {
	f := transforms.Checkpoint(func(x trace.Value) trace.Value {
		return fn.Log(transforms.CheckpointName(fn.Mul(x, x), "square"))
	}, transforms.CheckpointConfig{Names: []string{"square"}})
	fmt.Println(transforms.Grad(f)(trace.Scalar(4.0)))
	// Output: f64[] 0.5
}

// The golden ratio is where x = 1 + a/x for a = 1.
func ExampleFixedPoint() {
	ratio := func(a trace.Value) trace.Value {
		return transforms.FixedPoint(func(x trace.Value) trace.Value {
			return fn.Add(fn.Div(a, x), fn.Scalar(1))
		}, fn.OnesLike(a))
	}
	one := trace.Scalar(1.0)
	fmt.Printf("%.5f %.5f\n", ratio(one), transforms.Grad(ratio)(one))
	// Output: 1.61803 0.44721
}

func ExampleRoot() {
	sqrt := func(a trace.Value) trace.Value {
		return transforms.Root(func(x trace.Value) trace.Value { return fn.Sub(fn.Mul(x, x), a) }, fn.OnesLike(a))
	}
	fmt.Printf("%.3f %.3f\n", sqrt(trace.Scalar(4.0)), transforms.Grad(sqrt)(trace.Scalar(4.0)))
	// Output: 2.000 0.250
}

func ExampleLinearSolve() {
	solve := func(k trace.Value) trace.Value { // (k + sum) x = b
		return transforms.LinearSolve(func(x trace.Value) trace.Value {
			return fn.Add(fn.Mul(k, x), fn.SumAll(x))
		}, trace.New([]float64{3, 5}))
	}
	fmt.Printf("%.3f\n", solve(trace.Scalar(2.0)))
	fmt.Printf("%.3f\n", transforms.Jacobian(solve)(trace.Scalar(2.0)))
	// Output:
	// [0.500 1.500]
	// [-0.000 -0.500]
}
