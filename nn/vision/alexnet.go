package vision

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// AlexNet has five convolutions with ReLU, three of them followed by max-pooling, and
// three dense layers. As in torchvision, it is the variant for one device, without
// response normalization.
//
// Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014.
type AlexNet struct {
	Features   nn.Sequential
	AvgPool    nn.AdaptiveAvgPool `nn:"avgpool"`
	Flatten    nn.Flatten
	Classifier nn.Sequential
}

// AlexNetConfig is the architecture of an [AlexNet]. Fields that are 0 mean the usual
// value.
type AlexNetConfig struct {
	// Width is the number of channels of the first convolution, 64 by default. The others
	// have 3, 6, 4 and 4 times as many.
	Width int
	// Hidden is the width of the hidden dense layers, 4096 by default.
	Hidden int
	// Classes is the number of outputs, 1000 by default.
	Classes int
}

// NewAlexNet returns a model of f32 zeros with its paths. By default it is torchvision's
// alexnet with 61,100,840 parameters. NewAlexNet panics with a *trace.Error if a number
// is negative.
func NewAlexNet(c AlexNetConfig) AlexNet {
	defer trace.Naming("vision.NewAlexNet")
	w := orUsual("NewAlexNet", "Width", c.Width, 64)
	hidden := orUsual("NewAlexNet", "Hidden", c.Hidden, 4096)
	classes := orUsual("NewAlexNet", "Classes", c.Classes, 1000)
	conv := func(in, out, kernel, stride, padding int) nn.Conv {
		return nn.NewConv(in, out, []int{kernel, kernel}, fn.ConvConfig{Stride: []int{stride, stride}, Padding: []int{padding, padding}})
	}
	pool := nn.MaxPool{Config: fn.MaxPoolConfig{Kernel: []int{3, 3}, Stride: []int{2, 2}}}
	const pooled = 6 // height and width at the dense layers
	return nn.Name(AlexNet{
		Features: nn.Sequential{
			conv(3, w, 11, 4, 2), nn.ReLU(), pool,
			conv(w, 3*w, 5, 1, 2), nn.ReLU(), pool,
			conv(3*w, 6*w, 3, 1, 1), nn.ReLU(),
			conv(6*w, 4*w, 3, 1, 1), nn.ReLU(),
			conv(4*w, 4*w, 3, 1, 1), nn.ReLU(), pool,
		},
		AvgPool: nn.AdaptiveAvgPool{Size: []int{pooled, pooled}},
		Classifier: nn.Sequential{
			nn.Dropout{Rate: 0.5}, nn.NewLinear(4*w*pooled*pooled, hidden), nn.ReLU(),
			nn.Dropout{Rate: 0.5}, nn.NewLinear(hidden, hidden), nn.ReLU(),
			nn.NewLinear(hidden, classes),
		},
	})
}

// Apply maps images x[n 3 h w] to logits [n classes]. It panics with a *trace.Error if x
// has other channels or is smaller than 63 by 63.
func (m AlexNet) Apply(x trace.Value) trace.Value {
	checkImages("AlexNet", x, 63)
	return m.Classifier.Apply(m.Flatten.Apply(m.AvgPool.Apply(m.Features.Apply(x))))
}
