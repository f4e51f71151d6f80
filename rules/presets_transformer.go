package rules

import (
	"strings"

	"github.com/pullback-go/pullback/trace"
)

// The presets for transformers give rules to attention, norms and gates. What they say of
// softmax, products and norms they say of any network in which these are: a ViT, a BERT, a
// Llama, an imported file. Their stabilizers have no sign, as in LXT; Preset.Epsilon is
// that of layers, sums and products, 1e-8, and Preset.Stabilizer that of norms and means,
// 1e-6.

// AttnLRP is AttnLRP as a relevance: [Epsilon] on linear layers, sums and quotients of
// data, [UniformEpsilon] on products of matrices, [Uniform] on gates, [SoftmaxTaylor] on
// softmax, [RootEpsilon] on layer normalization, [MeanEpsilon] on means, and [Pass] on
// activations, RMS normalization and products with constants.
//
// Achtibat et al., "AttnLRP: Attention-Aware Layer-Wise Relevance Propagation for
// Transformers", ICML 2024.
func AttnLRP() Composite { return AttnLRPWith(Preset{}) }

// AttnLRPWith is AttnLRP with options.
func AttnLRPWith(p Preset) Composite {
	p = unsigned(p)
	return transformer(p, "attnlrp", nil, append(sharedEntries(p),
		On(trace.KindMatrixProduct, UniformEpsilonWith(UniformEpsilonConfig{Stabilizer: p.Epsilon})),
		On(trace.KindProduct, Uniform()), On(trace.KindLogSoftmax, Plain()), On(trace.KindSoftmax, SoftmaxTaylor()), On(quotient, p.epsilon()))...)
}

// CPLRP is LRP with attention weights as constants: as [AttnLRP], but for [Stop] on
// softmax and on the activation of a gate, and [Epsilon] on products, of which the other
// operand then gets all relevance. It is faster than AttnLRP, and does not explain what a
// token looks for.
//
// Ali et al., "XAI for Transformers: Better Explanations through Conservative
// Propagation", ICML 2022.
func CPLRP() Composite { return CPLRPWith(Preset{}) }

// CPLRPWith is CPLRP with options.
func CPLRPWith(p Preset) Composite {
	p = unsigned(p)
	return transformer(p, "cp_lrp", gates{Stop()}, append(sharedEntries(p),
		On(trace.KindProduct, p.epsilon()), On(trace.KindLogSoftmax, Plain()), On(trace.KindSoftmax, Stop()), On(quotient, Stop()))...)
}

// AttnLRPEfficient is [AttnLRP] as a modified gradient: the input times what arrives is
// its relevance, see transforms/attribute.InputXGradient. It needs no division by outputs,
// and no stabilizers but that of activations. [RootConstant] is on both kinds of norms,
// [UniformGradient] on products of data, and [Pass] as a gradient on activations;
// everything else keeps its derivative.
//
// Arras et al., "A Close Look at Decomposition-based XAI-Methods for Transformer Language
// Models", 2025; Achtibat et al., "AttnLRP", ICML 2024.
func AttnLRPEfficient() Composite { return AttnLRPEfficientWith(Preset{}) }

// AttnLRPEfficientWith is AttnLRPEfficient with options.
func AttnLRPEfficientWith(p Preset) Composite {
	return transformer(p, "attnlrp_efficient", nil, append(ofGradient(), On(trace.KindProduct, UniformGradient()))...)
}

// CPLRPEfficient is [CPLRP] as a modified gradient, see [AttnLRPEfficient].
//
// Ali et al., "XAI for Transformers: Better Explanations through Conservative
// Propagation", ICML 2022.
func CPLRPEfficient() Composite { return CPLRPEfficientWith(Preset{}) }

// CPLRPEfficientWith is CPLRPEfficient with options.
func CPLRPEfficientWith(p Preset) Composite {
	stopped := []Entry{On(trace.KindLogSoftmax, Plain()), On(trace.KindSoftmax, Stop()), On(quotient, Stop())}
	return transformer(p, "cp_lrp_efficient", gates{Stop()}, append(stopped, ofGradient()...)...)
}

