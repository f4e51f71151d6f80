package vision

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// ConvNeXt has a 4×4 convolution with stride 4, four stages of [ConvNeXtBlock] blocks with
// 2×2 convolutions of stride 2 between them, the mean over all pixels, and one dense
// layer.
//
// Liu et al., "A ConvNet for the 2020s", CVPR 2022.
type ConvNeXt struct {
	Features   nn.Sequential
	AvgPool    nn.AdaptiveAvgPool `nn:"avgpool"`
	Classifier nn.Sequential
}

// ConvNeXtConfig is the architecture of a [ConvNeXt].
type ConvNeXtConfig struct {
	// Depths is the number of blocks in each stage.
	Depths [4]int
	// Widths is the number of channels in each stage.
	Widths [4]int
	// Classes is the number of outputs; 0 means 1000.
	Classes int
}

// ConvNeXtTiny is torchvision's convnext_tiny with 28,589,128 parameters.
func ConvNeXtTiny() ConvNeXt {
	return NewConvNeXt(ConvNeXtConfig{Depths: [4]int{3, 3, 9, 3}, Widths: [4]int{96, 192, 384, 768}})
}

// ConvNeXtSmall is torchvision's convnext_small with 50,223,688 parameters.
func ConvNeXtSmall() ConvNeXt {
	return NewConvNeXt(ConvNeXtConfig{Depths: [4]int{3, 3, 27, 3}, Widths: [4]int{96, 192, 384, 768}})
}

// ConvNeXtBase is torchvision's convnext_base with 88,591,464 parameters.
func ConvNeXtBase() ConvNeXt {
	return NewConvNeXt(ConvNeXtConfig{Depths: [4]int{3, 3, 27, 3}, Widths: [4]int{128, 256, 512, 1024}})
}

// ConvNeXtLarge is torchvision's convnext_large with 197,767,336 parameters.
func ConvNeXtLarge() ConvNeXt {
	return NewConvNeXt(ConvNeXtConfig{Depths: [4]int{3, 3, 27, 3}, Widths: [4]int{192, 384, 768, 1536}})
}

// normEpsilon is ε of the layer normalizations of ConvNeXt and ViT.
const normEpsilon = 1e-6

// NewConvNeXt returns a model with its paths. Parameters are f32 zeros, but the scales of
// layer normalization are 1, and those of the blocks 1e-6 as before training. NewConvNeXt
// panics with a *trace.Error if a stage has no block or a number is negative.
func NewConvNeXt(c ConvNeXtConfig) ConvNeXt {
	defer trace.Naming("vision.NewConvNeXt")
	classes := orUsual("NewConvNeXt", "Classes", c.Classes, 1000)
	checkDepths("NewConvNeXt", "Depths", c.Depths[:])
	reduce := func(in, out, size int) nn.Conv {
		return nn.NewConv(in, out, []int{size, size}, fn.ConvConfig{Stride: []int{size, size}})
	}
	in := c.Widths[0]
	features := nn.Sequential{nn.Sequential{reduce(3, in, 4), newChannelNorm(in)}}
	for i, out := range c.Widths {
		if i > 0 {
			features = append(features, nn.Sequential{newChannelNorm(in), reduce(in, out, 2)})
		}
		stage := make(nn.Sequential, c.Depths[i])
		for j := range stage {
			stage[j] = newConvNeXtBlock(out)
		}
		features, in = append(features, stage), out
	}
	return nn.Name(ConvNeXt{
		Features:   features,
		AvgPool:    nn.AdaptiveAvgPool{Size: []int{1, 1}},
		Classifier: nn.Sequential{newChannelNorm(in), nn.Flatten{}, nn.NewLinear(in, classes)},
	})
}

// newNorm returns a layer normalization over the last axis.
func newNorm(width int) nn.LayerNorm {
	l := nn.NewLayerNorm(width)
	l.Epsilon = normEpsilon
	return l
}

// newChannelNorm returns a layer normalization over channels.
func newChannelNorm(channels int) nn.LayerNorm {
	l := newNorm(channels)
	l.Channels = true
	return l
}

// Apply maps images x[n 3 h w] to logits [n classes]. It panics with a *trace.Error if x
// has other channels or is smaller than 32 by 32.
func (m ConvNeXt) Apply(x trace.Value) trace.Value {
	checkImages("ConvNeXt", x, 32)
	return m.Classifier.Apply(m.AvgPool.Apply(m.Features.Apply(x)))
}

// ConvNeXtBlock adds to x a 7×7 convolution of each channel by itself, followed by layer
// normalization over channels and two dense layers with GELU between them, which act on
// each pixel.
type ConvNeXtBlock struct {
	LayerScale trace.Value `nn:"layer_scale"` // [c 1 1], a factor for each channel of what is added
	Block      nn.Sequential
}

// Apply maps x[n c h w] to the same shape.
func (b ConvNeXtBlock) Apply(x trace.Value) trace.Value {
	return fn.Add(fn.Mul(b.LayerScale, b.Block.Apply(x)), x)
}

func newConvNeXtBlock(channels int) ConvNeXtBlock {
	return ConvNeXtBlock{
		LayerScale: fn.Full(trace.TypeOf(trace.Float32, channels, 1, 1), 1e-6),
		Block: nn.Sequential{
			nn.NewConv(channels, channels, []int{7, 7}, fn.ConvConfig{Padding: []int{3, 3}, Groups: channels}),
			nn.Permute{Axes: []int{0, 2, 3, 1}},
			newNorm(channels),
			nn.NewLinear(channels, 4*channels), nn.GELU(), nn.NewLinear(4*channels, channels),
			nn.Permute{Axes: []int{0, 3, 1, 2}},
		},
	}
}
