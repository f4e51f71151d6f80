package rules_test

import (
	"regexp"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/internal/testutil"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// No parameter of a rule or composite, and nothing that it is applied to, causes one of
// Go's own panics.
func TestMisuse(t *testing.T) {
	type v = Value
	model := func(x v) v {
		w := fn.Ones(trace.TypeOf(trace.Float64, 2, 3))
		return fn.ReLU(nn.Linear{Path: "a", Weight: w}.Apply(x))
	}
	x := fn.Ones(trace.TypeOf(trace.Float64, 2, 3))
	under := func(c rules.Composite) v { return transforms.Pull(transforms.WithRules(c, model), fn.OnesLike)(x) }
	by := func(r rules.Rule) v { return under(rules.LayerMap(rules.On(trace.KindLinear, r))) }
	maps := func(c rules.Composite) testutil.Misused {
		return testutil.Misused{func() v { return under(c) }, ""}
	}
	with := func(f func(rules.Config) rules.Rule) testutil.Misused {
		return testutil.Misused{func(c rules.Config) v { return by(f(c)) }, ""}
	}
	preset := func(f func(rules.Preset) rules.Composite) testutil.Misused {
		return testutil.Misused{func(p rules.Preset) v { return under(f(p)) }, ""}
	}
	rule := func(r rules.Rule) testutil.Misused { return testutil.Misused{func() v { return by(r) }, ""} }
	one := rules.LayerMap(rules.On(trace.KindLinear, rules.Epsilon(1)))
	testutil.Misuse(t, ".", map[string]testutil.Misused{
		"AlphaBeta":     {func(a, b float64) v { return by(rules.AlphaBeta(a, b)) }, ""},
		"AlphaBetaWith": {func(a, b float64, c rules.Config) v { return by(rules.AlphaBetaWith(a, b, c)) }, ""},
		"Epsilon":       {func(eps float64) v { return by(rules.Epsilon(eps)) }, ""},
		"EpsilonWith":   {func(eps float64, c rules.Config) v { return by(rules.EpsilonWith(eps, c)) }, ""},
		"Gamma":         {func(g float64) v { return by(rules.Gamma(g)) }, ""},
		"GammaWith":     {func(g float64, c rules.Config) v { return by(rules.GammaWith(g, c)) }, ""},
		"ZBox":          {func(low, high v) v { return by(rules.ZBox(low, high)) }, ""},
		"ZBoxWith":      {func(low, high v, c rules.Config) v { return by(rules.ZBoxWith(low, high, c)) }, ""},
		"ZPlus":         rule(rules.ZPlus()), "ZPlusWith": with(rules.ZPlusWith), "Flat": rule(rules.Flat()), "FlatWith": with(rules.FlatWith),
		"WSquare": rule(rules.WSquare()), "WSquareWith": with(rules.WSquareWith), "Norm": rule(rules.Norm()),
		"NormWith": {func(eps float64) v { return by(rules.NormWith(rules.Stabilizer{Epsilon: eps})) }, ""},
		"Pass":     rule(rules.Pass()), "Plain": rule(rules.Plain()), "Stop": rule(rules.Stop()), "SoftmaxTaylor": rule(rules.SoftmaxTaylor()),
		"Uniform": rule(rules.Uniform()), "UniformEpsilon": rule(rules.UniformEpsilon()), "UniformGradient": rule(rules.UniformGradient()),
		"UniformEpsilonWith": {func(eps float64, after bool) v {
			return by(rules.UniformEpsilonWith(rules.UniformEpsilonConfig{Stabilizer: rules.Stabilizer{Epsilon: eps}, After: after}))
		}, ""},
		"MeanEpsilon":  {func(eps float64) v { return by(rules.MeanEpsilon(rules.Stabilizer{Epsilon: eps})) }, ""},
		"RootEpsilon":  {func(s rules.Stabilizer) v { return by(rules.RootEpsilon(s)) }, ""},
		"RootConstant": rule(rules.RootConstant()), "LayerNormSteps": rule(rules.LayerNormSteps()),
		"EpsilonBiasApart": {func(a, b float64) v {
			return by(rules.EpsilonBiasApart(rules.Stabilizer{Epsilon: a}, rules.Stabilizer{Epsilon: b}))
		}, ""},
		"AsGradient": {func(is bool, eps float64) v {
			if is {
				return by(rules.AsGradient(rules.Pass(), rules.Stabilizer{Epsilon: eps}))
			}
			return by(rules.AsGradient(nil, nil))
		}, ""},
		"GammaOf": {func(g v) v { return by(rules.GammaOf(g, rules.Config{})) }, ""},
		"AttnLRP": maps(rules.AttnLRP()), "AttnLRPWith": preset(rules.AttnLRPWith),
		"AttnLRPEfficient": maps(rules.AttnLRPEfficient()), "AttnLRPEfficientWith": preset(rules.AttnLRPEfficientWith),
		"CPLRP": maps(rules.CPLRP()), "CPLRPWith": preset(rules.CPLRPWith),
		"CPLRPEfficient": maps(rules.CPLRPEfficient()), "CPLRPEfficientWith": preset(rules.CPLRPEfficientWith),
		"ViTGamma":               {func(a, b v) v { return under(rules.ViTGamma(a, b)) }, ""},
		"ViTGammaWith":           {func(a, b v, p rules.Preset) v { return under(rules.ViTGammaWith(a, b, p)) }, ""},
		"ReLUBetaSmooth":         {func(b float64) v { return by(rules.ReLUBetaSmooth(b)) }, ""},
		"ReLUDeconvNet":          rule(rules.ReLUDeconvNet()),
		"ReLUGuidedBackprop":     rule(rules.ReLUGuidedBackprop()),
		"EpsilonGammaBox":        {func(low, high v) v { return under(rules.EpsilonGammaBox(low, high)) }, ""},
		"EpsilonGammaBoxWith":    {func(low, high v, p rules.Preset) v { return under(rules.EpsilonGammaBoxWith(low, high, p)) }, ""},
		"EpsilonPlus":            maps(rules.EpsilonPlus()),
		"EpsilonPlusWith":        preset(rules.EpsilonPlusWith),
		"EpsilonPlusFlat":        maps(rules.EpsilonPlusFlat()),
		"EpsilonPlusFlatWith":    preset(rules.EpsilonPlusFlatWith),
		"EpsilonAlpha2Beta1":     maps(rules.EpsilonAlpha2Beta1()),
		"EpsilonAlpha2Beta1With": preset(rules.EpsilonAlpha2Beta1With),
		"EpsilonAlpha2Beta1Flat": maps(rules.EpsilonAlpha2Beta1Flat()), "EpsilonAlpha2Beta1FlatWith": preset(rules.EpsilonAlpha2Beta1FlatWith),
		"ExcitationBackprop": maps(rules.ExcitationBackprop()), "ExcitationBackpropWith": preset(rules.ExcitationBackpropWith),
		"DeconvNet": maps(rules.DeconvNet()), "DeconvNetWith": preset(rules.DeconvNetWith),
		"GuidedBackprop": maps(rules.GuidedBackprop()), "GuidedBackpropWith": preset(rules.GuidedBackpropWith),
		"BetaSmooth": maps(rules.BetaSmooth()), "BetaSmoothWith": preset(rules.BetaSmoothWith),
		"Named": {func(n int, low, high v, p rules.Preset) v {
			names := append(rules.Names(), "epsilon_minus")
			c, err := rules.Named(names[(n%len(names)+len(names))%len(names)], low, high, p)
			if err != nil {
				panic(trace.Errorf("%w", err))
			}
			return under(c)
		}, ""},
		"Names":          {func() any { return rules.Names() }, ""},
		"Strict":         maps(rules.Strict(one)),
		"Otherwise":      maps(rules.Otherwise(one, rules.Pass())),
		"Derived":        maps(rules.Derived(one)),
		"Mixed":          {func(n int) v { return under(rules.Mixed(make([]rules.Composite, max(0, n))...)) }, ""},
		"Func":           {func() v { return under(rules.Func("none", func(*rules.Site) rules.Rule { return nil })) }, ""},
		"LayerMap":       {func(n int) v { return under(rules.LayerMap(make([]rules.Entry, max(0, n))...)) }, ""},
		"On":             {func() v { return under(rules.LayerMap(rules.On("no.such.kind", nil))) }, ""},
		"NameMap":        {func() v { return under(rules.NameMap(rules.At("b", rules.Epsilon(1)))) }, ""},
		"At":             {func() v { return under(rules.NameMap(rules.At("a", nil))) }, ""},
		"NameLayerMap":   {func() v { return under(rules.NameLayerMap([]rules.NameEntry{rules.At("A", rules.Pass())})) }, ""},
		"Regexp":         {func() v { return under(rules.Regexp(regexp.MustCompile("^b"), rules.Pass())) }, ""},
		"First":          maps(rules.First(one)),
		"FirstMap":       maps(rules.FirstMap(rules.On(trace.KindLinear, rules.Flat()))),
		"FirstExecuted":  maps(rules.FirstExecuted(one)),
		"FirstInOrder":   {func() v { return under(rules.FirstInOrder([]string{"b"}, one)) }, ""},
		"FirstN":         {func(n int) v { return under(rules.FirstN(n, one)) }, ""},
		"LastN":          {func(n int) v { return under(rules.LastN(n, one)) }, ""},
		"Range":          {func(from, to int) v { return under(rules.Range(from, to, one)) }, ""},
		"Canonize":       {func() v { return rules.Canonize(model, rules.MergeBatchNorm())(x) }, ""},
		"Difference":     {func() any { return rules.Difference(model, model, x) }, ""},
		"MergeBatchNorm": {func() v { return rules.Canonize(model, rules.MergeBatchNorm(), rules.StripSoftmax())(x) }, ""},
		"StripSoftmax":   {func() v { return rules.Canonize(model, rules.StripSoftmax())(x) }, ""},
		"NamedMergeBatchNorm": {func() v {
			return rules.Canonize(model, rules.NamedMergeBatchNorm(rules.NormPair{Norm: "b", Linear: []string{"a"}}))(x)
		}, ""},
		"Ledger": {func(target v) any {
			return rules.Ledger(one, model, func(v) v { return target })(x)
		}, ""},
		"Apply": {nil, ""}, "Unmodified": {nil, ""}, // of a site, which only a composite is given
		"AddUp":          {func(a, b []v) []v { return rules.AddUp(a, b) }, ""},
		"Scale":          {rules.Scale, ""},
		"Zero":           {rules.Zero, ""},
		"Divide":         {func(r, z v, eps float64) v { return rules.Divide(r, z, rules.Stabilizer{Epsilon: eps}) }, ""},
		"StabilizerFunc": {func(r, z, d v) v { return rules.Divide(r, z, rules.StabilizerFunc("d", func(v) v { return d })) }, ""},
	})
}