// ViTGamma is [AttnLRP] with [Gamma] on convolutions and on dense layers, which takes the
// noise out of the maps of vision transformers. The numbers γ may be traced, so that a
// loss tunes them, see [GammaOf]; 0.25 and 0.05 are usual.
//
// Achtibat et al., "AttnLRP", ICML 2024, appendix.
func ViTGamma(conv, dense trace.Value) Composite { return ViTGammaWith(conv, dense, Preset{}) }

// ViTGammaWith is ViTGamma with options. Preset.Stabilizer is that of Gamma, too.
func ViTGammaWith(conv, dense trace.Value, p Preset) Composite {
	p.LayerMap = append(append([]Entry{}, p.LayerMap...),
		On(trace.KindConv, GammaOf(conv, p.config())), On(trace.KindDense, GammaOf(dense, p.config())))
	c := AttnLRPWith(p).(preset)
	return preset{c.Composite, "vit_gamma"}
}

// quotient is the kind of a quotient of two data.
const quotient = trace.KindBare + ".div"

// gated is the kind of a layer whose gate is inside of it.
const gated = trace.KindProduct + ".gate"

// unsigned is the preset with the stabilizers of transformers.
func unsigned(p Preset) Preset {
	if p.Epsilon == nil {
		p.Epsilon = Stabilizer{Epsilon: 1e-8, Unsigned: true}
	}
	if p.Stabilizer == nil {
		p.Stabilizer = Stabilizer{Epsilon: defaultEpsilon, Unsigned: true}
	}
	return p
}

// sharedEntries are the entries that AttnLRP and CP-LRP share.
func sharedEntries(p Preset) []Entry {
	sums := NormWith(p.Epsilon)
	return []Entry{
		On(gated, nil), On(trace.KindLinear, p.epsilon()), On(trace.KindSum, sums), On(trace.KindReduction+".sum", sums),
		On(trace.KindMean, MeanEpsilon(p.Stabilizer)), On(trace.KindAvgPool, NormWith(p.Stabilizer)),
		On(trace.KindScaling, Pass()), On(trace.KindLayerNorm, RootEpsilon(p.Stabilizer)), On(trace.KindRMSNorm, Pass()),
		On(trace.KindBatchNorm, Pass()), On(trace.KindActivation, Pass()),
	}
}

// ofGradient are the entries of the efficient forms.
func ofGradient() []Entry {
	return []Entry{
		On(gated, nil), On(trace.KindLayerNorm, RootConstant()), On(trace.KindRMSNorm, RootConstant()),
		On(trace.KindActivation, AsGradient(Pass(), Stabilizer{Epsilon: 1e-10, Unsigned: true})),
		On(trace.KindLinear, Plain()), On(trace.KindSum, Plain()), On(trace.KindReduction+".sum", Plain()), On(trace.KindAvgPool, Plain()),
		On(trace.KindScaling, Plain()), On(trace.KindBatchNorm, Plain()), On(trace.KindSoftmax, Plain()), On(quotient, Plain()),
	}
}

// transformer makes a composite: the user's entries, what is said of gates, and the
// preset's entries. Products with nothing said of them keep their derivative.
func transformer(p Preset, name string, gates Composite, entries ...Entry) Composite {
	c := LayerMap(append(entries, On(trace.KindProduct, Plain()))...)
	if gates != nil {
		c = Mixed(gates, c)
	}
	if len(p.LayerMap) > 0 {
		c = Mixed(LayerMap(p.LayerMap...), c)
	}
	return preset{c, name}
}

// gates gives a rule to the activations whose output is an operand of a product of two
// data, as that of a gate is.
type gates struct{ rule Rule }

func (g gates) String() string { return "Gates(" + g.rule.String() + ")" }

func (g gates) Assign(sites []*Site) ([]Choice, error) {
	gate := map[*Site]bool{}
	for _, s := range sites {
		if s.Derived || s.DataOperands() < 2 || !s.Kind.Is(trace.KindProduct) || s.Kind.Is(trace.KindMatrixProduct) {
			continue
		}
		for i := range s.Operands {
			if source := s.Source(i); source != nil && source.Kind.Is(trace.KindActivation) {
				gate[source] = true
			}
		}
	}
	return each(sites, func(s *Site) Choice {
		if gate[s] {
			return choice(g.rule, "gate "+strings.TrimPrefix(string(s.Kind), string(trace.KindActivation)+"."))
		}
		return Choice{}
	}), nil
}
