package vision

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// DenseNet has a 7×7 convolution and max-pooling, and four dense blocks with transitions
// between them. In a dense block, each layer gets the outputs of all layers before it.
//
// Huang et al., "Densely Connected Convolutional Networks", CVPR 2017.
type DenseNet struct {
	Features   DenseNetFeatures
	ReLU       nn.Activation      `nn:"relu"`
	AvgPool    nn.AdaptiveAvgPool `nn:"avgpool"`
	Flatten    nn.Flatten
	Classifier nn.Linear
}

// DenseNetFeatures is the convolutional part of a [DenseNet].
type DenseNetFeatures struct {
	Conv0       nn.Conv       `nn:"conv0"`
	Norm0       nn.BatchNorm  `nn:"norm0"`
	ReLU0       nn.Activation `nn:"relu0"`
	Pool0       nn.MaxPool    `nn:"pool0"`
	DenseBlock1 DenseBlock    `nn:"denseblock1"`
	Transition1 Transition    `nn:"transition1"`
	DenseBlock2 DenseBlock    `nn:"denseblock2"`
	Transition2 Transition    `nn:"transition2"`
	DenseBlock3 DenseBlock    `nn:"denseblock3"`
	Transition3 Transition    `nn:"transition3"`
	DenseBlock4 DenseBlock    `nn:"denseblock4"`
	Norm5       nn.BatchNorm  `nn:"norm5"`
}

// DenseNetConfig is the architecture of a [DenseNet]. All fields but Depths may be 0,
// which means the usual value.
type DenseNetConfig struct {
	// Depths is the number of layers in each dense block.
	Depths [4]int
	// Growth is the number of channels that a layer adds, 32 by default. Its first
	// convolution has four times as many.
	Growth int
	// Width is the number of channels of the first convolution, 64 by default.
	Width int
	// Classes is the number of outputs, 1000 by default.
	Classes int
}

// DenseNet121 is torchvision's densenet121 with 7,978,856 parameters.
func DenseNet121() DenseNet { return NewDenseNet(DenseNetConfig{Depths: [4]int{6, 12, 24, 16}}) }

// DenseNet161 is torchvision's densenet161 with 28,681,000 parameters.
func DenseNet161() DenseNet {
	return NewDenseNet(DenseNetConfig{Depths: [4]int{6, 12, 36, 24}, Growth: 48, Width: 96})
}

// DenseNet169 is torchvision's densenet169 with 14,149,480 parameters.
func DenseNet169() DenseNet { return NewDenseNet(DenseNetConfig{Depths: [4]int{6, 12, 32, 32}}) }

// DenseNet201 is torchvision's densenet201 with 20,013,928 parameters.
func DenseNet201() DenseNet { return NewDenseNet(DenseNetConfig{Depths: [4]int{6, 12, 48, 32}}) }

// NewDenseNet returns a model with its paths. Parameters are f32 zeros, but the scales
// and variances of batch normalization are 1. NewDenseNet panics with a *trace.Error if a
// block has no layer or a number is negative.
func NewDenseNet(c DenseNetConfig) DenseNet {
	defer trace.Naming("vision.NewDenseNet")
	growth := orUsual("NewDenseNet", "Growth", c.Growth, 32)
	channels := orUsual("NewDenseNet", "Width", c.Width, 64)
	classes := orUsual("NewDenseNet", "Classes", c.Classes, 1000)
	checkDepths("NewDenseNet", "Depths", c.Depths[:])
	f := DenseNetFeatures{
		Conv0: square(3, channels, 7, 2),
		Norm0: nn.NewBatchNorm(channels),
		ReLU0: nn.ReLU(),
		Pool0: nn.MaxPool{Config: fn.MaxPoolConfig{Kernel: []int{3, 3}, Stride: []int{2, 2}, Padding: []int{1, 1}}},
	}
	block := func(i int) DenseBlock {
		b := make(DenseBlock, c.Depths[i])
		for j := range c.Depths[i] {
			b[denseName(j)] = newDenseLayer(channels, growth)
			channels += growth
		}
		return b
	}
	transition := func() Transition {
		in := channels
		channels /= 2
		return Transition{
			Norm: nn.NewBatchNorm(in), ReLU: nn.ReLU(), Conv: square(in, channels, 1, 1),
			Pool: nn.AvgPool{Config: fn.AvgPoolConfig{Kernel: []int{2, 2}}},
		}
	}
	f.DenseBlock1, f.Transition1 = block(0), transition()
	f.DenseBlock2, f.Transition2 = block(1), transition()
	f.DenseBlock3, f.Transition3 = block(2), transition()
	f.DenseBlock4, f.Norm5 = block(3), nn.NewBatchNorm(channels)
	return nn.Name(DenseNet{
		Features: f, ReLU: nn.ReLU(), AvgPool: nn.AdaptiveAvgPool{Size: []int{1, 1}}, Classifier: nn.NewLinear(channels, classes),
	})
}

