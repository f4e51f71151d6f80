package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Names returns the names of the presets, sorted.
func Names() []string {
	names := make([]string, 0, len(presets()))
	for name := range presets() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Named returns the preset of a name with options. Only epsilon_gamma_box needs the
// bounds of the input; the others ignore them, and they may be absent. An unknown name is
// an error that lists the nearest names. Bad options are errors, too.
func Named(name string, low, high trace.Value, p Preset) (c Composite, err error) {
	build, ok := presets()[name]
	if !ok {
		return nil, fmt.Errorf("no composite is named %q; the nearest are %s", trace.Excerpt(name), strings.Join(nearest(name, Names(), 3), ", "))
	}
	err = trace.Try(func() { c = build(low, high, p) })
	return c, err
}

type presetFunc func(low, high trace.Value, p Preset) Composite

func presets() map[string]presetFunc {
	unbounded := func(f func(p Preset) Composite) presetFunc {
		return func(_, _ trace.Value, p Preset) Composite { return f(p) }
	}
	gammas := func(conv, dense float64) presetFunc {
		return unbounded(func(p Preset) Composite {
			if p.Gamma != nil {
				conv, dense = *p.Gamma, *p.Gamma
			}
			return ViTGammaWith(fn.Scalar(conv), fn.Scalar(dense), p)
		})
	}
	return map[string]presetFunc{
		"epsilon_gamma_box":         EpsilonGammaBoxWith,
		"epsilon_plus":              unbounded(EpsilonPlusWith),
		"epsilon_alpha2_beta1":      unbounded(EpsilonAlpha2Beta1With),
		"epsilon_plus_flat":         unbounded(EpsilonPlusFlatWith),
		"epsilon_alpha2_beta1_flat": unbounded(EpsilonAlpha2Beta1FlatWith),
		"deconvnet":                 unbounded(DeconvNetWith),
		"guided_backprop":           unbounded(GuidedBackpropWith),
		"excitation_backprop":       unbounded(ExcitationBackpropWith),
		"beta_smooth":               unbounded(BetaSmoothWith),
		"attnlrp":                   unbounded(AttnLRPWith),
		"attnlrp_efficient":         unbounded(AttnLRPEfficientWith),
		"cp_lrp":                    unbounded(CPLRPWith),
		"cp_lrp_efficient":          unbounded(CPLRPEfficientWith),
		"vit_gamma":                 gammas(0.25, 0.05),
	}
}
