package onnx_test

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/onnx"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// network is two dense layers on x[n 3], with names that the tests use.
func network() model {
	return model{graph: graph{
		in:    []string{"x f32[n 3]"},
		out:   []string{"y f32[n 2]", "hidden"},
		given: []tensor{stored("w1", ramp(1, 3, 4)), stored("b1", ramp(2, 4)), stored("w2", ramp(3, 4, 2))},
		nodes: []node{
			{op: "Gemm", in: "x w1 b1", out: "before", name: "first"},
			{op: "Relu", in: "before", out: "hidden", name: "act"},
			{op: "MatMul", in: "hidden w2", out: "y", name: "second"},
		},
	}}
}

// plain computes what network computes.
func plain(p onnx.Params, x Value) (y, hidden Value) {
	hidden = fn.ReLU(fn.Add(fn.MatMul(x, p["w1"]), p["b1"]))
	return fn.MatMul(hidden, p["w2"]), hidden
}

func try[R any](f func() R) (r R, err error) {
	err = trace.Try(func() { r = f() })
	return r, err
}

// panics checks that f panics with a *trace.Error that has some texts.
func panics(t testing.TB, f func(), want ...string) {
	t.Helper()
	refuses(t, trace.Try(f), want...)
}

func TestModel(t *testing.T) {
	m := network().decode(t)
	x := ramp(4, 5, 3)
	got := m.Apply(values{"x": x})
	y, hidden := plain(m.Params, x)
	same(t, "y", got["y"], y, rounding)
	same(t, "hidden", got["hidden"], hidden, rounding)
	if names := slices.Sorted(maps.Keys(m.Params)); fmt.Sprint(names) != "[b1 w1 w2]" {
		t.Errorf("the parameters are %v", names)
	}
	if got := fmt.Sprint(m.Inputs(), m.Outputs(), m.Values()); got != "[f32[n 3]] [f32[n 2] invalid[...]] [before hidden y]" {
		t.Errorf("got %v", got)
	}
}

// What Inputs, Outputs and Values return belongs to the caller.
func TestModelIsNotChanged(t *testing.T) {
	m := network().decode(t)
	m.Inputs()[0].Name, m.Outputs()[0].Name, m.Values()[0] = "a", "b", "c"
	if m.Inputs()[0].Name != "x" || m.Outputs()[0].Name != "y" || m.Values()[0] != "before" {
		t.Error("the model has changed")
	}
	in := values{"x": ramp(1, 1, 3)}
	m.Apply(in)
	if len(in) != 1 {
		t.Errorf("the inputs became %v", in)
	}
}

