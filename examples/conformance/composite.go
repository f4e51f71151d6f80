package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// compositeArgs are the arguments of every composite.
type compositeArgs struct {
	Low, High           json.RawMessage
	Epsilon, Stabilizer json.RawMessage
	Gamma               *float64
	BetaSmooth          *float64   `json:"beta_smooth"`
	ZeroParams          paramList  `json:"zero_params"`
	LayerMap            []mapEntry `json:"layer_map"`
	FirstMap            []mapEntry `json:"first_map"`
	NameMap             []mapEntry `json:"name_map"`
	Composites          []named
}

// caseComposite returns the composite of a case, nil if it has none. A case about a
// single layer lists a rule instead, which is assigned by name.
func (r ruleReader) caseComposite(c attributionCase, order []string) (transforms.Composite, error) {
	switch {
	case c.Composite != nil:
		return r.composite(*c.Composite, order)
	case !c.bareRules || len(c.Rules) == 0:
		return nil, nil
	}
	var entries []rules.NameEntry
	for _, n := range c.Rules {
		rule, err := r.rule(n)
		if err != nil {
			return nil, err
		}
		entries = append(entries, rules.At(n.Module, rule))
	}
	return rules.NameMap(entries...), nil
}

// composite returns a composite by its name. The order of modules decides which of them
// is first.
func (r ruleReader) composite(n named, order []string) (transforms.Composite, error) {
	var a compositeArgs
	if err := decode(n.Args, &a); err != nil {
		return nil, fmt.Errorf("composite %q: %w", n.Name, err)
	}
	switch n.Name {
	case "LayerMapComposite", "SpecialFirstLayerMapComposite", "NameMapComposite", "NameLayerMapComposite":
		return r.maps(a, order)
	case "MixedComposite":
		return r.mixed(a.Composites, order)
	}
	return r.preset(n.Name, a, order)
}

// maps returns a composite of the given maps: the one for the first layer, then the one
// for names, then the one for layers.
func (r ruleReader) maps(a compositeArgs, order []string) (transforms.Composite, error) {
	first, err := r.entries(a.FirstMap)
	if err != nil {
		return nil, err
	}
	layers, err := r.entries(a.LayerMap)
	if err != nil {
		return nil, err
	}
	var names []rules.NameEntry
	for _, e := range a.NameMap {
		rule, err := r.rule(e.Rule)
		if err != nil {
			return nil, err
		}
		for _, name := range e.Keys {
			names = append(names, rules.At(name, rule))
		}
	}
	parts := []transforms.Composite{rules.NameMap(names...), rules.LayerMap(layers...)}
	if len(first) > 0 {
		parts = slices.Insert(parts, 0, rules.FirstInOrder(order, rules.LayerMap(first...)))
	}
	return rules.Mixed(parts...), nil
}

func (r ruleReader) mixed(list []named, order []string) (transforms.Composite, error) {
	var parts []transforms.Composite
	for _, n := range list {
		c, err := r.composite(n, order)
		if err != nil {
			return nil, err
		}
		parts = append(parts, c)
	}
	return rules.Mixed(parts...), nil
}

// preset returns a preset. Additions that no canonizer has made into layers keep their
// plain gradient.
func (r ruleReader) preset(name string, a compositeArgs, order []string) (transforms.Composite, error) {
	c, err := ruleArgs{Stabilizer: a.Stabilizer, ZeroParams: a.ZeroParams}.config()
	if err != nil {
		return nil, err
	}
	p := rules.Preset{
		Stabilizer: c.Stabilizer, ZeroBias: c.ZeroBias, ZeroWeight: c.ZeroWeight,
		Gamma: a.Gamma, Beta: a.BetaSmooth, Order: order, PlainResidual: !r.sums,
	}
	if p.Epsilon, err = readStabilizer(a.Epsilon); err != nil {
		return nil, err
	}
	if p.LayerMap, err = r.entries(a.LayerMap); err != nil {
		return nil, err
	}
	if p.FirstMap, err = r.entries(a.FirstMap); err != nil {
		return nil, err
	}
	var low, high trace.Value
	if len(a.Low) > 0 {
		if low, err = r.bound(a.Low); err != nil {
			return nil, err
		}
		if high, err = r.bound(a.High); err != nil {
			return nil, err
		}
	}
	return rules.Named(name, low, high, p)
}

