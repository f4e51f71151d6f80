package vision

import (
	"math"

	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// EfficientNet has a 3×3 convolution, seven stages of [MBConv] blocks with SiLU, squeeze
// and excitation, a 1×1 convolution, the mean over all pixels, and one dense layer. The
// variants B0 to B7 differ in width and depth.
//
// Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks",
// ICML 2019.
type EfficientNet struct {
	Features   nn.Sequential
	AvgPool    nn.AdaptiveAvgPool `nn:"avgpool"`
	Flatten    nn.Flatten
	Classifier nn.Sequential
}

// EfficientNetConfig is the architecture of an [EfficientNet]. Fields that are 0 mean the
// usual value.
type EfficientNetConfig struct {
	// Width is a factor for the number of channels, 1 by default. The numbers are rounded
	// to multiples of 8.
	Width float64
	// Depth is a factor for the number of blocks in a stage, 1 by default. The numbers
	// are rounded up.
	Depth float64
	// Epsilon is ε of the batch normalizations; 0 means 1e-5. torchvision's B5, B6 and B7
	// have 1e-3.
	Epsilon float64
	// Dropout is the rate of the dropout before the dense layer, 0 by default.
	Dropout float64
	// Classes is the number of outputs, 1000 by default.
	Classes int
}

// EfficientNetB0 is torchvision's efficientnet_b0 with 5,288,548 parameters. It was
// trained on images of 224 by 224 pixels.
func EfficientNetB0() EfficientNet {
	return NewEfficientNet(EfficientNetConfig{Width: 1, Depth: 1, Dropout: 0.2})
}

// EfficientNetB1 is torchvision's efficientnet_b1 with 7,794,184 parameters. It was
// trained on images of 240 by 240 pixels.
func EfficientNetB1() EfficientNet {
	return NewEfficientNet(EfficientNetConfig{Width: 1, Depth: 1.1, Dropout: 0.2})
}

// EfficientNetB2 is torchvision's efficientnet_b2 with 9,109,994 parameters. It was
// trained on images of 288 by 288 pixels.
func EfficientNetB2() EfficientNet {
	return NewEfficientNet(EfficientNetConfig{Width: 1.1, Depth: 1.2, Dropout: 0.3})
}

// EfficientNetB3 is torchvision's efficientnet_b3 with 12,233,232 parameters. It was
// trained on images of 300 by 300 pixels.
func EfficientNetB3() EfficientNet {
	return NewEfficientNet(EfficientNetConfig{Width: 1.2, Depth: 1.4, Dropout: 0.3})
}

// EfficientNetB4 is torchvision's efficientnet_b4 with 19,341,616 parameters. It was
// trained on images of 380 by 380 pixels.
func EfficientNetB4() EfficientNet {
	return NewEfficientNet(EfficientNetConfig{Width: 1.4, Depth: 1.8, Dropout: 0.4})
}

// EfficientNetB5 is torchvision's efficientnet_b5 with 30,389,784 parameters. It was
// trained on images of 456 by 456 pixels.
func EfficientNetB5() EfficientNet {
	return NewEfficientNet(EfficientNetConfig{Width: 1.6, Depth: 2.2, Dropout: 0.4, Epsilon: 1e-3})
}

// EfficientNetB6 is torchvision's efficientnet_b6 with 43,040,704 parameters. It was
// trained on images of 528 by 528 pixels.
func EfficientNetB6() EfficientNet {
	return NewEfficientNet(EfficientNetConfig{Width: 1.8, Depth: 2.6, Dropout: 0.5, Epsilon: 1e-3})
}

// EfficientNetB7 is torchvision's efficientnet_b7 with 66,347,960 parameters. It was
// trained on images of 600 by 600 pixels.
func EfficientNetB7() EfficientNet {
	return NewEfficientNet(EfficientNetConfig{Width: 2, Depth: 3.1, Dropout: 0.5, Epsilon: 1e-3})
}

// NewEfficientNet returns a model with its paths. Parameters are f32 zeros, but the
// scales and variances of batch normalization are 1. NewEfficientNet panics with a
// *trace.Error if a factor is not from 0 to 100 or the number of classes is negative.
func NewEfficientNet(c EfficientNetConfig) EfficientNet {
	defer trace.Naming("vision.NewEfficientNet")
	width := checkFactor("NewEfficientNet", "Width", c.Width)
	depth := checkFactor("NewEfficientNet", "Depth", c.Depth)
	classes := orUsual("NewEfficientNet", "Classes", c.Classes, 1000)
	in := scaled(32, width)
	features := nn.Sequential{convNorm(3, in, 3, 2, 1, c.Epsilon, nn.SiLU())}
	for _, s := range []struct{ expansion, kernel, stride, channels, depth int }{
		{1, 3, 1, 16, 1}, {6, 3, 2, 24, 2}, {6, 5, 2, 40, 2}, {6, 3, 2, 80, 3}, {6, 5, 1, 112, 3}, {6, 5, 2, 192, 4}, {6, 3, 1, 320, 1},
	} {
		out, stride := scaled(s.channels, width), s.stride
		stage := make(nn.Sequential, int(math.Ceil(float64(s.depth)*depth)))
		for i := range stage {
			wide := scaled(in, float64(s.expansion))
			b := newMBConv(in, wide, s.kernel, stride, c.Epsilon, nn.SiLU())
			b.Block = append(b.Block, newSqueezeExcitation(wide, max(1, in/4), nn.SiLU(), nn.Sigmoid()))
			stage[i] = b.projected(in, wide, out, stride, c.Epsilon)
			in, stride = out, 1
		}
		features = append(features, stage)
	}
	return nn.Name(EfficientNet{
		Features:   append(features, convNorm(in, 4*in, 1, 1, 1, c.Epsilon, nn.SiLU())),
		AvgPool:    nn.AdaptiveAvgPool{Size: []int{1, 1}},
		Classifier: nn.Sequential{nn.Dropout{Rate: c.Dropout}, nn.NewLinear(4*in, classes)},
	})
}

// Apply maps images x[n 3 h w] to logits [n classes]. It panics with a *trace.Error if x
// has other channels or no pixels.
func (m EfficientNet) Apply(x trace.Value) trace.Value {
	checkImages("EfficientNet", x, 1)
	return m.Classifier.Apply(m.Flatten.Apply(m.AvgPool.Apply(m.Features.Apply(x))))
}
