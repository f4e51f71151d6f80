package attribute_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/internal/testutil"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/attribute"
)

// No argument of an attributor or a target causes a panic of the Go runtime. Each message
// names the function that was called.
func TestMisuse(t *testing.T) {
	type v = trace.Value
	f := func(x v) v { return fn.Cast(x, trace.Float64) }
	of := func(target attribute.Target) func(x v) v { return func(x v) v { return target(x) } }
	testutil.Misuse(t, ".", map[string]testutil.Misused{
		"Gradient":       {attribute.Gradient(f, attribute.Ones), "attribute.Gradient"},
		"InputXGradient": {attribute.InputXGradient(f, attribute.Ones), "attribute.InputXGradient"},
		"Sensitivity": {func(x v, c attribute.SensitivityConfig) v { return attribute.Sensitivity(f, attribute.Ones, c)(x) },
			"attribute.Sensitivity"},
		"IntegratedGradients": {func(x v, n, chunk int, m uint8) v {
			return attribute.IntegratedGradients(f, attribute.Ones, attribute.IntegratedGradientsConfig{N: n, Chunk: chunk, Method: attribute.Method(m)})(x)
		}, "attribute.IntegratedGradients"},
		"CompletenessDelta": {func(x, r v) v {
			return attribute.CompletenessDelta(f, attribute.Ones, attribute.IntegratedGradientsConfig{})(x, r)
		}, "attribute.CompletenessDelta"},
		"ExpectedGradients": {func(x v, c attribute.ExpectedGradientsConfig) v {
			return attribute.ExpectedGradients(f, attribute.Ones, c)(x)
		}, "attribute.ExpectedGradients"},
		"SmoothGrad": {func(x v, c attribute.SmoothGradConfig) v { return attribute.SmoothGrad(f, attribute.Ones, c)(x) }, "attribute.SmoothGrad"},
		"Occlusion":  {func(x v, c attribute.OcclusionConfig) v { return attribute.Occlusion(f, attribute.Output, c)(x) }, "attribute.Occlusion"},
		"GradCAM":    {func(x v, c attribute.GradCAMConfig) v { return attribute.GradCAM(f, "a", attribute.Ones, c)(x) }, ""},
		"GradCAMPlusPlus": {func(x v, c attribute.GradCAMConfig) v {
			return attribute.GradCAMPlusPlus(f, "a", attribute.Ones, c)(x)
		}, ""},
		"Constant":           {func(c float64, x v) v { return attribute.Constant(c)(x) }, "full_like"},
		"SampleMean":         {attribute.SampleMean, "attribute.SampleMean"},
		"Output":             {attribute.Output, ""},
		"Rollout":            {func(x v) []v { return attribute.Rollout(attending, "softmax#0")(x) }, ""},
		"AttentionRelevance": {func(x, w v) []v { return attribute.AttentionRelevance(attending, attribute.Vector(w), "softmax#0")(x) }, ""},
		"AttributionPatching": {func(x, y v) map[string]v {
			return attribute.AttributionPatching(attending, attribute.Ones, "softmax#0")(x, y)
		}, ""},
		"Ones":              {attribute.Ones, "ones_like"},
		"Vector":            {func(w, x v) v { return attribute.Vector(w)(x) }, "attribute.Vector"},
		"Class":             {func(classes []int, x v) v { return attribute.Class(classes...)(x) }, "attribute.Class"},
		"Top":               {attribute.Top, "attribute.Top"},
		"TimesOutput":       {of(attribute.TimesOutput(attribute.Ones)), ""},
		"OneHotTimesOutput": {func(classes []int, x v) v { return attribute.OneHotTimesOutput(classes...)(x) }, ""},
	})
}
