package vision

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// DeiT is a vision transformer with a second token beside that of the class, from which it
// learned what a teacher says of the image. Its logits are the mean of those of both. Without
// the second token it is a vision transformer with the names of DeiT.
//
// Parameters have the names of the authors and of timm, such as blocks.0.attn.qkv.weight.
//
// Touvron et al., "Training data-efficient image transformers & distillation through
// attention", ICML 2021.
type DeiT struct {
	ClassToken   trace.Value    `nn:"cls_token"`   // [1 1 width]
	DistToken    trace.Value    `nn:"dist_token"`  // [1 1 width], or absent
	PosEmbedding trace.Value    `nn:"pos_embed"`   // [1 tokens width]
	PatchEmbed   DeiTPatchEmbed `nn:"patch_embed"` // [width 3 patch patch]
	Blocks       []DeiTBlock
	Norm         nn.LayerNorm
	Head         nn.Linear // [classes width], of the class token
	HeadDist     nn.Linear `nn:"head_dist"` // [classes width], of the other, or absent
}

// DeiTPatchEmbed maps each patch of an image to a token.
type DeiTPatchEmbed struct{ Proj nn.Conv }

// DeiTBlock is a transformer block: x plus the attention of its normalization, and then
// plus two dense layers with GELU between them.
type DeiTBlock struct {
	Norm1 nn.LayerNorm
	Attn  DeiTAttention
	Norm2 nn.LayerNorm
	MLP   DeiTMLP `nn:"mlp"`
}

// DeiTAttention is [nn.SelfAttention] with the names of DeiT. Its kind is attention.
type DeiTAttention struct {
	Path string
	QKV  nn.Linear `nn:"qkv"` // [3·width width]
	Proj nn.Linear // [width width]
	// Heads is the number of heads, which divides the width.
	Heads int
}

// DeiTMLP is two dense layers with GELU between them.
type DeiTMLP struct {
	FC1 nn.Linear `nn:"fc1"` // [hidden width]
	Act nn.Activation
	FC2 nn.Linear `nn:"fc2"` // [width hidden]
}

// DeiTConfig is the architecture of a [DeiT].
type DeiTConfig struct {
	ViTConfig
	// Plain says that there is no second token.
	Plain bool
}

// DeiTTiny is deit_tiny_distilled_patch16_224 with 5,910,800 parameters.
func DeiTTiny() DeiT { return deit(192, 3) }

// DeiTSmall is deit_small_distilled_patch16_224 with 22,436,432 parameters.
func DeiTSmall() DeiT { return deit(384, 6) }

// DeiTBase is deit_base_distilled_patch16_224 with 87,338,192 parameters.
func DeiTBase() DeiT { return deit(768, 12) }

func deit(width, heads int) DeiT {
	return NewDeiT(DeiTConfig{ViTConfig: ViTConfig{Patch: 16, Depth: 12, Heads: heads, Width: width}})
}

// NewDeiT returns a model with its paths. Parameters are f32 zeros, but the scales of
// layer normalization are 1. NewDeiT panics with a *trace.Error if a number is not
// positive, the patches do not divide the image, or the heads the width.
func NewDeiT(c DeiTConfig) DeiT {
	defer trace.Naming("vision.NewDeiT")
	c.ViTConfig = c.usual("NewDeiT")
	if c.Heads < 1 || c.Width%c.Heads != 0 {
		panic(trace.Errorf("vision.NewDeiT: Heads is %d: want a divisor of the width, %d", c.Heads, c.Width))
	}
	tokens := c.Image/c.Patch*(c.Image/c.Patch) + 1
	m := DeiT{
		ClassToken: fn.ZerosOf(trace.Float32, 1, 1, c.Width),
		PatchEmbed: DeiTPatchEmbed{nn.NewConv(3, c.Width, []int{c.Patch, c.Patch}, fn.ConvConfig{Stride: []int{c.Patch, c.Patch}})},
		Norm:       newNorm(c.Width), Head: nn.NewLinear(c.Width, c.Classes),
	}
	if !c.Plain {
		tokens++
		m.DistToken, m.HeadDist = fn.ZerosOf(trace.Float32, 1, 1, c.Width), nn.NewLinear(c.Width, c.Classes)
	}
	m.PosEmbedding = fn.ZerosOf(trace.Float32, 1, tokens, c.Width)
	for range c.Depth {
		m.Blocks = append(m.Blocks, DeiTBlock{
			Norm1: newNorm(c.Width), Norm2: newNorm(c.Width),
			Attn: DeiTAttention{QKV: nn.NewLinear(c.Width, 3*c.Width), Proj: nn.NewLinear(c.Width, c.Width), Heads: c.Heads},
			MLP:  DeiTMLP{nn.NewLinear(c.Width, c.Hidden), nn.GELU(), nn.NewLinear(c.Hidden, c.Width)},
		})
	}
	return nn.Name(m)
}

