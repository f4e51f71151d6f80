package nn

import (
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

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
	q, k, v := fn.Index(qkv, 0), fn.Index(qkv, 1), fn.Index(qkv, 2)
	q = fn.Mul(q, fn.Scalar(1/math.Sqrt(float64(d/heads))))
	attention := fn.Softmax(fn.MatMul(q, fn.Transpose(k, 0, 1, 3, 2)), -1)
	y := fn.Transpose(fn.MatMul(attention, v), 0, 2, 1, 3)
	return out.Apply(fn.Reshape(y, n, t, d))
}

// Init draws the weight for queries, keys and values from U(-b, b) with b = √(6 / (d +
// 3d)), and sets their bias to 0, as PyTorch does. The layer out_proj draws for itself,
// see [Init].
//
// Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
// networks", AISTATS 2010.
func (l SelfAttention) Init(key trace.Value) Layer {
	t := l.InProjWeight.Type()
	in := fanIn(t)
	l.InProjWeight = uniform(key, t, math.Sqrt(6/float64(in+t.Size()/in)))
	if !l.InProjBias.IsAbsent() {
		l.InProjBias = fn.ZerosLike(l.InProjBias)
	}
	return l
}
