package vision

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// VGG has stages of 3×3 convolutions with ReLU, each ended by 2×2 max-pooling, and three
// dense layers.
//
// Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image
// Recognition", ICLR 2015.
type VGG struct {
	Features   nn.Sequential
	AvgPool    nn.AdaptiveAvgPool `nn:"avgpool"`
	Flatten    nn.Flatten
	Classifier nn.Sequential
}

// Apply maps images x[n 3 h w] to logits [n classes]. It panics with a *trace.Error if x
// has other channels or is smaller than 32 by 32.
func (m VGG) Apply(x trace.Value) trace.Value {
	checkImages("VGG", x, 32)
	return m.Classifier.Apply(m.Flatten.Apply(m.AvgPool.Apply(m.Features.Apply(x))))
}

// VGGConfig is the architecture of a [VGG]. All fields but Depths may be 0, which means
// the usual value.
type VGGConfig struct {
	// Depths is the number of convolutions in each stage.
	Depths [5]int
	// BatchNorm puts batch normalization between convolutions and ReLU, as in
	// torchvision's models with _bn in their names.
	BatchNorm bool
	// Width is the number of channels of the first stage, 64 by default. The next stages
	// have 2, 4, 8 and 8 times as many.
	Width int
	// Hidden is the width of the hidden dense layers, 4096 by default.
	Hidden int
	// Classes is the number of outputs, 1000 by default.
	Classes int
}

// VGG11 is torchvision's vgg11 with 132,863,336 parameters.
func VGG11() VGG { return NewVGG(VGGConfig{Depths: [5]int{1, 1, 2, 2, 2}}) }

// VGG11BN is torchvision's vgg11_bn with 132,868,840 parameters and 5,504 statistics.
func VGG11BN() VGG { return NewVGG(VGGConfig{Depths: [5]int{1, 1, 2, 2, 2}, BatchNorm: true}) }

// VGG13 is torchvision's vgg13 with 133,047,848 parameters.
func VGG13() VGG { return NewVGG(VGGConfig{Depths: [5]int{2, 2, 2, 2, 2}}) }

// VGG13BN is torchvision's vgg13_bn with 133,053,736 parameters and 5,888 statistics.
func VGG13BN() VGG { return NewVGG(VGGConfig{Depths: [5]int{2, 2, 2, 2, 2}, BatchNorm: true}) }

// VGG16 is torchvision's vgg16 with 138,357,544 parameters.
func VGG16() VGG { return NewVGG(VGGConfig{Depths: [5]int{2, 2, 3, 3, 3}}) }

// VGG16BN is torchvision's vgg16_bn with 138,365,992 parameters and 8,448 statistics.
func VGG16BN() VGG { return NewVGG(VGGConfig{Depths: [5]int{2, 2, 3, 3, 3}, BatchNorm: true}) }

// VGG19 is torchvision's vgg19 with 143,667,240 parameters.
func VGG19() VGG { return NewVGG(VGGConfig{Depths: [5]int{2, 2, 4, 4, 4}}) }

// VGG19BN is torchvision's vgg19_bn with 143,678,248 parameters and 11,008 statistics.
func VGG19BN() VGG { return NewVGG(VGGConfig{Depths: [5]int{2, 2, 4, 4, 4}, BatchNorm: true}) }

// NewVGG returns a model of f32 zeros with its paths. It panics with a *trace.Error if a
// stage has no convolution or a number is negative.
func NewVGG(c VGGConfig) VGG {
	width := orUsual("NewVGG", "Width", c.Width, 64)
	hidden := orUsual("NewVGG", "Hidden", c.Hidden, 4096)
	classes := orUsual("NewVGG", "Classes", c.Classes, 1000)
	checkDepths("NewVGG", "Depths", c.Depths[:])
	const pooled = 7 // height and width at the dense layers
	return nn.Name(VGG{
		Features: vggFeatures(c, width),
		AvgPool:  nn.AdaptiveAvgPool{Size: []int{pooled, pooled}},
		Classifier: nn.Sequential{
			nn.NewLinear(8*width*pooled*pooled, hidden), nn.ReLU(), nn.Dropout{Rate: 0.5},
			nn.NewLinear(hidden, hidden), nn.ReLU(), nn.Dropout{Rate: 0.5},
			nn.NewLinear(hidden, classes),
		},
	})
}

// vggFeatures returns the convolutional part of a VGG, from images to 8 width channels.
func vggFeatures(c VGGConfig, width int) nn.Sequential {
	var layers nn.Sequential
	in := 3
	for stage, depth := range c.Depths {
		out := width << min(stage, 3)
		for range depth {
			layers = append(layers, nn.NewConv(in, out, []int{3, 3}, fn.ConvConfig{Padding: []int{1, 1}}))
			if c.BatchNorm {
				layers = append(layers, nn.NewBatchNorm(out))
			}
			layers = append(layers, nn.ReLU())
			in = out
		}
		layers = append(layers, nn.MaxPool{Config: fn.MaxPoolConfig{Kernel: []int{2, 2}}})
	}
	return layers
}
