package main

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

func (b *builder) linear(nd node, path string) (nn.Layer, error) {
	var a struct {
		InFeatures  int `json:"in_features"`
		OutFeatures int `json:"out_features"`
		Bias        bool
	}
	if err := decode(nd.Attrs, &a); err != nil {
		return nil, err
	}
	w, bias, err := affine(b.params[path], a.Bias)
	return nn.Linear{Path: path, Weight: w, Bias: bias}, err
}

// convAttrs are the hyper-parameters of both kinds of convolution.
type convAttrs struct {
	InChannels    int    `json:"in_channels"`
	OutChannels   int    `json:"out_channels"`
	KernelSize    ints   `json:"kernel_size"`
	OutputPadding ints   `json:"output_padding"`
	PaddingMode   string `json:"padding_mode"`

	Stride, Padding, Dilation ints
	Groups                    int
	Bias                      bool
}

// readConv returns the hyper-parameters, weight and bias of a convolution.
func readConv(nd node, p values) (a convAttrs, w, bias trace.Value, err error) {
	if err = decode(nd.Attrs, &a); err != nil {
		return
	}
	if a.PaddingMode != "" && a.PaddingMode != "zeros" {
		err = fmt.Errorf("padding mode %q is not supported", a.PaddingMode)
		return
	}
	w, bias, err = affine(p, a.Bias)
	return
}

func conv(nd node, path string, p values) (nn.Layer, error) {
	a, w, bias, err := readConv(nd, p)
	r := rankOf(nd.Kind)
	return nn.Conv{Path: path, Weight: w, Bias: bias, Config: fn.ConvConfig{
		Stride: a.Stride.over(r), Padding: a.Padding.over(r), Dilation: a.Dilation.over(r), Groups: a.Groups,
	}}, err
}

func convTranspose(nd node, path string, p values) (nn.Layer, error) {
	a, w, bias, err := readConv(nd, p)
	r := rankOf(nd.Kind)
	return nn.ConvTranspose{Path: path, Weight: w, Bias: bias, Config: fn.ConvTransposeConfig{
		Stride: a.Stride.over(r), Padding: a.Padding.over(r), OutputPadding: a.OutputPadding.over(r), Dilation: a.Dilation.over(r), Groups: a.Groups,
	}}, err
}

// normAttrs are the hyper-parameters of a batch normalization.
type normAttrs struct {
	NumFeatures int `json:"num_features"`
	Eps         float64
	Training    bool
}

// batchNorm returns a batch normalization.
func (b *builder) batchNorm(nd node, path string) (nn.Layer, error) {
	var a normAttrs
	if err := decode(nd.Attrs, &a); err != nil {
		return nil, err
	}
	p := b.params[path]
	mean, err := parameter(p, "running_mean")
	if err != nil {
		return nil, err
	}
	variance, err := parameter(p, "running_var")
	return nn.BatchNorm{Path: path, Weight: p["weight"], Bias: p["bias"], Mean: mean, Variance: variance, Epsilon: a.Eps}, err
}

// poolAttrs are the hyper-parameters of all pooling layers.
type poolAttrs struct {
	KernelSize      ints  `json:"kernel_size"`
	CeilMode        bool  `json:"ceil_mode"`
	CountIncludePad *bool `json:"count_include_pad"`
	DivisorOverride int   `json:"divisor_override"`

	Stride, Padding, Dilation ints
}

func maxPool(nd node, path string) (nn.Layer, error) {
	var a poolAttrs
	err := decode(nd.Attrs, &a)
	r := rankOf(nd.Kind)
	return nn.MaxPool{Path: path, Config: fn.MaxPoolConfig{
		Kernel: a.KernelSize.over(r), Stride: a.Stride.over(r), Padding: a.Padding.over(r), Dilation: a.Dilation.over(r), CeilMode: a.CeilMode,
	}}, err
}

func avgPool(nd node, path string) (nn.Layer, error) {
	var a poolAttrs
	err := decode(nd.Attrs, &a)
	r := rankOf(nd.Kind)
	return nn.AvgPool{Path: path, Config: fn.AvgPoolConfig{
		Kernel: a.KernelSize.over(r), Stride: a.Stride.over(r), Padding: a.Padding.over(r), CeilMode: a.CeilMode,
		ExcludePadding: a.CountIncludePad != nil && !*a.CountIncludePad, Divisor: a.DivisorOverride,
	}}, err
}

func adaptiveAvgPool(nd node, path string) (nn.Layer, error) {
	var a struct {
		OutputSize ints `json:"output_size"`
	}
	err := decode(nd.Attrs, &a)
	return nn.AdaptiveAvgPool{Path: path, Size: a.OutputSize.over(rankOf(nd.Kind))}, err
}

// plain returns the layers without parameters that compute little.
func plain(nd node, path string) (nn.Layer, error) {
	a := struct {
		StartDim int `json:"start_dim"`
		EndDim   int `json:"end_dim"`
		Dim      int
		P        float64
		Training bool
	}{StartDim: 1, EndDim: -1}
	if err := decode(nd.Attrs, &a); err != nil {
		return nil, err
	}
	switch {
	case nd.Kind == "Flatten":
		return flatten{path, a.StartDim, a.EndDim}, nil
	case nd.Kind == "Sum" && a.Dim != 0:
		return nn.Sum{Path: path, Axis: a.Dim}, nil
	case nd.Kind == "Dropout" && !a.Training:
		return nn.Dropout{Path: path, Rate: a.P}, nil
	case nd.Kind == "Identity":
		return nn.Identity{Path: path}, nil
	}
	return nil, fmt.Errorf("%s with %s is not supported", nd.Kind, clip(nd.Attrs))
}

// activationAttrs are the parameters of all activation functions.
type activationAttrs struct {
	NegativeSlope float64 `json:"negative_slope"`
	Alpha         float64
	Beta          float64
	Threshold     float64
	Approximate   string
}

// activation returns an activation function.
func activation(nd node, path string) (nn.Layer, error) {
	kinds := map[string]func(a activationAttrs) nn.Activation{
		"ReLU":      func(activationAttrs) nn.Activation { return nn.ReLU() },
		"LeakyReLU": func(a activationAttrs) nn.Activation { return nn.LeakyReLU(a.NegativeSlope) },
		"ELU":       func(a activationAttrs) nn.Activation { return nn.ELU(a.Alpha) },
		"GELU":      gelu,
		"SiLU":      func(activationAttrs) nn.Activation { return nn.SiLU() },
		"Tanh":      func(activationAttrs) nn.Activation { return nn.Tanh() },
		"Sigmoid":   func(activationAttrs) nn.Activation { return nn.Sigmoid() },
		"Softplus":  func(a activationAttrs) nn.Activation { return nn.Softplus(a.Beta, a.Threshold) },
	}
	of, ok := kinds[nd.Kind]
	if !ok {
		return nil, fmt.Errorf("kind %q is not supported", nd.Kind)
	}
	var a activationAttrs
	if err := decode(nd.Attrs, &a); err != nil {
		return nil, err
	}
	l := of(a)
	l.Path = path
	return l, nil
}

func gelu(a activationAttrs) nn.Activation {
	if a.Approximate == "tanh" {
		return nn.GELUTanh()
	}
	return nn.GELU()
}
