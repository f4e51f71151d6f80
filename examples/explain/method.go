package main

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

// method is one way to explain: an attributor, applied to the network under rules.
type method struct {
	caption    string
	attributor string
	rules      transforms.Composite // nil for none
}

type model = func(x trace.Value) trace.Value

// attributors lists the names that -attributor takes.
func attributors() []string {
	return []string{"gradient", "inputxgradient", "smoothgrad", "integratedgradients", "occlusion"}
}

// sheet returns the methods to draw without flags.
func sheet() ([]method, error) {
	var methods []method
	for _, m := range [][2]string{
		{"gradient", ""}, {"smoothgrad", ""}, {"integratedgradients", ""}, {"gradient", "epsilon_plus"},
		{"gradient", "epsilon_gamma_box"}, {"gradient", "guided_backprop"}, {"gradient", "beta_smooth"},
	} {
		made, err := newMethod(m[0], m[1])
		if err != nil {
			return nil, err
		}
		methods = append(methods, made)
	}
	return methods, nil
}

// newMethod looks up a composite. The network's inputs lie between -1 and 1.
func newMethod(attributor, composite string) (method, error) {
	m := method{caption: attributor, attributor: attributor}
	if composite == "" || composite == "none" {
		return m, nil
	}
	c, err := rules.Named(composite, fn.Scalar(-1), fn.Scalar(1), rules.Preset{})
	if err != nil {
		return m, fmt.Errorf("-composite: %w", err)
	}
	m.rules = c
	if m.caption = composite; attributor != "gradient" {
		m.caption += ", " + attributor
	}
	return m, nil
}

// explain returns the relevance of x for a class.
func (m method) explain(f model, x trace.Value, class int) trace.Value {
	if m.rules != nil {
		f = transforms.WithRules(m.rules, f)
	}
	target := attribute.Class(class)
	switch m.attributor {
	case "inputxgradient":
		return attribute.InputXGradient(f, target)(x)
	case "smoothgrad":
		return attribute.SmoothGrad(f, target, attribute.SmoothGradConfig{Key: fn.Key(0)})(x)
	case "integratedgradients":
		return attribute.IntegratedGradients(f, target, attribute.IntegratedGradientsConfig{Baseline: attribute.Constant(-1)})(x)
	case "occlusion":
		return attribute.Occlusion(f, attribute.TimesOutput(target), attribute.OcclusionConfig{
			Window: []int{2, 2}, Stride: []int{1, 1}, Fill: attribute.Constant(-1), Invert: true,
		})(x)
	}
	return attribute.Gradient(f, target)(x)
}
