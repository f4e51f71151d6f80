package rules_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

type Value = trace.Value

// network is a chain of layers as the reference values describe it.
type network struct {
	Nodes []struct {
		ID, Kind string
		Attrs    struct {
			Stride, Padding, Dilation integers
			KernelSize                integers `json:"kernel_size"`
			Groups, Dim               int
		}
		Tensors map[string]string
	}
	tensors map[string]Value
}

// integers is a number or a list of numbers.
type integers []int

func (n *integers) UnmarshalJSON(b []byte) error {
	if b[0] != '[' {
		b = fmt.Appendf(nil, "[%s]", b)
	}
	return json.Unmarshal(b, (*[]int)(n))
}

func decode(t *testing.T, raw json.RawMessage, into any) {
	t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatal(err)
	}
}

// apply applies the chain. Each node is a layer with its id as path, or bare operations.
func (n *network) apply(named bool) func(x Value) Value {
	return func(x Value) Value {
		for i := range n.Nodes {
			f, params := n.node(i)
			if named {
				f = transforms.Named(transforms.Layer{Kind: kinds[n.Nodes[i].Kind], Path: n.Nodes[i].ID, Biases: []string{"[1]"}}, f)
			}
			x = f(x, params)
		}
		return x
	}
}

var kinds = map[string]trace.Kind{
	"Linear": trace.KindDense, "Conv1d": trace.KindConvStandard, "Conv2d": trace.KindConvStandard, "ReLU": trace.KindReLU,
	"AvgPool1d": trace.KindAvgPool, "Flatten": trace.KindShaping + ".flatten", "Sum": trace.KindSum,
}

// node returns a layer, and its parameters: weight and bias.
func (n *network) node(i int) (f func(x Value, p []Value) Value, params []Value) {
	node := n.Nodes[i]
	for _, name := range []string{"weight", "bias"} {
		if key, ok := node.Tensors[name]; ok {
			params = append(params, n.tensors[key])
		}
	}
	a := node.Attrs
	switch node.Kind {
	case "Linear":
		return func(x Value, p []Value) Value { return fn.Linear(x, p[0], p[1]) }, params
	case "Conv1d", "Conv2d":
		c := fn.ConvConfig{Stride: a.Stride, Padding: a.Padding, Dilation: a.Dilation, Groups: a.Groups}
		return func(x Value, p []Value) Value { return conv(x, p[0], p[1], c) }, params
	case "AvgPool1d":
		c := fn.AvgPoolConfig{Kernel: a.KernelSize, Stride: a.Stride, Padding: a.Padding}
		return func(x Value, _ []Value) Value { return fn.AvgPool(x, c) }, params
	case "ReLU":
		return func(x Value, _ []Value) Value { return fn.ReLU(x) }, params
	case "Flatten":
		return func(x Value, _ []Value) Value { return fn.Flatten(x, 1) }, params
	case "Sum":
		return func(x Value, _ []Value) Value { return fn.Sum(x, a.Dim) }, params
	}
	panic("no such kind: " + node.Kind)
}

// conv is a convolution with a bias for each output channel.
func conv(x, w, b Value, c fn.ConvConfig) Value {
	y := fn.Conv(x, w, c)
	shape := slices.Repeat([]int{1}, y.Rank())
	shape[1] = b.Size()
	return fn.Add(y, fn.Reshape(b, shape...))
}

// constant returns the target that does not depend on the output.
func constant(v Value) func(Value) Value { return func(Value) Value { return v } }

// mustFail checks that f panics with a *trace.Error whose text contains all parts.
func mustFail(t *testing.T, f func(), parts ...string) {
	t.Helper()
	err := trace.Try(f)
	if err == nil {
		t.Errorf("no error, want one with %q", parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("got %q, want %q in it", err, part)
		}
	}
}