// entries returns a layer map.
func (r ruleReader) entries(list []mapEntry) ([]rules.Entry, error) {
	var out []rules.Entry
	for _, e := range list {
		rule, err := r.rule(e.Rule)
		if err != nil {
			return nil, err
		}
		for _, name := range e.Keys {
			kind, err := r.kindOf(name)
			if err != nil {
				return nil, err
			}
			if kind == trace.KindSum { // only the module, not the operation
				out = append(out, rules.On(trace.KindAdd, nil), rules.On(trace.KindSub, nil))
			}
			out = append(out, rules.On(kind, rule))
		}
	}
	return out, nil
}

// typeKinds maps the types of Zennit to kinds of layers.
var typeKinds = map[string]trace.Kind{
	"Convolution":      trace.KindConv,
	"Linear":           trace.KindLinear,
	"BatchNorm":        trace.KindBatchNorm,
	"AvgPool":          trace.KindAvgPool,
	"MaxPool":          trace.KindMaxPool,
	"Activation":       trace.KindActivation,
	"zennit.layer.Sum": trace.KindSum,
}

// classKinds maps PyTorch's classes to kinds. Here a kind does not tell how a pool
// chooses its windows, or how many axes a normalization has.
var classKinds = map[string]trace.Kind{
	"Linear": trace.KindDense,
	"Conv1d": trace.KindConvStandard.WithRank(1), "Conv2d": trace.KindConvStandard.WithRank(2), "Conv3d": trace.KindConvStandard.WithRank(3),
	"ConvTranspose1d": trace.KindConvTransposed.WithRank(1), "ConvTranspose2d": trace.KindConvTransposed.WithRank(2),
	"BatchNorm1d": trace.KindBatchNorm, "BatchNorm2d": trace.KindBatchNorm,
	"MaxPool1d": trace.KindMaxPool.WithRank(1), "MaxPool2d": trace.KindMaxPool.WithRank(2),
	"AvgPool1d": trace.KindAvgPool.WithRank(1), "AvgPool2d": trace.KindAvgPool.WithRank(2), "AdaptiveAvgPool1d": trace.KindAvgPool.WithRank(1), "AdaptiveAvgPool2d": trace.KindAvgPool.WithRank(2),
	"ReLU": trace.KindReLU, "LeakyReLU": trace.KindActivation + ".leaky_relu", "ELU": trace.KindActivation + ".elu", "GELU": trace.KindActivation + ".gelu",
	"SiLU": trace.KindActivation + ".silu", "Tanh": trace.KindActivation + ".tanh", "Sigmoid": trace.KindActivation + ".sigmoid",
	"Softplus": trace.KindActivation + ".softplus",
	"Flatten":  trace.KindShaping + ".flatten", "Dropout": trace.KindDropout, "Identity": "identity",
}

// kindOf returns the kind of layer for a type in a map. It refuses a class if the model
// has another class of the same kind.
func (r ruleReader) kindOf(name string) (trace.Kind, error) {
	if kind, ok := typeKinds[name]; ok {
		return kind, nil
	}
	class, isClass := strings.CutPrefix(name, "torch.nn.")
	kind, ok := classKinds[class]
	if !isClass || !ok {
		return "", fmt.Errorf("type %q in a layer map is not supported", name)
	}
	for _, other := range r.classes {
		if other != class && classKinds[other] == kind {
			return "", fmt.Errorf("type %q in a layer map is not supported for a model that has modules of the class %q, too", name, other)
		}
	}
	return kind, nil
}