// Apply maps images x[n 3 h w] to logits [n classes]. It panics with a *trace.Error if x
// has other channels or is smaller than 29 by 29.
func (m DenseNet) Apply(x trace.Value) trace.Value {
	checkImages("DenseNet", x, 29)
	return m.Classifier.Apply(m.Flatten.Apply(m.AvgPool.Apply(m.ReLU.Apply(m.Features.Apply(x)))))
}

// Apply maps images x[n 3 h w] to features [n channels h/32 w/32], rounded down.
func (f DenseNetFeatures) Apply(x trace.Value) trace.Value {
	x = f.Pool0.Apply(f.ReLU0.Apply(f.Norm0.Apply(f.Conv0.Apply(x))))
	x = f.Transition1.Apply(f.DenseBlock1.Apply(x))
	x = f.Transition2.Apply(f.DenseBlock2.Apply(x))
	x = f.Transition3.Apply(f.DenseBlock3.Apply(x))
	return f.Norm5.Apply(f.DenseBlock4.Apply(x))
}

// DenseBlock has the layers of a dense block by their names, denselayer1, denselayer2 and
// so on.
type DenseBlock map[string]DenseLayer

func denseName(i int) string { return fmt.Sprintf("denselayer%d", i+1) }

// Apply maps x[n c h w] to [n c+layers·growth h w]: x, and then the outputs of the layers
// in order. It panics with a *trace.Error if a name is missing.
func (b DenseBlock) Apply(x trace.Value) trace.Value {
	for i := range len(b) {
		l, ok := b[denseName(i)]
		if !ok {
			panic(trace.Errorf("a DenseBlock of %d layers has no %s: name them denselayer1, denselayer2, ...", len(b), denseName(i)))
		}
		x = fn.Concat(1, x, l.Apply(x))
	}
	return x
}

// DenseLayer is a layer of a dense block: a 1×1 and a 3×3 convolution, each after batch
// normalization and ReLU.
type DenseLayer struct {
	Norm1 nn.BatchNorm  `nn:"norm1"`
	ReLU1 nn.Activation `nn:"relu1"`
	Conv1 nn.Conv       `nn:"conv1"` // [4·growth in 1 1]
	Norm2 nn.BatchNorm  `nn:"norm2"`
	ReLU2 nn.Activation `nn:"relu2"`
	Conv2 nn.Conv       `nn:"conv2"` // [growth 4·growth 3 3]
}

// Apply maps x[n in h w] to [n growth h w].
func (l DenseLayer) Apply(x trace.Value) trace.Value {
	x = l.Conv1.Apply(l.ReLU1.Apply(l.Norm1.Apply(x)))
	return l.Conv2.Apply(l.ReLU2.Apply(l.Norm2.Apply(x)))
}

func newDenseLayer(in, growth int) DenseLayer {
	return DenseLayer{
		Norm1: nn.NewBatchNorm(in), ReLU1: nn.ReLU(), Conv1: square(in, 4*growth, 1, 1),
		Norm2: nn.NewBatchNorm(4 * growth), ReLU2: nn.ReLU(), Conv2: square(4*growth, growth, 3, 1),
	}
}

// Transition halves the channels, the height and the width between two dense blocks.
type Transition struct {
	Norm nn.BatchNorm
	ReLU nn.Activation `nn:"relu"`
	Conv nn.Conv       // [in/2 in 1 1]
	Pool nn.AvgPool
}

// Apply maps x[n in h w] to [n in/2 h/2 w/2], rounded down.
func (t Transition) Apply(x trace.Value) trace.Value {
	return t.Pool.Apply(t.Conv.Apply(t.ReLU.Apply(t.Norm.Apply(x))))
}
