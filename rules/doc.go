// Package rules has the attribution rules of layer-wise relevance propagation (LRP) and
// related methods, and composites, which decide where each rule applies.
//
// A rule replaces a vector-Jacobian product: it decides how the relevance of a layer's
// output is shared among its inputs. A composite receives the sites of a function, which
// are its named layers and single operations, and assigns rules to them:
//
//	composite := rules.EpsilonGammaBox(low, high)
//	relevance := transforms.Pull(transforms.WithRules(composite, model), target)(x)
//
// Both are immutable values, and their text shows everything they are made of.
// [transforms.Plan] shows what a composite does before anything runs.
//
// # Rules
//
// The rules for linear layers share one form: modify the inputs, modify the parameters,
// apply the layer to them, divide the relevance by the stabilized output, pull the
// quotient back, multiply by the inputs, and add up. [Apply], [Unmodified],
// [Term.Relevance], [Divide] and [AddUp] are these steps. With them you can write a rule
// in a dozen lines.
//
//	Epsilon     dense layers in the upper part of a network; with epsilon 0 it is LRP-0
//	Gamma       convolutions in the middle: favors positive contributions to the output
//	ZPlus       convolutions: only positive contributions
//	AlphaBeta   as ZPlus, with a weight of their own for negative contributions
//	ZBox        the first layer, where the input lies in a box, as pixels do
//	WSquare     the first layer, where the input is not bounded
//	Flat        the first layer, for a smooth map
//	Norm        sums and average pooling
//	Pass        activations and batch normalization
//	Plain       the ordinary derivative
//
// Three more act on ReLU, for methods other than LRP: [ReLUDeconvNet],
// [ReLUGuidedBackprop] and [ReLUBetaSmooth].
//
// Transformers have attention, norms and gates. There are rules for them, and [GammaOf],
// whose γ is a value that may be tuned by its gradient:
//
//	SoftmaxTaylor     softmax, as that of attention
//	Uniform           gates: each factor of a product gets half
//	UniformEpsilon    products of two data matrices, as scores and context
//	RootEpsilon       layer and RMS normalization, the root held constant
//	MeanEpsilon       means over tokens
//	LayerNormSteps    layer normalization step by step
//	EpsilonBiasApart  layers that add their bias apart
//	Stop              what counts as a constant, as attention weights in CP-LRP
//
// Three pass on a gradient instead of relevance: [RootConstant], [UniformGradient], and
// [AsGradient] of any rule. The input times what arrives is its relevance.
//
// A rule gives each data operand of a site its own relevance. Weights and biases get
// their true cotangents. A rule is written in operations on values, including the
// weights, so relevance has derivatives of any order with respect to all of them.
//
// # Composites
//
// [LayerMap], [NameMap], [Regexp], [Func] and [Otherwise] assign rules. [First],
// [FirstExecuted], [FirstInOrder], [FirstN], [LastN] and [Range] keep a part of what
// another composite assigns. [Mixed] takes the rule of the first composite that has one,
// and [Strict] refuses to leave a site without a rule. The presets, from
// [EpsilonGammaBox] to [BetaSmooth], are made of these; [Named] finds them by name.
// For transformers there are [AttnLRP], [CPLRP], the efficient forms of both, which pass on
// a gradient, and [ViTGamma].
//
// # Operations without a rule
//
// An operation without a rule keeps its ordinary derivative. This hands relevance on
// unchanged only if the operation moves, copies or selects elements, or adds a constant.
// [transforms.Site.HandsOn] lists these cases, by capability, with the reason. Every
// other operation between the argument and the result changes the sum of relevance: a
// square root, a softmax, a product of two data values, but also a linear operation. Each
// of these is a site; one without a kind of its own has a kind such as op.exp.
// [transforms.Plan] warns of it, [Strict] refuses it, [Otherwise] gives it a rule, and
// [Ledger] says how much relevance it took. Relevance that arrives at StopGradient ends
// there, as its name says.
//
// A product with a value that does not depend on the argument, a quotient by one, and a
// change of sign are sites of the kind product.scale: z = a x with a weight for each
// element. LRP-0 gives x all of the relevance, R a x / (a x) = R, so the presets for LRP
// and Excitation Backprop give these sites [Pass]. They do the same for batch
// normalization, which can be written with such steps. The sums x + c, x - c and c - x
// also pass on all of it. A constant is a bias that takes up nothing, unless it is added
// to a linear layer, whose rule accounts for it.
//
// A difference z = a - b of two data values is of the kind sum.sub. The same presets give
// it [Norm], as they do for a sum: a gets R a / z and b gets -R b / z. The presets that
// modify a gradient (DeconvNet, GuidedBackprop, BetaSmooth) leave products and
// differences their derivative.
//
// # Canonizers
//
// [Canonize] rewrites a function, before rules are assigned, into the form that rules are
// made for. [MergeBatchNorm] and [NamedMergeBatchNorm] merge batch normalization into the
// linear layer beside it, and [StripSoftmax] removes a softmax at the end. [Difference]
// checks that values stay the same. A canonizer of your own says which sites to compute
// in another way, see [transforms.Rewrite].
//
// # Conservation
//
// [Ledger] follows relevance through a function: how much arrives at each site, how much
// the site passes on, and how much biases, stabilizers and masks take up.
package rules
