package onnx_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/nn/onnx"
	"github.com/pullback-go/pullback/trace"
)

// speller writes an expression as nodes. Numbers become constants.
type speller struct {
	graph
	values map[string]string // names by expressions, so that what is equal is there once
}

// spell returns the graph of an expression, such as Mul(x, Sigmoid(x)), with the result y.
// Its names are inputs, unless they are given. Some operators have their attributes:
// Mean is over the last axis, which it keeps.
func spell(expression string, given ...tensor) graph {
	sp := &speller{values: map[string]string{}}
	sp.given = given
	result, rest := sp.value(strings.ReplaceAll(expression, " ", ""))
	if rest != "" {
		panic("it goes on with " + rest)
	}
	for i := range sp.nodes {
		if sp.nodes[i].out == result {
			sp.nodes[i].out = "y"
		}
	}
	sp.out = []string{"y"}
	return sp.graph
}

func (sp *speller) value(s string) (name, rest string) {
	end := strings.IndexAny(s, "(),")
	if end < 0 {
		end = len(s)
	}
	word, rest := s[:end], s[end:]
	if !strings.HasPrefix(rest, "(") {
		return sp.leaf(word), rest
	}
	var in []string
	for rest[0] != ')' {
		var operand string
		operand, rest = sp.value(rest[1:])
		in = append(in, operand)
	}
	n := node{op: word, in: strings.Join(in, " ")}
	switch word {
	case "Mean":
		n.op, n.in = "ReduceMean", n.in+" "+sp.constant("last", i64([]int{1}, -1))
	case "Clip06":
		n.op, n.in = "Clip", n.in+" "+sp.leaf("0")+" "+sp.leaf("6")
	case "HardSigmoid":
		n.attrs = attrs{"alpha": 1. / 6, "beta": 0.5}
	case "Unsqueeze0":
		n.op, n.in = "Unsqueeze", n.in+" "+sp.constant("first", i64([]int{1}, 0))
	case "Concat0":
		n.op, n.attrs = "Concat", attrs{"axis": 0}
	case "Sum0":
		n.op, n.in, n.attrs = "ReduceSum", n.in+" "+sp.constant("first", i64([]int{1}, 0)), attrs{"keepdims": 0}
	}
	key := n.op + n.in
	if known, ok := sp.values[key]; ok {
		return known, rest[1:]
	}
	n.out = fmt.Sprint("v", len(sp.nodes))
	sp.nodes = append(sp.nodes, n)
	sp.values[key] = n.out
	return n.out, rest[1:]
}

func (sp *speller) leaf(word string) string {
	if x, err := strconv.ParseFloat(word, 64); err == nil {
		return sp.constant(word, trace.Scalar(float32(x)))
	}
	isGiven := slices.ContainsFunc(sp.given, func(t tensor) bool { return t.name == word })
	if !isGiven && !slices.Contains(sp.in, word) {
		sp.in = append(sp.in, word)
	}
	return word
}

func (sp *speller) constant(name string, v Value) string {
	if !slices.ContainsFunc(sp.given, func(t tensor) bool { return t.name == name }) {
		sp.given = append(sp.given, stored(name, v))
	}
	return name
}

// shown is a graph with all of its values as outputs, so that nothing is recognized.
func shown(g graph) graph {
	g.out = []string{}
	for _, n := range g.nodes {
		g.out = append(g.out, n.out)
	}
	return g
}

// Expressions of which patterns are made.
const (
	gelu1   = "Add(1, Erf(Div(x, 1.4142135)))"
	gelu2   = "Add(Erf(Mul(x, 0.70710677)), 1)"
	tanh1   = "Add(1, Tanh(Mul(0.7978846, Add(x, Mul(0.044715, Pow(x, 3))))))"
	tanh2   = "Add(Tanh(Mul(Add(x, Mul(Mul(x, Mul(x, x)), 0.044715)), 0.7978846)), 1)"
	lifted  = "Clip06(Add(x, 3))"
	sixth   = "0.16666667"
	off     = "Sub(x, Mean(x))"
	spread1 = "Sqrt(Add(Mean(Pow(Sub(x, Mean(x)), 2)), 0.00001))"
	spread2 = "Sqrt(Add(0.00001, Mean(Mul(Sub(x, Mean(x)), Sub(x, Mean(x))))))"
	root    = "Sqrt(Add(Mean(Pow(x, 2)), 0.00001))"
)

