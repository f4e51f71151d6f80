package onnx_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/onnx"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

func jit[P, R any](f func(P) R) func(P) R { return transforms.Jit(f) }

// choice is -x + w if the condition is true, else x · x. The names of the branches are
// the same, and one is that of a value around them.
func choice() model {
	return model{graph: graph{
		in: []string{"x f32[2]", "c bool[]"}, out: []string{"y"}, given: []tensor{stored("w", f32(s(2), 10, 20))},
		nodes: []node{{op: "If", name: "if", in: "c", out: "y", attrs: attrs{
			"then_branch": graph{out: []string{"r"}, nodes: []node{{op: "Neg", in: "x", out: "n"}, {op: "Add", in: "n w", out: "r"}}},
			"else_branch": graph{out: []string{"r"}, nodes: []node{{op: "Mul", in: "x x", out: "n"}, {op: "Identity", in: "n", out: "r"}}},
		}}},
	}}
}

func TestIf(t *testing.T) {
	m := choice().decode(t)
	x := f32(s(2), 3, 4)
	yes, no := truth(s(), 1), truth(s(), 0)
	f := func(c Value) Value { return m.Apply(values{"x": x, "c": c})["y"] }
	same(t, "then", f(yes), f32(s(2), 7, 16), 0)
	same(t, "else", f(no), f32(s(2), 9, 16), 0)
	same(t, "then, compiled", jit(f)(yes), f32(s(2), 7, 16), 0)
	same(t, "else, compiled", jit(f)(no), f32(s(2), 9, 16), 0)
	both := transforms.Vmap(f)(truth(s(2), 1, 0))
	same(t, "batched", both, f32(s(2, 2), 7, 16, 9, 16), 0)
	slope := func(c Value) Value {
		return transforms.Grad(func(x Value) Value { return fn.SumAll(m.Apply(values{"x": x, "c": c})["y"]) })(x)
	}
	same(t, "slope of then", jit(slope)(yes), f32(s(2), -1, -1), 0)
	same(t, "slope of else", jit(slope)(no), f32(s(2), 6, 8), 0)
	panics(t, func() { f(f32(s(), 1)) }, `input "c" is f32[]`)
	if _, ok := m.Params["w"]; !ok {
		t.Error("w, which a branch reads, is no parameter")
	}
}

func TestIfRefuses(t *testing.T) {
	m := choice()
	m.in = []string{"x", "c"}
	read := m.decode(t)
	panics(t, func() { read.Apply(values{"x": ramp(1, 2), "c": f32(s(), 1)}) }, `node "if", If(f32[]): the condition is f32[], want one bool`)
	panics(t, func() { read.Apply(values{"x": ramp(1, 2), "c": truth(s(2), 0, 1)}) }, `the condition is bool[2], want one bool`)
	delete(m.nodes[0].attrs, "else_branch")
	read = m.decode(t)
	panics(t, func() { read.Apply(values{"x": ramp(1, 2), "c": truth(s(), 1)}) }, "it has no graph else_branch")
}

// powers multiplies a by x in each iteration, and collects the products. It ends when the
// iteration has a number.
func powers(in string, last float64) model {
	return model{graph: graph{
		in: []string{"x f32[2]", "n i64[]", "c bool[]"}, out: []string{"y", "all"},
		given: []tensor{stored("one", f32(s(2), 1, 1)), stored("last", i64(s(), last))},
		nodes: []node{{op: "Loop", name: "loop", in: in, out: "y all", attrs: attrs{"body": graph{
			in: []string{"i i64[]", "going bool[]", "a f32[2]"}, out: []string{"on bool[]", "b f32[2]", "b f32[2]"},
			nodes: []node{{op: "Mul", in: "a x", out: "b"}, {op: "Less", in: "i last", out: "on"}},
		}}}},
	}}
}

