package vision

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// BasicBlock is the residual block of the shallow networks: relu(f(x) + s(x)), where f is
// two 3×3 convolutions and s a shortcut.
type BasicBlock struct {
	Conv1 nn.Conv       `nn:"conv1"` // [width in 3 3], with the block's stride
	BN1   nn.BatchNorm  `nn:"bn1"`
	ReLU  nn.Activation `nn:"relu"`  // applied twice, after the first convolution and after the sum
	Conv2 nn.Conv       `nn:"conv2"` // [width width 3 3]
	BN2   nn.BatchNorm  `nn:"bn2"`
	// Downsample is the shortcut: a 1×1 convolution with batch normalization if the shape
	// changes, otherwise empty, the identity.
	Downsample nn.Sequential
}

// Apply maps x[n in h w] to [n width h/stride w/stride], rounded up.
func (b BasicBlock) Apply(x trace.Value) trace.Value {
	y := b.ReLU.Apply(b.BN1.Apply(b.Conv1.Apply(x)))
	y = b.BN2.Apply(b.Conv2.Apply(y))
	return b.ReLU.Apply(fn.Add(y, b.Downsample.Apply(x)))
}

// Bottleneck is the residual block of the deep networks, relu(f(x) + s(x)). Here f is a
// 1×1 convolution to width channels, a 3×3 convolution, and a 1×1 convolution to 4 width
// channels.
type Bottleneck struct {
	Conv1 nn.Conv       `nn:"conv1"` // [width in 1 1]
	BN1   nn.BatchNorm  `nn:"bn1"`
	Conv2 nn.Conv       `nn:"conv2"` // [width width 3 3], with the block's stride
	BN2   nn.BatchNorm  `nn:"bn2"`
	Conv3 nn.Conv       `nn:"conv3"` // [4·width width 1 1]
	BN3   nn.BatchNorm  `nn:"bn3"`
	ReLU  nn.Activation `nn:"relu"` // applied three times, after the first two convolutions and after the sum
	// Downsample is the shortcut: a 1×1 convolution with batch normalization if the shape
	// changes, otherwise empty, the identity.
	Downsample nn.Sequential
}

// Apply maps x[n in h w] to [n 4·width h/stride w/stride], rounded up.
func (b Bottleneck) Apply(x trace.Value) trace.Value {
	y := b.ReLU.Apply(b.BN1.Apply(b.Conv1.Apply(x)))
	y = b.ReLU.Apply(b.BN2.Apply(b.Conv2.Apply(y)))
	y = b.BN3.Apply(b.Conv3.Apply(y))
	return b.ReLU.Apply(fn.Add(y, b.Downsample.Apply(x)))
}

// expansion is the ratio of a Bottleneck's output channels to the channels inside.
const expansion = 4

// newBlock returns a block and the number of its output channels.
func newBlock(bottleneck bool, in, width, stride int) (block nn.Layer, out int) {
	if bottleneck {
		return newBottleneck(in, width, stride), expansion * width
	}
	return newBasicBlock(in, width, stride), width
}

func newBasicBlock(in, width, stride int) BasicBlock {
	return BasicBlock{
		Conv1: square(in, width, 3, stride), BN1: nn.NewBatchNorm(width),
		Conv2: square(width, width, 3, 1), BN2: nn.NewBatchNorm(width),
		ReLU:       nn.ReLU(),
		Downsample: shortcut(in, width, stride),
	}
}

func newBottleneck(in, width, stride int) Bottleneck {
	return Bottleneck{
		Conv1: square(in, width, 1, 1), BN1: nn.NewBatchNorm(width),
		Conv2: square(width, width, 3, stride), BN2: nn.NewBatchNorm(width),
		Conv3: square(width, expansion*width, 1, 1), BN3: nn.NewBatchNorm(expansion * width),
		ReLU:       nn.ReLU(),
		Downsample: shortcut(in, expansion*width, stride),
	}
}

// shortcut returns layers that give the input of a block the shape of its output. It
// returns none if both are alike.
func shortcut(in, out, stride int) nn.Sequential {
	if in == out && stride == 1 {
		return nil
	}
	return nn.Sequential{square(in, out, 1, stride), nn.NewBatchNorm(out)}
}

// square returns a convolution without bias. Its kernel has odd length and is padded so
// that only the stride changes height and width.
func square(in, out, kernel, stride int) nn.Conv {
	c := fn.ConvConfig{Stride: []int{stride, stride}, Padding: []int{kernel / 2, kernel / 2}}
	return nn.NewConv(in, out, []int{kernel, kernel}, c).WithoutBias()
}
