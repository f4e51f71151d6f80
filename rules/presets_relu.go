package rules

import "github.com/pullback-go/pullback/trace"

// DeconvNet is [ReLUDeconvNet] on ReLU. Everything else, including other activations,
// keeps its plain gradient.
//
// Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014.
func DeconvNet() Composite { return DeconvNetWith(Preset{}) }

// DeconvNetWith is DeconvNet with options.
func DeconvNetWith(p Preset) Composite {
	return p.assemble("deconvnet", nil, On(trace.KindReLU, ReLUDeconvNet()))
}

// GuidedBackprop is [ReLUGuidedBackprop] on ReLU. Everything else, including other
// activations, keeps its plain gradient.
//
// Springenberg et al., "Striving for Simplicity: The All Convolutional Net", ICLR 2015
// workshop.
func GuidedBackprop() Composite { return GuidedBackpropWith(Preset{}) }

// GuidedBackpropWith is GuidedBackprop with options.
func GuidedBackpropWith(p Preset) Composite {
	return p.assemble("guided_backprop", nil, On(trace.KindReLU, ReLUGuidedBackprop()))
}

// BetaSmooth is [ReLUBetaSmooth] with β = 10 on ReLU. Everything else, including other
// activations, keeps its plain gradient.
//
// Dombrowski et al., "Explanations can be manipulated and geometry is to blame", NeurIPS
// 2019.
func BetaSmooth() Composite { return BetaSmoothWith(Preset{}) }

// BetaSmoothWith is BetaSmooth with options.
func BetaSmoothWith(p Preset) Composite {
	beta := 10.0
	if p.Beta != nil {
		beta = *p.Beta
	}
	return p.assemble("beta_smooth", nil, On(trace.KindReLU, ReLUBetaSmooth(beta)))
}
