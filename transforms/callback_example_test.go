package transforms_test

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// What is printed is the same compiled or not, and derivatives print the primal values.
func ExamplePrint() {
	f := func(x trace.Value) trace.Value {
		y := fn.Exp(x)
		transforms.Print("x = %v, exp x = %.4g", x, y)
		return fn.Square(y)
	}
	fmt.Println(transforms.Jit(transforms.Grad(f))(trace.Scalar(0.5)))
	// Output:
	// x = f64[] 0.5, exp x = 1.649
	// f64[] 5.436563656918091
}

// A loop prints in each step, and a map all cases at once.
func ExamplePrint_loops() {
	double := func(x trace.Value) trace.Value {
		return transforms.For(2, func(i, x trace.Value) trace.Value {
			transforms.Print("step %v: %v", i, x)
			return fn.Add(x, x)
		})(x)
	}
	transforms.Vmap(double)(trace.New([]float64{1, 10}))
	// Output:
	// step i64[] 0: f64[2] [1 10]
	// step i64[] 1: f64[2] [2 20]
}

// The largest value that a compiled function meets on its way.
func ExampleCallback() {
	largest := 0.0
	f := transforms.Jit(func(x trace.Value) trace.Value {
		return transforms.While(
			func(x trace.Value) trace.Value { return fn.Greater(x, fn.Scalar(1)) },
			func(x trace.Value) trace.Value {
				transforms.Callback(func(x trace.Value) { largest = max(largest, x.Float64()) }, x)
				return fn.Where(fn.Equal(fn.Rem(x, fn.Scalar(2)), fn.Scalar(0)), fn.Mul(x, fn.Scalar(0.5)), fn.Add(fn.Mul(x, fn.Scalar(3)), fn.Scalar(1)))
			})(x)
	})
	f(trace.Scalar(7.0))
	fmt.Println(largest)
	// Output: 52
}

// A function of Go in the middle of a compiled one.
func ExamplePureCallback() {
	names := map[int64]float64{3: 0.25, 8: 0.5}
	weight := transforms.PureCallback(func(id trace.Value) trace.Value {
		return trace.Scalar(names[trace.Item[int64](id)])
	}, trace.Scalar(0.0))
	f := transforms.Jit(transforms.Vmap(func(id trace.Value) trace.Value { return fn.Add(weight(id), fn.Scalar(1)) }))
	fmt.Println(f(trace.New([]int64{8, 3, 5})))
	// Output: f64[3] [1.5 1.25 1]
}