func TestPorts(t *testing.T) {
	for text, want := range map[string]string{
		"x f32[2 n ?]": "f32[2 n ?]", "x i64[]": "i64[]", "x bool": "bool[...]", "x": "invalid[...]",
		"x u8[3]": "i32[3]", "x f16[3]": "f32[3]", "x f64[0]": "f64[0]", "x f32[-7]": "f32[?]",
	} {
		m := model{graph: graph{in: []string{text}, out: []string{"y"}, nodes: []node{{op: "Identity", in: "x", out: "y"}}}}.decode(t)
		if got := m.Inputs()[0].String(); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestPortsThatAreNoTensors(t *testing.T) {
	sequence := message{}.text(1, "x").bytes(2, message{}.bytes(4, nil))
	g := graph{out: []string{"y"}, nodes: []node{{op: "Identity", in: "x", out: "y"}}}
	m := message{}.bytes(7, append(g.message(), message{}.bytes(11, sequence)...))
	_, err := onnx.Decode("m.onnx", m)
	refuses(t, err, `input "x" is no tensor: sequences, maps and optional values are not supported`)
	g.in = []string{"x string[2]"}
	_, err = onnx.Decode("m.onnx", model{graph: g}.bytes())
	refuses(t, err, `input "x": elements of type string are not supported`)
}

// A free length is that of the input, compiled or not, and the same function serves all.
func TestFreeLengths(t *testing.T) {
	m := network().decode(t)
	f, err := m.Func("", "")
	if err != nil {
		t.Fatal(err)
	}
	jitted := transforms.Jit(f)
	for _, n := range []int{1, 4, 0, 4, 7} {
		x := ramp(n, n, 3)
		want, _ := plain(m.Params, x)
		same(t, fmt.Sprint(n, " rows"), f(x), want, rounding)
		same(t, fmt.Sprint(n, " rows, compiled"), jitted(x), want, rounding)
	}
	rows := transforms.Vmap(func(x Value) Value { return f(fn.ExpandDims(x, 0)) })(ramp(9, 6, 3))
	want, _ := plain(m.Params, ramp(9, 6, 3))
	same(t, "batched", fn.Squeeze(rows, 1), want, rounding)
}

// Shapes that are computed from shapes stay free.
func TestComputedShapes(t *testing.T) {
	m := model{graph: graph{
		in: []string{"x f32[a b c]"}, out: []string{"y"},
		given: []tensor{stored("zero", i64(s(), 0)), stored("minus", i64(s(1), -1)), stored("axis", i64(s(1), 0))},
		nodes: []node{
			{op: "Shape", in: "x", out: "shape"},
			{op: "Gather", in: "shape zero", out: "n"},
			{op: "Unsqueeze", in: "n axis", out: "rows"},
			{op: "Concat", in: "rows minus", out: "flat", attrs: attrs{"axis": 0}},
			{op: "Reshape", in: "x flat", out: "y"},
		},
	}}.decode(t)
	if m.Inputs()[0].Known {
		t.Error("the input's elements need not be known")
	}
	for _, shape := range [][]int{{2, 3, 4}, {5, 1, 2}} {
		x := ramp(1, shape...)
		want := fn.Reshape(x, shape[0], -1)
		f := func(x values) values { return m.Apply(x) }
		same(t, "y", f(values{"x": x})["y"], want, 0)
		same(t, "y, compiled", transforms.Jit(f)(values{"x": x})["y"], want, 0)
	}
}

// An input whose elements decide on a shape must be known. The model says which.
func TestKnownInputs(t *testing.T) {
	m := model{graph: graph{
		in: []string{"x f32[a b]", "shape i64[2]"}, out: []string{"y"},
		given: []tensor{stored("one", i64(s(), 1))},
		nodes: []node{
			{op: "Mul", in: "shape one", out: "scaled"},
			{op: "Reshape", in: "x scaled", out: "y", name: "reshape"},
		},
	}}.decode(t)
	if in := m.Inputs(); in[0].Known || !in[1].Known {
		t.Errorf("got %+v", in)
	}
	x, shape := ramp(1, 2, 3), i64(s(2), 3, 2)
	same(t, "known", m.Apply(values{"x": x, "shape": shape})["y"], fn.Reshape(x, 3, 2), 0)
	f := func(x Value) Value { return m.Apply(values{"x": x, "shape": shape})["y"] }
	same(t, "known, compiled", transforms.Jit(f)(x), fn.Reshape(x, 3, 2), 0)
	panics(t, func() { transforms.Jit(m.Apply)(values{"x": x, "shape": shape}) },
		"onnx.Model.Apply: ", `node "reshape", Reshape(f32[2 3], i64[2]): operand 1, the shape, depends on the elements of an input`)
}

// An initializer that is also an input is a default.
func TestDefaults(t *testing.T) {
	def := model{graph: graph{
		in: []string{"x f32[2]", "w f32[2]", "n i64[1]"}, out: []string{"y"},
		given: []tensor{stored("w", f32(s(2), 3, 5)), stored("n", i64(s(1), 2))},
		nodes: []node{{op: "Mul", in: "x w", out: "product"}, {op: "Tile", in: "product n", out: "y"}},
	}}
	m := def.decode(t)
	if in := m.Inputs(); len(in) != 1 || in[0].Name != "x" {
		t.Errorf("the inputs are %v", in)
	}
	x := f32(s(2), 1, 2)
	same(t, "default", m.Apply(values{"x": x})["y"], f32(s(4), 3, 10, 3, 10), 0)
	same(t, "override", m.Apply(values{"x": x, "w": f32(s(2), 1, 10)})["y"], f32(s(4), 1, 20, 1, 20), 0)
	panics(t, func() { m.Apply(values{"x": x, "w": f32(s(1), 1)}) }, `input "w" is f32[1], want f32[2]`)
	panics(t, func() { m.Apply(values{"x": x, "w": {}}) }, `input "w" is absent, want f32[2]`)
	f, err := m.Func("", "")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "Func", f(x), f32(s(4), 3, 10, 3, 10), 0)
}

func TestApplyRefuses(t *testing.T) {
	m := model{graph: graph{
		in: []string{"image f32[n 3]", "label i64[n]", "any"}, out: []string{"y"},
		nodes: []node{{op: "Add", in: "image image", out: "y"}},
	}}.decode(t)
	good := func() values { return values{"image": ramp(1, 2, 3), "label": i64(s(2), 0, 1), "any": truth(s(), 1)} }
	m.Apply(good())
	for _, c := range []struct {
		name string
		v    Value
		want string
	}{
		{"image", Value{}, `input "image" is missing, a f32[n 3]`},
		{"image", f64(s(2, 3), 1, 2, 3, 4, 5, 6), `input "image" is f64[2 3], want f32[n 3]: convert it by fn.Cast`},
		{"image", f32(s(3), 1, 2, 3), `input "image" is f32[3], want f32[n 3]`},
		{"image", ramp(1, 2, 4), `input "image" is f32[2 4], want f32[n 3]`},
		{"label", i64(s(3), 0, 1, 2), `input "label" is i64[3], but n is 2 in another input: want i64[n]`},
		{"label", i32(s(2), 0, 1), `input "label" is i32[2], want i64[n]: convert it by fn.Cast`},
		{"imgae", ramp(1, 2, 3), `the model has no input "imgae": did you mean "image"`},
		{"other", ramp(1, 2, 3), `the model has no input "other"`},
		{"y", ramp(1, 2, 3), `the model has no input "y"`},
	} {
		in := good()
		in[c.name] = c.v
		panics(t, func() { m.Apply(in) }, "model_test.go:", "onnx.Model.Apply: "+c.want)
	}
	panics(t, func() { m.Apply(nil) }, `input "image" is missing`)
}

func TestScalarInput(t *testing.T) {
	m := model{graph: graph{in: []string{"x f32[]"}, out: []string{"y"}, nodes: []node{{op: "Neg", in: "x", out: "y"}}}}.decode(t)
	for _, x := range []Value{trace.Scalar(float32(3)), f32(s(1), 3), f32(s(1, 1), 3)} {
		same(t, "scalar", m.Apply(values{"x": x})["y"], trace.Scalar(float32(-3)), 0)
	}
	panics(t, func() { m.Apply(values{"x": f32(s(2), 1, 2)}) }, `input "x" is f32[2], want f32[]`)
}

func TestFaultInANodeNamesIt(t *testing.T) {
	m := network().decode(t)
	f, err := m.Between([]string{"hidden"}, []string{"y"})
	if err != nil {
		t.Fatal(err)
	}
	panics(t, func() { f.Apply(values{"hidden": ramp(1, 2, 5)}) },
		"model_test.go:", `node "second", MatMul(f32[2 5], f32[4 2])`, "5 and 4")
}

func TestWith(t *testing.T) {
	m := network().decode(t)
	x := ramp(4, 5, 3)
	before := m.Apply(values{"x": x})["y"]
	other := onnx.Params{"w2": ramp(8, 4, 2)}
	changed := m.With(other)
	all := maps.Clone(m.Params)
	maps.Copy(all, other)
	want, _ := plain(all, x)
	same(t, "changed", changed.Apply(values{"x": x})["y"], want, rounding)
	same(t, "unchanged", m.Apply(values{"x": x})["y"], before, 0)
	panics(t, func() { m.With(onnx.Params{"w3": ramp(1, 4, 2)}) }, `onnx.Model.With: the model has no parameter "w3": did you mean`)
	panics(t, func() { m.With(onnx.Params{"w2": ramp(1, 2, 4)}) }, `onnx.Model.With: parameter "w2" is f32[2 4], want the shape of f32[4 2]`)
	panics(t, func() { m.With(onnx.Params{"w2": {}}) }, `parameter "w2" is absent, want the shape of f32[4 2]`)
	bare := model{graph: graph{in: []string{"x"}, out: []string{"y"}, nodes: []node{{op: "Neg", in: "x", out: "y"}}}}.decode(t)
	panics(t, func() { bare.With(onnx.Params{"w": x}) }, `the model has no parameter "w": there are none`)
}

// The gradient with respect to parameters is that of the function written by hand.
func TestGradientOfParameters(t *testing.T) {
	m := network().decode(t).Cast(trace.Float64)
	x := fn.Cast(ramp(4, 5, 3), trace.Float64)
	got := transforms.Grad(func(p onnx.Params) Value { return fn.SumAll(fn.Square(m.With(p).Apply(values{"x": x})["y"])) })(m.Params)
	want := transforms.Grad(func(p onnx.Params) Value { y, _ := plain(p, x); return fn.SumAll(fn.Square(y)) })(m.Params)
	for name := range want {
		same(t, name, got[name], want[name], 1e-14)
	}
}

func TestCast(t *testing.T) {
	m := network().decode(t)
	x := fn.Cast(ramp(4, 5, 3), trace.Float64)
	changed := m.With(onnx.Params{"w2": ramp(8, 4, 2)}).Cast(trace.Float64)
	want, _ := plain(changed.Params, x)
	same(t, "f64", changed.Apply(values{"x": x})["y"], want, 1e-15)
	same(t, "the changed parameter", changed.Params["w2"], fn.Cast(ramp(8, 4, 2), trace.Float64), 0)
	panics(t, func() { changed.Apply(values{"x": ramp(4, 5, 3)}) }, `input "x" is f32[5 3], want f64[n 3]`)
	same(t, "back", changed.Cast(trace.Float32).Params["w2"], ramp(8, 4, 2), 0)
	panics(t, func() { m.Cast(trace.Int32) }, "onnx.Model.Cast: a model is made of floats, not of i32: want f32 or f64")
	panics(t, func() { m.Cast(trace.Invalid) }, "onnx.Model.Cast: a model is made of floats, not of invalid")
}

func TestBetween(t *testing.T) {
	m := network().decode(t).With(onnx.Params{"w2": ramp(8, 4, 2)})
	x := ramp(4, 5, 3)
	y, hidden := plain(m.Params, x)
	part := func(in, out []string) onnx.Model {
		t.Helper()
		p, err := m.Between(in, out)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	upper := part([]string{"hidden"}, []string{"y"})
	same(t, "upper", upper.Apply(values{"hidden": hidden})["y"], y, rounding)
	if names := slices.Sorted(maps.Keys(upper.Params)); fmt.Sprint(names) != "[w2]" {
		t.Errorf("the upper part has the parameters %v", names)
	}
	lower := part(nil, []string{"before"})
	same(t, "lower", fn.ReLU(lower.Apply(values{"x": x})["before"]), hidden, rounding)
	same(t, "all", part(nil, nil).Apply(values{"x": x})["y"], y, rounding)
	same(t, "an input as an output", part(nil, []string{"x"}).Apply(values{"x": x})["x"], x, 0)
	same(t, "of a part", mustBetween(t, upper, nil, nil).Apply(values{"hidden": hidden})["y"], y, rounding)
	if in := upper.Inputs(); len(in) != 1 || in[0].Name != "hidden" {
		t.Errorf("the upper part has the inputs %v", in)
	}

	_, err := m.Between([]string{"hiden"}, nil)
	refuses(t, err, `onnx: m.onnx: the graph has no value "hiden": did you mean "hidden"`)
	_, err = m.Between(nil, []string{"w1"})
	refuses(t, err, `the graph has no value "w1"`)
	_, err = m.Between([]string{"y"}, []string{"hidden"})
	refuses(t, err, `the outputs need the input "x" as well`)
}

func mustBetween(t *testing.T, m onnx.Model, in, out []string) onnx.Model {
	t.Helper()
	part, err := m.Between(in, out)
	if err != nil {
		t.Fatal(err)
	}
	return part
}

func TestFunc(t *testing.T) {
	m := network().decode(t)
	x := ramp(4, 5, 3)
	y, hidden := plain(m.Params, x)
	for _, c := range []struct {
		in, out string
		want    Value
	}{{"", "", y}, {"x", "y", y}, {"x", "hidden", hidden}} {
		f, err := m.Func(c.in, c.out)
		if err != nil {
			t.Fatal(err)
		}
		same(t, c.out, f(x), c.want, rounding)
	}
	for _, c := range []struct{ in, out, want string }{
		{"z", "", `it has no input "z": did you mean "x"?`},
		{"", "hiden", `it has no output "hiden": did you mean "hidden"`},
	} {
		_, err := m.Func(c.in, c.out)
		refuses(t, err, "onnx: m.onnx: ", c.want)
	}
	two := model{graph: graph{in: []string{"a", "b"}, out: []string{"y"}, nodes: []node{{op: "Add", in: "a b", out: "y"}}}}.decode(t)
	_, err := two.Func("a", "")
	refuses(t, err, `it needs the input "b" besides "a": use Apply`)
	none := of(stored("", x)).decode(t)
	_, err = none.Func("", "")
	refuses(t, err, "it has no input")
	f, _ := m.Func("", "")
	panics(t, func() { f(Value{}) }, `input "x" is missing`)
}

// Many goroutines may use one model.
func TestConcurrentApply(t *testing.T) {
	m := network().decode(t)
	x := ramp(4, 5, 3)
	want := m.Apply(values{"x": x})["y"]
	jitted := transforms.Jit(m.Apply)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 5 {
				same(t, "concurrent", m.Apply(values{"x": x})["y"], want, 0)
				same(t, "compiled", jitted(values{"x": x})["y"], want, rounding)
				_ = m.Cast(trace.Float64).With(onnx.Params{}).Values()
				_, _ = m.Between([]string{"hidden"}, nil)
			}
		})
	}
	group.Wait()
}
