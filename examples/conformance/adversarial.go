package main

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// adversarialCase is gradient descent on the input of a network through its attribution.
// It descends
//
//	loss(x) = Σ (R(x) - R_target)² + γ Σ (f(x) - f(x0))².
type adversarialCase struct {
	ID        string
	Model     string
	Composite *named
	Rules     []named
	DataRows  []int `json:"data_rows"`
	Labels    []int

	Rate, Gamma float64
	Iterations  int
	SecondOrder string `json:"second_order"`

	X0                string
	XTarget           string `json:"x_target"`
	GradOutput        string `json:"grad_output"`
	Output0           string
	TargetAttribution string `json:"target_attribution"`

	Loss, Attribution, Gradient, X string
	LossAfter                      float64 `json:"loss_after"`
}

// descent is a case in progress.
type descent struct {
	adversarialCase
	explain  func(trace.Value) trace.Value // from x to R(x), differentiable as the case requires
	plain    func(trace.Value) trace.Value // the network without rules
	relevant trace.Value                   // R_target
	output0  trace.Value
}

// adversarial verifies the steps of a case: the loss, the attribution and the gradient
// before each step, and the input after it.
func (s *suite) adversarial(c adversarialCase) error {
	d, x, err := s.descent(c)
	if err != nil {
		return err
	}
	losses, attributions, gradients, inputs := d.steps(x)
	for _, e := range []struct {
		what, key string
		got       []trace.Value
	}{
		{"loss", c.Loss, losses},
		{"attribution", c.Attribution, attributions},
		{"gradient", c.Gradient, gradients},
		{"x", c.X, inputs},
	} {
		if err := s.expect(e.what, fn.Stack(0, e.got...), e.key, tolerance64); err != nil {
			return err
		}
	}
	after, _ := d.loss(inputs[len(inputs)-1])
	return compareFloats("loss after the last step", after.Float64s(), []float64{c.LossAfter}, tolerance64)
}

// steps takes the steps of the descent from x.
func (d *descent) steps(x trace.Value) (losses, attributions, gradients, inputs []trace.Value) {
	evaluate := transforms.ValueAndGradAux(d.loss)
	for range d.Iterations {
		loss, relevance, g := evaluate(x)
		x = fn.Sub(x, fn.Mul(fn.Scalar(d.Rate), g))
		losses, attributions = append(losses, loss), append(attributions, relevance)
		gradients, inputs = append(gradients, g), append(inputs, x)
	}
	return losses, attributions, gradients, inputs
}

// loss returns the loss at x and the attribution there.
func (d *descent) loss(x trace.Value) (loss, relevance trace.Value) {
	relevance = d.explain(x)
	far := fn.SumAll(fn.Square(fn.Sub(relevance, d.relevant)))
	moved := fn.SumAll(fn.Square(fn.Sub(d.plain(x), d.output0)))
	return fn.Add(far, fn.Mul(fn.Scalar(d.Gamma), moved)), relevance
}

// descent prepares a case. It compares the output at the start and the target
// attribution.
func (s *suite) descent(c adversarialCase) (*descent, trace.Value, error) {
	var x trace.Value
	loss, err := s.tensor(c.Loss)
	if err != nil {
		return nil, x, err
	}
	if c.Iterations < 1 || loss.Size() != c.Iterations {
		return nil, x, fmt.Errorf("%d losses for %d iterations", loss.Size(), c.Iterations)
	}
	sub, name, err := s.adversary(c)
	if err != nil {
		return nil, x, err
	}
	x = sub.x[name]
	d := &descent{adversarialCase: c, plain: func(x trace.Value) trace.Value { return sub.model(values{name: x}) }}
	d.output0 = d.plain(x)
	if err := s.expect("output at x0", d.output0, c.Output0, tolerance64); err != nil {
		return nil, x, err
	}
	t, err := s.tensor(c.GradOutput)
	if err != nil {
		return nil, x, err
	}
	explained := transforms.WithRules(sub.composite, d.plain)
	d.explain = transforms.Pull(explained, func(trace.Value) trace.Value { return castFloat(t, trace.Float64) })
	return d, x, s.targetAttribution(d)
}

// targetAttribution compares the target attribution, which is that of another input.
func (s *suite) targetAttribution(d *descent) error {
	at, err := s.tensor(d.XTarget)
	if err != nil {
		return err
	}
	d.relevant = d.explain(castFloat(at, trace.Float64))
	return s.expect("target attribution", d.relevant, d.TargetAttribution, tolerance64)
}

// adversary returns the network at x0 with its only input's name. The composite is the
// one of the case. If the case's gradients are the inexact ones, it is the composite with
// such gradients.
func (s *suite) adversary(c adversarialCase) (*subject, string, error) {
	m, err := s.model(c.Model)
	if err != nil {
		return nil, "", err
	}
	if len(m.Inputs) != 1 {
		return nil, "", fmt.Errorf("model %q has %d inputs, want 1", c.Model, len(m.Inputs))
	}
	name := m.Inputs[0].Name
	if c.Composite == nil {
		return nil, "", fmt.Errorf("the case has no composite")
	}
	sub, err := s.subject(attributionCase{Model: c.Model, Composite: c.Composite, Rules: c.Rules, Inputs: map[string]string{name: c.X0}}, trace.Float64)
	if err != nil {
		return nil, "", err
	}
	switch c.SecondOrder {
	case "exact":
	case "constant_target":
		sub.composite, err = inexact(sub, c.Rules)
	default:
		err = fmt.Errorf("second order %q is not supported", c.SecondOrder)
	}
	return sub, name, err
}
