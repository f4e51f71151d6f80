package attribute_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// attending has one head of attention among the tokens of x[n t 2], whose queries, keys and
// values are the tokens. softmax#0 is its attention.
func attending(x Value) Value {
	scores := fn.MatMul(x, fn.SwapAxes(x, -1, -2))
	return fn.MatMul(fn.Squeeze(fn.Softmax(fn.ExpandDims(scores, 1), -1), 1), x)
}

// twice attends two times.
func twice(x Value) Value { return attending(attending(x)) }

var sentences = lawtest.Normal().Value(lawtest.Rand("sentences"), trace.TypeOf(trace.Float64, 2, 3, 2))

// Rows of rollout add up to 1: each token comes from all tokens.
func TestRolloutIsADistribution(t *testing.T) {
	after := attribute.Rollout(twice, "softmax#0", "softmax#1")(sentences)
	if len(after) != 2 {
		t.Fatalf("%d results of two layers", len(after))
	}
	for _, r := range after {
		rows := fn.Sum(r, -1)
		lawtest.Close(t, rows, fn.OnesLike(rows), 1e-12)
		if fn.Min(r, 0, 1, 2).Float64() < 0 {
			t.Errorf("a negative share in %v", r)
		}
	}
}

// Without attention that matters, each token is relevant to itself alone; and what matters
// is never negative.
func TestAttentionRelevanceStartsFromTheIdentity(t *testing.T) {
	nothing := func(y Value) Value { return fn.ZerosLike(y) }
	one := fn.BroadcastTo(fn.Eye(trace.Float64, 3), 2, 3, 3)
	lawtest.Close(t, attribute.AttentionRelevance(twice, nothing, "softmax#0", "softmax#1")(sentences)[1], one, 0)
	after := attribute.AttentionRelevance(twice, attribute.Ones, "softmax#0", "softmax#1")(sentences)
	if least := fn.Min(fn.Sub(after[1], one), 0, 1, 2).Float64(); least < 0 {
		t.Errorf("a relevance of %v", least)
	}
}

// Attention of more than two layers, under Jit and Vmap, is what it is when called.
func TestAttentionUnderTransforms(t *testing.T) {
	f := func(x Value) Value {
		return attribute.AttentionRelevance(twice, attribute.Ones, "softmax#0", "softmax#1")(x)[1]
	}
	lawtest.Close(t, transforms.Jit(f)(sentences), f(sentences), 1e-12)
	batch := fn.Stack(0, sentences, fn.Scale(sentences, 0.5))
	lawtest.Close(t, fn.Index(transforms.Vmap(f)(batch), 1), f(fn.Scale(sentences, 0.5)), 1e-12)
}

// Of a site that the metric is linear in, the estimate is the change itself.
func TestAttributionPatchingIsExactWhereLinear(t *testing.T) {
	clean, corrupted := sentences, fn.Scale(fn.Flip(sentences, 1), 0.7)
	target := attribute.Vector(lawtest.Normal().Value(lawtest.Rand("metric"), sentences.Type()))
	metric := func(y Value) Value { return fn.SumAll(fn.Mul(target(y), y)) }
	last := "dot#3" // the values after attention: the output
	estimate := attribute.AttributionPatching(twice, target, last, "softmax#1")(clean, corrupted)
	lawtest.Close(t, fn.SumAll(estimate[last]), fn.Sub(metric(twice(clean)), metric(twice(corrupted))), 1e-12)
	there := transforms.WithTaps(twice, "softmax#1")(transforms.TapArg[Value]{X: clean}).Values["softmax#1"]
	patched := transforms.WithValues(twice, map[string]Value{"softmax#1": there})(corrupted)
	lawtest.Close(t, fn.SumAll(estimate["softmax#1"]), fn.Sub(metric(patched), metric(twice(corrupted))), 1e-12)
}

func TestAttentionErrors(t *testing.T) {
	for want, f := range map[string]func(){
		"attention weights are [n heads to from]": func() { attribute.Rollout(attending, "dot#0")(sentences) },
		"has no site \"softmax#7\"":               func() { attribute.Rollout(attending, "softmax#7")(sentences) },
		"give inputs of one type": func() {
			attribute.AttributionPatching(attending, attribute.Ones, "dot#0")(sentences, fn.At(sentences, fn.Every, fn.Span(0, 2)))
		},
	} {
		if err := trace.Try(f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// Where the second token comes from, after one layer of attention.
func ExampleRollout() {
	x := trace.New([]float64{1, 0, 0, 1, 1, 1}, 1, 3, 2)
	r := attribute.Rollout(attending, "softmax#0")(x)[0]
	fmt.Printf("%.2f\n", fn.At(r, 0, 1))
	// Output: [0.08 0.71 0.21]
}

func ExampleAttentionRelevance() {
	x := trace.New([]float64{1, 0, 0, 1, 1, 1}, 1, 3, 2)
	r := attribute.AttentionRelevance(attending, attribute.Ones, "softmax#0")(x)[0]
	fmt.Printf("%.2f\n", fn.At(r, 0, 1))
	// Output: [0.16 1.42 0.84]
}

// What the metric would gain from attention as it was for the clean input.
func ExampleAttributionPatching() {
	clean, corrupted := trace.New([]float64{1, 0, 0, 1}, 1, 2, 2), trace.New([]float64{0, 0, 0, 1}, 1, 2, 2)
	gain := attribute.AttributionPatching(attending, attribute.Ones, "softmax#0")(clean, corrupted)
	fmt.Printf("%.2f\n", fn.At(gain["softmax#0"], 0, 0))
	// Output: [[0.00 -0.23] [0.00 0.00]]
}
