// Package method has the ways to explain that the programs offer by name: attributors,
// each with the rules of a composite or without, on a canonized network.
package method

import (
	"fmt"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/internal/spelling"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

type (
	value = trace.Value
	model = func(x value) value
)

// Options are the options of all methods. A method ignores what it does not use. The zero
// value is the common case.
type Options struct {
	// Samples is the number of gradients that are averaged; 0 means 20.
	Samples int
	// Noise is the standard deviation of SmoothGrad's noise, as a part of the input's
	// range; 0 means 0.1.
	Noise float64
	// Seed is the seed of noise and of random baselines. Every input gets the same.
	Seed int64
	// Baseline fills what is not there: occluded parts, and the start of integrated
	// gradients. nil means zeros.
	Baseline attribute.Fill
	// Baselines are the samples of expected gradients, [m ...] for x[n ...].
	Baselines value
	// Window and Stride are those of Occlusion. By default the window is a quarter of
	// each spatial axis, and the stride half the window.
	Window, Stride []int
	// Inside occludes the inside of the window. Otherwise only the inside is shown.
	Inside bool
	// Layer is the path of the layer that Grad-CAM draws.
	Layer string
	// Output starts with the explained output itself as relevance, not with 1.
	Output bool
	// Low and High are the bounds of the input, for epsilon_gamma_box.
	Low, High value
	// Preset has the options of the composites.
	Preset rules.Preset
	// NoResidual lets no relevance pass through the shortcuts of residual blocks.
	NoResidual bool
}

// Method is an attributor under the rules of a composite.
type Method struct {
	Attributor string
	Composite  string // empty for none
	options    Options
	rules      transforms.Composite // nil for none
}

// None is the name of no composite.
const None = "none"

// New returns the method of an attributor and a composite, both by name.
func New(attributor, composite string, o Options) (Method, error) {
	m := Method{Attributor: attributor, options: o}
	a, ok := attributors()[attributor]
	if !ok {
		return m, fmt.Errorf("no attributor is named %q; the nearest are %s", trace.Excerpt(attributor), strings.Join(spelling.Nearest(attributor, Attributors(), 3), ", "))
	}
	if err := a.check(o); err != nil {
		return m, fmt.Errorf("%s: %w", attributor, err)
	}
	if composite != "" && composite != None {
		c, err := rules.Named(composite, o.Low, o.High, o.Preset)
		if err != nil {
			return m, err
		}
		m.Composite, m.rules = composite, c
	}
	switch {
	case o.NoResidual && m.rules == nil:
		m.rules = branches{}
	case o.NoResidual:
		m.rules = rules.Mixed(branches{}, m.rules)
	}
	return m, nil
}

// Caption names the method in pictures and tables.
func (m Method) Caption() string {
	switch {
	case m.Composite == "":
		return m.Attributor
	case m.Attributor == "gradient":
		return m.Composite
	}
	return m.Composite + ", " + m.Attributor
}

// Rules returns the composite, which is nil for plain gradients.
func (m Method) Rules() transforms.Composite { return m.rules }

// Relevance returns the relevance of x for the cotangent t of f(x). Every input is
// explained by itself: the result does not depend on what is explained beside it.
func (m Method) Relevance(f model, x, t value) value {
	if m.rules != nil {
		f = transforms.WithRules(m.rules, f)
	}
	target := attribute.Vector(t)
	if m.options.Output {
		target = attribute.TimesOutput(target)
	}
	return attributors()[m.Attributor].explain(f, target, m.options, x)
}

// Sheet returns the methods of a sheet that compares them.
func Sheet(o Options) ([]Method, error) {
	var methods []Method
	for _, m := range [][2]string{
		{"gradient", ""}, {"smoothgrad", ""}, {"integratedgradients", ""}, {"gradient", "epsilon_plus"},
		{"gradient", "epsilon_gamma_box"}, {"gradient", "guided_backprop"}, {"gradient", "beta_smooth"},
	} {
		made, err := New(m[0], m[1], o)
		if err != nil {
			return nil, err
		}
		methods = append(methods, made)
	}
	return methods, nil
}

// Constant fills with values that broadcast to the input.
func Constant(v value) attribute.Fill {
	return func(x value) value { return fn.Cast(v, x.DType()) }
}
