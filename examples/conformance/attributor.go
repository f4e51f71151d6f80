package main

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

// target returns the target that gives the relevance of the output.
func (s *suite) target(c attributionCase, d trace.DType) (attribute.Target, error) {
	if c.AttrOutput == nil {
		return s.vector(c.GradOutput, d)
	}
	switch c.AttrOutput.Kind {
	case "identity":
		return attribute.Output, nil
	case "ones":
		return attribute.Ones, nil
	case "tensor":
		return s.vector(c.AttrOutput.Tensor, d)
	case "one_hot_times_output":
		v, err := s.vector(c.AttrOutput.Tensor, d)
		return attribute.TimesOutput(v), err
	}
	return nil, fmt.Errorf("attr_output of kind %q is not supported", c.AttrOutput.Kind)
}

// vector returns the target given by a tensor of the suite.
func (s *suite) vector(key string, d trace.DType) (attribute.Target, error) {
	v, err := s.tensor(key)
	if err != nil {
		return nil, fmt.Errorf("relevance of the output: %w", err)
	}
	return attribute.Vector(castFloat(v, d)), nil
}

// attributor returns the function from the inputs of a case to their attributions.
func (s *suite) attributor(c attributionCase, sub *subject) (func(values) values, error) {
	target, err := s.target(c, sub.dtype)
	if err != nil {
		return nil, err
	}
	if c.Attributor == nil || c.Attributor.Name == "Gradient" {
		return transforms.Pull(sub.explained(), target), nil
	}
	if len(sub.inputs) != 1 {
		return nil, fmt.Errorf("%s of a network with %d inputs is not supported", c.Attributor.Name, len(sub.inputs))
	}
	name, f := sub.inputs[0], sub.explained()
	q := question{c.Attributor.Args, sub.x[name], func(x trace.Value) trace.Value { return f(values{name: x}) }, target, sub.network}
	one, err := s.answer(c, q)
	if err != nil {
		return nil, err
	}
	return func(x values) values { return values{name: one(x[name])} }, nil
}

// question is the input of an attributor: a function of one value, a target and
// arguments.
type question struct {
	args   json.RawMessage
	x      trace.Value // only its type matters
	f      func(trace.Value) trace.Value
	target attribute.Target
	*network
}

func (s *suite) answer(c attributionCase, q question) (func(trace.Value) trace.Value, error) {
	switch c.Attributor.Name {
	case "SmoothGrad":
		return s.smoothGrad(q, c.NoiseUnit)
	case "IntegratedGradients":
		return integratedGradients(q)
	case "Occlusion":
		return occlusion(q)
	}
	return nil, fmt.Errorf("attributor %q is not supported", c.Attributor.Name)
}

// smoothGrad returns SmoothGrad with the noise of the case.
func (s *suite) smoothGrad(q question, noise string) (func(trace.Value) trace.Value, error) {
	var a struct {
		NoiseLevel float64 `json:"noise_level"`
		N          int     `json:"n_iter"`
	}
	if err := decode(q.args, &a); err != nil {
		return nil, err
	}
	if a.NoiseLevel <= 0 || a.N < 1 || a.N > 1 && noise == "" {
		return nil, fmt.Errorf("SmoothGrad with %s and noise %q is not supported", q.args, noise)
	}
	if err := q.checkCalls(a.N); err != nil {
		return nil, err
	}
	conf := attribute.SmoothGradConfig{NoiseLevel: a.NoiseLevel, N: a.N}
	if a.N > 1 {
		unit, err := s.tensor(noise)
		if err != nil {
			return nil, err
		}
		conf.Noise = castFloat(unit, q.x.DType())
	}
	return attribute.SmoothGrad(q.f, q.target, conf), nil
}

// fill replaces an input.
type fill struct {
	Kind  string
	Value float64
}

func (f *fill) function() (attribute.Fill, error) {
	if f == nil {
		return nil, nil
	}
	switch f.Kind {
	case "zeros":
		return attribute.Constant(0), nil
	case "constant":
		return attribute.Constant(f.Value), nil
	case "sample_mean":
		return attribute.SampleMean, nil
	}
	return nil, fmt.Errorf("values of kind %q are not supported", f.Kind)
}

func integratedGradients(q question) (func(trace.Value) trace.Value, error) {
	var a struct {
		N        int `json:"n_iter"`
		Baseline *fill
	}
	if err := decode(q.args, &a); err != nil {
		return nil, err
	}
	if a.N < 1 || a.N > mostInt {
		return nil, fmt.Errorf("%d iterations are not supported, only 1 to %d", a.N, mostInt)
	}
	if err := q.checkCalls(a.N); err != nil {
		return nil, err
	}
	baseline, err := a.Baseline.function()
	return attribute.IntegratedGradients(q.f, q.target, attribute.IntegratedGradientsConfig{N: a.N, Baseline: baseline}), err
}

func occlusion(q question) (func(trace.Value) trace.Value, error) {
	var a struct {
		Window, Stride extent
		Fill           *fill
		Invert         bool
	}
	if err := decode(q.args, &a); err != nil {
		return nil, err
	}
	fill, err := a.Fill.function()
	if err != nil {
		return nil, err
	}
	stride := a.Stride.along(q.x)
	if err := q.checkCalls(places(q.x, stride)); err != nil {
		return nil, err
	}
	return attribute.Occlusion(q.f, q.target, attribute.OcclusionConfig{
		Window: a.Window.along(q.x), Stride: stride, Fill: fill, Invert: a.Invert, Wrap: true,
	}), nil
}

// places returns the largest possible number of windows on all axes of x but the first.
func places(x trace.Value, stride []int) int {
	n := 1
	for i := 1; i < x.Rank(); i++ {
		step := 1
		if len(stride) > 0 {
			step = max(1, stride[min(i-1, len(stride)-1)])
		}
		n *= (x.Dim(i) + step - 1) / step
	}
	return n
}

// extent is a window or a stride: one number for every axis but the first, or a list for
// the last axes.
type extent struct {
	list  []int
	every bool
}

func (e *extent) UnmarshalJSON(b []byte) error {
	var v ints
	err := v.UnmarshalJSON(b)
	e.list, e.every = v, len(b) > 0 && b[0] != '['
	return err
}

// along completes a list to all axes of x but the first. The other axes get their own
// lengths.
func (e extent) along(x trace.Value) []int {
	if e.every || len(e.list) >= x.Rank()-1 {
		return e.list
	}
	return append(slices.Clone(x.Shape()[1:x.Rank()-len(e.list)]), e.list...)
}
