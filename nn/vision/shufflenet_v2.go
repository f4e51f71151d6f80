package vision

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// ShuffleNetV2 has a 3×3 convolution and max-pooling, three stages of [ShuffleUnit]
// blocks, a 1×1 convolution, the mean over all pixels, and one dense layer.
//
// Ma et al., "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design",
// ECCV 2018.
type ShuffleNetV2 struct {
	Conv1                  nn.Sequential `nn:"conv1"`
	MaxPool                nn.MaxPool    `nn:"maxpool"`
	Stage2, Stage3, Stage4 nn.Sequential
	Conv5                  nn.Sequential      `nn:"conv5"`
	AvgPool                nn.AdaptiveAvgPool `nn:"avgpool"`
	Flatten                nn.Flatten
	FC                     nn.Linear `nn:"fc"`
}

// ShuffleNetV2Config is the architecture of a [ShuffleNetV2].
type ShuffleNetV2Config struct {
	// Depths is the number of blocks in each stage; all 0 mean 4, 8 and 4.
	Depths [3]int
	// Widths is the number of channels of the first convolution, of the three stages and
	// of the last convolution. Those of the stages are even.
	Widths [5]int
	// Classes is the number of outputs; 0 means 1000.
	Classes int
}

// ShuffleNetV2X05 is torchvision's shufflenet_v2_x0_5 with 1,366,792 parameters.
func ShuffleNetV2X05() ShuffleNetV2 {
	return NewShuffleNetV2(ShuffleNetV2Config{Widths: [5]int{24, 48, 96, 192, 1024}})
}

// ShuffleNetV2X10 is torchvision's shufflenet_v2_x1_0 with 2,278,604 parameters.
func ShuffleNetV2X10() ShuffleNetV2 {
	return NewShuffleNetV2(ShuffleNetV2Config{Widths: [5]int{24, 116, 232, 464, 1024}})
}

// ShuffleNetV2X15 is torchvision's shufflenet_v2_x1_5 with 3,503,624 parameters.
func ShuffleNetV2X15() ShuffleNetV2 {
	return NewShuffleNetV2(ShuffleNetV2Config{Widths: [5]int{24, 176, 352, 704, 1024}})
}

// ShuffleNetV2X20 is torchvision's shufflenet_v2_x2_0 with 7,393,996 parameters.
func ShuffleNetV2X20() ShuffleNetV2 {
	return NewShuffleNetV2(ShuffleNetV2Config{Widths: [5]int{24, 244, 488, 976, 2048}})
}

// NewShuffleNetV2 returns a model with its paths. Parameters are f32 zeros, but the
// scales and variances of batch normalization are 1. NewShuffleNetV2 panics with a
// *trace.Error if a stage has no block or an odd number of channels, or a number is
// negative.
func NewShuffleNetV2(c ShuffleNetV2Config) ShuffleNetV2 {
	defer trace.Naming("vision.NewShuffleNetV2")
	if c.Depths == [3]int{} {
		c.Depths = [3]int{4, 8, 4}
	}
	checkDepths("NewShuffleNetV2", "Depths", c.Depths[:])
	classes := orUsual("NewShuffleNetV2", "Classes", c.Classes, 1000)
	in := c.Widths[0]
	var stages [3]nn.Sequential
	for i, out := range c.Widths[1:4] {
		if out < 2 || out%2 != 0 {
			panic(trace.Errorf("vision.NewShuffleNetV2: Widths is %v: want an even number of channels in each of the three stages", c.Widths))
		}
		stages[i] = nn.Sequential{newShuffleUnit(in, out, 2)}
		for range c.Depths[i] - 1 {
			stages[i] = append(stages[i], newShuffleUnit(out/2, out, 1))
		}
		in = out
	}
	return nn.Name(ShuffleNetV2{
		Conv1:   convNorm(3, c.Widths[0], 3, 2, 1, 0, nn.ReLU()),
		MaxPool: nn.MaxPool{Config: fn.MaxPoolConfig{Kernel: []int{3, 3}, Stride: []int{2, 2}, Padding: []int{1, 1}}},
		Stage2:  stages[0], Stage3: stages[1], Stage4: stages[2],
		Conv5:   convNorm(in, c.Widths[4], 1, 1, 1, 0, nn.ReLU()),
		AvgPool: nn.AdaptiveAvgPool{Size: []int{1, 1}},
		FC:      nn.NewLinear(c.Widths[4], classes),
	})
}

// Apply maps images x[n 3 h w] to logits [n classes]. It panics with a *trace.Error if x
// has other channels or no pixels.
func (m ShuffleNetV2) Apply(x trace.Value) trace.Value {
	checkImages("ShuffleNetV2", x, 1)
	x = m.MaxPool.Apply(m.Conv1.Apply(x))
	x = m.Conv5.Apply(m.Stage4.Apply(m.Stage3.Apply(m.Stage2.Apply(x))))
	return m.FC.Apply(m.Flatten.Apply(m.AvgPool.Apply(x)))
}

// ShuffleUnit is the block of [ShuffleNetV2]. Its two branches compute one half of the
// output's channels each, which are then interleaved. With stride 2 both branches get x.
// With stride 1 the first half of the channels of x takes the place of the first branch,
// and the second branch gets the other half.
type ShuffleUnit struct {
	Branch1 nn.Sequential `nn:"branch1"` // empty with stride 1
	Branch2 nn.Sequential `nn:"branch2"`
}

// Apply maps x[n in h w] to [n out h/stride w/stride], rounded up.
func (b ShuffleUnit) Apply(x trace.Value) trace.Value {
	first, second := x, x
	if len(b.Branch1) == 0 {
		half := x.Dim(1) / 2
		first = fn.Slice(x, fn.SliceConfig{Start: []int{0, 0}, Stop: []int{fn.End, half}})
		second = fn.Slice(x, fn.SliceConfig{Start: []int{0, half}})
	}
	return interleave(b.Branch1.Apply(first), b.Branch2.Apply(second))
}

// interleave takes channels of a[n c h w] and b[n c h w] in turn.
func interleave(a, b trace.Value) trace.Value {
	y := fn.Stack(2, a, b) // [n c 2 h w]
	return fn.Reshape(y, y.Dim(0), 2*y.Dim(1), y.Dim(3), y.Dim(4))
}

// newShuffleUnit returns a block to out channels. Its second branch gets in channels.
func newShuffleUnit(in, out, stride int) ShuffleUnit {
	half := out / 2
	depthwise := func(channels int) nn.Sequential { return convNorm(channels, channels, 3, stride, channels, 0) }
	pointwise := func(in int) nn.Sequential { return convNorm(in, half, 1, 1, 1, 0, nn.ReLU()) }
	var b ShuffleUnit
	if stride > 1 {
		b.Branch1 = append(depthwise(in), pointwise(in)...)
	}
	b.Branch2 = append(append(pointwise(in), depthwise(half)...), pointwise(half)...)
	return b
}
