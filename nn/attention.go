package nn

import (
	"math"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// AttentionConfig says which keys a query sees. The zero value shows it all.
type AttentionConfig struct {
	// Causal hides the keys behind a query's own place: query i sees key j if j ≤ i.
	Causal bool
	// Mask, bool, is true where a query sees a key, in a shape that broadcasts to [...
	// queries keys]. (In PyTorch's MultiheadAttention true means hidden.)
	Mask trace.Value
	// Bias is added to the scores before the softmax, in a shape that broadcasts to [...
	// queries keys].
	Bias trace.Value
	// Scale multiplies the scores; 0 means 1/√d.
	Scale float64
}

// Attention is scaled dot-product attention of queries q[... m d] to keys k[... n d] with
// values v[... n e]:
//
//	y = softmax(scale · q kᵀ + bias) v,   of shape [... m e],
//
// where hidden keys have weight 0. A query that sees no key has the result 0. Attention
// panics with a *trace.Error if shapes or dtypes do not fit.
//
// Vaswani et al., "Attention Is All You Need", NeurIPS 2017.
func Attention(q, k, v trace.Value, c ...AttentionConfig) trace.Value {
	defer trace.Naming("nn.Attention", q, k, v)
	config, r := configOf(c), q.Rank()
	if r < 2 || k.Rank() != r || v.Rank() != r || !q.DType().IsFloat() || k.DType() != q.DType() || v.DType() != q.DType() || q.Dim(-1) != k.Dim(-1) || k.Dim(-2) != v.Dim(-2) ||
		!slices.Equal(q.Shape()[:r-2], k.Shape()[:r-2]) || !slices.Equal(q.Shape()[:r-2], v.Shape()[:r-2]) {
		panic(trace.Errorf("want q[... m d], k[... n d] and v[... n e] of one float dtype"))
	}
	scale := config.Scale
	if scale == 0 {
		scale = 1 / math.Sqrt(float64(max(q.Dim(-1), 1)))
	}
	scores := fn.MatMul(fn.Mul(q, fn.Scalar(scale)), swapLast(k))
	if !config.Bias.IsAbsent() {
		scores = fn.Add(scores, broadcasts("Bias", config.Bias, scores))
	}
	seen := config.seen(scores)
	if seen.IsAbsent() {
		return fn.MatMul(fn.Softmax(scores, -1), v)
	}
	hidden := fn.FullLike(scores, never)
	return fn.MatMul(fn.Mask(seen, fn.Softmax(fn.Where(seen, scores, hidden), -1)), v)
}

// seen returns where queries see keys, in the shape of the scores, or an absent value if
// they see all.
func (c AttentionConfig) seen(scores trace.Value) trace.Value {
	var seen trace.Value
	if c.Causal {
		shape := trace.TypeOf(trace.Int64, scores.Shape()[scores.Rank()-2:]...)
		seen = fn.BroadcastTo(fn.LessEqual(fn.IotaLike(scores, shape, 1), fn.IotaLike(scores, shape, 0)), scores.Shape()...)
	}
	if c.Mask.IsAbsent() {
		return seen
	}
	shape, err := fn.BroadcastShapes(c.Mask.Shape(), scores.Shape())
	if err != nil || !slices.Equal(shape, scores.Shape()) || c.Mask.DType() != trace.Bool {
		panic(trace.Errorf("the mask is %v, want bools in a shape that broadcasts to %v", c.Mask.Type(), scores.Shape()))
	}
	mask := fn.BroadcastTo(c.Mask, shape...)
	if seen.IsAbsent() {
		return mask
	}
	return fn.And(seen, mask)
}

// swapLast exchanges the last two axes.
func swapLast(x trace.Value) trace.Value {
	r := x.Rank()
	perm := make([]int, r)
	for i := range perm {
		perm[i] = i
	}
	perm[r-2], perm[r-1] = r-1, r-2
	return fn.Transpose(x, perm...)
}

// splitHeads maps x[n t d] to [n heads t d/heads].
func splitHeads(x trace.Value, heads int) trace.Value {
	return fn.Transpose(fn.Reshape(x, x.Dim(0), x.Dim(1), heads, x.Dim(2)/heads), 0, 2, 1, 3)
}

// joinHeads is the inverse of splitHeads.
func joinHeads(y trace.Value) trace.Value {
	return fn.Reshape(fn.Transpose(y, 0, 2, 1, 3), y.Dim(0), y.Dim(2), y.Dim(1)*y.Dim(3))
}

// SelfAttention is multi-head self-attention, with the parameters of PyTorch's
// MultiheadAttention. Queries, keys and values are affine functions of x. Each head h
// takes its own d/heads of their features and computes
//
//	y_h = softmax(q_h k_hᵀ / √(d/heads)) v_h,
//
// and out_proj maps the y_h, side by side, to the result.
//
// Its kind is attention. Composites also see the layers inside: the affine function to
// queries, keys and values, whose path ends in in_proj, and out_proj; both are of kind
// linear.dense. The products and the softmax between them are sites without names of
// their own.
//
// Vaswani et al., "Attention Is All You Need", NeurIPS 2017.
type SelfAttention struct {
	Path         string
	InProjWeight trace.Value `nn:"in_proj_weight"` // [3d d]: queries, keys, values
	InProjBias   trace.Value `nn:"in_proj_bias"`   // [3d], or absent
	OutProj      Linear      `nn:"out_proj"`       // [d d]
	// Heads is the number of heads; 0 means 1. It divides d.
	Heads int
	// Causal says that no place sees places behind it.
	Causal bool
}

// NewSelfAttention returns a layer of f32 zeros for x[n t width]. [Load] or [Init] fills
// it. NewSelfAttention panics with a *trace.Error if the heads do not divide the width.
func NewSelfAttention(width, heads int) SelfAttention {
	defer trace.Naming("nn.NewSelfAttention")
	if heads < 1 || width%heads != 0 {
		panic(trace.Errorf("nn.NewSelfAttention: %d heads do not divide a width of %d", heads, width))
	}
	return SelfAttention{
		InProjWeight: zeros(3*width, width), InProjBias: zeros(3 * width), OutProj: NewLinear(width, width), Heads: heads,
	}
}

// Apply maps x[n t d] to the same shape.
func (l SelfAttention) Apply(x trace.Value) trace.Value {
	type parameters struct {
		InProj  weights
		OutProj weights
	}
	layer := transforms.Layer{Kind: "attention", Path: l.Path, Biases: []string{".InProj.Bias", ".OutProj.Bias"}}
	return transforms.Named(layer, func(x trace.Value, w parameters) trace.Value {
		return l.attend(x, Linear{Weight: w.InProj.Weight, Bias: w.InProj.Bias}, Linear{Weight: w.OutProj.Weight, Bias: w.OutProj.Bias})
	})(x, parameters{weights{l.InProjWeight, l.InProjBias}, weights{l.OutProj.Weight, l.OutProj.Bias}})
}

func (l SelfAttention) attend(x trace.Value, in, out Linear) trace.Value {
	heads := max(l.Heads, 1)
	w := in.Weight.Type()
	if x.Rank() != 3 || x.Dim(2)%heads != 0 || w.Rank() != 2 || w.Shape[0] != 3*x.Dim(2) {
		panic(trace.Errorf("%s of %v with a weight %v and %d heads: want x[n t d], a weight [3d d], and heads that divide d",
			describe("SelfAttention", l.Path), x.Type(), w, heads))
	}
	in.Path, out.Path = join(l.Path, "in_proj"), l.OutProj.Path
	n, t, d := x.Dim(0), x.Dim(1), x.Dim(2)
	// [n t 3d] as [3 n heads t d/heads]
	qkv := fn.Transpose(fn.Reshape(in.Apply(x), n, t, 3, heads, d/heads), 2, 0, 3, 1, 4)
	y := Attention(fn.Index(qkv, 0), fn.Index(qkv, 1), fn.Index(qkv, 2), AttentionConfig{Causal: l.Causal})
	return out.Apply(joinHeads(y))
}

// Init draws the weight for queries, keys and values from U(-b, b) with b = √(6 / (d +
// 3d)), and sets their bias to 0, as PyTorch does. The layer out_proj draws for itself,
// see [Init].
//
// Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
// networks", AISTATS 2010.
func (l SelfAttention) Init(key trace.Value) Layer {
	l.InProjWeight = XavierUniform(key, l.InProjWeight.Type(), 1)
	if !l.InProjBias.IsAbsent() {
		l.InProjBias = fn.ZerosLike(l.InProjBias)
	}
	return l
}
