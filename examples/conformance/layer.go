package main

import (
	"encoding/json"
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// builder makes the operations of one model.
type builder struct {
	params      map[string]values // by module, then PyTorch's name
	residualSum bool
}

// newBuilder reads the parameters of a model.
func (s *suite) newBuilder(m model, v variant) (*builder, error) {
	b := &builder{map[string]values{}, v.residualSum}
	for _, nd := range m.Nodes {
		if nd.Module == nil {
			continue
		}
		params, err := s.tensorsAs(nd.Tensors, v.dtype)
		if err != nil {
			return nil, err
		}
		b.params[*nd.Module] = params
	}
	return b, nil
}

// operation returns the computation of a node. The path is the module that a composite
// sees, "" for none.
func (b *builder) operation(nd node, path string) (func(in []trace.Value) trace.Value, error) {
	if nd.Module != nil {
		if len(nd.Inputs) != 1 {
			return nil, fmt.Errorf("a module with %d inputs is not supported", len(nd.Inputs))
		}
		l, err := b.layer(nd, path)
		return func(in []trace.Value) trace.Value { return l.Apply(in[0]) }, err
	}
	if len(nd.Inputs) == 0 {
		return nil, fmt.Errorf("an operation without inputs is not supported")
	}
	if path != "" {
		return sumOver(path), nil
	}
	return arrange(nd)
}

// arrange returns an operation without a module. It keeps its plain gradient.
func arrange(nd node) (func(in []trace.Value) trace.Value, error) {
	var a struct{ Dim int }
	switch nd.Kind {
	case "Add":
		return addAll, nil
	case "Stack":
		err := decode(nd.Attrs, &a)
		return func(in []trace.Value) trace.Value { return fn.Stack(a.Dim, in...) }, err
	case "Concat":
		err := decode(nd.Attrs, &a)
		return func(in []trace.Value) trace.Value { return fn.Concat(a.Dim, in...) }, err
	}
	return nil, fmt.Errorf("kind %q without a module is not supported", nd.Kind)
}

func addAll(in []trace.Value) trace.Value {
	sum := in[0]
	for _, x := range in[1:] {
		sum = fn.Add(sum, x)
	}
	return sum
}

// layer returns the layer of a module.
func (b *builder) layer(nd node, path string) (nn.Layer, error) {
	p := b.params[path]
	switch nd.Kind {
	case "Linear":
		return b.linear(nd, path)
	case "Conv1d", "Conv2d", "Conv3d":
		return conv(nd, path, p)
	case "ConvTranspose1d", "ConvTranspose2d":
		return convTranspose(nd, path, p)
	case "BatchNorm1d", "BatchNorm2d":
		return b.batchNorm(nd, path)
	case "MaxPool1d", "MaxPool2d":
		return maxPool(nd, path)
	case "AvgPool1d", "AvgPool2d":
		return avgPool(nd, path)
	case "AdaptiveAvgPool1d", "AdaptiveAvgPool2d":
		return adaptiveAvgPool(nd, path)
	case "Flatten", "Sum", "Dropout", "Identity":
		return plain(nd, path)
	}
	return activation(nd, path)
}

// window returns an upper bound of how many numbers go into each output of a node: the
// size of a kernel, or of a row of weights.
func (b *builder) window(nd node) int {
	if nd.Module == nil {
		return max(len(nd.Inputs), 1)
	}
	var a struct {
		KernelSize ints `json:"kernel_size"`
	}
	_ = json.Unmarshal(nd.Attrs, &a) // the layer has read it before
	n := 1
	for _, k := range a.KernelSize.over(2) {
		n *= max(k, 1)
	}
	if w, ok := b.params[*nd.Module]["weight"]; ok && w.Rank() > 1 {
		n = max(n, w.Size()/max(min(w.Dim(0), w.Dim(1)), 1))
	}
	return n
}

// ints are numbers in PyTorch's notation: one for all axes, or a list.
type ints []int

// Limits on a list. A larger kernel or stride is not a test but an attack on time and
// memory.
const (
	mostInt    = 4096    // of one number
	mostVolume = 1 << 24 // of the product of all
)

func (v *ints) UnmarshalJSON(b []byte) error {
	var one *int
	if json.Unmarshal(b, &one) == nil && one != nil {
		if err := (ints{*one, *one, *one}).check(); err != nil { // for the largest number of axes
			return err
		}
		*v = ints{*one}
		return nil
	}
	if err := json.Unmarshal(b, (*[]int)(v)); err != nil {
		return err
	}
	return v.check()
}

// check refuses lists with too large a number or product.
func (v ints) check() error {
	volume := 1
	for _, n := range v {
		if n < -mostInt || n > mostInt {
			return fmt.Errorf("the number %d is beyond %d", n, mostInt)
		}
		if volume *= max(n, -n, 1); volume > mostVolume {
			return fmt.Errorf("the product of the numbers %s is beyond %d", clip(fmt.Append(nil, []int(v))), mostVolume)
		}
	}
	return nil
}

// over returns one number for each of n axes. An empty list stays empty.
func (v ints) over(n int) []int {
	if len(v) != 1 {
		return v
	}
	out := make([]int, n)
	for i := range out {
		out[i] = v[0]
	}
	return out
}

// rankOf returns the number of spatial axes that a kind such as Conv2d ends with.
func rankOf(kind string) int { return int(kind[len(kind)-2] - '0') }

// parameter returns a parameter that the layer must have.
func parameter(p values, name string) (trace.Value, error) {
	v, ok := p[name]
	if !ok {
		return v, fmt.Errorf("it has no tensor %q", name)
	}
	return v, nil
}

// affine returns weight and bias of a linear layer.
func affine(p values, bias bool) (w, b trace.Value, err error) {
	if w, err = parameter(p, "weight"); err != nil {
		return w, b, err
	}
	if bias {
		_, err = parameter(p, "bias")
	}
	return w, p["bias"], err
}
