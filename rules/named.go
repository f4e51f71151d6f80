package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/trace"
)

// Names lists the names of the presets, sorted.
func Names() []string {
	names := make([]string, 0, 9)
	for name := range presets() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Named returns the preset of a name with options. The bounds of the input are for
// epsilon_gamma_box, which needs them; the others ignore them, and they may be absent.
// The error for an unknown name lists the nearest ones; bad options are errors too.
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
	}
}
