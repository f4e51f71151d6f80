package attribute_test

import (
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// smooth is a function of x[n 2 3] and w[4 6] with independent samples and outputs [n 4].
func smooth(x, w Value) Value { return fn.Tanh(fn.Linear(fn.Flatten(x, 1), w, Value{})) }

// attributors are all attributors of this package with options that differ from the
// defaults. noise is [2 n 2 3].
var attributors = map[string]func(f func(Value) Value, noise Value) func(Value) Value{
	"Gradient": func(f func(Value) Value, _ Value) func(Value) Value {
		return attribute.Gradient(f, attribute.Class(2))
	},
	"InputXGradient": func(f func(Value) Value, _ Value) func(Value) Value {
		return attribute.InputXGradient(f, attribute.Output)
	},
	"Sensitivity": func(f func(Value) Value, _ Value) func(Value) Value {
		return attribute.Sensitivity(f, attribute.Ones, attribute.SensitivityConfig{SumChannels: true})
	},
	"SmoothGrad": func(f func(Value) Value, noise Value) func(Value) Value {
		return attribute.SmoothGrad(f, attribute.Class(1), attribute.SmoothGradConfig{Noise: noise})
	},
	"SmoothGradSquare": func(f func(Value) Value, noise Value) func(Value) Value {
		return attribute.SmoothGrad(f, attribute.OneHotTimesOutput(1), attribute.SmoothGradConfig{Noise: noise, Statistic: attribute.Square, Chunk: 1})
	},
	"VarGrad": func(f func(Value) Value, noise Value) func(Value) Value {
		return attribute.SmoothGrad(f, attribute.Class(1), attribute.SmoothGradConfig{Noise: noise, NoiseLevel: 0.4, Statistic: attribute.Variance})
	},
	"IntegratedGradients": func(f func(Value) Value, _ Value) func(Value) Value {
		return attribute.IntegratedGradients(f, attribute.Ones, attribute.IntegratedGradientsConfig{N: 3, Baseline: attribute.SampleMean})
	},
	"GaussLegendre": func(f func(Value) Value, _ Value) func(Value) Value {
		return attribute.IntegratedGradients(f, attribute.Class(3), attribute.IntegratedGradientsConfig{N: 3, Method: attribute.GaussLegendre, Chunk: 2})
	},
	"Occlusion": func(f func(Value) Value, _ Value) func(Value) Value {
		return attribute.Occlusion(f, attribute.OneHotTimesOutput(0), attribute.OcclusionConfig{Window: []int{2}, Stride: []int{1}, Fill: attribute.SampleMean, Chunk: 4})
	},
}

// TestLaws takes up to second derivatives of attributions with respect to the input and
// the weights. The function is then differentiated three times.
func TestLaws(t *testing.T) {
	for name, attributor := range attributors {
		t.Run(name, func(t *testing.T) {
			noise := lawtest.Normal().Value(lawtest.Rand(name), trace.TypeOf(trace.Float64, 2, 2, 2, 3))
			lawtest.LawsWith(t, lawtest.Config{Order: 2}, func(in []Value) Value {
				return attributor(func(x Value) Value { return smooth(x, in[1]) }, noise)(in[0])
			}, lawtest.Input{Shape: []int{2, 2, 3}, Sampler: lawtest.Distinct()}, lawtest.Input{Shape: []int{4, 6}})
		})
	}
}

// TestSamplesAreIndependent checks that the attribution of a batch consists of those of
// its samples.
func TestSamplesAreIndependent(t *testing.T) {
	r := lawtest.Rand("samples")
	w := lawtest.Normal().Value(r, trace.TypeOf(trace.Float64, 4, 6))
	x := lawtest.Normal().Value(r, trace.TypeOf(trace.Float64, 3, 2, 3))
	noise := lawtest.Normal().Value(r, trace.TypeOf(trace.Float64, 2, 3, 2, 3))
	f := func(x Value) Value { return smooth(x, w) }
	for name, attributor := range attributors {
		all := attributor(f, noise)(x)
		for i := range 3 {
			one := attributor(f, rows(noise, 1, i))(rows(x, 0, i))
			if t.Run(name, func(t *testing.T) { lawtest.Close(t, rows(all, 0, i), one, 1e-12) }); t.Failed() {
				break
			}
		}
	}
}

// rows takes one index of an axis and keeps the axis.
func rows(x Value, axis, i int) Value {
	start, stop := make([]int, axis+1), make([]int, axis+1)
	for a := range axis {
		stop[a] = fn.End
	}
	start[axis], stop[axis] = i, i+1
	return fn.Slice(x, fn.SliceConfig{Start: start, Stop: stop})
}

// TestFloat32 checks that attributions of f32 inputs are f32 and close to f64.
func TestFloat32(t *testing.T) {
	r := lawtest.Rand("narrow")
	w := lawtest.Normal().Value(r, trace.TypeOf(trace.Float64, 4, 6))
	x := lawtest.Normal().Value(r, trace.TypeOf(trace.Float64, 3, 2, 3))
	noise := lawtest.Normal().Value(r, trace.TypeOf(trace.Float64, 2, 3, 2, 3))
	narrow := func(v Value) Value { return fn.Cast(v, trace.Float32) }
	for name, attributor := range attributors {
		t.Run(name, func(t *testing.T) {
			want := attributor(func(x Value) Value { return smooth(x, w) }, noise)(x)
			got := attributor(func(x Value) Value { return smooth(x, narrow(w)) }, narrow(noise))(narrow(x))
			if got.DType() != trace.Float32 {
				t.Fatalf("got %v", got.Type())
			}
			lawtest.Close(t, fn.Cast(got, trace.Float64), want, 1e-5)
		})
	}
}

// surrogate is a rule that replaces the derivative of tanh by the sigmoid of its input.
type surrogate struct{}

func (surrogate) String() string { return "surrogate" }
func (surrogate) Relevance(_ *transforms.Site, in, _, r []Value) []Value {
	return []Value{fn.Mul(r[0], fn.Sigmoid(in[0]))}
}
func (s surrogate) Assign(sites []*transforms.Site) ([]transforms.Choice, error) {
	choices := make([]transforms.Choice, len(sites))
	for i, site := range sites {
		if site.Kind == "activation.tanh" && !site.Derived {
			choices[i] = transforms.Choice{Rule: s}
		}
	}
	return choices, nil
}

// TestRules checks that attributors follow rules: they take the gradient that the rule
// stands for, and their derivatives are true.
func TestRules(t *testing.T) {
	r := lawtest.Rand("rules")
	w := lawtest.Normal().Value(r, trace.TypeOf(trace.Float64, 4, 6))
	noise := lawtest.Normal().Value(r, trace.TypeOf(trace.Float64, 2, 3, 2, 3))
	ruled := transforms.WithRules(surrogate{}, func(x Value) Value { return smooth(x, w) })
	// The derivative of softplus is the sigmoid, so its gradient is the one that the rule
	// gives tanh.
	plain := func(x Value) Value { return fn.Softplus(fn.Linear(fn.Flatten(x, 1), w, Value{}), 1, 100) }
	for _, name := range []string{"Gradient", "SmoothGrad", "VarGrad", "IntegratedGradients", "GaussLegendre"} {
		t.Run(name, func(t *testing.T) {
			attributor := attributors[name]
			x := lawtest.Normal().Value(r, trace.TypeOf(trace.Float64, 3, 2, 3))
			lawtest.Close(t, attributor(ruled, noise)(x), attributor(plain, noise)(x), 1e-12)
			square := func(f func(Value) Value) func(Value) Value {
				return transforms.Grad(func(x Value) Value { return fn.SumAll(fn.Square(attributor(f, noise)(x))) })
			}
			lawtest.Close(t, square(ruled)(x), square(plain)(x), 1e-12)
			lawtest.Close(t, transforms.Jit(square(ruled))(x), square(plain)(x), 1e-12)
		})
	}
}

// TestChunks checks that neither results nor noise depend on the size of chunks.
func TestChunks(t *testing.T) {
	r := lawtest.Rand("chunks")
	w := lawtest.Normal().Value(r, trace.TypeOf(trace.Float64, 4, 6))
	x := lawtest.Normal().Value(r, trace.TypeOf(trace.Float64, 3, 2, 3))
	f := func(x Value) Value { return smooth(x, w) }
	for name, attributor := range map[string]func(chunk int) func(Value) Value{
		"SmoothGrad": func(chunk int) func(Value) Value {
			return attribute.SmoothGrad(f, attribute.Ones, attribute.SmoothGradConfig{Key: random.Key(5), Chunk: chunk})
		},
		"IntegratedGradients": func(chunk int) func(Value) Value {
			return attribute.IntegratedGradients(f, attribute.Ones, attribute.IntegratedGradientsConfig{Chunk: chunk})
		},
		"Occlusion": func(chunk int) func(Value) Value {
			return attribute.Occlusion(f, attribute.Output, attribute.OcclusionConfig{Window: []int{1}, Chunk: chunk})
		},
	} {
		want := attributor(0)(x)
		for _, chunk := range []int{1, 2, 5, 20, 21} {
			lawtest.Close(t, attributor(chunk)(x), want, 1e-13)
		}
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

// TestDefaultChunk looks for the loop over chunks: the copies computed at once have up to
// 2¹⁷ elements, and all chunks have about the same length.
func TestDefaultChunk(t *testing.T) {
	smooth := attribute.SmoothGrad(fn.Square, attribute.Ones, attribute.SmoothGradConfig{})
	for size, want := range map[int][]string{
		1 << 21: {"length:20}", "normal"},
		1 << 18: {"length:20}", "f32[1 1 262144]"},
		1 << 15: {"length:5}", "f32[4 1 32768]"},
		1 << 14: {"length:2}", "f32[7 1 16384]", "f32[6 1 16384]"},
		8:       {"f32[20 1 8]"},
	} {
		p := trace.Record(func(in []Value) []Value { return []Value{smooth(in[0])} }, []trace.Type{trace.TypeOf(trace.Float32, 1, size)})
		text := p.String()
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%d elements: the program has no %q:\n%v", size, w, text)
			}
		}
		if strings.Contains(text, "scan") != (len(want) > 1) {
			t.Errorf("%d elements: a loop of one chunk, or none of several:\n%v", size, text)
		}
	}
}