func TestLoop(t *testing.T) {
	x := f32(s(2), 2, 3)
	yes, no := truth(s(), 1), truth(s(), 0)
	three := f32(s(3, 2), 2, 3, 4, 9, 8, 27)
	for _, c := range []struct {
		name, in string
		n        float64
		cond     Value
		last     float64
		y, all   Value
	}{
		{"three trips", "n c one", 3, yes, 100, f32(s(2), 8, 27), three},
		{"no condition", "n _ one", 3, no, 100, f32(s(2), 8, 27), three},
		{"ends early", "n c one", 9, yes, 2, f32(s(2), 8, 27), three},
		{"no trip count", "_ c one", 0, yes, 2, f32(s(2), 8, 27), three},
		{"no trips", "n c one", 0, yes, 100, f32(s(2), 1, 1), f32(s(0, 2))},
		{"negative trips", "n c one", -4, yes, 100, f32(s(2), 1, 1), f32(s(0, 2))},
		{"does not begin", "n c one", 3, no, 100, f32(s(2), 1, 1), f32(s(0, 2))},
	} {
		m := powers(c.in, c.last).decode(t)
		known := values{"n": i64(s(), c.n), "c": c.cond}
		f := func(x Value) [2]Value {
			got := m.Apply(values{"x": x, "n": known["n"], "c": known["c"]})
			return [2]Value{got["y"], got["all"]}
		}
		for how, got := range map[string][2]Value{"": f(x), ", compiled": jit(f)(x)} {
			same(t, c.name+how+": y", got[0], c.y, 0)
			same(t, c.name+how+": all", got[1], c.all, 0)
		}
	}
	m := powers("n c one", 100).decode(t)
	if in := m.Inputs(); in[0].Known || !in[1].Known || !in[2].Known {
		t.Errorf("got %+v", in)
	}
	cube := func(x Value) Value { return fn.SumAll(m.Apply(values{"x": x, "n": i64(s(), 3), "c": yes})["y"]) }
	same(t, "slope", transforms.Grad(cube)(x), f32(s(2), 12, 27), 0)
}

func TestLoopRefuses(t *testing.T) {
	m := powers("n c one", 100).decode(t)
	in := values{"x": f32(s(2), 2, 3), "n": i64(s(), 3), "c": truth(s(), 1)}
	panics(t, func() { jit(m.Apply)(in) }, `node "loop", Loop(i64[], bool[], f32[2]): operand 0, the trip count, depends on the elements of an input`)
	n := func(c Value) Value { return m.Apply(values{"x": in["x"], "n": in["n"], "c": c})["y"] }
	panics(t, func() { jit(n)(in["c"]) }, "how often it runs depends on the elements of an input")

	short := powers("n c one one", 100).decode(t)
	panics(t, func() { short.Apply(in) }, "its body has 3 inputs and 3 outputs, want two more and one more than the 2 values that it hands on")

	untyped := powers("n c one", 100)
	body := untyped.nodes[0].attrs["body"].(graph)
	body.out[2] = "b"
	read := untyped.decode(t)
	in["n"] = i64(s(), 0)
	panics(t, func() { read.Apply(in) }, `it runs 0 times, and the file does not say of what type its output "b" is`)

	many := powers("n c one", 100)
	many.nodes[0].attrs["body"] = graph{in: []string{"i", "go", "a"}, out: []string{"go", "a"}}
	many.nodes[0].out, many.out = "y", []string{"y"}
	read = many.decode(t)
	in["n"] = i64(s(), 1<<62)
	if !testing.Short() {
		panics(t, func() { read.Apply(in) }, "it runs more than 1048576 times: its trip count is too large, or its condition never ends it")
	}
}

// A condition that is computed from the elements of an input ends a loop as long as they
// are known.
func TestLoopUntilAnInputSaysSo(t *testing.T) {
	m := model{graph: graph{
		in: []string{"x"}, out: []string{"y"}, given: []tensor{stored("ten", f32(s(), 10)), stored("yes", truth(s(), 1))},
		nodes: []node{{op: "Loop", in: "_ yes x", out: "y", attrs: attrs{"body": graph{
			in: []string{"i", "going", "a"}, out: []string{"on", "b"},
			nodes: []node{{op: "Add", in: "a a", out: "b"}, {op: "Less", in: "b ten", out: "on"}},
		}}}},
	}}.decode(t)
	f, _ := m.Func("", "")
	same(t, "known", f(f32(s(), 3)), f32(s(), 12), 0)
	panics(t, func() { jit(f)(f32(s(), 3)) }, "how often it runs depends on the elements of an input")
}

