package onnx_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/onnx"
)

// Nodes may come in any order, and each may name a result that nothing reads.
func TestOrderOfNodes(t *testing.T) {
	m := network()
	slices.Reverse(m.nodes)
	m.nodes = append(m.nodes, node{op: "Split", in: "x", out: "a _ c", attrs: attrs{"axis": 1}}, node{op: "Neg", in: "c", out: "d"})
	m.out = append(m.out, "d")
	read := m.decode(t)
	x := ramp(4, 5, 3)
	y, _ := plain(read.Params, x)
	got := read.Apply(values{"x": x})
	same(t, "y", got["y"], y, rounding)
	same(t, "d", got["d"], fn.Neg(fn.Slice(x, fn.SliceConfig{Start: s(0, 2), Stop: s(5, 3)})), 0)
}

// An operand that is left out in the middle is not one that is there.
func TestOmittedOperands(t *testing.T) {
	x := f32(s(4), -2, -1, 1, 2)
	m := model{graph: graph{
		in: []string{"x"}, out: []string{"y", "z"}, given: []tensor{stored("hi", f32(s(), 1))},
		nodes: []node{{op: "Clip", in: "x _ hi", out: "y"}, {op: "Clip", in: "x hi _", out: "z"}},
	}}.decode(t)
	got := m.Apply(values{"x": x})
	same(t, "y", got["y"], f32(s(4), -2, -1, 1, 1), 0)
	same(t, "z", got["z"], f32(s(4), 1, 1, 1, 2), 0)
	missing := model{graph: graph{in: []string{"x"}, out: []string{"y"}, nodes: []node{{op: "Sub", in: "_ x", out: "y", name: "minus"}}}}.decode(t)
	panics(t, func() { missing.Apply(values{"x": x}) }, `node "minus", Sub(absent, f32[4]): operand 0 is missing`)
}

func TestUnsupportedOutputs(t *testing.T) {
	m := model{graph: graph{
		in: []string{"x"}, out: []string{"y"}, given: []tensor{stored("w", f32(s(2), 1, 1))},
		nodes: []node{{op: "BatchNormalization", in: "x w w w w", out: "y mean", name: "norm"}},
	}}.decode(t)
	panics(t, func() { m.Apply(values{"x": ramp(1, 3, 2)}) }, `node "norm"`, `its output 1, "mean", is not supported`)
}

// A node without a name is named after its result.
func TestNamesOfNodes(t *testing.T) {
	m := network()
	for i := range m.nodes {
		m.nodes[i].name = ""
	}
	f, _ := m.decode(t).Func("", "")
	if got := layers(f, ramp(1, 5, 3)); got != "linear.dense before+bias, activation.relu hidden, linear.dense y" {
		t.Errorf("the layers are %s", got)
	}
}

func TestUnsupportedOperators(t *testing.T) {
	_, err := onnx.Decode("m.onnx", model{graph: graph{in: []string{"x"}, out: []string{"y"}, nodes: []node{
		{op: "Relu", in: "x", out: "a"},
		{op: "StringNormalizer", in: "a", out: "b", name: "text"},
		{op: "Unique", in: "b", out: "c"},
		{op: "Relu", in: "c", out: "d", domain: "com.microsoft", name: "fused"},
		{op: "StringNormalizer", in: "d", out: "y"},
	}}}.bytes())
	refuses(t, err, `onnx: m.onnx: 3 operators are not supported: StringNormalizer (nodes "text", "y"); Unique (node "c"), because how many`,
		`com.microsoft.Relu (node "fused")`)

	many := graph{in: []string{"x"}, out: []string{"y"}}
	for i := range 7 {
		many.nodes = append(many.nodes, node{op: "Bernoulli", in: "x", out: fmt.Sprint("r", i)})
	}
	many.nodes = append(many.nodes, node{op: "Neg", in: "x", out: "y"})
	_, err = onnx.Decode("m.onnx", model{graph: many}.bytes())
	refuses(t, err, `one operator is not supported: Bernoulli (nodes "r0", "r1", "r2", "r3", and 3 more), because it draws random numbers`)

	inside := graph{out: []string{"z"}, nodes: []node{{op: "Foo", in: "x", out: "z", name: "deep"}}}
	_, err = onnx.Decode("m.onnx", model{graph: graph{in: []string{"x", "c"}, out: []string{"y"}, nodes: []node{
		{op: "If", in: "c", out: "y", attrs: attrs{"then_branch": inside, "else_branch": inside}},
	}}}.bytes())
	refuses(t, err, `one operator is not supported: Foo (nodes "deep", "deep")`)
}

// Each reason for a refusal is given, and none is for an operator that there is.
func TestRefusals(t *testing.T) {
	for _, op := range onnx.Refusals() {
		if slices.Contains(onnx.Operators(), op) {
			t.Errorf("%s is supported and refused", op)
		}
		_, err := onnx.Decode("m.onnx", model{graph: graph{in: []string{"x"}, out: []string{"y"}, nodes: []node{{op: op, in: "x", out: "y"}}}}.bytes())
		refuses(t, err, "one operator is not supported: "+op+` (node "y"), because `)
	}
}

func TestOpset(t *testing.T) {
	m := network()
	m.opset = newest + 1
	_, err := onnx.Decode("m.onnx", m.bytes())
	refuses(t, err, "onnx: m.onnx: its opset is 24, and 23 is the newest one that is supported: export it with opset 23")
	m.opset = 7
	m.decode(t)
}

// The standard domain has two names.
func TestStandardDomain(t *testing.T) {
	m := network()
	for i := range m.nodes {
		m.nodes[i].domain = "ai.onnx"
	}
	m.decode(t)
}

