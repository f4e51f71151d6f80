package vision

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// MobileNetV3 has inverted residual blocks, some with squeeze and excitation, and
// hard-swish as its main activation.
//
// Howard et al., "Searching for MobileNetV3", ICCV 2019.
type MobileNetV3 struct {
	Features   nn.Sequential
	AvgPool    nn.AdaptiveAvgPool `nn:"avgpool"`
	Flatten    nn.Flatten
	Classifier nn.Sequential
}

// MobileNetV3Config is the architecture of a [MobileNetV3]. Fields that are 0 mean the
// usual value.
type MobileNetV3Config struct {
	// Large asks for the fifteen blocks of the large model, not the eleven of the small
	// one.
	Large bool
	// Width is a factor for the number of channels, 1 by default. The numbers are rounded
	// to multiples of 8.
	Width float64
	// Classes is the number of outputs, 1000 by default.
	Classes int
}

// MobileNetV3Small is torchvision's mobilenet_v3_small with 2,542,856 parameters and
// 12,112 statistics.
func MobileNetV3Small() MobileNetV3 { return NewMobileNetV3(MobileNetV3Config{}) }

// MobileNetV3Large is torchvision's mobilenet_v3_large with 5,483,032 parameters and
// 24,400 statistics.
func MobileNetV3Large() MobileNetV3 { return NewMobileNetV3(MobileNetV3Config{Large: true}) }

// v3Block describes a block of a [MobileNetV3]. Numbers of channels are those of width 1.
type v3Block struct {
	kernel, wide, out int
	excited           bool // whether it has squeeze and excitation
	swish             bool // whether its activation is hard-swish, not ReLU
	stride            int
}

// The blocks are those of tables 1 and 2 of the paper.
var (
	v3Large = []v3Block{
		{3, 16, 16, false, false, 1}, {3, 64, 24, false, false, 2}, {3, 72, 24, false, false, 1},
		{5, 72, 40, true, false, 2}, {5, 120, 40, true, false, 1}, {5, 120, 40, true, false, 1},
		{3, 240, 80, false, true, 2}, {3, 200, 80, false, true, 1}, {3, 184, 80, false, true, 1}, {3, 184, 80, false, true, 1},
		{3, 480, 112, true, true, 1}, {3, 672, 112, true, true, 1},
		{5, 672, 160, true, true, 2}, {5, 960, 160, true, true, 1}, {5, 960, 160, true, true, 1},
	}
	v3Small = []v3Block{
		{3, 16, 16, true, false, 2}, {3, 72, 24, false, false, 2}, {3, 88, 24, false, false, 1},
		{5, 96, 40, true, true, 2}, {5, 240, 40, true, true, 1}, {5, 240, 40, true, true, 1},
		{5, 120, 48, true, true, 1}, {5, 144, 48, true, true, 1},
		{5, 288, 96, true, true, 2}, {5, 576, 96, true, true, 1}, {5, 576, 96, true, true, 1},
	}
)

// v3Epsilon is ε of the batch normalizations of a MobileNetV3.
const v3Epsilon = 1e-3

// NewMobileNetV3 returns a model with its paths. Parameters are f32 zeros, but the scales
// and variances of batch normalization are 1. NewMobileNetV3 panics with a *trace.Error
// if the factor is not from 0 to 100 or the number of classes is negative.
func NewMobileNetV3(c MobileNetV3Config) MobileNetV3 {
	defer trace.Naming("vision.NewMobileNetV3")
	width := checkFactor("NewMobileNetV3", "Width", c.Width)
	classes := orUsual("NewMobileNetV3", "Classes", c.Classes, 1000)
	blocks, hidden := v3Small, scaled(1024, width)
	if c.Large {
		blocks, hidden = v3Large, scaled(1280, width)
	}
	in := scaled(16, width)
	features := nn.Sequential{convNorm(3, in, 3, 2, 1, v3Epsilon, nn.HardSwish())}
	for _, b := range blocks {
		out := scaled(b.out, width)
		features = append(features, newV3Block(b, in, scaled(b.wide, width), out))
		in = out
	}
	return nn.Name(MobileNetV3{
		Features: append(features, convNorm(in, 6*in, 1, 1, 1, v3Epsilon, nn.HardSwish())),
		AvgPool:  nn.AdaptiveAvgPool{Size: []int{1, 1}},
		Classifier: nn.Sequential{
			nn.NewLinear(6*in, hidden), nn.HardSwish(), nn.Dropout{Rate: 0.2}, nn.NewLinear(hidden, classes),
		},
	})
}

func newV3Block(b v3Block, in, wide, out int) MBConv {
	activation := nn.ReLU()
	if b.swish {
		activation = nn.HardSwish()
	}
	m := newMBConv(in, wide, b.kernel, b.stride, v3Epsilon, activation)
	if b.excited {
		m.Block = append(m.Block, newSqueezeExcitation(wide, scaled(wide/4, 1), nn.ReLU(), nn.HardSigmoid()))
	}
	return m.projected(in, wide, out, b.stride, v3Epsilon)
}

// Apply maps images x[n 3 h w] to logits [n classes]. It panics with a *trace.Error if x
// has other channels or no pixels.
func (m MobileNetV3) Apply(x trace.Value) trace.Value {
	checkImages("MobileNetV3", x, 1)
	return m.Classifier.Apply(m.Flatten.Apply(m.AvgPool.Apply(m.Features.Apply(x))))
}

// MBConv is the block of [MobileNetV3] and [EfficientNet]: a 1×1 convolution to more
// channels (unless there are no more), a convolution of each channel by itself, perhaps
// squeeze and excitation, and a 1×1 convolution without activation. If the shape stays
// the same, x is added.
type MBConv struct {
	Block    nn.Sequential
	Residual bool // whether x is added
}

// Apply maps x[n in h w] to [n out h/stride w/stride], rounded up.
func (b MBConv) Apply(x trace.Value) trace.Value {
	if b.Residual {
		return fn.Add(b.Block.Apply(x), x)
	}
	return b.Block.Apply(x)
}

// newMBConv returns the first convolutions of a block, from in to wide channels.
func newMBConv(in, wide, kernel, stride int, epsilon float64, activation nn.Activation) MBConv {
	var layers nn.Sequential
	if wide != in {
		layers = append(layers, convNorm(in, wide, 1, 1, 1, epsilon, activation))
	}
	return MBConv{Block: append(layers, convNorm(wide, wide, kernel, stride, wide, epsilon, activation))}
}

// projected returns the block with its last convolution, from wide to out channels.
func (b MBConv) projected(in, wide, out, stride int, epsilon float64) MBConv {
	b.Block = append(b.Block, convNorm(wide, out, 1, 1, 1, epsilon))
	b.Residual = in == out && stride == 1
	return b
}
