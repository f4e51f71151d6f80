package random_test

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// A traced step count gives each step of a loop a key of its own.
func ExampleFoldIn() {
	key := random.Key(1)
	rolls := transforms.Vmap(func(step trace.Value) trace.Value {
		return random.Randint(random.FoldIn(key, step), 1, 7)
	})(fn.Iota(trace.TypeOf(trace.Int64, 5), 0))
	fmt.Println(rolls)
	// Output:
	// i64[5] [3 5 6 2 2]
}

// A mean over draws has a slope with respect to the parameter of the distribution.
func ExampleGamma() {
	mean := func(a trace.Value) trace.Value { return fn.MeanAll(random.Gamma(random.Key(2), a, 100000)) }
	fmt.Printf("%.2f\n%.2f\n", mean(trace.Scalar(3.0)), transforms.Grad(mean)(trace.Scalar(3.0)))
	// Output:
	// 3.00
	// 1.00
}

// Rows of a table, each at most once.
func ExampleChoice() {
	table := trace.New([]float64{0, 0, 1, 10, 2, 20, 3, 30}, 4, 2)
	fmt.Println(random.Choice(random.Key(3), table, random.ChoiceConfig{WithoutReplacement: true}, 2))
	// Output:
	// f64[2 2] [[2 20] [3 30]]
}

// A key gives the same numbers every time. Other numbers need another key.
func ExampleNormal() {
	keys := random.Split(random.Key(1), 2)
	a := random.Normal(fn.Index(keys, 0), trace.Float64, 100_000)
	fmt.Printf("mean %.1f, deviation %.1f\n", fn.Abs(fn.MeanAll(a)), fn.Std(a, true, 0))
	again := random.Normal(fn.Index(keys, 0), trace.Float64, 100_000)
	other := random.Normal(fn.Index(keys, 1), trace.Float64, 100_000)
	fmt.Println(fn.ArrayEqual(a, again), fn.ArrayEqual(a, other))
	// Output:
	// mean 0.0, deviation 1.0
	// bool[] true bool[] false
}

// Keys that a program makes of its key, read from text.
func ExampleOps() {
	p, err := trace.Parse([]byte(`program(a i64[])
  b i64[2] = random.draw{Of:"split" DType:i64 Shape:[2]}(a)
  return b
`), random.Ops()...)
	key := random.Key(1)
	fmt.Println(err, fn.ArrayEqual(p.Apply(key)[0], random.Split(key, 2)))
	// Output: <nil> bool[] true
}
