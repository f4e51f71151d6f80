// Package rules has the attribution rules of layer-wise relevance propagation (LRP) and
// its relatives, and composites, which say where each of them applies.
//
// A rule takes the place of a vector-Jacobian product: it says how much of the relevance
// of a layer's output each of its inputs gets. A composite is offered the sites of a
// function, its named layers and single operations, and assigns rules to them:
//
//	composite := rules.EpsilonGammaBox(low, high)
//	relevance := transforms.Pull(transforms.WithRules(composite, model), target)(x)
//
// Both are immutable values that print all they are made of. [transforms.Plan] shows what
// a composite does before anything runs.
//
// # Rules
//
// The rules for linear layers share one form: modify the inputs, modify the parameters,
// apply the layer to them, divide the relevance by the stabilized output, pull the
// quotient back, multiply by the inputs, and add up. [Apply], [Unmodified],
// [Term.Relevance], [Divide] and [AddUp] are that form; with them a rule of one's own
// takes a dozen lines.
//
//	Epsilon     dense layers in the upper part of a network; with epsilon 0 it is LRP-0
//	Gamma       convolutions in the middle: favours what speaks for the output
//	ZPlus       convolutions: only what speaks for the output
//	AlphaBeta   as ZPlus, with what speaks against it at a weight of its own
//	ZBox        the first layer, where the input lies in a box, as pixels do
//	WSquare     the first layer, where the input is not bounded
//	Flat        the first layer, for a smooth map
//	Norm        sums and average pooling
//	Pass        activations and batch normalization
//	Plain       the ordinary derivative
//
// and three act on ReLU for methods other than LRP: [ReLUDeconvNet],
// [ReLUGuidedBackprop], [ReLUBetaSmooth].
//
// A rule gives relevance to the data operands of a site; each gets its own. Weights and
// biases get their true cotangents. A rule is written in operations on values, weights
// included, so relevance has derivatives of any order with respect to all of them.
//
// # Composites
//
// [LayerMap], [NameMap], [Regexp], [Func] and [Otherwise] assign rules; [First],
// [FirstExecuted], [FirstInOrder], [FirstN], [LastN] and [Range] keep a part of what
// another composite assigns; [Mixed] lets the first that assigns one win, and [Strict]
// refuses to leave a site without. The presets, [EpsilonGammaBox] to [BetaSmooth], are
// composites of these; [Named] finds them by name.
//
// # What is not covered
//
// An operation without a rule keeps its ordinary derivative. That hands relevance on as
// it is only where elements are moved, copied or selected, or a constant is added;
// [transforms.Site.HandsOn] lists these, by capability, with the reason. Every other
// operation from the argument to the result changes what relevance adds up to: a square
// root, a softmax, a product of two data, but also a linear one. Each is a site, of the
// kind op.exp if it has no kind of its own: [transforms.Plan] warns of it, [Strict]
// refuses it, [Otherwise] gives it a rule, and [Ledger] says what it took. Relevance that
// arrives at StopGradient ends there, as it says.
//
// A product with what does not depend on the argument, a quotient by it, and a change of
// sign are sites of the kind product.scale: z = a x with a weight for each element. LRP-0
// gives x all of the relevance, R a x / (a x) = R, so the presets for LRP and Excitation
// Backprop give it [Pass], as they do to batch normalization, which can be written with
// such steps. x + c, x - c and c - x pass all of it likewise; a constant is a bias that
// takes nothing up, unless it is added to a linear layer, whose rule accounts for it. z =
// a - b of two data is of the kind sum.sub, which they give [Norm], as for a sum: a gets
// R a / z and b gets -R b / z. The presets that modify a gradient (DeconvNet,
// GuidedBackprop, BetaSmooth) leave both their derivative.
//
// # Canonizers
//
// [Canonize] rewrites a function into the form that rules are made for, before they are
// assigned: [MergeBatchNorm] and [NamedMergeBatchNorm] multiply batch normalization into
// the linear layer beside it, [StripSoftmax] takes away a softmax at the end.
// [Difference] checks that values stay. A canonizer of one's own says which sites to
// compute otherwise, see [transforms.Rewrite].
//
// # Conservation
//
// [Ledger] follows relevance through a function: how much arrives at each site, how much
// it sends on, and what biases, stabilizers and masks take up.
package rules
