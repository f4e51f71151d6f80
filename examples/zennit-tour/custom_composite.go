package main

import (
	"fmt"
	"io"
	"regexp"

	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// fading gives Gamma to linear layers: gamma to the first, half of that to the next
// downstream, and so on.
type fading struct{ gamma float64 }

func (f fading) String() string { return fmt.Sprintf("fading(%v)", f.gamma) }

// Assign counts the layers upstream of each layer. It goes by data flow, not by name or
// order of declaration.
func (f fading) Assign(sites []*rules.Site) ([]rules.Choice, error) {
	choices := make([]rules.Choice, len(sites))
	for i, s := range sites {
		if !isLinearLayer(s) {
			continue
		}
		gamma := f.gamma
		for _, o := range sites {
			if isLinearLayer(o) && s.After(o) {
				gamma /= 2
			}
		}
		choices[i] = rules.Choice{Rule: rules.Gamma(gamma), Reason: f.String()}
	}
	return choices, nil
}

func isLinearLayer(s *rules.Site) bool { return s.Layer && s.Kind.Is(trace.KindLinear) }

func customComposite() piece {
	return piece{
		name: "custom-composite", title: "composites of one's own",
		about: [2]string{
			"Composites are values that combine: maps by kind, name or expression, parts of them, the first of several that has a rule.",
			"Any type with String and Assign is one; it sees all sites at once and how data flows between them. Strict refuses gaps.",
		},
		zennit: `
MixedComposite([
    NameMapComposite([(['classifier.2'], Epsilon(0.25))]),
    SpecialFirstLayerMapComposite([(Activation, Pass())], [(Convolution, WSquare())]),
    Composite(module_map=lambda ctx, name, module: ...)])`,
		here: `
rules.Mixed(
	rules.NameMap(rules.At("classifier.2", rules.Epsilon(0.25))),
	rules.FirstMap(rules.On(trace.KindConv, rules.WSquare())),
	rules.Regexp(regexp.MustCompile("features.1$"), rules.ReLUGuidedBackprop()),
	rules.LayerMap(rules.On(trace.KindActivation, rules.Pass())),
	fading{1})`,
		run: runCustomComposite,
	}
}

func runCustomComposite(w io.Writer, _ string) error {
	net, x, err := subject(3)
	if err != nil {
		return err
	}
	c := rules.Mixed(
		rules.NameMap(rules.At("classifier.2", rules.Epsilon(0.25))),
		rules.FirstMap(rules.On(trace.KindConv, rules.WSquare())),
		rules.Regexp(regexp.MustCompile("features.1$"), rules.ReLUGuidedBackprop()),
		rules.LayerMap(rules.On(trace.KindActivation, rules.Pass())),
		fading{1})
	fmt.Fprint(w, rows(transforms.Plan(c, net.Apply, x)))
	for _, broken := range []rules.Composite{rules.Strict(fading{1}), rules.NameMap(rules.At("classifier.3", rules.Pass()))} {
		_, err = broken.Assign(sitesOf(net.Apply, x))
		fmt.Fprintf(w, "error: %v\n", err)
	}
	return nil
}

// sitesOf returns the sites that a composite receives.
func sitesOf(f function, x trace.Value) (sites []*rules.Site) {
	for _, r := range transforms.Plan(rules.LayerMap(), f, x).Rows {
		sites = append(sites, r.Site)
	}
	return sites
}
