package vision

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// ViT is a vision transformer. It maps each square patch of an image to a token, puts a
// class token before them, adds an embedding of the places, applies transformer blocks,
// and maps the class token to logits.
//
// Dosovitskiy et al., "An Image is Worth 16x16 Words: Transformers for Image Recognition
// at Scale", ICLR 2021.
type ViT struct {
	ClassToken trace.Value `nn:"class_token"` // [1 1 width]
	ConvProj   nn.Conv     `nn:"conv_proj"`   // [width 3 patch patch]
	Encoder    ViTEncoder
	Heads      ViTHeads
}

// ViTEncoder is the part of a [ViT] that maps tokens to tokens.
type ViTEncoder struct {
	PosEmbedding trace.Value         `nn:"pos_embedding"` // [1 tokens width]
	Layers       map[string]ViTBlock // by their names: encoder_layer_0, encoder_layer_1, ...
	LN           nn.LayerNorm        `nn:"ln"`
}

// ViTHeads is the part of a [ViT] that maps the class token to logits.
type ViTHeads struct{ Head nn.Linear }

// ViTConfig is the architecture of a [ViT].
type ViTConfig struct {
	// Image is the height and width of the images in pixels; 0 means 224.
	Image int
	// Patch is the height and width of a patch. It divides Image.
	Patch int
	// Depth is the number of blocks.
	Depth int
	// Heads is the number of attention heads. It divides Width.
	Heads int
	// Width is the number of features of a token.
	Width int
	// Hidden is the width of the hidden layer in a block; 0 means 4 Width.
	Hidden int
	// Classes is the number of outputs; 0 means 1000.
	Classes int
}

// ViTB16 is torchvision's vit_b_16 with 86,567,656 parameters.
func ViTB16() ViT { return NewViT(ViTConfig{Patch: 16, Depth: 12, Heads: 12, Width: 768}) }

// ViTB32 is torchvision's vit_b_32 with 88,224,232 parameters.
func ViTB32() ViT { return NewViT(ViTConfig{Patch: 32, Depth: 12, Heads: 12, Width: 768}) }

// ViTL16 is torchvision's vit_l_16 with 304,326,632 parameters.
func ViTL16() ViT { return NewViT(ViTConfig{Patch: 16, Depth: 24, Heads: 16, Width: 1024}) }

// ViTL32 is torchvision's vit_l_32 with 306,535,400 parameters.
func ViTL32() ViT { return NewViT(ViTConfig{Patch: 32, Depth: 24, Heads: 16, Width: 1024}) }

// NewViT returns a model with its paths. Parameters are f32 zeros, but the scales of
// layer normalization are 1. NewViT panics with a *trace.Error if a number is not
// positive, the patches do not divide the image, or the heads the width.
func NewViT(c ViTConfig) ViT {
	defer trace.Naming("vision.NewViT")
	c = c.usual("NewViT")
	side := c.Image / c.Patch
	m := ViT{
		ClassToken: fn.Zeros(trace.TypeOf(trace.Float32, 1, 1, c.Width)),
		ConvProj:   nn.NewConv(3, c.Width, []int{c.Patch, c.Patch}, fn.ConvConfig{Stride: []int{c.Patch, c.Patch}}),
		Encoder: ViTEncoder{
			PosEmbedding: fn.Zeros(trace.TypeOf(trace.Float32, 1, side*side+1, c.Width)),
			Layers:       make(map[string]ViTBlock, c.Depth),
			LN:           newNorm(c.Width),
		},
		Heads: ViTHeads{nn.NewLinear(c.Width, c.Classes)},
	}
	for i := range c.Depth {
		m.Encoder.Layers[encoderName(i)] = newViTBlock(c.Width, c.Heads, c.Hidden)
	}
	return nn.Name(m)
}

// usual returns the config with the usual numbers for 0. It panics if one does not fit.
func (c ViTConfig) usual(of string) ViTConfig {
	c.Image = orUsual(of, "Image", c.Image, 224)
	c.Hidden = orUsual(of, "Hidden", c.Hidden, 4*c.Width)
	c.Classes = orUsual(of, "Classes", c.Classes, 1000)
	if c.Patch < 1 || c.Image%c.Patch != 0 {
		panic(trace.Errorf("vision.%s: Patch is %d: want a divisor of the image's %d pixels", of, c.Patch, c.Image))
	}
	if c.Width < 1 || c.Depth < 1 || c.Depth > mostBlocks {
		panic(trace.Errorf("vision.%s: Width is %d and Depth is %d: want at least 1, and a depth of at most %d", of, c.Width, c.Depth, mostBlocks))
	}
	return c
}

func encoderName(i int) string { return fmt.Sprintf("encoder_layer_%d", i) }

// Apply maps images x[n 3 image image] to logits [n classes]. It panics with a
// *trace.Error if x has another shape.
func (m ViT) Apply(x trace.Value) trace.Value {
	checkImages("ViT", x, 1)
	x = m.ConvProj.Apply(x) // [n width h w]
	n, width := x.Dim(0), x.Dim(1)
	x = fn.Transpose(fn.Reshape(x, n, width, x.Dim(2)*x.Dim(3)), 0, 2, 1)
	x = fn.Concat(1, fn.BroadcastTo(m.ClassToken, n, 1, width), x)
	if want := m.Encoder.PosEmbedding.Type(); want.Rank() != 3 || want.Shape[1] != x.Dim(1) {
		panic(trace.Errorf("ViT: the image has %d tokens with the class token, the embedding of the places is %v: use images of the size in the config", x.Dim(1), want))
	}
	x = m.Encoder.Apply(x)
	return m.Heads.Head.Apply(fn.Squeeze(fn.Slice(x, fn.SliceConfig{Stop: []int{fn.End, 1}}), 1))
}

// Apply maps tokens x[n tokens width] to the same shape. It panics with a *trace.Error if
// the name of a block is missing.
func (e ViTEncoder) Apply(x trace.Value) trace.Value {
	x = fn.Add(x, e.PosEmbedding)
	for i := range len(e.Layers) {
		block, ok := e.Layers[encoderName(i)]
		if !ok {
			panic(trace.Errorf("a ViTEncoder of %d blocks has no %s: name them encoder_layer_0, encoder_layer_1, ...", len(e.Layers), encoderName(i)))
		}
		x = block.Apply(x)
	}
	return e.LN.Apply(x)
}

// ViTBlock is a transformer block: x plus the attention of its normalization, and then
// plus two dense layers with GELU between them.
type ViTBlock struct {
	LN1           nn.LayerNorm     `nn:"ln_1"`
	SelfAttention nn.SelfAttention `nn:"self_attention"`
	LN2           nn.LayerNorm     `nn:"ln_2"`
	MLP           nn.Sequential    `nn:"mlp"`
}

// Apply maps tokens x[n tokens width] to the same shape.
func (b ViTBlock) Apply(x trace.Value) trace.Value {
	x = fn.Add(b.SelfAttention.Apply(b.LN1.Apply(x)), x)
	return fn.Add(x, b.MLP.Apply(b.LN2.Apply(x)))
}

func newViTBlock(width, heads, hidden int) ViTBlock {
	return ViTBlock{
		LN1: newNorm(width), SelfAttention: nn.NewSelfAttention(width, heads), LN2: newNorm(width),
		// The dropouts keep torchvision's numbers for the layers.
		MLP: nn.Sequential{nn.NewLinear(width, hidden), nn.GELU(), nn.Dropout{}, nn.NewLinear(hidden, width), nn.Dropout{}},
	}
}
