package vision

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// SqueezeExcitation weighs channels: it multiplies each by a number that it computes from
// the means of all channels, by two 1×1 convolutions. Composites see the product as a
// bare operation of kind product.
//
// Hu, Shen and Sun, "Squeeze-and-Excitation Networks", CVPR 2018.
type SqueezeExcitation struct {
	AvgPool         nn.AdaptiveAvgPool `nn:"avgpool"`
	FC1             nn.Conv            `nn:"fc1"` // [squeezed channels 1 1]
	FC2             nn.Conv            `nn:"fc2"` // [channels squeezed 1 1]
	Activation      nn.Activation
	ScaleActivation nn.Activation `nn:"scale_activation"`
}

// Apply maps x[n channels h w] to the same shape.
func (s SqueezeExcitation) Apply(x trace.Value) trace.Value {
	scale := s.FC2.Apply(s.Activation.Apply(s.FC1.Apply(s.AvgPool.Apply(x))))
	return fn.Mul(s.ScaleActivation.Apply(scale), x)
}

func newSqueezeExcitation(channels, squeezed int, activation, scale nn.Activation) SqueezeExcitation {
	return SqueezeExcitation{
		AvgPool:    nn.AdaptiveAvgPool{Size: []int{1, 1}},
		FC1:        nn.NewConv(channels, squeezed, []int{1, 1}, fn.ConvConfig{}),
		FC2:        nn.NewConv(squeezed, channels, []int{1, 1}, fn.ConvConfig{}),
		Activation: activation, ScaleActivation: scale,
	}
}
