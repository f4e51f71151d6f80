package vision

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// ResNet has a 7×7 convolution and max-pooling, four stages of residual blocks, the mean
// over all pixels, and one dense layer.
//
// He et al., "Deep Residual Learning for Image Recognition", CVPR 2016.
type ResNet struct {
	Conv1   nn.Conv       `nn:"conv1"`
	BN1     nn.BatchNorm  `nn:"bn1"`
	ReLU    nn.Activation `nn:"relu"`
	MaxPool nn.MaxPool    `nn:"maxpool"`
	// The blocks of the stages are all [BasicBlock] or all [Bottleneck].
	Layer1, Layer2, Layer3, Layer4 nn.Sequential
	AvgPool                        nn.AdaptiveAvgPool `nn:"avgpool"`
	Flatten                        nn.Flatten
	FC                             nn.Linear `nn:"fc"`
}

// Apply maps images x[n 3 h w] to logits [n classes]. It panics with a *trace.Error if x
// has other channels or no pixels.
func (m ResNet) Apply(x trace.Value) trace.Value {
	checkImages("ResNet", x, 1)
	x = m.MaxPool.Apply(m.ReLU.Apply(m.BN1.Apply(m.Conv1.Apply(x))))
	for _, stage := range []nn.Sequential{m.Layer1, m.Layer2, m.Layer3, m.Layer4} {
		x = stage.Apply(x)
	}
	return m.FC.Apply(m.Flatten.Apply(m.AvgPool.Apply(x)))
}

// ResNetConfig is the architecture of a [ResNet]. All fields but Depths may be 0, which
// means the usual value.
type ResNetConfig struct {
	// Depths is the number of blocks in each stage.
	Depths [4]int
	// Bottleneck makes the stages of [Bottleneck] blocks. Otherwise they are made of
	// [BasicBlock].
	Bottleneck bool
	// Width is the number of channels inside the blocks of the first stage, 64 by
	// default. Each further stage has twice as many.
	Width int
	// Classes is the number of outputs, 1000 by default.
	Classes int
}

// ResNet18 is torchvision's resnet18 with 11,689,512 parameters and 9,600 statistics.
func ResNet18() ResNet { return NewResNet(ResNetConfig{Depths: [4]int{2, 2, 2, 2}}) }

// ResNet34 is torchvision's resnet34 with 21,797,672 parameters and 17,024 statistics.
func ResNet34() ResNet { return NewResNet(ResNetConfig{Depths: [4]int{3, 4, 6, 3}}) }

// ResNet50 is torchvision's resnet50 with 25,557,032 parameters and 53,120 statistics.
// Its blocks have their stride in the 3×3 convolution, not in the first 1×1 as in the
// paper.
func ResNet50() ResNet { return NewResNet(ResNetConfig{Depths: [4]int{3, 4, 6, 3}, Bottleneck: true}) }

// ResNet101 is torchvision's resnet101 with 44,549,160 parameters and 105,344 statistics.
func ResNet101() ResNet {
	return NewResNet(ResNetConfig{Depths: [4]int{3, 4, 23, 3}, Bottleneck: true})
}

// ResNet152 is torchvision's resnet152 with 60,192,808 parameters and 151,424 statistics.
func ResNet152() ResNet {
	return NewResNet(ResNetConfig{Depths: [4]int{3, 8, 36, 3}, Bottleneck: true})
}

// NewResNet returns a model with its paths. Parameters are f32 zeros, but the scales and
// variances of batch normalization are 1. NewResNet panics with a *trace.Error if a stage
// has no block or a number is negative.
func NewResNet(c ResNetConfig) ResNet {
	width := orUsual("NewResNet", "Width", c.Width, 64)
	classes := orUsual("NewResNet", "Classes", c.Classes, 1000)
	checkDepths("NewResNet", "Depths", c.Depths[:])
	channels := width
	stage := func(i, stride int) nn.Sequential {
		blocks := make(nn.Sequential, c.Depths[i])
		for j := range blocks {
			blocks[j], channels = newBlock(c.Bottleneck, channels, width<<i, stride)
			stride = 1
		}
		return blocks
	}
	m := ResNet{
		Conv1:   nn.NewConv(3, width, []int{7, 7}, fn.ConvConfig{Stride: []int{2, 2}, Padding: []int{3, 3}}).WithoutBias(),
		BN1:     nn.NewBatchNorm(width),
		ReLU:    nn.ReLU(),
		MaxPool: nn.MaxPool{Config: fn.MaxPoolConfig{Kernel: []int{3, 3}, Stride: []int{2, 2}, Padding: []int{1, 1}}},
		Layer1:  stage(0, 1), Layer2: stage(1, 2), Layer3: stage(2, 2), Layer4: stage(3, 2),
		AvgPool: nn.AdaptiveAvgPool{Size: []int{1, 1}},
	}
	m.FC = nn.NewLinear(channels, classes)
	return nn.Name(m)
}
