package attribute_test

import (
	"encoding/json"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/internal/testutil"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

type Value = trace.Value

// networks are the networks of the reference values, which were computed with PyTorch
// 1.13 and Zennit 1.0.
var networks = map[string]func(w map[string]Value, x Value) Value{
	"mlp": func(w map[string]Value, x Value) Value {
		x = fn.ReLU(fn.Linear(x, w["0.weight"], w["0.bias"]))
		x = fn.ReLU(fn.Linear(x, w["2.weight"], w["2.bias"]))
		return fn.Linear(x, w["4.weight"], w["4.bias"])
	},
	"smooth": func(w map[string]Value, x Value) Value {
		x = fn.Conv(x, w["0.weight"], fn.ConvConfig{Padding: []int{1, 1}})
		x = fn.Softplus(fn.Add(x, fn.Reshape(w["0.bias"], 4, 1, 1)), 3, 20)
		x = fn.Flatten(fn.AvgPool(x, fn.AvgPoolConfig{Kernel: []int{2, 2}}), 1)
		x = fn.Tanh(fn.Linear(x, w["4.weight"], w["4.bias"]))
		return fn.Linear(x, w["6.weight"], w["6.bias"])
	},
}

func TestReferenceValues(t *testing.T) {
	for name, network := range networks {
		r := testutil.Golden(t, "testdata/"+name+".json")
		f := func(x Value) Value { return network(r.Tensors, x) }
		r.Each(t, func(t *testing.T, c testutil.Case) {
			x := c.Values("inputs")["x"]
			lawtest.Close(t, f(x), c.Value("output"), 1e-9)
			g := attributor(t, c, r.Tensors)(f)
			lawtest.Close(t, g(x), c.Values("attribution")["x"], 1e-9)
			if c.Has("gradgrad") {
				v := c.Values("v")["x"]
				again := transforms.Pull(g, func(Value) Value { return v })
				lawtest.Close(t, again(x), c.Values("gradgrad")["x"], 1e-9)
				lawtest.Close(t, transforms.Jit(again)(x), c.Values("gradgrad")["x"], 1e-9)
			}
		})
	}
}

// reference is an attributor as a case describes it.
type reference struct {
	Name string
	Args struct {
		NoiseLevel     float64 `json:"noise_level"`
		N              int     `json:"n_iter"`
		Baseline, Fill filling
		Window, Stride extent
		Invert         bool
	}
}

// attributor is the attributor of a case, for any function.
func attributor(t *testing.T, c testutil.Case, tensors map[string]Value) func(f func(Value) Value) func(Value) Value {
	var r reference
	c.Decode("attributor", &r)
	target := targetOf(t, c, tensors)
	return func(f func(Value) Value) func(Value) Value {
		switch r.Name {
		case "Gradient":
			return attribute.Gradient(f, target)
		case "SmoothGrad":
			config := attribute.SmoothGradConfig{NoiseLevel: r.Args.NoiseLevel, N: r.Args.N}
			if r.Args.N > 1 {
				config.Noise = c.Value("noise_unit")
			}
			return attribute.SmoothGrad(f, target, config)
		case "IntegratedGradients":
			return attribute.IntegratedGradients(f, target, attribute.IntegratedGradientsConfig{N: r.Args.N, Baseline: r.Args.Baseline.fill()})
		case "Occlusion":
			return attribute.Occlusion(f, target, attribute.OcclusionConfig{
				Window: r.Args.Window, Stride: r.Args.Stride, Fill: r.Args.Fill.fill(), Invert: r.Args.Invert, Wrap: true})
		}
		t.Fatalf("attributor %q", r.Name)
		return nil
	}
}

func targetOf(t *testing.T, c testutil.Case, tensors map[string]Value) attribute.Target {
	var out struct{ Kind, Tensor string }
	c.Decode("attr_output", &out)
	switch out.Kind {
	case "identity":
		return attribute.Output
	case "ones":
		return attribute.Ones
	case "tensor":
		return attribute.Vector(tensors[out.Tensor])
	case "one_hot_times_output":
		return attribute.TimesOutput(attribute.Vector(tensors[out.Tensor]))
	}
	t.Fatalf("attr_output %q", out.Kind)
	return nil
}

type filling struct {
	Kind  string
	Value float64
}

func (f filling) fill() attribute.Fill {
	switch f.Kind {
	case "constant":
		return attribute.Constant(f.Value)
	case "sample_mean":
		return attribute.SampleMean
	}
	return nil
}

// extent is a list, or one number for all axes.
type extent []int

func (e *extent) UnmarshalJSON(text []byte) error {
	var n int
	if json.Unmarshal(text, &n) == nil {
		*e = extent{n}
		return nil
	}
	return json.Unmarshal(text, (*[]int)(e))
}
