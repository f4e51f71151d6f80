package trace_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// parameters is a tree with every kind of part.
type parameters struct {
	W      trace.Value
	Layers []map[string]trace.Value
	More   *trace.Value
	Any    any
	Name   string
	None   trace.Value
}

func someParameters(x float64) parameters {
	more := trace.Scalar(x + 3)
	return parameters{
		W:      trace.New([]float64{x, x + 1}),
		Layers: []map[string]trace.Value{{"b": trace.Scalar(x + 2), "a": trace.Scalar(x)}},
		More:   &more, Any: [2]trace.Value{trace.Scalar(x), trace.Scalar(-x)}, Name: fmt.Sprint("p", x),
	}
}

func elements(tree any) []float64 {
	leaves, _ := trace.Flatten(tree)
	var out []float64
	for _, v := range leaves {
		out = append(out, v.Float64s()...)
	}
	return out
}

func TestMap(t *testing.T) {
	p, q := someParameters(1), someParameters(10)
	double := trace.Map(func(v trace.Value) trace.Value { return fn.Add(v, v) }, p)
	if got, want := fmt.Sprint(elements(double)), "[2 4 2 6 8 2 -2]"; got != want {
		t.Errorf("Map: %s, want %s", got, want)
	}
	if double.Name != "p1" || !double.None.IsAbsent() || double.More == p.More {
		t.Errorf("Map changed a static part, or shares a pointer: %+v", double)
	}
	if got := fmt.Sprint(elements(p)); got != "[1 2 1 3 4 1 -1]" {
		t.Errorf("Map changed its argument: %s", got)
	}
	sum := trace.Map2(fn.Add, p, q)
	if got, want := fmt.Sprint(elements(sum)), "[11 13 11 15 17 11 -11]"; got != want || sum.Name != "p1" {
		t.Errorf("Map2: %s named %s, want %s", got, sum.Name, want)
	}
	all := trace.MapAll(func(vs []trace.Value) trace.Value { return fn.Sub(fn.Add(vs[0], vs[1]), vs[2]) }, p, q, p)
	if got, want := fmt.Sprint(elements(all)), fmt.Sprint(elements(q)); got != want {
		t.Errorf("MapAll: %s, want %s", got, want)
	}
	var paths []string
	trace.MapPaths(func(path string, v trace.Value) trace.Value { paths = append(paths, path); return v }, p)
	if got, want := strings.Join(paths, " "), ".W .Layers[0][a] .Layers[0][b] .More .Any[0] .Any[1]"; got != want {
		t.Errorf("MapPaths: %s, want %s", got, want)
	}
	lone := trace.MapPaths(func(path string, v trace.Value) trace.Value { return fn.Add(v, trace.Scalar(float64(len(path)))) }, trace.Scalar(2.0))
	if lone.Float64() != 2 {
		t.Errorf("the path of a lone value is not empty: %v", lone)
	}
	if none := trace.Map(fn.Neg, []trace.Value{}); len(none) != 0 {
		t.Errorf("Map of a tree of no values gives %v", none)
	}
}

func TestMapErrors(t *testing.T) {
	x := trace.Scalar(1.0)
	for _, c := range []struct {
		call func()
		want string
	}{
		{func() { trace.Map2(fn.Add, []trace.Value{x, x}, []trace.Value{x}) }, "tree 0 has a value at [1], tree 1 has none there"},
		{func() { trace.Map2(fn.Add, []trace.Value{x}, []trace.Value{x, x}) }, "tree 1 has a value at [1], tree 0 has none there"},
		{func() { trace.Map2(fn.Add, map[string]trace.Value{"a": x}, map[string]trace.Value{"b": x}) }, "value 0 is at [a] in tree 0 and at [b] in tree 1"},
		{func() { trace.Map(func(trace.Value) trace.Value { return trace.Value{} }, []trace.Value{x}) }, "returned an absent value (the zero trace.Value) for [0]"},
		{func() { trace.MapAll[trace.Value](nil) }, "MapAll of no trees"},
	} {
		if err := trace.Try(c.call); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v, want %s", err, c.want)
		}
	}
}

// A step of gradient descent on a tree of parameters.
func ExampleMap2() {
	type model struct{ Weight, Bias trace.Value }
	p := model{trace.New([]float64{1, 2}), trace.Scalar(3.0)}
	g := model{trace.New([]float64{10, 20}), trace.Scalar(30.0)}
	p = trace.Map2(func(p, g trace.Value) trace.Value { return fn.Sub(p, fn.Mul(fn.Scalar(0.01), g)) }, p, g)
	fmt.Printf("%.2f %.2f\n", p.Weight.Float64s(), p.Bias.Float64())
	// Output: [0.90 1.80] 2.70
}

func ExampleMapPaths() {
	type model struct{ Weight, Bias trace.Value }
	p := model{trace.New([]float64{1, 2}), trace.Scalar(3.0)}
	frozen := trace.MapPaths(func(path string, v trace.Value) trace.Value {
		if path == ".Bias" {
			return fn.ZerosLike(v)
		}
		return v
	}, p)
	fmt.Println(frozen.Weight, frozen.Bias)
	// Output: f64[2] [1 2] f64[] 0
}
