package vision

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// LeNet is LeNet-5 in today's form: two 5×5 convolutions with ReLU and 2×2 max-pooling,
// and three dense layers with ReLU between them. The names conv1, conv2, fc1, fc2 and fc3
// are the usual ones; torchvision has no such model.
//
// LeCun et al., "Gradient-Based Learning Applied to Document Recognition", Proceedings of
// the IEEE 86(11), 1998.
type LeNet struct {
	Conv1   nn.Conv       `nn:"conv1"`
	Conv2   nn.Conv       `nn:"conv2"`
	ReLU    nn.Activation `nn:"relu"` // applied four times, after all layers with parameters but the last
	Pool    nn.MaxPool    // applied twice, after the convolutions
	Flatten nn.Flatten
	FC1     nn.Linear `nn:"fc1"`
	FC2     nn.Linear `nn:"fc2"`
	FC3     nn.Linear `nn:"fc3"`
}

// LeNetConfig is the architecture of a [LeNet]. Fields that are 0 mean the usual value.
type LeNetConfig struct {
	// Channels is the number of channels of an image, 1 by default.
	Channels int
	// Size is the height and width of an image, 32 by default and at least 16.
	Size int
	// Classes is the number of outputs, 10 by default.
	Classes int
}

// NewLeNet returns a model of f32 zeros with its paths: by default 61,706 parameters. It
// panics with a *trace.Error if the size is less than 16 or a number is negative.
func NewLeNet(c LeNetConfig) LeNet {
	defer trace.Naming("vision.NewLeNet")
	size := orUsual("NewLeNet", "Size", c.Size, 32)
	if size < 16 {
		panic(trace.Errorf("vision.NewLeNet: Size is %d: want at least 16", size))
	}
	pooled := ((size-4)/2 - 4) / 2
	return nn.Name(LeNet{
		Conv1: nn.NewConv(orUsual("NewLeNet", "Channels", c.Channels, 1), 6, []int{5, 5}, fn.ConvConfig{}),
		Conv2: nn.NewConv(6, 16, []int{5, 5}, fn.ConvConfig{}),
		ReLU:  nn.ReLU(),
		Pool:  nn.MaxPool{Config: fn.MaxPoolConfig{Kernel: []int{2, 2}}},
		FC1:   nn.NewLinear(16*pooled*pooled, 120),
		FC2:   nn.NewLinear(120, 84),
		FC3:   nn.NewLinear(84, orUsual("NewLeNet", "Classes", c.Classes, 10)),
	})
}

// Apply maps images x[n channels size size] to logits [n classes]. It panics with a
// *trace.Error if x has another shape.
func (m LeNet) Apply(x trace.Value) trace.Value {
	x = m.Pool.Apply(m.ReLU.Apply(m.Conv1.Apply(x)))
	x = m.Flatten.Apply(m.Pool.Apply(m.ReLU.Apply(m.Conv2.Apply(x))))
	return m.FC3.Apply(m.ReLU.Apply(m.FC2.Apply(m.ReLU.Apply(m.FC1.Apply(x)))))
}
