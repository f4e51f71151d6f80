package main

import (
	"encoding/json"
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// graph is a network in which rules are assigned to nodes: each node is a layer with the
// node's name as its path.
type graph struct {
	graphModel
	runs []operation // by node
}

// operation is a node's computation, given which inputs are data: the others are constants,
// which no rule gives anything.
type operation func(in []trace.Value, data []bool) trace.Value

// graphModel is the description of such a network. Scope and role of a node, and the
// stream, are for readers.
type graphModel struct {
	Comment     string
	Inputs      []sequenceInput
	Output      string
	WRT         []string
	Stream      []string
	Attention   []string
	Nodes       []graphNode
	ModuleOrder []string `json:"module_order"`
}

type sequenceInput struct {
	Name  string
	Shape []int
	DType string
}

type graphNode struct {
	node
	Scope string
	Role  string
}

// graphOf reads a model of the group transformers.
func (s *suite) graphOf(name string) (*graph, error) {
	raw, ok := s.doc.Models[name]
	if !ok {
		return nil, fmt.Errorf("there is no model %q", name)
	}
	g := &graph{}
	if err := decode(raw, &g.graphModel); err != nil {
		return nil, fmt.Errorf("model %q: %w", name, err)
	}
	known := map[string]bool{}
	for _, in := range g.Inputs {
		known[in.Name] = true
	}
	for _, nd := range g.Nodes {
		for _, in := range nd.Inputs {
			if !known[in] {
				return nil, fmt.Errorf("model %q: node %q: its input %q does not come before it", name, nd.ID, in)
			}
		}
		params, err := s.tensorsAs(nd.Tensors, trace.Float64)
		if err != nil {
			return nil, err
		}
		run, err := graphOperation(nd, params)
		if err != nil {
			return nil, fmt.Errorf("model %q: node %q: %w", name, nd.ID, err)
		}
		g.runs, known[nd.ID] = append(g.runs, run), true
	}
	if !known[g.Output] {
		return nil, fmt.Errorf("model %q: its output %q is no node", name, g.Output)
	}
	return g, nil
}

// values computes all nodes. Those that are given are not computed; shifts are added to
// the values of others.
func (g *graph) values(x, given, shifts values) values {
	all := values{}
	for name, v := range x {
		all[name] = v
	}
	for name, v := range given {
		all[name] = v
	}
	isData := g.data(sortedKeys(given))
	for i, nd := range g.Nodes {
		if _, ok := given[nd.ID]; ok {
			continue
		}
		in, data := make([]trace.Value, len(nd.Inputs)), make([]bool, len(nd.Inputs))
		for k, name := range nd.Inputs {
			in[k], data[k] = all[name], isData[name]
		}
		all[nd.ID] = g.runs[i](in, data)
		if shift, ok := shifts[nd.ID]; ok {
			all[nd.ID] = fn.Add(all[nd.ID], shift)
		}
	}
	return all
}

// data are the nodes that depend on some of the nodes and inputs, and these.
func (g *graph) data(of []string) map[string]bool {
	out := map[string]bool{}
	for _, name := range of {
		out[name] = true
	}
	for _, nd := range g.Nodes {
		in := nd.Inputs
		if nd.Kind == "ExpandLike" {
			in = in[:1]
		}
		for _, name := range in {
			out[nd.ID] = out[nd.ID] || out[name]
		}
	}
	return out
}

// weights are the parameters of a node, and its inputs that are constants.
type weights struct {
	Weight, Bias trace.Value
	Constants    []trace.Value
}

// graphOperation is a node's computation as a layer.
func graphOperation(nd graphNode, p values) (operation, error) {
	var a graphAttrs
	if err := decode(orEmpty(nd.Attrs), &a); err != nil {
		return nil, err
	}
	switch nd.Kind {
	case "Const", "Parameter":
		v, err := parameter(p, "value")
		return func([]trace.Value, []bool) trace.Value { return v }, err
	}
	op, ok := graphKinds[nd.Kind]
	if !ok {
		return nil, fmt.Errorf("kind %q is not supported", nd.Kind)
	}
	if op.operands > 0 && len(nd.Inputs) != op.operands {
		return nil, fmt.Errorf("%s has %d inputs, want %d", nd.Kind, len(nd.Inputs), op.operands)
	}
	w := weights{Weight: p["weight"], Bias: p["bias"]}
	if op.weighted && w.Weight.IsAbsent() {
		return nil, fmt.Errorf("%s has no weight", nd.Kind)
	}
	if mask := p["mask"]; nd.Kind == "MaskedFill" {
		a.mask = mask
	}
	return func(in []trace.Value, data []bool) trace.Value {
		w := w
		for i, v := range in {
			if !data[i] {
				w.Constants = append(w.Constants, v)
			}
		}
		layer := transforms.Named(transforms.Layer{Kind: op.kind, Path: nd.ID, Biases: []string{".Bias"}},
			func(in []trace.Value, w weights) trace.Value { return op.run(a, w, merged(in, w.Constants, data)) })
		return layer(parted(in, data), w)
	}, nil
}

// parted are the inputs that are data.
func parted(in []trace.Value, data []bool) (out []trace.Value) {
	for i, v := range in {
		if data[i] {
			out = append(out, v)
		}
	}
	return out
}

// merged puts data and constants in their places.
func merged(in, constants []trace.Value, data []bool) []trace.Value {
	out := make([]trace.Value, len(data))
	for i, is := range data {
		if is {
			out[i], in = in[0], in[1:]
		} else {
			out[i], constants = constants[0], constants[1:]
		}
	}
	return out
}

func orEmpty(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("{}")
	}
	return raw
}
