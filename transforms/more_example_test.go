package transforms_test

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// squares returns the sum of squares, and the largest element beside it.
func squares(x trace.Value) (sum, largest trace.Value) {
	return fn.SumAll(fn.Square(x)), fn.Max(x, 0)
}

func ExampleVJPAux() {
	y, pull, largest := transforms.VJPAux(squares)(trace.New([]float64{1, 3}))
	fmt.Println(y, pull(trace.Scalar(1.0)), largest)
	// Output: f64[] 10 f64[2] [2 6] f64[] 3
}

func ExampleJVPAux() {
	y, t, largest := transforms.JVPAux(squares)(trace.New([]float64{1, 3}), trace.New([]float64{0, 1}))
	fmt.Println(y, t, largest)
	// Output: f64[] 10 f64[] 6 f64[] 3
}

func ExampleJacobianAux() {
	f := func(x trace.Value) (y, sum trace.Value) { return fn.Square(x), fn.SumAll(x) }
	j, sum := transforms.JacobianAux(f)(trace.New([]float64{1, 3}))
	fmt.Println(j, sum)
	// Output: f64[2 2] [[2 0] [0 6]] f64[] 4
}

// The second argument is data: it has no gradient.
func ExampleValueAndGradAuxOf() {
	f := func(w, x trace.Value) (loss, guess trace.Value) {
		guess = fn.Dot(w, x)
		return fn.Square(guess), guess
	}
	loss, guess, g := transforms.ValueAndGradAuxOf(f)(trace.New([]float64{1, 2}), trace.New([]float64{3, 1}))
	fmt.Println(loss, guess, g)
	// Output: f64[] 25 f64[] 5 f64[2] [30 10]
}

// Each case learns its number, and how many there are.
func ExampleAxisIndex() {
	f := func(x trace.Value) trace.Value {
		return fn.Add(fn.Scale(transforms.AxisIndex("batch"), 10), transforms.AxisSize("batch"))
	}
	fmt.Println(transforms.Vmap(f, transforms.VmapConfig{Name: "batch"})(fn.ZerosOf(trace.Float64, 3)))
	// Output: i64[3] [3 13 23]
}

func ExampleAxisSize() {
	f := func(x trace.Value) trace.Value {
		return fn.Div(x, fn.Cast(transforms.AxisSize("batch"), trace.Float64))
	}
	fmt.Println(transforms.Vmap(f, transforms.VmapConfig{Name: "batch"})(trace.New([]float64{2, 6})))
	// Output: f64[2] [1 3]
}

// Softmax over the cases of a batch, without overflow.
func ExamplePmax() {
	softmax := func(x trace.Value) trace.Value {
		e := fn.Exp(fn.Sub(x, transforms.Pmax("batch", x)))
		return fn.Div(e, transforms.Psum("batch", e))
	}
	fmt.Printf("%.3f\n", transforms.Vmap(softmax, transforms.VmapConfig{Name: "batch"})(trace.New([]float64{1000, 1001})))
	// Output: [0.269 0.731]
}

func ExamplePmin() {
	f := func(x trace.Value) trace.Value { return fn.Sub(x, transforms.Pmin("batch", x)) }
	fmt.Println(transforms.Vmap(f, transforms.VmapConfig{Name: "batch"})(trace.New([]float64{5, 3})))
	// Output: f64[2] [2 0]
}

// twoLayers is a network of two dense layers with names.
func twoLayers(x trace.Value) trace.Value {
	layer := func(path string, w trace.Value) func(trace.Value) trace.Value {
		return func(x trace.Value) trace.Value {
			named := transforms.Layer{Kind: trace.KindDense, Path: path}
			return transforms.Named(named, func(x, w trace.Value) trace.Value { return fn.Dot(w, x) })(x, w)
		}
	}
	hidden := fn.ReLU(layer("first", trace.New([]float64{1, 2, -1, 1}, 2, 2))(x))
	return layer("second", trace.New([]float64{1, 3}, 1, 2))(hidden)
}

// The relevance of the hidden layer, beside that of the input.
func ExampleRelevances() {
	f := transforms.WithRules(rules.EpsilonPlus(), twoLayers)
	r, inside := transforms.Relevances(f, fn.OnesLike, "first")(trace.New([]float64{1, 2}))
	fmt.Printf("%.3f %.3f\n", r, inside["first"])
	// Output: [-0.250 1.250] [0.625 0.375]
}

// A tap on a layer: its cotangent is that of the layer's output.
func ExampleWithTaps() {
	tapped := transforms.WithTaps(twoLayers, "first")
	x := trace.New([]float64{1, 2})
	zero := map[string]trace.Value{"first": fn.ZerosOf(trace.Float64, 2)}
	g := transforms.Grad(func(taps map[string]trace.Value) trace.Value {
		return fn.SumAll(tapped(transforms.TapArg[trace.Value]{X: x, Taps: taps}).Y)
	})(zero)
	fmt.Println(g["first"])
	// Output: f64[2] [1 3]
}

// Only what passes the second hidden unit counts.
func ExampleWithMasks() {
	masked := transforms.WithMasks(twoLayers, map[string]trace.Value{"first": trace.New([]float64{0, 1})})
	x := trace.New([]float64{1, 2})
	fmt.Println(masked(x), transforms.Pull(masked, fn.OnesLike)(x))
	// Output: f64[1] [8] f64[2] [-3 3]
}

// What the network would compute if its first layer had found something else.
func ExampleWithValues() {
	x := trace.New([]float64{1, 2})
	patched := transforms.WithValues(twoLayers, map[string]trace.Value{"first": trace.New([]float64{0, 1})})
	fmt.Println(twoLayers(x), patched(x))
	// Output: f64[1] [8] f64[1] [3]
}

// softened is a canonizer that computes softplus where a function has ReLU.
type softened struct{}

func (softened) String() string { return "softened" }

func (softened) Canonize(sites []*transforms.Site) (list []transforms.Replacement, err error) {
	for _, s := range sites {
		if s.Kind == "activation.relu" {
			list = append(list, transforms.Replacement{Site: s, Of: []*transforms.Site{s}, Compute: func(in ...[]trace.Value) []trace.Value {
				return []trace.Value{fn.Softplus(in[0][0], 10, 20)}
			}})
		}
	}
	return list, nil
}

// A function with every ReLU replaced.
func ExampleRewrite() {
	f := transforms.Rewrite(softened{}, fn.ReLU)
	x := trace.New([]float64{-1, 0, 1})
	fmt.Printf("%.4f\n%.4f\n", f(x), transforms.Pull(f, fn.OnesLike)(x))
	// Output:
	// [0.0000 0.0693 1.0000]
	// [0.0000 0.5000 1.0000]
}
