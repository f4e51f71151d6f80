package main

import (
	"errors"
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// subject is a network with its input, and a composite if the case has one.
type subject struct {
	*network
	x         values
	model     func(x values) trace.Value // the network, canonized
	merged    map[string]bool            // batch norms that the canonizer has removed
	composite transforms.Composite
	dtype     trace.DType
}

// subject rebuilds the network of a case in one precision. It checks that the composite
// assigns the rules that the case lists.
func (s *suite) subject(c attributionCase, d trace.DType) (*subject, error) {
	n, err := s.build(c.Model, variant{d, c.ResidualSum})
	if err != nil {
		return nil, err
	}
	x, err := s.inputValues(n, c.Inputs, d)
	if err != nil {
		return nil, err
	}
	if err := n.check(x); err != nil {
		return nil, err
	}
	r := ruleReader{suite: s, dtype: d, classes: n.classes}
	sub := &subject{network: n, x: x, model: n.apply, merged: map[string]bool{}, dtype: d}
	sub.canonize(c.Merge)
	if sub.composite, err = r.caseComposite(c, n.order); err != nil {
		return nil, err
	}
	return sub, r.checkPlan(sub, c.Rules)
}

// explained returns the network with the composite's rules.
func (s *subject) explained() func(values) trace.Value {
	if s.composite == nil {
		return s.model
	}
	return transforms.WithRules(s.composite, s.model)
}

// compile returns f, compiled if the suite is.
func compile[P, R any](s *suite, f func(P) R) func(P) R {
	if s.compiled {
		return transforms.Jit(f)
	}
	return f
}

// attribution verifies a case in float64. If the case has expected values for float32, it
// verifies that, too.
func (s *suite) attribution(c attributionCase) error {
	if c.Output == "" && len(c.Attribution) == 0 && c.OutputF32 == "" {
		return errors.New("it has nothing to compare with")
	}
	if c.Output != "" || len(c.Attribution) > 0 {
		if err := s.attribution64(c); err != nil {
			return err
		}
	}
	if c.OutputF32 == "" && len(c.AttributionF32) == 0 {
		return nil
	}
	if err := s.attribution32(c); err != nil {
		return fmt.Errorf("in float32: %w", err)
	}
	return s.pixels(c)
}

func (s *suite) attribution64(c attributionCase) error {
	sub, err := s.subject(c, trace.Float64)
	if err != nil {
		return err
	}
	if err := s.output(sub, c.Output, tolerance64); err != nil {
		return err
	}
	explain, err := s.attributor(c, sub)
	if err != nil {
		return err
	}
	if len(c.Attribution) == 0 {
		return errors.New("it has no attribution to compare with")
	}
	if err := s.expectAll("attribution", compile(s, explain)(sub.x), c.Attribution, tolerance64); err != nil {
		return err
	}
	if err := s.intermediate(c, sub); err != nil {
		return err
	}
	return s.second(c, sub, explain)
}

// output compares the output. Rules must not change it.
func (s *suite) output(sub *subject, key string, tol float64) error {
	if key == "" {
		return nil
	}
	return s.expect("output", compile(s, sub.explained())(sub.x), key, tol)
}

// attribution32 verifies first-order values. Second-order values in float32 depend on
// rounding.
func (s *suite) attribution32(c attributionCase) error {
	sub, err := s.subject(c, trace.Float32)
	if err != nil {
		return err
	}
	if err := s.output(sub, c.OutputF32, tolerance32); err != nil || len(c.AttributionF32) == 0 {
		return err
	}
	explain, err := s.attributor(c, sub)
	if err != nil {
		return err
	}
	return s.expectAll("attribution", compile(s, explain)(sub.x), c.AttributionF32, tolerance32)
}

// intermediate compares the relevance that arrives at the outputs of modules.
func (s *suite) intermediate(c attributionCase, sub *subject) error {
	if len(c.Intermediate) == 0 {
		return nil
	}
	target, err := s.target(c, sub.dtype)
	if err != nil {
		return err
	}
	_, relevance := transforms.Relevances(sub.explained(), target, sortedKeys(c.Intermediate)...)(sub.x)
	return s.expectAll("relevance at the output", relevance, c.Intermediate, tolerance64)
}

// second compares the exact gradient of <v, attribution>.
func (s *suite) second(c attributionCase, sub *subject, explain func(values) values) error {
	if len(c.GradGrad) == 0 {
		return nil
	}
	v, err := s.tensorsAs(c.V, sub.dtype)
	if err != nil {
		return err
	}
	gradient := transforms.Pull(explain, func(values) values { return v })
	return s.expectAll("gradgrad", compile(s, gradient)(sub.x), c.GradGrad, tolerance64)
}

// pixels checks that the input is pixel / 8 - 1, if a case has pixels.
func (s *suite) pixels(c attributionCase) error {
	if c.Pixels == "" {
		return nil
	}
	p, err := s.tensor(c.Pixels)
	if err != nil {
		return err
	}
	x, err := s.tensor(c.Inputs["x"])
	if err != nil {
		return err
	}
	scaled := fn.Sub(fn.Div(fn.Cast(p, trace.Float64), fn.Scalar(8)), fn.Scalar(1))
	return compareFloats("pixels", scaled.Float64s(), x.Float64s(), tolerance64)
}