// decay is s ← s/2 + x along an axis of x, and collects the states.
func decay(opset int, in string, a attrs) model {
	a["num_scan_inputs"] = 1
	a["body"] = graph{
		in: []string{"s f32[2]", "row f32[2]"}, out: []string{"t f32[2]", "t f32[2]"},
		nodes: []node{{op: "Mul", in: "s half", out: "m"}, {op: "Add", in: "m row", out: "t"}},
	}
	return model{opset: opset, graph: graph{
		in: []string{"x"}, out: []string{"last", "all"}, given: []tensor{stored("half", f32(s(), 0.5)), stored("zero", f32(s(2), 0, 0)), stored("zeros", f32(s(1, 2), 0, 0))},
		nodes: []node{{op: "Scan", name: "scan", in: in, out: "last all", attrs: a}},
	}}
}

func TestScan(t *testing.T) {
	x := f32(s(3, 2), 8, 16, 4, 0, 2, 2)
	states := f32(s(3, 2), 8, 16, 8, 8, 6, 6)
	back := f32(s(3, 2), 10.5, 16.5, 5, 1, 2, 2)
	turn := func(v Value) Value { return fn.Transpose(v, 1, 0) }
	for _, c := range []struct {
		name  string
		opset int
		in    string
		attrs attrs
		x     Value
		last  Value
		all   Value
	}{
		{"forward", 0, "zero x", attrs{}, x, f32(s(2), 6, 6), states},
		{"backward", 0, "zero x", attrs{"scan_input_directions": []int{1}, "scan_output_directions": []int{1}}, x, f32(s(2), 10.5, 16.5), back},
		{"input backward", 0, "zero x", attrs{"scan_input_directions": []int{1}}, x, f32(s(2), 10.5, 16.5), fn.Flip(back, 0)},
		{"another axis", 0, "zero x", attrs{"scan_input_axes": []int{1}, "scan_output_axes": []int{-1}}, turn(x), f32(s(2), 6, 6), turn(states)},
		{"opset 8", 8, "_ zeros x", attrs{}, fn.ExpandDims(x, 0), f32(s(1, 2), 6, 6), fn.ExpandDims(states, 0)},
		{"opset 8, backward", 8, "_ zeros x", attrs{"directions": []int{1}}, fn.ExpandDims(x, 0), f32(s(1, 2), 10.5, 16.5), fn.ExpandDims(fn.Flip(back, 0), 0)},
	} {
		m := decay(c.opset, c.in, c.attrs).decode(t)
		f := func(x Value) [2]Value { got := m.Apply(values{"x": x}); return [2]Value{got["last"], got["all"]} }
		for how, got := range map[string][2]Value{"": f(c.x), ", compiled": jit(f)(c.x)} {
			same(t, c.name+how+": last", got[0], c.last, 0)
			same(t, c.name+how+": all", got[1], c.all, 0)
		}
	}
	m := decay(0, "zero x", attrs{}).decode(t)
	slope := transforms.Grad(func(x Value) Value { return fn.SumAll(m.Apply(values{"x": x})["last"]) })(x)
	same(t, "slope", slope, f32(s(3, 2), 0.25, 0.25, 0.5, 0.5, 1, 1), 0)
}

func TestScanRefuses(t *testing.T) {
	x := f32(s(3, 2), 8, 16, 4, 0, 2, 2)
	for _, c := range []struct {
		in    string
		opset int
		attrs attrs
		want  string
	}{
		{"x", 0, attrs{}, "it has 1 operands and 1 scan inputs, its body has 2 inputs and 2 outputs"},
		{"zero x", 0, attrs{"scan_input_axes": []int{2}}, "axis 2 does not exist: there are 2 axes"},
		{"zero x", 0, attrs{"scan_input_axes": []int{0, 1}}, "scan_input_axes has 2 numbers, want 1"},
		{"zero half", 0, attrs{}, "scan input 0 is f32[], want an axis to go along"},
		{"zero _", 0, attrs{}, "scan input 0 is absent, want an axis to go along"},
		{"x zeros x", 8, attrs{}, "sequence lengths of their own are not supported"},
	} {
		m := decay(c.opset, c.in, c.attrs).decode(t)
		panics(t, func() { m.Apply(values{"x": x}) }, `node "scan", Scan(`, c.want)
	}
}