// spelled has an expression for each alternative of each pattern, and the layers that it
// is. A number in it, if there is one, must not be another.
var spelled = []struct {
	expression, layers, number string
}{
	{"Mul(0.5, Mul(x, " + gelu1 + "))", "activation.gelu y", "0.5"},
	{"Mul(Mul(x, 0.5), " + gelu2 + ")", "activation.gelu y", "0.70710677"},
	{"Mul(x, Mul(" + gelu1 + ", 0.5))", "activation.gelu y", "1.4142135"},
	{"Mul(0.5, Mul(x, " + tanh1 + "))", "activation.gelu.tanh y", "0.044715"},
	{"Mul(Mul(x, 0.5), " + tanh2 + ")", "activation.gelu.tanh y", "0.7978846"},
	{"Mul(x, Mul(" + tanh1 + ", 0.5))", "activation.gelu.tanh y", "3"},
	{"Div(Mul(x, " + lifted + "), 6)", "activation.hardswish y", "3"},
	{"Mul(x, Div(" + lifted + ", 6))", "activation.hardswish y", "3"},
	{"Mul(Mul(x, " + lifted + "), " + sixth + ")", "activation.hardswish y", sixth},
	{"Mul(Mul(" + lifted + ", " + sixth + "), x)", "activation.hardswish y", sixth},
	{"Mul(x, HardSigmoid(x))", "activation.hardswish y", ""},
	{"Div(" + lifted + ", 6)", "activation.hardsigmoid y", "3"},
	{"Mul(" + sixth + ", " + lifted + ")", "activation.hardsigmoid y", "3"},
	{"Mul(x, Sigmoid(x))", "activation.silu y", ""},
	{"Mul(Sigmoid(Mul(1, x)), x)", "activation.silu y", "1"},
	{"Mul(x, Tanh(Softplus(x)))", "activation.mish y", ""},
	{"Add(Mul(Div(" + off + ", " + spread1 + "), w), b)", "norm.layer y+bias", ""},
	{"Add(b, Mul(w, Mul(" + off + ", Reciprocal(" + spread2 + "))))", "norm.layer y+bias", ""},
	{"Mul(Div(" + off + ", " + spread2 + "), w)", "norm.layer y", ""},
	{"Mul(" + off + ", Div(1, " + spread1 + "))", "norm.layer y", "1"},
	{"Div(" + off + ", " + spread1 + ")", "norm.layer y", "2"},
	{"Mul(Div(x, " + root + "), w)", "norm.rms y", "2"},
	{"Mul(w, Mul(x, Reciprocal(" + root + ")))", "norm.rms y", ""},
	{"Mul(Mul(x, Div(1, " + root + ")), w)", "norm.rms y", "1"},
	{"Add(MatMul(x, m), b)", "linear.dense v0+bias", ""},
	{"Add(b, Gemm(x, m))", "linear.dense v0+bias", ""},
	{"Sum0(Concat0(Unsqueeze0(x), Unsqueeze0(Relu(x))))", "activation.relu v1, sum y", ""},
}

// weights are what the expressions need besides x[4 6].
func weights() []tensor {
	return []tensor{stored("w", ramp(1, 6)), stored("b", ramp(2, 6)), stored("m", ramp(3, 6, 6))}
}

