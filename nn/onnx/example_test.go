package onnx_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/onnx"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

var updateTiny = flag.Bool("update-tiny", false, "write testdata/tiny.onnx")

// tiny is the model of the examples: two dense layers with a ReLU between them.
func tiny() []byte {
	return model{graph: graph{
		in: []string{"x f32[n 3]"}, out: []string{"y f32[n 2]"},
		given: []tensor{
			stored("fc1.weight", f32(s(2, 3), 1, -1, 0, 0, 2, 1)), stored("fc1.bias", f32(s(2), 0, -1)),
			stored("fc2.weight", f32(s(2, 2), 1, 1, -2, 1)), stored("fc2.bias", f32(s(2), 0.5, 0)),
		},
		nodes: []node{
			{op: "Gemm", name: "fc1", in: "x fc1.weight fc1.bias", out: "before", attrs: attrs{"transB": 1}},
			{op: "Relu", name: "act", in: "before", out: "hidden"},
			{op: "Gemm", name: "fc2", in: "hidden fc2.weight fc2.bias", out: "y", attrs: attrs{"transB": 1}},
		},
	}}.bytes()
}

func TestTinyIsUpToDate(t *testing.T) {
	const path = "testdata/tiny.onnx"
	if *updateTiny {
		if err := os.WriteFile(path, tiny(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, tiny()) {
		t.Errorf("%s is not what tiny writes (%v): run go test -run Tiny -update-tiny", path, err)
	}
}

// A model becomes a function, and the relevance of its input is that function pulled back
// by rules.
func ExampleLoad() {
	model, err := onnx.Load("testdata/tiny.onnx")
	if err != nil {
		fmt.Println(err)
		return
	}
	f, err := model.Func("", "") // of its one input to its one output
	if err != nil {
		fmt.Println(err)
		return
	}
	x := trace.New([]float32{3, 1, 2}, 1, 3)
	relevance := transforms.Pull(transforms.WithRules(rules.EpsilonPlus(), f), attribute.Class(0))
	fmt.Println(model.Inputs()[0].Name, model.Inputs()[0], "->", model.Outputs()[0].Name, model.Outputs()[0])
	fmt.Println(f(x).Float64s())
	fmt.Printf("%.3f\n", relevance(x).Float64s())
	// Output:
	// x f32[n 3] -> y f32[n 2]
	// [5.5 -1]
	// [0.545 0.182 0.364]
}

// Whatever the bytes are, an error says what is wrong with them.
func ExampleDecode() {
	_, err := onnx.Decode("broken.onnx", []byte("not a model"))
	fmt.Println(err)
	// Output:
	// onnx: broken.onnx: not an ONNX model, or a damaged one: field 13 has the wire type 6, which does not exist
}

// Parameters are a tree that transforms differentiate: here is the gradient of a loss,
// and the model after a step against it.
func ExampleModel_With() {
	model, err := onnx.Load("testdata/tiny.onnx")
	if err != nil {
		fmt.Println(err)
		return
	}
	in := map[string]trace.Value{"x": trace.New([]float32{3, 1, 2}, 1, 3)}
	loss := func(p onnx.Params) trace.Value { return fn.SumAll(fn.Square(model.With(p).Apply(in)["y"])) }
	value, gradient := transforms.ValueAndGrad(loss)(model.Params)
	stepped := onnx.Params{}
	for name, p := range model.Params {
		stepped[name] = fn.Sub(p, fn.Mul(gradient[name], fn.Scalar(0.001)))
	}
	fmt.Println(value.Float64s(), gradient["fc2.bias"].Float64s())
	fmt.Println(loss(stepped).Float64s()[0] < value.Float64s()[0])
	// Output:
	// [31.25] [11 -2]
	// true
}

// Any part of a model is a model: here the layers behind the hidden values.
func ExampleModel_Between() {
	model, err := onnx.Load("testdata/tiny.onnx")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(model.Values())
	head, err := model.Between([]string{"hidden"}, []string{"y"})
	if err != nil {
		fmt.Println(err)
		return
	}
	out := head.Apply(map[string]trace.Value{"hidden": trace.New([]float32{2, 3}, 1, 2)})
	fmt.Println(out["y"].Float64s())
	_, err = model.Between([]string{"hiden"}, nil)
	fmt.Println(err)
	// Output:
	// [before hidden y]
	// [5.5 -1]
	// onnx: testdata/tiny.onnx: the graph has no value "hiden": did you mean "hidden" or "x" or "y"?
}
