package onnx_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/onnx"
)

// call is a node of a function of the file.
func call(name, in, out string, a attrs) node {
	return node{op: name, domain: "own", in: in, out: out, attrs: a, name: name + "." + strings.Fields(out)[0]}
}

// leaky has an attribute with a default, one without, and an operand that may be left out.
var leaky = function{
	name: "Leaky", in: "x bias", out: "y top", names: "slope", defaults: attrs{"gamma": 2.},
	nodes: []node{
		{op: "LeakyRelu", in: "x", out: "a", attrs: attrs{"alpha": ref("slope")}, name: "leaky"},
		{op: "Selu", in: "a", out: "b", attrs: attrs{"gamma": ref("gamma"), "alpha": 1.}, name: "selu"},
		{op: "Sum", in: "b b", out: "y", name: "sum"},
		{op: "Clip", in: "b bias", out: "top", name: "clip"},
	},
}

func TestFunctions(t *testing.T) {
	x := f32(s(2), -1, 3)
	m := model{
		graph: graph{in: []string{"x"}, out: []string{"y", "z", "top"}, given: []tensor{stored("four", f32(s(), 4))}, nodes: []node{
			call("Leaky", "x four", "y _", attrs{"slope": 0.5}),
			call("Leaky", "x", "z top", attrs{"gamma": 3.}),
		}},
		functions: []function{leaky},
	}.decode(t)
	got := m.Apply(values{"x": x})
	curve := func(alpha, gamma float64) Value {
		return fn.Mul(fn.ELU(fn.LeakyReLU(x, alpha), 1), fn.Scalar(gamma))
	}
	same(t, "attributes that are given", got["y"], fn.Mul(curve(0.5, 2), fn.Scalar(2)), rounding)
	same(t, "attributes by default", got["z"], fn.Mul(curve(0.01, 3), fn.Scalar(2)), rounding)
	same(t, "an operand that is left out", got["top"], curve(0.01, 3), rounding)
	if names, want := strings.Join(m.Values(), " "), "a b Leaky.y/y Leaky.y/top y Leaky.z/a Leaky.z/b Leaky.z/y Leaky.z/top z top"; names != want {
		t.Errorf("the values are %s, want %s", names, want)
	}
}

// A function may call another, hand on its attributes, and use them in a body.
func TestNestedFunctions(t *testing.T) {
	branch := func(alpha any) graph {
		return graph{out: []string{"r"}, nodes: []node{{op: "LeakyRelu", in: "x", out: "r", attrs: attrs{"alpha": alpha}}}}
	}
	inner := function{name: "Inner", in: "x flag", out: "y", names: "slope", nodes: []node{
		{op: "If", in: "flag", out: "y", attrs: attrs{"then_branch": branch(ref("slope")), "else_branch": branch(3.)}},
	}}
	outer := function{name: "Outer", in: "a flag", out: "b", names: "s", nodes: []node{
		{op: "Add", in: "a a", out: "x"},
		call("Inner", "x flag", "b", attrs{"slope": ref("s")}),
	}}
	m := model{
		graph:     graph{in: []string{"x", "flag"}, out: []string{"y"}, nodes: []node{call("Outer", "x flag", "y", attrs{"s": 0.25})}},
		functions: []function{outer, inner},
	}.decode(t)
	x := f32(s(2), -2, 1)
	same(t, "then", m.Apply(values{"x": x, "flag": truth(s(), 1)})["y"], f32(s(2), -1, 2), 0)
	same(t, "else", m.Apply(values{"x": x, "flag": truth(s(), 0)})["y"], f32(s(2), -12, 2), 0)
	f := func(flag Value) Value { return m.Apply(values{"x": x, "flag": flag})["y"] }
	same(t, "compiled", jit(f)(truth(s(), 1)), f32(s(2), -1, 2), 0)
}

// A function may be its input, and its values do not mix with those of the graph.
func TestNamesInFunctions(t *testing.T) {
	m := model{
		graph: graph{in: []string{"a"}, out: []string{"y", "b"}, nodes: []node{
			{op: "Neg", in: "a", out: "b"},
			call("Same", "b", "p", nil),
			call("Twice", "p", "y", nil),
		}},
		functions: []function{
			{name: "Same", in: "a", out: "a"},
			{name: "Twice", in: "b", out: "c", nodes: []node{{op: "Add", in: "b b", out: "c"}}},
		},
	}.decode(t)
	got := m.Apply(values{"a": f32(s(1), 3)})
	same(t, "y", got["y"], f32(s(1), -6), 0)
	same(t, "b", got["b"], f32(s(1), -3), 0)
}

func TestFaultyFunctions(t *testing.T) {
	use := func(n node, list ...function) error {
		_, err := onnx.Decode("m.onnx", model{
			graph: graph{in: []string{"x"}, out: []string{"y"}, nodes: []node{n}}, functions: list,
		}.bytes())
		return err
	}
	self := function{name: "F", in: "x", out: "y", nodes: []node{call("F", "x", "y", nil)}}
	refuses(t, use(call("F", "x", "y", nil), self), `node "F.y" (F): node "F.y" (F): function "F" calls itself`)
	a := function{name: "A", in: "x", out: "y", nodes: []node{call("B", "x", "y", nil)}}
	b := function{name: "B", in: "x", out: "y", nodes: []node{call("A", "x", "y", nil)}}
	refuses(t, use(call("A", "x", "y", nil), a, b), `function "A" calls itself`)
	refuses(t, use(call("A", "x x", "y", nil), a), `function "A" has 1 inputs and 1 outputs, the node has 2 and 1`)
	refuses(t, use(call("E", "x", "y", nil), function{name: "E", in: "x", out: "z"}), `function "E" does not compute its output "z"`)
	refuses(t, use(call("G", "x", "y", nil), function{name: "G", in: "x", out: "y", nodes: []node{{op: "Foo", in: "x", out: "y", name: "foo"}}}),
		`one operator is not supported: Foo (node "foo")`)
	var chain []function
	for i := range 200 {
		chain = append(chain, function{name: fmt.Sprint("F", i), in: "x", out: "y", nodes: []node{call(fmt.Sprint("F", i+1), "x", "y", nil)}})
	}
	refuses(t, use(call("F0", "x", "y", nil), chain...), "nest more than 100 deep")
}

// A function that calls another twice, which calls another twice, and so on, would be
// millions of nodes.
func TestFunctionsThatGrow(t *testing.T) {
	var list []function
	for i := range 40 {
		next := fmt.Sprint("F", i+1)
		list = append(list, function{name: fmt.Sprint("F", i), in: "x", out: "y", nodes: []node{call(next, "x", "a", nil), call(next, "a", "y", nil)}})
	}
	list = append(list, function{name: "F40", in: "x", out: "y", nodes: []node{{op: "Neg", in: "x", out: "y"}}})
	file := model{
		graph: graph{in: []string{"x"}, out: []string{"y"}, nodes: []node{call("F0", "x", "y", nil)}}, functions: list,
	}.bytes()
	used := allocated(func() {
		_, err := onnx.Decode("m.onnx", file)
		refuses(t, err, "it needs more than four times its size in memory for nodes, names and attributes")
	})
	t.Logf("%d bytes for a file of %d", used, len(file))
	if used > uint64(4*len(file)+allowance) {
		t.Errorf("it took %d bytes", used)
	}
}