func TestRecognized(t *testing.T) {
	x := ramp(4, 4, 6)
	for _, c := range spelled {
		g := spell(c.expression, weights()...)
		f := func(g graph) func(Value) Value {
			m := model{graph: g}.decode(t)
			return func(x Value) Value { return m.Apply(values{"x": x})["y"] }
		}
		if got := layers(f(g), x); got != c.layers {
			t.Errorf("%s: the layers are %q, want %q", c.expression, got, c.layers)
		}
		want := f(shown(g))(x)
		same(t, c.expression, f(g)(x), want, 4e-6)

		// An inner value that is an output, or that is read elsewhere.
		for _, n := range g.nodes[:len(g.nodes)-1] {
			other := g
			other.out = []string{"y", n.out}
			read := g
			read.nodes = append(slices.Clone(g.nodes), node{op: "Neg", in: n.out, out: "also"})
			read.out = []string{"y", "also"}
			for how, g := range map[string]graph{"output": other, "read": read} {
				if got := layers(f(g), x); strings.Contains(got, strings.TrimPrefix(c.layers, "activation.relu v1, ")) && !outside(c.expression, n.op) {
					t.Errorf("%s, with %s as %s: the layers are %q", c.expression, n.out, how, got)
				}
				same(t, c.expression+", "+how, f(g)(x), want, 4e-6)
			}
		}
		if c.number != "" {
			changed := slices.Clone(g.given)
			for i, e := range changed {
				if e.name == c.number {
					v, _ := strconv.ParseFloat(e.name, 64)
					changed[i] = stored(e.name, trace.Scalar(float32(v*1.001)))
				}
			}
			g.given = changed
			if got := layers(f(g), x); got == c.layers {
				t.Errorf("%s with another number than %s: the layers are %q", c.expression, c.number, got)
			}
			same(t, c.expression+", with another number", f(g)(x), f(shown(g))(x), 4e-6)
		}
	}
}

// outside reports whether a value of an operator is read by a group and not inside of it.
func outside(expression, op string) bool { return op == "Relu" }

// A scale and shift behind a convolution is a batch normalization, unless it is behind
// something else, and a bias belongs to the convolution.
func TestRecognizedBehindConvolutions(t *testing.T) {
	given := []tensor{stored("k", ramp(1, 3, 2, 2, 2)), stored("s", ramp(2, 3, 1, 1)), stored("b", ramp(3, 1, 3, 1, 1)), stored("flat", ramp(4, 4, 4))}
	x := ramp(5, 2, 2, 5, 5)
	for _, c := range []struct{ expression, layers string }{
		{"Add(Mul(Conv(x, k), s), b)", "linear.conv.standard.2d v0, norm.batch y+bias"},
		{"Add(Conv(x, k), b)", "linear.conv.standard.2d v0+bias"},
		{"Add(Conv(x, k), flat)", "linear.conv.standard.2d v0"},
		{"Add(Mul(Relu(Conv(x, k)), s), b)", "linear.conv.standard.2d v0, activation.relu v1, product.scale v2"},
	} {
		g := spell(c.expression, given...)
		m, all := model{graph: g}.decode(t), model{graph: shown(g)}.decode(t)
		f := func(x Value) Value { return m.Apply(values{"x": x})["y"] }
		if got := layers(f, x); got != c.layers {
			t.Errorf("%s: the layers are %q, want %q", c.expression, got, c.layers)
		}
		same(t, c.expression, f(x), all.Apply(values{"x": x})["y"], 4e-6)
	}
}

// attentionForms are ways to write attention, with queries, keys and values of x.
var attentionForms = []string{
	"MatMul(Softmax(MatMul(q, k)), v)",
	"MatMul(Softmax(Div(MatMul(q, k), 2)), v)",
	"MatMul(Softmax(Mul(0.5, MatMul(q, k))), v)",
	"MatMul(Softmax(Add(MatMul(q, k), mask)), v)",
	"MatMul(Softmax(Add(mask, Div(MatMul(q, k), 2))), v)",
	"MatMul(Softmax(Where(flags, MatMul(q, k), -1000)), v)",
	"MatMul(Softmax(Where(flags, -1000, Mul(MatMul(q, k), 0.5))), v)",
}