// Apply maps images x[n 3 image image] to logits [n classes]. It panics with a
// *trace.Error if x has another shape.
func (m DeiT) Apply(x trace.Value) trace.Value {
	checkImages("DeiT", x, 1)
	x = m.PatchEmbed.Proj.Apply(x) // [n width h w]
	n, width := x.Dim(0), x.Dim(1)
	tokens := []trace.Value{fn.BroadcastTo(m.ClassToken, n, 1, width)}
	if !m.DistToken.IsAbsent() {
		tokens = append(tokens, fn.BroadcastTo(m.DistToken, n, 1, width))
	}
	x = fn.Concat(1, append(tokens, fn.Transpose(fn.Reshape(x, n, width, x.Dim(2)*x.Dim(3)), 0, 2, 1))...)
	if want := m.PosEmbedding.Type(); want.Rank() != 3 || want.Shape[1] != x.Dim(1) {
		panic(trace.Errorf("DeiT: the image has %d tokens with those of the model, the embedding of the places is %v: "+
			"use images of the size in the config", x.Dim(1), want))
	}
	x = fn.Add(x, m.PosEmbedding)
	for _, b := range m.Blocks {
		x = b.Apply(x)
	}
	x = m.Norm.Apply(x)
	y := m.Head.Apply(token(x, 0))
	if m.DistToken.IsAbsent() {
		return y
	}
	return fn.Mul(fn.Add(y, m.HeadDist.Apply(token(x, 1))), fn.Scalar(0.5))
}

// token returns one token of x[n tokens width], [n width].
func token(x trace.Value, i int) trace.Value {
	return fn.Squeeze(fn.Slice(x, fn.SliceConfig{Start: []int{0, i}, Stop: []int{fn.End, i + 1}}), 1)
}

// Apply maps tokens x[n tokens width] to the same shape.
func (b DeiTBlock) Apply(x trace.Value) trace.Value {
	x = fn.Add(x, b.Attn.Apply(b.Norm1.Apply(x)))
	return fn.Add(x, b.MLP.Apply(b.Norm2.Apply(x)))
}

// Apply maps x[... width] to the same shape.
func (l DeiTMLP) Apply(x trace.Value) trace.Value {
	return l.FC2.Apply(l.Act.Apply(l.FC1.Apply(x)))
}

// Apply maps tokens x[n tokens width] to the same shape. It panics with a *trace.Error if
// the heads do not divide the width, or the weight is of another one.
func (l DeiTAttention) Apply(x trace.Value) trace.Value {
	w := l.QKV.Weight
	if x.Rank() != 3 || l.Heads < 1 || x.Dim(2)%l.Heads != 0 || w.IsAbsent() || w.Rank() != 2 || w.Dim(0) != 3*x.Dim(2) {
		panic(trace.Errorf("attention %q of %v with %d heads: want x[n tokens width], heads that divide the width, and a weight [3·width width]",
			l.Path, x.Type(), l.Heads))
	}
	layer := transforms.Layer{Kind: "attention", Path: l.Path, Biases: []string{".QKV.Bias", ".Proj.Bias"}}
	return transforms.Named(layer, func(x trace.Value, l DeiTAttention) trace.Value {
		n, t, width := x.Dim(0), x.Dim(1), x.Dim(2)
		// [n t 3·width] as [3 n heads t width/heads]
		qkv := fn.Transpose(fn.Reshape(l.QKV.Apply(x), n, t, 3, l.Heads, width/l.Heads), 2, 0, 3, 1, 4)
		y := nn.Attention(fn.Index(qkv, 0), fn.Index(qkv, 1), fn.Index(qkv, 2))
		return l.Proj.Apply(fn.Reshape(fn.Transpose(y, 0, 2, 1, 3), n, t, width))
	})(x, l)
}
