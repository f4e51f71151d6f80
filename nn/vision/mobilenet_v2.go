package vision

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// MobileNetV2 has a 3×3 convolution, seventeen inverted residual blocks, a 1×1
// convolution, the mean over all pixels, and one dense layer.
//
// Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018.
type MobileNetV2 struct {
	Features   nn.Sequential
	AvgPool    nn.AdaptiveAvgPool `nn:"avgpool"`
	Flatten    nn.Flatten
	Classifier nn.Sequential
}

// MobileNetV2Config is the architecture of a [MobileNetV2]. Fields that are 0 mean the
// usual value.
type MobileNetV2Config struct {
	// Width is a factor for the number of channels, 1 by default. The numbers are rounded
	// to multiples of 8. The last convolution has at least 1280 channels.
	Width float64
	// Classes is the number of outputs, 1000 by default.
	Classes int
}

// NewMobileNetV2 returns a model with its paths. By default it is torchvision's
// mobilenet_v2 with 3,504,872 parameters and 34,112 statistics. Parameters are f32 zeros,
// but the scales and variances of batch normalization are 1. NewMobileNetV2 panics with a
// *trace.Error if the factor is not from 0 to 100 or the number of classes is negative.
func NewMobileNetV2(c MobileNetV2Config) MobileNetV2 {
	defer trace.Naming("vision.NewMobileNetV2")
	width := checkFactor("NewMobileNetV2", "Width", c.Width)
	classes := orUsual("NewMobileNetV2", "Classes", c.Classes, 1000)
	in := scaled(32, width)
	features := nn.Sequential{convNorm(3, in, 3, 2, 1, 0, nn.ReLU6())}
	for _, s := range []struct{ expansion, channels, depth, stride int }{
		{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1},
	} {
		out, stride := scaled(s.channels, width), s.stride
		for range s.depth {
			features = append(features, newInvertedResidual(in, out, stride, s.expansion))
			in, stride = out, 1
		}
	}
	last := scaled(1280, max(1, width))
	return nn.Name(MobileNetV2{
		Features:   append(features, convNorm(in, last, 1, 1, 1, 0, nn.ReLU6())),
		AvgPool:    nn.AdaptiveAvgPool{Size: []int{1, 1}},
		Classifier: nn.Sequential{nn.Dropout{Rate: 0.2}, nn.NewLinear(last, classes)},
	})
}

// Apply maps images x[n 3 h w] to logits [n classes]. It panics with a *trace.Error if x
// has other channels or no pixels.
func (m MobileNetV2) Apply(x trace.Value) trace.Value {
	checkImages("MobileNetV2", x, 1)
	return m.Classifier.Apply(m.Flatten.Apply(m.AvgPool.Apply(m.Features.Apply(x))))
}

// InvertedResidual is the block of [MobileNetV2]: a 1×1 convolution to more channels
// (unless the expansion is 1), a 3×3 convolution of each channel by itself, and a 1×1
// convolution without activation. If the shape stays the same, x is added.
type InvertedResidual struct {
	Conv     nn.Sequential `nn:"conv"`
	Residual bool          // whether x is added
}

// Apply maps x[n in h w] to [n out h/stride w/stride], rounded up.
func (b InvertedResidual) Apply(x trace.Value) trace.Value {
	if b.Residual {
		return fn.Add(x, b.Conv.Apply(x))
	}
	return b.Conv.Apply(x)
}

func newInvertedResidual(in, out, stride, expansion int) InvertedResidual {
	wide := in * expansion
	var layers nn.Sequential
	if expansion != 1 {
		layers = append(layers, convNorm(in, wide, 1, 1, 1, 0, nn.ReLU6()))
	}
	layers = append(layers, convNorm(wide, wide, 3, stride, wide, 0, nn.ReLU6()))
	return InvertedResidual{Conv: append(layers, convNorm(wide, out, 1, 1, 1, 0)...), Residual: in == out && stride == 1}
}
