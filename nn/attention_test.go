package nn_test

import (
	"math"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// attention returns a layer of width 6 with 3 heads, and an input for it.
func attention() (nn.SelfAttention, Value) {
	l := nn.Init(nn.Cast(nn.NewSelfAttention(6, 3), trace.Float64), random.Key(3))
	l.InProjBias = random.Normal(random.Key(4), trace.Float64, 18)
	return nn.Name(struct{ Attention nn.SelfAttention }{l}).Attention, random.Normal(random.Key(5), trace.Float64, 2, 4, 6)
}

// The layer computes the sums of the paper, written out here as loops.
func TestSelfAttentionIsThePapers(t *testing.T) {
	l, x := attention()
	const n, tokens, d, heads, size = 2, 4, 6, 3, 2
	in, w, b := x.Float64s(), l.InProjWeight.Float64s(), l.InProjBias.Float64s()
	// project returns feature j of the queries (0), keys (1) or values (2) of a token.
	project := func(which, image, token, j int) float64 {
		row := which*d + j
		sum := b[row]
		for i := range d {
			sum += w[row*d+i] * in[(image*tokens+token)*d+i]
		}
		return sum
	}
	mixed := make([]float64, n*tokens*d)
	for image := range n {
		for query := range tokens {
			for h := range heads {
				var weight [tokens]float64
				total := 0.0
				for key := range tokens {
					dot := 0.0
					for j := range size {
						dot += project(0, image, query, h*size+j) * project(1, image, key, h*size+j)
					}
					weight[key] = math.Exp(dot / math.Sqrt(size))
					total += weight[key]
				}
				for j := range size {
					for key := range tokens {
						mixed[(image*tokens+query)*d+h*size+j] += weight[key] / total * project(2, image, key, h*size+j)
					}
				}
			}
		}
	}
	want := fn.Linear(trace.New(mixed, n, tokens, d), l.OutProj.Weight, l.OutProj.Bias)
	lawtest.Close(t, l.Apply(x), want, 1e-12)
	lawtest.Close(t, transforms.Jit(l.Apply)(x), want, 1e-12)
}

func TestLawsOfSelfAttention(t *testing.T) {
	lawtest.LawsWith(t, lawtest.Config{Order: 2}, func(in []Value) Value {
		return nn.SelfAttention{InProjWeight: in[1], InProjBias: in[2], OutProj: nn.Linear{Weight: in[3]}, Heads: 2}.Apply(in[0])
	}, lawtest.Input{Shape: []int{2, 3, 4}}, lawtest.Input{Shape: []int{12, 4}}, lawtest.Input{Shape: []int{12}}, lawtest.Input{Shape: []int{4, 4}})
}

// Composites see the attention, its two affine functions with their paths, and the
// products and the softmax between them.
func TestSitesOfSelfAttention(t *testing.T) {
	l, x := attention()
	var got []string
	for _, row := range transforms.Plan(nothing{}, l.Apply, x).Rows {
		switch s := row.Site; {
		case s.Kind.Is("attention"), s.Kind.Is(trace.KindLinear), s.Kind.Is(trace.KindSoftmax), s.Kind.Is(trace.KindProduct):
			got = append(got, s.String())
		}
	}
	want := []string{
		"attention (attention)", "attention.in_proj (linear.dense)", "attention.in_proj/dot#0 (linear.dense)", "attention/mul#0 (product.scale)",
		"attention/dot#0 (product.matrix)", "attention/softmax#0 (softmax)", "attention/dot#1 (product.matrix)",
		"attention.out_proj (linear.dense)", "attention.out_proj/dot#0 (linear.dense)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// Init draws the parameters of the layer, and those of out_proj as of any Linear.
func TestInitOfSelfAttention(t *testing.T) {
	l := nn.Init(nn.NewSelfAttention(64, 4), random.Key(1))
	bound := math.Sqrt(6.0 / (64 + 192))
	largest := fn.Max(fn.Abs(l.InProjWeight), 0, 1).Float64()
	if !(largest <= bound && largest > 0.99*bound) {
		t.Errorf("the largest weight is %v, want nearly %v", largest, bound)
	}
	if v := fn.SumAll(fn.Abs(l.InProjBias)).Float64(); v != 0 {
		t.Errorf("the magnitudes of the bias sum up to %v, want 0", v)
	}
	if v := fn.Max(fn.Abs(l.OutProj.Weight), 0, 1).Float64(); !(v <= 0.125 && v > 0.12) {
		t.Errorf("the largest weight of out_proj is %v, want nearly 1/8", v)
	}
}

func TestSelfAttentionErrors(t *testing.T) {
	l := nn.NewSelfAttention(6, 3)
	l.Path = "attn"
	wantError(t, func() { nn.NewSelfAttention(6, 4) }, "nn.NewSelfAttention: 4 heads do not divide a width of 6")
	wantError(t, func() { nn.NewSelfAttention(6, 0) }, "nn.NewSelfAttention: 0 heads do not divide a width of 6")
	wantError(t, func() { l.Apply(fn.Ones(trace.TypeOf(trace.Float32, 2, 6))) },
		`SelfAttention "attn" of f32[2 6] with a weight f32[18 6] and 3 heads: want x[n t d], a weight [3d d], and heads that divide d`)
}

// Along the last axes, LayerNorm is fn's. Over channels it normalizes each place by
// itself.
func TestLayerNorm(t *testing.T) {
	x := random.Normal(random.Key(1), trace.Float64, 2, 3, 4, 5)
	w, b := random.Normal(random.Key(2), trace.Float64, 3), random.Normal(random.Key(3), trace.Float64, 3)
	two := nn.Cast(nn.NewLayerNorm(4, 5), trace.Float64)
	lawtest.Close(t, two.Apply(x), fn.LayerNorm(x, Value{}, Value{}, 1e-5, 2), 0)
	lawtest.Close(t, nn.LayerNorm{Epsilon: 0.1}.Apply(x), fn.LayerNorm(x, Value{}, Value{}, 0.1, 1), 0)
	over := nn.LayerNorm{Weight: w, Bias: b, Epsilon: 1e-3, Channels: true}
	mean := fn.ExpandDims(fn.Mean(x, 1), 1)
	scale := fn.ExpandDims(fn.Rsqrt(fn.Add(fn.Var(x, true, 1), fn.Scalar(1e-3))), 1)
	want := fn.Add(fn.Mul(fn.Mul(fn.Sub(x, mean), scale), fn.Reshape(w, 3, 1, 1)), fn.Reshape(b, 3, 1, 1))
	lawtest.Close(t, over.Apply(x), want, 1e-13)
	if s := sitesOf(nn.LayerNorm{Path: "ln", Channels: true}.Apply, x); len(s) != 1 || s[0].Kind != trace.KindLayerNorm || s[0].Path != "ln" {
		t.Errorf("got the sites %v", s)
	}
	wantError(t, func() { over.Apply(w) }, "LayerNorm of f64[3] with a weight of 1 axes: want x[n c s...] and a weight [c]")
}

func TestPermute(t *testing.T) {
	x := random.Normal(random.Key(1), trace.Float64, 2, 3, 4)
	lawtest.Close(t, nn.Permute{Axes: []int{0, 2, 1}}.Apply(x), fn.Transpose(x, 0, 2, 1), 0)
	if s := sitesOf(nn.Permute{Axes: []int{2, 1, 0}}.Apply, x); len(s) != 1 || s[0].Kind != "shape.permute" {
		t.Errorf("got the sites %v", s)
	}
}
