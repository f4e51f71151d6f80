package onnx

import (
	"fmt"
	"slices"
)

// inline adds the nodes of a function. Its inputs and outputs are the node's, and its
// other values get the node's name in front.
func (b *builder) inline(g *graph, f *protoFunction, p *protoNode, in []string, scope *names, prefix string) error {
	if slices.Contains(b.calls, f.name) {
		return fmt.Errorf("function %s calls itself", quote(f.name))
	}
	if len(b.calls) == deepest {
		return errDeep
	}
	b.calls = append(b.calls, f.name)
	defer func() { b.calls = b.calls[:len(b.calls)-1] }()
	if len(p.in) > len(f.in) || len(p.out) > len(f.out) {
		return fmt.Errorf("function %s has %d inputs and %d outputs, the node has %d and %d", quote(f.name), len(f.in), len(f.out), len(p.in), len(p.out))
	}
	inner := &names{local: map[string]string{}}
	for i, name := range f.in {
		if i < len(in) && in[i] != "" {
			inner.local[name] = in[i]
		}
	}
	given := map[string]*attribute{}
	for _, a := range append(slices.Clone(f.attributes), p.attributes...) {
		given[a.name] = a
	}
	for _, n := range f.nodes { // of which bind makes copies
		if b.room -= 900 + 64*len(n.in) + 400*len(n.attributes); b.room < 0 {
			return errRoom
		}
	}
	outer := b.opsets
	if len(f.opsets) > 0 {
		b.opsets = f.opsets
	}
	err := b.nodes(g, bind(f.nodes, given, inner), inner, p.name+"/")
	b.opsets = outer
	if err != nil {
		return err
	}
	for i, name := range p.out {
		if name == "" {
			continue
		}
		unique, ok := inner.local[f.out[i]]
		if !ok {
			return fmt.Errorf("function %s does not compute its output %s", quote(f.name), quote(f.out[i]))
		}
		result, err := b.define(scope, name, prefix)
		if err != nil {
			return err
		}
		// The value keeps the name that it has outside, since users know that one.
		n := &node{name: p.name, op: "Identity", version: 1, operator: operators["Identity"], in: []string{unique}, out: []string{result}}
		g.nodes = append(g.nodes, n)
	}
	return nil
}

// bind returns the nodes of a function with the attributes that a call gives. An operand
// that the call leaves out is left out of them, too.
func bind(nodes []*protoNode, given map[string]*attribute, inner *names) []*protoNode {
	made := map[string]bool{}
	for _, n := range nodes {
		for _, out := range n.out {
			made[out] = true
		}
	}
	out := make([]*protoNode, len(nodes))
	for i, n := range nodes {
		bound := *n
		bound.in = slices.Clone(n.in)
		for j, name := range bound.in {
			if _, ok := inner.local[name]; !ok && !made[name] {
				bound.in[j] = ""
			}
		}
		bound.attributes = nil
		for _, a := range n.attributes {
			switch value := given[a.ref]; {
			case a.graph != nil:
				copied, body := *a, *a.graph
				body.nodes = bindBody(a.graph.nodes, given)
				copied.graph = &body
				bound.attributes = append(bound.attributes, &copied)
			case a.ref == "":
				bound.attributes = append(bound.attributes, a)
			case value != nil:
				renamed := *value
				renamed.name = a.name
				bound.attributes = append(bound.attributes, &renamed)
			}
		}
		out[i] = &bound
	}
	return out
}

// bindBody is bind for the nodes of a body, whose names are known elsewhere.
func bindBody(nodes []*protoNode, given map[string]*attribute) []*protoNode {
	all := &names{local: map[string]string{}}
	for _, n := range nodes {
		for _, in := range n.in {
			all.local[in] = in
		}
	}
	return bind(nodes, given, all)
}