// faultyGraphs are graphs that are refused, by what the error begins with.
func faultyGraphs() map[string]graph {
	neg := func(in, out string) node { return node{op: "Neg", in: in, out: out, name: in + "-" + out} }
	w := stored("w", f32(s(1), 1))
	return map[string]graph{
		`node "b-c" (Neg): it reads "b", which nothing computes`:                          {in: []string{"a"}, out: []string{"c"}, nodes: []node{neg("b", "c")}},
		`nothing computes the output "c"`:                                                 {in: []string{"a"}, out: []string{"c"}},
		`its graph has no outputs`:                                                        {in: []string{"a"}},
		`the graph has a cycle: node "`:                                                   {in: []string{"a"}, out: []string{"c"}, nodes: []node{neg("b", "c"), neg("c", "b")}},
		`the graph has a cycle: node "c-c" (Neg) needs its own result "c"`:                {in: []string{"a"}, out: []string{"c"}, nodes: []node{neg("c", "c")}},
		`nodes "a-c" and "b-c" both compute "c"`:                                          {in: []string{"a", "b"}, out: []string{"c"}, nodes: []node{neg("a", "c"), neg("b", "c")}},
		`node "b-a" computes "a", which the graph is given`:                               {in: []string{"a", "b"}, out: []string{"a"}, nodes: []node{neg("b", "a")}},
		`node "a-w" computes "w", which the graph is given`:                               {in: []string{"a"}, out: []string{"w"}, given: []tensor{w}, nodes: []node{neg("a", "w")}},
		`two initializers are named "w"`:                                                  {out: []string{"w"}, given: []tensor{w, w}},
		`two values of one graph are named "a"`:                                           {in: []string{"a", "a"}, out: []string{"a"}},
		`nodes "two" and "two" both compute "c"`:                                          {in: []string{"a"}, out: []string{"c"}, nodes: []node{{op: "Split", in: "a", out: "c c", name: "two"}}},
		`node "n": it has no operator`:                                                    {in: []string{"a"}, out: []string{"c"}, nodes: []node{{name: "n", in: "a", out: "c"}}},
		`node "n" (Flatten): it has two attributes "axis"`:                                {in: []string{"a"}, out: []string{"c"}, nodes: []node{{op: "Flatten", name: "n", in: "a", out: "c", attrs: attrs{"axis": 1, "b": message{}.text(1, "axis")}}}},
		`node "n" (ConstantOfShape): attribute "value": its shape [2] of float32 needs 8`: {in: []string{"a"}, out: []string{"c"}, nodes: []node{{op: "ConstantOfShape", name: "n", in: "a", out: "c", attrs: attrs{"value": tensor{kind: "f32", dims: []int64{2}, raw: []byte{1}}}}}},
	}
}

func TestFaultyGraphs(t *testing.T) {
	for want, g := range faultyGraphs() {
		_, err := onnx.Decode("m.onnx", model{graph: g}.bytes())
		refuses(t, err, "onnx: m.onnx: "+want)
	}
	sparse := message{}.bytes(7, append(network().graph.message(), message{}.bytes(15, nil)...))
	_, err := onnx.Decode("m.onnx", sparse)
	refuses(t, err, "it has a sparse initializer, which is not supported: store the tensor densely")
	_, err = onnx.Decode("m.onnx", nil)
	refuses(t, err, "onnx: m.onnx: there is no graph in it: it is cut off, or not an ONNX model")
}

// A scalar is a part of the graph, unless it is the weight of a layer.
func TestWhatIsAParameter(t *testing.T) {
	m := model{graph: graph{
		in: []string{"x f32[n 1]"}, out: []string{"y"},
		given: []tensor{
			stored("scalar", f32(s(), 2)), stored("bias", f32(s(1), 3)), stored("w", f32(s(1, 1), 4)), stored("lo", f32(s(), -100)),
			stored("unread", f32(s(2), 1, 2)), stored("empty", f32(s(0))), stored("shape", i64(s(2), -1, 1)), stored("slope", f32(s(), 0.5)),
		},
		nodes: []node{
			{op: "Mul", in: "x scalar", out: "a"},
			{op: "Gemm", in: "a w bias", out: "b"},
			{op: "Clip", in: "b lo", out: "c"},
			{op: "Reshape", in: "c shape", out: "d"},
			{op: "PRelu", in: "d slope", out: "y"},
		},
	}}.decode(t)
	if names := slices.Sorted(maps.Keys(m.Params)); fmt.Sprint(names) != "[bias slope w]" {
		t.Errorf("the parameters are %v", names)
	}
	same(t, "y", m.Apply(values{"x": f32(s(2, 1), 1, -1)})["y"], f32(s(2, 1), 11, -2.5), 0)
}

// What constants alone decide is computed once, when the file is loaded.
func TestConstantsAreFolded(t *testing.T) {
	m := model{graph: graph{
		in: []string{"x f32[2]"}, out: []string{"y"}, given: []tensor{stored("two", f32(s(), 2)), stored("w", f32(s(2), 1, 2))},
		nodes: []node{
			{op: "Add", in: "two two", out: "four"}, {op: "Exp", in: "four", out: "e"}, {op: "Identity", in: "w", out: "v"},
			{op: "Mul", in: "x e", out: "a"}, {op: "Add", in: "a v", out: "y"},
		},
	}}.decode(t)
	f, _ := m.Func("", "")
	if got := layers(f, f32(s(2), 1, 1)); got != "product.scale a" {
		t.Errorf("the layers are %q", got)
	}
	same(t, "y", f(f32(s(2), 1, 0)), f32(s(2), 55.59815, 2), rounding)
	if _, ok := m.Params["v"]; !ok || len(m.Params) != 1 {
		t.Errorf("the parameters are %v", m.Params)
	}
}
