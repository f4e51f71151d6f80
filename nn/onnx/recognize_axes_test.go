package onnx_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Some exporters count the axes of a normalization from the front. Whether these are the
// last ones depends on the input: if so it is a LayerNorm, and else what is written.
func TestNormalizationByAxesFromTheFront(t *testing.T) {
	m := model{graph: graph{
		in: []string{"x"}, out: []string{"y"},
		given: []tensor{stored("eps", f32(s(), 0.5)), stored("two", f32(s(), 2)), stored("w", f32(s(3), 1, 2, 3)), stored("b", f32(s(3), 4, 5, 6))},
		nodes: []node{
			{op: "ReduceMean", in: "x", out: "m", attrs: attrs{"axes": []int{1}}}, {op: "Sub", in: "x m", out: "d"}, {op: "Pow", in: "d two", out: "q"},
			{op: "ReduceMean", in: "q", out: "v", attrs: attrs{"axes": []int{1}}}, {op: "Add", in: "v eps", out: "ve"}, {op: "Sqrt", in: "ve", out: "r"},
			{op: "Div", in: "d r", out: "n"}, {op: "Mul", in: "n w", out: "nw"}, {op: "Add", in: "nw b", out: "y"},
		},
	}}.decode(t)
	f, err := m.Func("", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		shape []int
		norms int
	}{{[]int{2, 3}, 1}, {[]int{2, 4, 3}, 0}} {
		x := random.Normal(random.Key(1), trace.Float32, c.shape...)
		d := fn.Sub(x, fn.ExpandDims(fn.Mean(x, 1), 1))
		want := fn.Div(d, fn.Sqrt(fn.Add(fn.ExpandDims(fn.Mean(fn.Square(d), 1), 1), fn.Scalar(0.5))))
		want = fn.Add(fn.Mul(want, f32(s(3), 1, 2, 3)), f32(s(3), 4, 5, 6))
		same(t, "value", f(x), want, 1e-6)
		norms := 0
		for _, row := range transforms.Plan(rules.EpsilonPlus(), f, x).Rows {
			if row.Site.Kind.Is(trace.KindLayerNorm) && row.Site.Layer {
				norms++
			}
		}
		if norms != c.norms {
			t.Errorf("of %v there are %d normalizations, want %d", x.Type(), norms, c.norms)
		}
	}
}
