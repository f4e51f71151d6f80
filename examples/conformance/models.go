package main

import (
	"errors"
	"fmt"
	"maps"
	"math"

	"github.com/pullback-go/pullback/nn/onnx"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// modelCase is a trained network in an ONNX file, with outputs, inner values, a
// derivative along a direction, a gradient, and the relevance of epsilon_plus.
type modelCase struct {
	ID, Model, File string
	Inputs          map[string]string
	Outputs         map[string]string
	Rtol, Atol      float64
	OutputsF64      map[string]string `json:"outputs_f64"`
	ValuesF64       map[string]string `json:"values_f64"`
	JVPOf           *scalarOf         `json:"jvp_of"`
	JVPDirection    map[string]string `json:"jvp_direction"`
	JVPAt           *valueAt          `json:"jvp_at"`
	JVP             float64
	JVPTolerance    float64 `json:"jvp_tolerance"`
	JVPValue        float64 `json:"jvp_value"`
	Gradient        map[string]string
	EpsilonPlus     *relevanceOf `json:"epsilon_plus"`
	StateFrom       string       `json:"state_from"`

	// These are not compared.
	F32Error         any `json:"f32_error"`
	Note             any
	Expected         any
	JVPF32           any `json:"jvp_f32"`
	JVPCentral       any `json:"jvp_central_f64"`
	JVPOrt           any `json:"jvp_ort"`
	GradientF32Error any `json:"gradient_f32_error"`
	Boxes, Glyphs    any
	FileBytes        any `json:"file_bytes"`
}

// scalarOf is an element of an output or of an inner value.
type scalarOf struct {
	Output, Value string
	Index         []int
}

func (o scalarOf) name() string {
	if o.Value != "" {
		return o.Value
	}
	return o.Output
}

// valueAt is an inner value at which a derivative is taken.
type valueAt struct{ Value, Tensor string }

// relevanceOf is the relevance of an element that starts as the element itself.
type relevanceOf struct {
	Of        scalarOf
	Start     float64
	Relevance map[string]string
	Sum       any
	MaxAbs    any `json:"max_abs"`
}

// toleranceTrained is for trained networks in float64. Gradients and relevance are stored
// in float32. Where a file writes a function in several nodes, its constants, such as √2,
// are those of float32, and a recognized function has the exact ones.
const toleranceTrained = 1e-6

func (s *suite) trained(c modelCase) error {
	if len(c.Outputs) == 0 {
		return errors.New("it has nothing to compare with")
	}
	path, err := s.beside(c.File)
	if err != nil {
		return err
	}
	m, err := onnx.Load(path)
	if err != nil {
		return err
	}
	wide := m.Cast(trace.Float64)
	if err := s.modelOutputs(m, c, c.Outputs, trace.Float32, c.Rtol, c.Atol); err != nil {
		return err
	}
	if err := s.modelOutputs(wide, c, c.OutputsF64, trace.Float64, toleranceTrained, 0); err != nil {
		return fmt.Errorf("in float64: %w", err)
	}
	if err := s.modelOutputs(wide, c, c.ValuesF64, trace.Float64, toleranceTrained, 0); err != nil {
		return fmt.Errorf("in float64: %w", err)
	}
	if c.JVPOf != nil {
		if err := s.derivatives(m, c, trace.Float32, c.JVPTolerance); err != nil {
			return err
		}
		if err := s.derivatives(wide, c, trace.Float64, toleranceTrained*math.Abs(c.JVP)); err != nil {
			return fmt.Errorf("in float64: %w", err)
		}
	}
	if c.EpsilonPlus == nil {
		return nil
	}
	return s.modelRelevance(wide, c)
}

// modelOutputs compares outputs or inner values.
func (s *suite) modelOutputs(m onnx.Model, c modelCase, keys map[string]string, d trace.DType, rtol, atol float64) error {
	if len(keys) == 0 {
		return nil
	}
	part, err := m.Between(nil, sortedKeys(keys))
	if err != nil {
		return err
	}
	x, err := s.modelInputs(part, c, d)
	if err != nil {
		return err
	}
	x, fixed := arguments(x)
	got := compile(s, func(x values) values { return part.Apply(union(fixed, x)) })(x)
	for _, name := range sortedKeys(keys) {
		want, err := s.tensor(keys[name])
		if err != nil {
			return err
		}
		tol := rtol
		if m := magnitude(want.Float64s()); m > 0 {
			tol += atol / m
		}
		if err := compare(name, got[name], want, tol); err != nil {
			return err
		}
	}
	return nil
}

// arguments splits inputs into those that a function is compiled for and those that it
// captures. These are integers beside floats: such a number says how to read the rest, as
// a sampling rate does, and only one of several branches fits it.
func arguments(x values) (varying, fixed values) {
	varying, fixed = values{}, values{}
	for name, v := range x {
		if v.DType().IsFloat() {
			varying[name] = v
		} else {
			fixed[name] = v
		}
	}
	if len(varying) == 0 {
		return fixed, varying
	}
	return varying, fixed
}

func union(a, b values) values {
	all := values{}
	maps.Copy(all, a)
	maps.Copy(all, b)
	return all
}

// modelInputs returns the inputs that a part of a model needs.
func (s *suite) modelInputs(m onnx.Model, c modelCase, d trace.DType) (values, error) {
	x, err := s.tensorsAs(c.Inputs, d)
	if err == nil && c.JVPAt != nil {
		x[c.JVPAt.Value], err = s.tensor(c.JVPAt.Tensor)
		x[c.JVPAt.Value] = castFloat(x[c.JVPAt.Value], d)
	}
	known := values{}
	for _, p := range m.Inputs() {
		if v, ok := x[p.Name]; ok {
			known[p.Name] = v
		}
	}
	return known, err
}

// scalar returns an element of a model as a function of some of its inputs.
func (s *suite) scalar(m onnx.Model, c modelCase, of scalarOf, d trace.DType, by []string) (f func(x values) trace.Value, at values, err error) {
	inputs := []string(nil)
	if c.JVPAt != nil {
		inputs = append(sortedKeys(c.Inputs), c.JVPAt.Value)
	}
	part, err := m.Between(inputs, []string{of.name()})
	if err != nil {
		return nil, nil, err
	}
	fixed, err := s.modelInputs(part, c, d)
	if err != nil {
		return nil, nil, err
	}
	at = values{}
	for _, name := range by {
		v, ok := fixed[name]
		if !ok {
			return nil, nil, fmt.Errorf("there is no input %q", name)
		}
		at[name] = v
		delete(fixed, name)
	}
	f = func(x values) trace.Value {
		y, e := element(part.Apply(union(fixed, x))[of.name()], of.Index)
		if e != nil {
			panic(trace.Errorf("%v", e))
		}
		return y
	}
	return f, at, nil
}

// derivatives compares the derivative along a direction, forward and backward, and the
// gradient.
func (s *suite) derivatives(m onnx.Model, c modelCase, d trace.DType, tol float64) error {
	direction, err := s.tensorsAs(c.JVPDirection, d)
	if err != nil {
		return err
	}
	f, at, err := s.scalar(m, c, *c.JVPOf, d, sortedKeys(c.JVPDirection))
	if err != nil {
		return err
	}
	type result struct{ Value, Slope trace.Value }
	forward := compile(s, func(in [2]values) result {
		y, dy := transforms.JVP(f)(in[0], in[1])
		return result{y, dy}
	})([2]values{at, direction})
	if got := forward.Slope.Float64(); !(math.Abs(got-c.JVP) <= tol) {
		return fmt.Errorf("the derivative is %.9g, want %.9g within %.3g", got, c.JVP, tol)
	}
	gradient := compile(s, transforms.Grad(f))(at)
	backward := 0.0
	for name, g := range gradient {
		u := direction[name].Float64s()
		for i, v := range g.Float64s() {
			backward += v * u[i]
		}
	}
	if !(math.Abs(backward-c.JVP) <= tol) {
		return fmt.Errorf("the gradient along the direction is %.9g, want %.9g within %.3g", backward, c.JVP, tol)
	}
	if d != trace.Float64 || len(c.Gradient) == 0 {
		return nil
	}
	if got := forward.Value.Float64(); !(math.Abs(got-c.JVPValue) <= toleranceTrained*math.Abs(c.JVPValue)) {
		return fmt.Errorf("the value is %.9g, want %.9g", got, c.JVPValue)
	}
	return s.expectAll("gradient", gradient, c.Gradient, toleranceTrained)
}

// modelRelevance compares the relevance of the preset epsilon_plus.
func (s *suite) modelRelevance(m onnx.Model, c modelCase) error {
	f, at, err := s.scalar(m, c, c.EpsilonPlus.Of, trace.Float64, sortedKeys(c.EpsilonPlus.Relevance))
	if err != nil {
		return err
	}
	itself := func(y trace.Value) trace.Value { return y }
	explain := transforms.Pull(transforms.WithRules(rules.EpsilonPlus(), f), itself)
	return s.expectAll("relevance", compile(s, explain)(at), c.EpsilonPlus.Relevance, toleranceTrained)
}
