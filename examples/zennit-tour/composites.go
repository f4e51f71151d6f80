package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

func plans() piece {
	return piece{
		name: "plan", title: "which rule goes where, before anything runs",
		about: [2]string{
			"Zennit shows an assignment only by its effect; Plan lists path, kind, shape, rule and reason of every layer.",
			"What no rule covers keeps its plain gradient, as in Zennit: max-pooling and reshaping, which only move relevance.",
		},
		zennit: `
with EpsilonPlusFlat().context(model) as modified:
    ...`,
		here: `
fmt.Print(transforms.Plan(rules.EpsilonPlusFlat(), model, x))`,
		run: runPlans,
	}
}

func runPlans(w io.Writer, _ string) error {
	net, x, err := subject(3)
	if err != nil {
		return err
	}
	fmt.Fprint(w, rows(transforms.Plan(rules.EpsilonPlusFlat(), net.Apply, x)))
	return nil
}

func presets() piece {
	return piece{
		name: "presets", title: "the nine composites, by name and with options",
		about: [2]string{
			"Relevance of the 3 for its class under each; the same model, one after the other, and nothing to undo between.",
			"Options are a struct: entries before the preset's own, other parameters, biases as zero. Only the last rows use them.",
		},
		zennit: `
COMPOSITES['epsilon_plus'](epsilon=0.25, zero_params='bias')`,
		here: `
rules.Named("epsilon_plus", low, high, rules.Preset{Epsilon: rules.Stabilizer{Epsilon: 0.25}, ZeroBias: true})`,
		run: runPresets,
	}
}

func runPresets(w io.Writer, dir string) error {
	p := picture{cols: 4}
	quarter := rules.Stabilizer{Epsilon: 0.25}
	for _, c := range []struct {
		name, with string
		options    rules.Preset
	}{
		{"epsilon_gamma_box", "", rules.Preset{}}, {"epsilon_plus", "", rules.Preset{}},
		{"epsilon_alpha2_beta1", "", rules.Preset{}}, {"epsilon_plus_flat", "", rules.Preset{}},
		{"epsilon_alpha2_beta1_flat", "", rules.Preset{}}, {"deconvnet", "", rules.Preset{}},
		{"guided_backprop", "", rules.Preset{}}, {"excitation_backprop", "", rules.Preset{}},
		{"beta_smooth", "", rules.Preset{}}, {"epsilon_plus", " eps 0.25", rules.Preset{Epsilon: quarter}},
		{"epsilon_plus", " no bias", rules.Preset{ZeroBias: true}},
	} {
		if err := p.preset(w, c.name, c.with, c.options); err != nil {
			return err
		}
	}
	return p.write(w, dir, "presets.png")
}

// preset prints and draws the relevance under one preset.
func (p *picture) preset(w io.Writer, name, with string, options rules.Preset) error {
	net, x, err := subject(3)
	if err != nil {
		return err
	}
	c, err := rules.Named(name, fn.Scalar(-1), fn.Scalar(1), options)
	if err != nil {
		return err
	}
	r := transforms.Pull(transforms.WithRules(c, net.Apply), attribute.Class(3))(x)
	fmt.Fprintf(w, "%-26s sum %-9s from %-10s to %s\n", name+with, number(total(r)), number(least(r)), number(largest(r)))
	return p.add(name+with, relevanceImage, r)
}

// rows prints a plan without the composite in its head.
func rows(r transforms.Report) string {
	_, table, _ := strings.Cut(r.String(), "\n")
	return table
}
