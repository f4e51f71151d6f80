package transforms_test

import (
	"context"
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// A budget in bytes decides how many cases of a compiled map are computed at once.
func ExampleVmapConfig() {
	distances := func(x trace.Value) trace.Value { // of all pairs of 50 points
		apart := fn.Sub(fn.ExpandDims(x, 1), fn.ExpandDims(x, 0))
		return fn.Sum(fn.CumSum(fn.Square(apart), 0), 0, 1)
	}
	clouds := random.Normal(random.Key(1), trace.Float64, 100, 50, 3)
	for _, c := range []transforms.VmapConfig{{}, {Budget: 1 << 20}} {
		compiled, err := transforms.Compile(transforms.Vmap(distances, c), clouds)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(c.Budget, compiled.Memory() <= 1<<20)
	}
	// Output:
	// 0 false
	// 1048576 true
}

// Many inputs of one shape keep all cores busy, each with a call of its own.
func ExampleCompiled_CallMany() {
	slope := transforms.Grad(func(x trace.Value) trace.Value { return fn.SumAll(fn.Square(x)) })
	xs := []trace.Value{trace.New([]float64{1, 2}), trace.New([]float64{3, 4}), trace.New([]float64{5, 6})}
	compiled, err := transforms.Compile(slope, xs[0])
	if err != nil {
		fmt.Println(err)
		return
	}
	results, err := compiled.CallMany(context.Background(), xs, 0)
	fmt.Println(results, err)
	// Output: [f64[2] [2 4] f64[2] [6 8] f64[2] [10 12]] <nil>
}
