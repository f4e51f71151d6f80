package rules

import "github.com/pullback-go/pullback/trace"

// The presets for LRP share these rules: Pass on activations (not on softmax), batch
// normalization, and products and quotients with constants; Norm on sums, residual
// additions and differences, average pooling and fn.Mean. Max-pooling, padding and other
// operations keep their plain gradient.

// EpsilonGammaBox is [ZBox] on the first convolution, [Gamma] with γ = 0.25 on the other
// convolutions and [Epsilon] with ε = 1e-6 on dense layers. The bounds are those of the
// model's input; see ZBox for their shapes and errors.
//
// Montavon et al., "Layer-Wise Relevance Propagation: An Overview", in: Explainable AI,
// LNCS 11700, 2019.
func EpsilonGammaBox(low, high trace.Value) Composite {
	return EpsilonGammaBoxWith(low, high, Preset{})
}

// EpsilonGammaBoxWith is EpsilonGammaBox with options.
func EpsilonGammaBoxWith(low, high trace.Value, p Preset) Composite {
	gamma := 0.25
	if p.Gamma != nil {
		gamma = *p.Gamma
	}
	return p.assemble("epsilon_gamma_box", []Entry{On(trace.KindConv, ZBoxWith(low, high, p.config()))},
		p.lrp(GammaWith(gamma, p.config()))...)
}

// EpsilonPlus is [ZPlus] on convolutions and [Epsilon] with ε = 1e-6 on dense layers.
//
// Kohlbrenner et al., "Towards Best Practice in Explaining Neural Network Decisions with
// LRP", IJCNN 2020.
func EpsilonPlus() Composite { return EpsilonPlusWith(Preset{}) }

// EpsilonPlusWith is EpsilonPlus with options.
func EpsilonPlusWith(p Preset) Composite {
	return p.assemble("epsilon_plus", nil, p.lrp(ZPlusWith(p.config()))...)
}

// EpsilonPlusFlat is [EpsilonPlus] with [Flat] on the first convolution or dense layer.
//
// Lapuschkin et al., "Unmasking Clever Hans Predictors and Assessing What Machines Really
// Learn", Nature Communications 10, 2019.
func EpsilonPlusFlat() Composite { return EpsilonPlusFlatWith(Preset{}) }

// EpsilonPlusFlatWith is EpsilonPlusFlat with options.
func EpsilonPlusFlatWith(p Preset) Composite {
	return p.assemble("epsilon_plus_flat", p.flat(), p.lrp(ZPlusWith(p.config()))...)
}

// EpsilonAlpha2Beta1 is [AlphaBeta](2, 1) on convolutions and [Epsilon] with ε = 1e-6 on
// dense layers.
//
// Kohlbrenner et al., "Towards Best Practice in Explaining Neural Network Decisions with
// LRP", IJCNN 2020.
func EpsilonAlpha2Beta1() Composite { return EpsilonAlpha2Beta1With(Preset{}) }

// EpsilonAlpha2Beta1With is EpsilonAlpha2Beta1 with options.
func EpsilonAlpha2Beta1With(p Preset) Composite {
	return p.assemble("epsilon_alpha2_beta1", nil, p.lrp(AlphaBetaWith(2, 1, p.config()))...)
}

// EpsilonAlpha2Beta1Flat is [EpsilonAlpha2Beta1] with [Flat] on the first convolution or
// dense layer.
//
// Lapuschkin et al., "Unmasking Clever Hans Predictors and Assessing What Machines Really
// Learn", Nature Communications 10, 2019.
func EpsilonAlpha2Beta1Flat() Composite { return EpsilonAlpha2Beta1FlatWith(Preset{}) }

// EpsilonAlpha2Beta1FlatWith is EpsilonAlpha2Beta1Flat with options.
func EpsilonAlpha2Beta1FlatWith(p Preset) Composite {
	return p.assemble("epsilon_alpha2_beta1_flat", p.flat(), p.lrp(AlphaBetaWith(2, 1, p.config()))...)
}

// ExcitationBackprop is [ZPlus] on convolutions and dense layers, [Norm] on sums,
// residual additions and differences, average pooling and fn.Mean, and [Pass] on products
// and quotients with constants. Everything else, including activations, keeps its plain
// gradient.
//
// Zhang et al., "Top-Down Neural Attention by Excitation Backprop", ECCV 2016.
func ExcitationBackprop() Composite { return ExcitationBackpropWith(Preset{}) }

// ExcitationBackpropWith is ExcitationBackprop with options.
func ExcitationBackpropWith(p Preset) Composite {
	return p.assemble("excitation_backprop", nil, append(p.norm(), On(trace.KindLinear, ZPlusWith(p.config())))...)
}

// lrp returns the map of an LRP preset with the given rule for convolutions.
func (p Preset) lrp(convolution Rule) []Entry {
	return append(p.base(), On(trace.KindConv, convolution), On(trace.KindDense, p.epsilon()))
}

func (p Preset) flat() []Entry {
	return []Entry{On(trace.KindLinear, FlatWith(p.config()))}
}
