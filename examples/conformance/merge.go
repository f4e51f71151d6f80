package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// merge multiplies a batch norm into the linear modules before it: with s = weight / √(running_var + eps) they get the weight W·s per output
// channel and the bias (b - running_mean)·s + bias. The batch norm becomes the identity.
func (b *builder) merge(m model, pair mergePair) error {
	nd, err := moduleNode(m, pair.Norm)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(nd.Kind, "BatchNorm") {
		return fmt.Errorf("it is of kind %q", nd.Kind)
	}
	var a normAttrs
	if err := decode(nd.Attrs, &a); err != nil {
		return err
	}
	p := b.params[pair.Norm]
	scale, shift, err := scaleShift(p, a.Eps)
	if err != nil {
		return err
	}
	for _, name := range pair.Linear {
		if err := b.scale(m, name, p["running_mean"], scale, shift); err != nil {
			return err
		}
	}
	b.merged[pair.Norm] = true
	return nil
}

// scaleShift returns weight / √(running_var + eps) and the bias of a batch norm.
func scaleShift(p values, eps float64) (scale, shift trace.Value, err error) {
	for _, name := range []string{"weight", "bias", "running_mean", "running_var"} {
		if _, err := parameter(p, name); err != nil {
			return scale, shift, err
		}
	}
	return fn.Div(p["weight"], fn.Sqrt(fn.Add(p["running_var"], fn.Scalar(eps)))), p["bias"], nil
}

// scale changes the parameters of one linear module.
func (b *builder) scale(m model, name string, mean, scale, shift trace.Value) error {
	nd, err := moduleNode(m, name)
	if err != nil {
		return err
	}
	axis, err := outputAxis(nd)
	if err != nil {
		return err
	}
	p := b.params[name]
	w, err := parameter(p, "weight")
	if err != nil {
		return err
	}
	bias, ok := p["bias"]
	if !ok {
		bias = fn.ZerosLike(mean)
	}
	shape := make([]int, w.Rank())
	for i := range shape {
		shape[i] = 1
	}
	shape[axis] = scale.Size()
	b.params[name] = values{
		"weight": fn.Mul(w, fn.Reshape(scale, shape...)),
		"bias":   fn.Add(fn.Mul(fn.Sub(bias, mean), scale), shift),
	}
	return nil
}

// outputAxis is the axis of a linear module's weight that counts its output channels.
func outputAxis(nd node) (int, error) {
	switch {
	case nd.Kind == "Linear" || strings.HasPrefix(nd.Kind, "Conv") && !strings.HasPrefix(nd.Kind, "ConvTranspose"):
		return 0, nil
	case strings.HasPrefix(nd.Kind, "ConvTranspose"):
		var a convAttrs
		if err := decode(nd.Attrs, &a); err != nil || a.Groups <= 1 {
			return 1, err
		}
		return 0, errors.New("merging into a transposed convolution in groups is not supported")
	}
	return 0, fmt.Errorf("module %q of kind %q is not linear", *nd.Module, nd.Kind)
}

// moduleNode returns the first node of a module.
func moduleNode(m model, name string) (node, error) {
	for _, nd := range m.Nodes {
		if nd.Module != nil && *nd.Module == name {
			return nd, nil
		}
	}
	return node{}, fmt.Errorf("there is no module %q", name)
}