// The nodes of attention stay sites, inside of a layer of that kind.
func TestRecognizedAttention(t *testing.T) {
	in := values{"q": ramp(1, 2, 3, 4), "k": ramp(2, 2, 4, 5), "v": ramp(3, 2, 5, 2)}
	given := []tensor{stored("mask", ramp(4, 3, 5)), stored("flags", truth([]int{1, 5}, 1, 0, 1, 1, 0))}
	for _, form := range attentionForms {
		g := spell(form, given...)
		m, all := model{graph: g}.decode(t), model{graph: shown(g)}.decode(t)
		f := func(in values) Value { return m.Apply(in)["y"] }
		got := layers(f, in)
		if !strings.HasPrefix(got, "attention y/attention, product.matrix v0, ") || !strings.Contains(got, ", softmax v") || !strings.HasSuffix(got, ", product.matrix y") {
			t.Errorf("%s: the layers are %q", form, got)
		}
		same(t, form, f(in), all.Apply(in)["y"], 0)
		g.out = append(g.out, "v0")
		watched := model{graph: g}.decode(t)
		if got := layers(func(in values) Value { return watched.Apply(in)["y"] }, in); strings.Contains(got, "attention") {
			t.Errorf("%s, whose products are an output: the layers are %q", form, got)
		}
	}
	g := spell(attentionForms[0], stored("k", ramp(2, 2, 4, 5)))
	m := model{graph: g}.decode(t)
	delete(in, "k")
	if got := layers(func(in values) Value { return m.Apply(in)["y"] }, in); strings.Contains(got, "attention") {
		t.Errorf("with constant keys: the layers are %q", got)
	}
}

// randomExpression draws an expression of x, a depth of operators that patterns are made
// of, and now and then a whole pattern.
func randomExpression(r *rand.Rand, depth int) string {
	if depth == 0 {
		return []string{"x", "x", "w", "b", "0.5", "1", "3"}[r.IntN(7)]
	}
	if r.IntN(3) == 0 {
		text := spelled[r.IntN(len(spelled))].expression
		if !strings.Contains(text, "Sum0") {
			return strings.ReplaceAll(text, "(x", "("+randomExpression(r, depth-1))
		}
	}
	a := func() string { return randomExpression(r, depth-1) }
	switch r.IntN(8) {
	case 0:
		return "Add(" + a() + "," + a() + ")"
	case 1:
		return "Mul(" + a() + "," + a() + ")"
	case 2:
		return "Sub(" + a() + "," + a() + ")"
	case 3:
		return "Tanh(" + a() + ")"
	case 4:
		return "Sigmoid(" + a() + ")"
	case 5:
		return "Clip06(" + a() + ")"
	case 6:
		return "Sub(" + a() + ",Mean(x))"
	}
	return "Add(MatMul(x,m)," + a() + ")"
}

// A model computes the same whether its patterns are recognized or not.
func TestRecognitionKeepsValues(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	x := ramp(7, 4, 6)
	n := 1000
	if testing.Short() {
		n = 60
	}
	recognized := 0
	for range n {
		expression := randomExpression(r, 1+r.IntN(3))
		g := spell("Add(x,"+expression+")", weights()...)
		m, err := onnx.Decode("m.onnx", model{graph: g}.bytes())
		if err != nil {
			t.Fatalf("%s: %v", expression, err)
		}
		all := model{graph: shown(g)}.decode(t)
		f := func(m onnx.Model) func(Value) Value {
			return func(x Value) Value { return m.Apply(values{"x": x})["y"] }
		}
		want, err := try(func() Value { return f(all)(x) })
		if err != nil {
			continue // the expression has operands of shapes that do not go together
		}
		same(t, expression, f(m)(x), want, 1e-4)
		if layers(f(m), x) != layers(f(all), x) {
			recognized++
		}
	}
	t.Logf("%d of %d were recognized", recognized, n)
	if recognized < n/8 {
		t.Errorf("only %d of %d expressions have a pattern", recognized, n)
	}
}