// Values of a body are not seen around it, and those around are seen within.
func TestScopes(t *testing.T) {
	body := graph{out: []string{"r"}, nodes: []node{
		{op: "If", in: "c", out: "r", attrs: attrs{
			"then_branch": graph{out: []string{"q"}, given: []tensor{stored("k", f32(s(), 5))}, nodes: []node{{op: "Mul", in: "x k", out: "q"}}},
			"else_branch": graph{out: []string{"x"}},
		}},
	}}
	g := graph{in: []string{"x", "c"}, out: []string{"y"}, given: []tensor{stored("k", f32(s(), 7))}, nodes: []node{
		{op: "If", in: "c", out: "z", attrs: attrs{"then_branch": body, "else_branch": body}},
		{op: "Add", in: "z k", out: "y"},
	}}
	m := model{graph: g}.decode(t)
	got := func(c float64) Value { return m.Apply(values{"x": f32(s(), 2), "c": truth(s(), c)})["y"] }
	same(t, "then", got(1), f32(s(), 17), 0)
	same(t, "else", got(0), f32(s(), 9), 0)

	g.nodes[1].in = "z q"
	_, err := onnx.Decode("m.onnx", model{graph: g}.bytes())
	refuses(t, err, `it reads "q", which nothing computes`)
}

// A body that makes one of its own values before the graph reads that name elsewhere is
// put behind what it reads.
func TestOrderOfBodies(t *testing.T) {
	branch := graph{out: []string{"r"}, nodes: []node{{op: "Add", in: "late x", out: "r"}}}
	m := model{graph: graph{in: []string{"x", "c"}, out: []string{"y"}, nodes: []node{
		{op: "If", in: "c", out: "y", attrs: attrs{"then_branch": branch, "else_branch": branch}},
		{op: "Neg", in: "x", out: "late"},
	}}}.decode(t)
	same(t, "y", m.Apply(values{"x": f32(s(), 2), "c": truth(s(), 1)})["y"], f32(s(), 0), 0)
}

// A long loop that keeps its types is a scan: its program does not grow with its trips. A
// loop whose value grows is not.
func TestLongLoop(t *testing.T) {
	steady := func(trips float64) model {
		return model{graph: graph{
			in: []string{"x"}, out: []string{"y", "all"}, given: []tensor{stored("n", i64(s(), trips)), stored("yes", truth(s(), 1)), stored("half", f32(s(), 0.5))},
			nodes: []node{{op: "Loop", in: "n yes x", out: "y all", attrs: attrs{"body": graph{
				in: []string{"i", "going", "a"}, out: []string{"on", "b", "row"},
				nodes: []node{
					{op: "Mul", in: "a half", out: "h"}, {op: "Cast", in: "i", out: "f", attrs: attrs{"to": 1}}, {op: "Add", in: "h f", out: "b"},
					{op: "Identity", in: "b", out: "row"}, {op: "Identity", in: "going", out: "on"},
				},
			}}}},
		}}
	}
	equations := func(m onnx.Model) int {
		return len(trace.Record(func(in []Value) []Value { return []Value{m.Apply(values{"x": in[0]})["y"]} }, []trace.Type{trace.TypeOf(trace.Float32, 2)}).Eqns)
	}
	for _, trips := range []int{3, 40} {
		m := steady(float64(trips)).decode(t)
		x, all := []float32{2, 3}, []float32(nil)
		for i := range trips {
			for j := range x {
				x[j] = x[j]/2 + float32(i)
			}
			all = append(all, x...)
		}
		got := m.Apply(values{"x": f32(s(2), 2, 3)})
		same(t, "y", got["y"], trace.New(x, 2), 0)
		same(t, "all", got["all"], trace.New(all, trips, 2), 0)
	}
	if a, b := equations(steady(40).decode(t)), equations(steady(4000).decode(t)); a != b || a > 10 {
		t.Errorf("40 trips are %d equations, 4000 are %d", a, b)
	}
	slope := transforms.Grad(func(x Value) Value { return fn.SumAll(steady(12).decode(t).Apply(values{"x": x})["y"]) })(f32(s(2), 2, 3))
	same(t, "slope", slope, f32(s(2), 1./4096, 1./4096), 0)

	grows := model{graph: graph{
		in: []string{"x"}, out: []string{"y"}, given: []tensor{stored("n", i64(s(), 20)), stored("yes", truth(s(), 1))},
		nodes: []node{{op: "Loop", in: "n yes x", out: "y", attrs: attrs{"body": graph{
			in: []string{"i", "going", "a"}, out: []string{"going", "b"},
			nodes: []node{{op: "Concat", in: "a x", out: "b", attrs: attrs{"axis": 0}}},
		}}}},
	}}.decode(t)
	if y := grows.Apply(values{"x": f32(s(2), 2, 3)})["y"]; y.Size() != 42 {
		t.Errorf("got %v", y.Type())
	}
}
