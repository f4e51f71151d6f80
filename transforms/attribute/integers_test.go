package attribute_test

import (
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

// tokenModel looks up numbers in a table and adds them up: f64[n 1] of ids[n t].
func tokenModel(d trace.DType) func(ids trace.Value) trace.Value {
	table := fn.Cast(trace.New([]float64{0.1, 0.2, 0.4, 0.75}, 4), d)
	return func(ids trace.Value) trace.Value { return fn.ExpandDims(fn.Sum(fn.Take(table, ids, 0), 1), 1) }
}

// Scores of integer inputs used to be truncated to whole numbers.
func TestFaultB2OcclusionOfTokens(t *testing.T) {
	window := attribute.OcclusionConfig{Window: []int{1}}
	inverted := window
	inverted.Invert = true
	// What remains is one token and three of number 0, or all tokens but one and one of
	// number 0.
	kept, removed := []float64{0.4, 0.5, 0.7, 1.05}, []float64{1.45, 1.35, 1.15, 0.8}
	for _, d := range []trace.DType{trace.Float32, trace.Float64} {
		for _, ids := range []trace.Value{trace.New([]int64{0, 1, 2, 3}, 1, 4), trace.New([]int32{0, 1, 2, 3}, 1, 4)} {
			for _, test := range []struct {
				config attribute.OcclusionConfig
				want   []float64
			}{{window, kept}, {inverted, removed}} {
				explain := attribute.Occlusion(tokenModel(d), attribute.Output, test.config)
				for _, got := range []trace.Value{explain(ids), transforms.Jit(explain)(ids)} {
					if want := trace.TypeOf(d, 1, 4); !got.Type().Equal(want) {
						t.Fatalf("scores of %v by a model of %v are %v, want %v", ids.Type(), d, got.Type(), want)
					}
					for i, v := range got.Float64s() {
						if !(math.Abs(v-test.want[i]) <= 1e-6) {
							t.Errorf("%v, Invert %v: got %v, want %v", ids.Type(), test.config.Invert, got, test.want)
							break
						}
					}
				}
			}
		}
	}
}

// An attributor that needs a gradient reports, under its own name, that integers have
// none.
func TestFaultB12GradientsOfIntegers(t *testing.T) {
	ids, f, o := trace.New([]int64{0, 1, 2, 3}, 1, 4), tokenModel(trace.Float64), attribute.Ones
	set := trace.New([]int64{0, 0, 0, 0}, 1, 4)
	tests := map[string]func(x trace.Value) trace.Value{
		"Gradient":            attribute.Gradient(f, o),
		"InputXGradient":      attribute.InputXGradient(f, o),
		"Sensitivity":         attribute.Sensitivity(f, o, attribute.SensitivityConfig{}),
		"IntegratedGradients": attribute.IntegratedGradients(f, o, attribute.IntegratedGradientsConfig{}),
		"ExpectedGradients":   attribute.ExpectedGradients(f, o, attribute.ExpectedGradientsConfig{Baselines: set}),
		"SmoothGrad":          attribute.SmoothGrad(f, o, attribute.SmoothGradConfig{}),
		"CompletenessDelta": func(x trace.Value) trace.Value {
			return attribute.CompletenessDelta(f, o, attribute.IntegratedGradientsConfig{})(x, x)
		},
	}
	for name, explain := range tests {
		err := trace.Try(func() { explain(ids) })
		want := "attribute." + name + " of an input i64[1 4], which has no gradient: explain the function of the embeddings"
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "integers_test.go:") {
			t.Errorf("%s: got %v, want %q at the line of this file", name, err, want)
		}
	}
	mean := attribute.OcclusionConfig{Window: []int{1}, Fill: attribute.SampleMean}
	if err := trace.Try(func() { attribute.Occlusion(f, attribute.Output, mean)(ids) }); err == nil || !strings.Contains(err.Error(), "attribute.SampleMean: the input is i64[1 4]") {
		t.Errorf("SampleMean of integers: %v", err)
	}
}

// Grad-CAM differentiates with respect to a layer, so it takes tokens.
func TestGradCAMOfTokens(t *testing.T) {
	table := trace.New([]float64{0.1, -0.2, 0.4, 0.75, 0.3, 0.6, -0.1, 0.2}, 4, 2)
	embed := transforms.Named(transforms.Layer{Kind: "embedding", Path: "embed"}, func(ids, w trace.Value) trace.Value {
		return fn.Transpose(fn.Take(w, ids, 0), 0, 2, 1) // [n channels positions]
	})
	f := func(ids trace.Value) trace.Value { return fn.Sum(embed(ids, table), 2) }
	got := attribute.GradCAM(f, "embed", attribute.Class(0), attribute.GradCAMConfig{Signed: true})(trace.New([]int64{0, 3, 2}, 1, 3))
	want := []float64{0.1, -0.1, 0.3}
	for i, v := range got.Float64s() {
		if !(math.Abs(v-want[i]) <= 1e-12) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}
