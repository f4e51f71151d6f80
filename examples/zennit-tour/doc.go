// Zennit-tour is for those who know Zennit. It shows Zennit's how-tos as short pieces of
// this library, each of which runs and prints its results.
//
//	go run ./examples/zennit-tour              all pieces in order; pictures go into the folder tour
//	go run ./examples/zennit-tour -list        their names
//	go run ./examples/zennit-tour -piece NAME  one of them
//	go run ./examples/zennit-tour -table       the table below
//	go run ./examples/zennit-tour -o DIR       another folder
//
// The subject is a small trained network for handwritten digits, in float64. Numbers to
// be checked by hand come from a layer of three weights. Zennit: Anders et al., "Software
// for Dataset-wide XAI: From Local Explanations to Global Insights with Zennit, CoRelAy,
// and ViRelAy", arXiv:2106.13200, 2021. Defaults are those of Zennit 1.0 unless the table
// says otherwise.
//
// # What replaces what
//
//	in Zennit you write                                 | here you write                                                        | differs how
//	                                                    |                                                                       |
//	RULES IN USE                                        |                                                                       |
//	with composite.context(model) as modified:          | transforms.WithRules(composite, model)                                | a new function; the model stays as it is
//	composite.register(model); composite.remove()       | transforms.WithRules(composite, model)                                | nothing to remove
//	composite.inactive(), hook.active = False           | model                                                                 | call the function that was wrapped
//	rule.register(layer)                                | transforms.WithRules(rules.LayerMap(rules.On(trace.KindDense, rule)), | a rule alone is a composite with one entry
//	                                                    |   layer)                                                              |
//	torch.autograd.grad(y, x, t)                        | transforms.Pull(f, t)                                                 | a function of x
//	grad(..., create_graph=True, retain_graph=True)     | transforms.Pull(transforms.Pull(f, t), v)                             | no flags: a gradient is a function like any
//	                                                    |                                                                       |   other
//	second order with a constant target                 | transforms.Pull(explain, v)                                           | Zennit loses a term at the top rule, or fails
//	                                                    |                                                                       |   (Gamma, WSquare, Flat); here it is the true
//	                                                    |                                                                       |   derivative
//	hooks fire in the second pass unless removed        | transforms.WithRules(c2, transforms.Pull(transforms.WithRules(c1,     | rules are gone after one derivative; for rules
//	                                                    |   f), t))                                                             |   in both say so
//	one composite per model at a time; not thread-safe  | transforms.WithRules(c1, f), transforms.WithRules(c2, f)              | any number, from any goroutine
//	a module used twice: wrong relevance, one slot for  | rules.At("layer:0", rule), rules.At("layer:1", rule)                  | each call is a site, and may have its own rule
//	  both calls                                        |                                                                       |
//	two inputs of one module: both get the first one's  | rules.Norm()                                                          | each data operand gets its own
//	  relevance                                         |                                                                       |
//	no list of what went where                          | transforms.Plan(composite, f, x)                                      | printed before anything runs, gaps marked
//	forward hook and retain_grad() for relevance inside | transforms.Relevances(f, t, "features.3")                             | a function; transforms.WithTaps gives the values
//	                                                    |                                                                       |   too
//	CondAttribution in zennit-crp                       | transforms.WithMasks(f, masks)                                        | all conditions in one transforms.Vmap
//	relevance.sum(), compared by hand                   | rules.Ledger(composite, f, t)(x)                                      | an account of every layer: what bias and
//	                                                    |                                                                       |   stabilizer took up, and the rest
//	(runs as written, one operation after the other)    | transforms.Jit(explain)                                               | explanations compile as a whole
//	                                                    |                                                                       |
//	RULES                                               |                                                                       |
//	Epsilon(epsilon=1e-6)                               | rules.Epsilon(1e-6)                                                   | Epsilon(0) passes nothing on at an output of
//	                                                    |                                                                       |   exactly 0
//	Gamma(gamma=0.25, stabilizer=1e-6)                  | rules.Gamma(0.25)                                                     | the same: signs are those of the original
//	                                                    |                                                                       |   output, z = 0 passes nothing on
//	ZPlus()                                             | rules.ZPlus()                                                         | the same
//	AlphaBeta(alpha=2., beta=1.)                        | rules.AlphaBeta(2, 1)                                                 | alpha - beta = 1 within rounding, not by exact
//	                                                    |                                                                       |   comparison
//	ZBox(low, high)                                     | rules.ZBox(low, high)                                                 | scalars or arrays; fit is checked with names and
//	                                                    |                                                                       |   shapes
//	Pass()                                              | rules.Pass()                                                          | an error where the shape changes
//	Norm()                                              | rules.Norm()                                                          | the same
//	WSquare()                                           | rules.WSquare()                                                       | the same
//	Flat()                                              | rules.Flat()                                                          | the same
//	ReLUDeconvNet()                                     | rules.ReLUDeconvNet()                                                 | a JVP through it is an error, not a wrong number
//	ReLUGuidedBackprop()                                | rules.ReLUGuidedBackprop()                                            | the same
//	ReLUBetaSmooth(beta_smooth=10.)                     | rules.ReLUBetaSmooth(10)                                              | the same
//	no rule: the plain gradient                         | rules.Plain()                                                         | says that it is meant; Strict accepts it
//	zero_params='bias', zero_bias()                     | rules.Config{ZeroBias: true}                                          | by role, where Zennit tests for a part of a
//	                                                    |                                                                       |   name; ZeroWeight likewise
//	ClampMod, GammaMod, NoMod                           | rules.Modifiers{Data: fn.Positive}, rules.Zero                        | modifiers are functions of values, by role
//	                                                    |                                                                       |
//	CORE                                                |                                                                       |
//	Stabilizer(epsilon, clip, norm_scale, dim)          | rules.Stabilizer{Epsilon: e, Clip: true, NormScale: true, Axes: a}    | the same; derivatives of it too
//	a callable as epsilon, Stabilizer.ensure            | rules.StabilizerFunc(name, f)                                         | has a name to print
//	class Mine(BasicHook)                               | rules.Apply(s, in, modifiers), rules.Divide(r, z, stabilizer)         | functions to build a rule of; all operands get
//	                                                    |                                                                       |   relevance; the stabilizer that is given is
//	                                                    |                                                                       |   used
//	class Mine(Hook): forward, backward                 | func (m mine) Relevance(s *rules.Site, in, out, r []trace.Value)      | a pure function, no stored tensors to copy
//	ParamMod                                            | rules.Modifiers{Weight: f}                                            | nothing is changed in place
//	expand(tensor, shape, cut_batch_dim)                | rules.ZBox(low, high)                                                 | built in, the same rule for axes
//	Composite(module_map=f)                             | rules.Func(name, f)                                                   | f sees kind, path, roles, shapes and what is
//	                                                    |                                                                       |   upstream
//	collect_leaves, Identity, RemovableHandle, copy()   | (nothing)                                                             | there is nothing to traverse or to undo
//	                                                    |                                                                       |
//	COMPOSITES                                          |                                                                       |
//	LayerMapComposite(layer_map)                        | rules.LayerMap(rules.On(trace.KindConv, rule))                        | kinds are data; bare functions have them too
//	SpecialFirstLayerMapComposite(layer_map, first_map) | rules.Mixed(rules.FirstMap(entries), rules.LayerMap(entries))         | the first that data meets; rules.FirstInOrder
//	                                                    |                                                                       |   for the order of registration
//	NameMapComposite(name_map)                          | rules.NameMap(rules.At("features.0", rule))                           | an unknown name is an error with similar ones
//	MixedComposite(composites)                          | rules.Mixed(c1, c2)                                                   | the same; a rule inside of a layer is not lost
//	                                                    |                                                                       |   to one around it
//	NameLayerMapComposite(name_map, layer_map)          | rules.NameLayerMap(names, entries)                                    | works with its defaults
//	layer_map_base()                                    | (part of every LRP preset)                                            | activations Pass, sums and average pools Norm,
//	                                                    |                                                                       |   batch norm Pass
//	(nothing)                                           | rules.Regexp, rules.LastN, rules.FirstN, rules.Range,                 | more ways to choose
//	                                                    |   rules.Otherwise, rules.Strict, rules.Derived                        |
//	EpsilonGammaBox(low, high)                          | rules.EpsilonGammaBox(low, high)                                      | the same
//	EpsilonPlus(), EpsilonAlpha2Beta1()                 | rules.EpsilonPlus(), rules.EpsilonAlpha2Beta1()                       | the same
//	EpsilonPlusFlat(), EpsilonAlpha2Beta1Flat()         | rules.EpsilonPlusFlat(), rules.EpsilonAlpha2Beta1Flat()               | the same
//	DeconvNet(), GuidedBackprop()                       | rules.DeconvNet(), rules.GuidedBackprop()                             | the same
//	ExcitationBackprop(), BetaSmooth()                  | rules.ExcitationBackprop(), rules.BetaSmooth()                        | the same
//	EpsilonPlus(epsilon, stabilizer, layer_map,         | rules.EpsilonPlusWith(rules.Preset{Epsilon: e, LayerMap: m})          | one struct of options; also Gamma, Beta,
//	  zero_params)                                      |                                                                       |   FirstMap, Order, PlainResidual
//	COMPOSITES['epsilon_plus']                          | rules.Named("epsilon_plus", low, high, rules.Preset{})                | an unknown name is an error with similar ones;
//	                                                    |                                                                       |   rules.Names lists them
//	@register_composite('mine')                         | func mine() rules.Composite                                           | no registry to fill: a composite is a value
//	                                                    |                                                                       |
//	CANONIZERS                                          |                                                                       |
//	EpsilonPlus(canonizers=[c])                         | transforms.WithRules(rules.EpsilonPlus(), rules.Canonize(model,       | a rewritten function; nothing to undo
//	                                                    |   c))                                                                 |
//	MergeBatchNorm, SequentialMergeBatchNorm,           | rules.MergeBatchNorm()                                                | pairs found by the flow of data, not by
//	  VGGCanonizer                                      |                                                                       |   registration; also a normalization before a
//	                                                    |                                                                       |   layer; no zero epsilon
//	NamedMergeBatchNorm(name_map)                       | rules.NamedMergeBatchNorm(rules.NormPair{Linear: paths, Norm:         | an unknown path is an error
//	                                                    |   path})                                                              |
//	ResNetCanonizer, ResNetBottleneckCanonizer,         | rules.EpsilonPlus(), rules.Canonize(model, rules.MergeBatchNorm())    | ResNets need no canonizer for their sums:
//	  ResNetBasicBlockCanonizer                         |                                                                       |   presets give sums Norm; PlainResidual gives
//	                                                    |                                                                       |   Zennit's values without its ResNetCanonizer
//	CompositeCanonizer([c1, c2])                        | rules.Canonize(model, c1, c2)                                         | a list
//	AttributeCanonizer, class Mine(Canonizer)           | rules.Replacement{Site: s, Of: []*rules.Site{s}, Compute: f}          | names sites and how to compute them otherwise;
//	                                                    |                                                                       |   checked
//	SoftplusCanonizer in the how-tos                    | rules.Canonize(model, softplus{10})                                   | the piece custom-canonizer
//	(cut the softmax off by hand)                       | rules.StripSoftmax()                                                  | a canonizer
//	(check outputs by hand)                             | rules.Difference(f, g, x)                                             | holds the canonized function to the original
//	                                                    |                                                                       |
//	ATTRIBUTORS                                         |                                                                       |
//	with Gradient(model, composite) as a: a(x, t)       | attribute.Gradient(f, t)(x)                                           | f has its rules already
//	attr_output=tensor, attr_output=function            | attribute.Vector(v), or any function of the output                    | attribute.Class, Top, Ones, Output and
//	                                                    |                                                                       |   TimesOutput are ready
//	output, relevance = attributor(x, t)                | y, pull := transforms.VJP(f)(x)                                       | Pull and attributors return the relevance alone
//	attributor.inactive()                               | model                                                                 | call the function that was wrapped
//	SmoothGrad(noise_level=0.1, n_iter=20)              | attribute.SmoothGrad(f, t, attribute.SmoothGradConfig{NoiseLevel:     | noise from a key or given; the last sample has
//	                                                    |   0.1, N: 20})                                                        |   none, as in Zennit; also Square and Variance
//	IntegratedGradients(baseline_fn, n_iter=20)         | attribute.IntegratedGradients(f, t,                                   | the right Riemann sum by default, also Trapezoid
//	                                                    |   attribute.IntegratedGradientsConfig{Baseline: b, N: 20})            |   and GaussLegendre; attribute.CompletenessDelta
//	Occlusion(window=8, stride=8, occlusion_fn)         | attribute.Occlusion(f, t, attribute.OcclusionConfig{Window: w,        | windows are clipped at the border; Wrap: true
//	                                                    |   Stride: s, Fill: fill})                                             |   goes round as in Zennit
//	occlude_independent(fill_fn, invert=True)           | attribute.OcclusionConfig{Fill: fill, Invert: true}                   | fields of the config
//	constant, identity                                  | attribute.Constant(c), attribute.Output                               | the same
//	GradientTimesInput, SensitivityAnalysis in the      | attribute.InputXGradient, attribute.Sensitivity                       | part of the library
//	  how-tos                                           |                                                                       |
//	(other packages)                                    | attribute.GradCAM, attribute.GradCAMPlusPlus,                         | the piece beyond
//	                                                    |   attribute.ExpectedGradients                                         |
//	class Mine(Attributor)                              | func mine(f function, t attribute.Target) function                    | a function of a function
//	                                                    |                                                                       |
//	TYPES AND LAYERS                                    |                                                                       |
//	types.Linear, Convolution, torch.nn.Linear          | trace.KindLinear, trace.KindConv, trace.KindDense                     | also trace.KindConvStandard, trace.KindConvTransposed
//	torch.nn.Conv2d, MaxPool2d                          | trace.KindConvStandard.WithRank(2), trace.KindMaxPool.WithRank(2)     | as text linear.conv.standard.2d, pool.max.2d
//	types.BatchNorm, AvgPool, MaxPool                   | trace.KindBatchNorm, trace.KindAvgPool, trace.KindMaxPool             | fn.Mean is a kind of average pooling
//	types.Activation, torch.nn.ReLU                     | trace.KindActivation, trace.KindReLU                                  | all 22, and softmax as a kind of its own
//	zennit.layer.Sum(dim)                               | nn.Sum{Axis: a}                                                       | an addition x + f(x) is a sum too: ResNets need
//	                                                    |                                                                       |   no layer for it
//	LayerNorm, GroupNorm, Softmax: not covered          | trace.KindLayerNorm, trace.KindGroupNorm, trace.KindSoftmax           | kinds; no preset has a rule for them: Plan warns
//	                                                    |                                                                       |
//	IMAGES                                              |                                                                       |
//	imgify(obj, vmin, vmax, cmap, level, symmetric,     | heatmap.Config{Symmetric: true, Level: 2}.Image(data, shape)          | the same bytes; a constant map is the middle
//	  grid)                                             |                                                                       |   color, NaN an error
//	imsave(fp, obj)                                     | heatmap.WritePNG(path, img)                                           | also heatmap.WriteGIF
//	gridify(obj, shape, fill_value)                     | heatmap.Tile(data, shape, heatmap.Grid{Cols: 5})                      | fills with the minimum, as Zennit does (and not
//	                                                    |                                                                       |   with the mean, as it says)
//	interval_norm_bounds(input, symmetric, dim)         | heatmap.Bounds(data, shape, symmetric)                                | the same
//	palette(cmap, level), get_cmap(cmap)                | heatmap.ColorMap.Palette(level), heatmap.Named("bwr")                 | the same
//	CMAPS                                               | heatmap.Names()                                                       | the same eleven
//	ColorMap('fff,80:000,f00')                          | heatmap.Parse("fff,80:000,f00")                                       | errors name the column
//	LazyColorMapCache                                   | (nothing)                                                             | a color map is a value
//	palette_swap.py                                     | heatmap.Recolor(img, m, 1)                                            | a new picture; the file stays
//	palette_fit.py                                      | heatmap.ReadGray(path)                                                | brightness only: fits no palette
//	show_cmaps.py                                       | heatmap.Sheet{Cols: 4}.Image(panels)                                  | sheets with captions; heatmap.Config.Bar draws
//	                                                    |                                                                       |   one map
//	(nothing)                                           | heatmap.Overlay(input, heat, 0.6)                                     | relevance on the input
//	feed_forward.py                                     | go run ./examples/explain                                             | a digit; the pieces batch and presets have the
//	                                                    |                                                                       |   rest
package main
