package onnx

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/trace"
)

// The opsets that are supported. Operators of older ones are supported as far as their
// successors can be given their attributes.
const newestOpset = 23

// builder makes a graph of the messages of a file.
type builder struct {
	files     *externalFiles
	functions map[[2]string]*protoFunction
	opsets    map[string]int
	used      map[string]bool // names of values
	again     map[string]int  // how often a name was there already
	outermost map[string]bool // the names of values that the nodes of the whole graph compute
	consts    map[string]trace.Value
	missing   map[string][]string // operators that are not supported, with their nodes
	calls     []string            // the functions that are being inlined
	room      int                 // bytes that are left for tensors and names
	pending   []pending
}

// names are the names that are known in a graph, in the file and here.
type names struct {
	local map[string]string
	outer *names
}

func (n *names) get(name string) (string, bool) {
	for ; n != nil; n = n.outer {
		if unique, ok := n.local[name]; ok {
			return unique, true
		}
	}
	return "", false
}

func build(p *protoModel, files *externalFiles, room int) (*graph, error) {
	b := &builder{
		files: files, functions: map[[2]string]*protoFunction{}, opsets: p.opsets, used: map[string]bool{},
		again: map[string]int{}, outermost: map[string]bool{}, consts: map[string]trace.Value{}, missing: map[string][]string{}, room: room,
	}
	if v := p.opsets[""]; v > newestOpset {
		return nil, fmt.Errorf("its opset is %d, and %d is the newest one that is supported: export it with opset %d", v, newestOpset, newestOpset)
	}
	for _, f := range p.functions {
		b.functions[[2]string{f.domain, f.name}] = f
	}
	for _, n := range p.graph.nodes {
		for _, out := range n.out {
			b.outermost[out] = true
		}
		b.room -= 50 * len(n.out)
	}
	g, err := b.graph(p.graph, nil, "")
	if err != nil {
		return nil, err
	}
	if err := b.unsupported(); err != nil {
		return nil, err
	}
	if err := b.convert(); err != nil {
		return nil, err
	}
	g.consts, g.room = b.consts, b.room
	return g, nil
}

// unsupported lists the operators that were not found.
func (b *builder) unsupported() error {
	if len(b.missing) == 0 {
		return nil
	}
	var parts []string
	for _, op := range slices.Sorted(maps.Keys(b.missing)) {
		nodes := b.missing[op]
		quoted := make([]string, 0, 5)
		for i, n := range nodes {
			if i == 4 && len(nodes) > 5 {
				quoted = append(quoted, fmt.Sprintf("and %d more", len(nodes)-i))
				break
			}
			quoted = append(quoted, quote(n))
		}
		what := "node"
		if len(nodes) > 1 {
			what = "nodes"
		}
		part := fmt.Sprintf("%s (%s %s)", trace.Printable(trace.Excerpt(op)), what, strings.Join(quoted, ", "))
		if reason, ok := refusals[op]; ok {
			part += ", because " + reason
		}
		parts = append(parts, part)
	}
	if len(parts) == 1 {
		return errors.New("one operator is not supported: " + parts[0])
	}
	return fmt.Errorf("%d operators are not supported: %s", len(parts), strings.Join(parts, "; "))
}

// unique returns a name that no other value has. Values of bodies and functions, which
// have a prefix, do not take a name of the graph around them.
func (b *builder) unique(name, prefix string) (string, error) {
	base := name
	if b.used[base] || prefix != "" && b.outermost[base] {
		base = prefix + name
	}
	candidate := base
	for b.used[candidate] {
		b.again[base]++
		candidate = fmt.Sprintf("%s.%d", base, b.again[base]+1)
	}
	b.used[candidate] = true
	if b.room -= 100 + len(candidate); b.room < 0 {
		return "", errRoom
	}
	return candidate, nil
}

// define gives a value of a graph its name. A graph may not define a name twice.
func (b *builder) define(n *names, name, prefix string) (string, error) {
	if _, ok := n.local[name]; ok {
		return "", fmt.Errorf("two values of one graph are named %s", quote(name))
	}
	unique, err := b.unique(name, prefix)
	n.local[name] = unique
	return unique, err
}

func (b *builder) graph(p *protoGraph, outer *names, prefix string) (*graph, error) {
	scope := &names{map[string]string{}, outer}
	g := &graph{defaults: map[string]bool{}}
	given := map[string]bool{}
	for _, t := range p.tensors {
		if given[t.name] {
			return nil, fmt.Errorf("two initializers are named %s", quote(t.name))
		}
		given[t.name] = true
		name, err := b.define(scope, t.name, prefix)
		if err != nil {
			return nil, err
		}
		what := "initializer " + quote(t.name)
		if err := b.constant(name, what, t); err != nil {
			return nil, within(err, "%s", what)
		}
	}
	for _, in := range p.inputs {
		if given[in.Name] {
			g.defaults[scope.local[in.Name]] = true
			continue
		}
		if in.other && outer == nil {
			return nil, fmt.Errorf("input %s is no tensor: sequences, maps and optional values are not supported", quote(in.Name))
		}
		if _, err := in.element.dtype(); outer == nil && in.element != 0 && err != nil {
			return nil, within(err, "input %s", quote(in.Name))
		}
		name, err := b.define(scope, in.Name, prefix)
		if err != nil {
			return nil, err
		}
		in.Name = name
		g.inputs = append(g.inputs, in)
	}
	if err := b.nodes(g, p.nodes, scope, prefix); err != nil {
		return nil, err
	}
	for _, out := range p.outputs {
		name, ok := scope.get(out.Name)
		if !ok {
			return nil, fmt.Errorf("nothing computes the output %s", quote(out.Name))
		}
		out.Name = name
		g.outputs = append(g.outputs, out)
	}
	if outer == nil && len(g.outputs) == 0 {
		return nil, errors.New("its graph has no outputs")
	}
	return g, nil
}

// nodes adds nodes to a graph, in an order in which each comes after what it reads.
func (b *builder) nodes(g *graph, list []*protoNode, scope *names, prefix string) error {
	makers := map[string]*protoNode{}
	for _, p := range list {
		for _, out := range p.out {
			if out == "" {
				continue
			}
			if other, ok := makers[out]; ok {
				return fmt.Errorf("nodes %s and %s both compute %s", quote(other.name), quote(p.name), quote(out))
			}
			if _, ok := scope.local[out]; ok {
				return fmt.Errorf("node %s computes %s, which the graph is given", quote(p.name), quote(out))
			}
			makers[out] = p
		}
	}
	o := ordering{makers: makers, state: map[*protoNode]bool{}}
	for _, p := range list {
		if err := o.visit(p); err != nil {
			return err
		}
	}
	for _, p := range o.sorted {
		if err := b.node(g, p, scope, prefix); err != nil {
			return within(err, "node %s (%s)", quote(p.name), trace.Printable(trace.Excerpt(p.op)))
		}
	}
	return nil
}

// node adds a node to a graph, or the nodes of a function in its place.
func (b *builder) node(g *graph, p *protoNode, scope *names, prefix string) error {
	in := make([]string, len(p.in))
	for i, name := range p.in {
		if name == "" {
			continue
		}
		unique, ok := scope.get(name)
		if !ok {
			return fmt.Errorf("it reads %s, which nothing computes", quote(name))
		}
		in[i] = unique
	}
	if f, ok := b.functions[[2]string{p.domain, p.op}]; ok {
		return b.inline(g, f, p, in, scope, prefix)
	}
	out := make([]string, len(p.out))
	for i, name := range p.out {
		if name == "" {
			continue
		}
		unique, err := b.define(scope, name, prefix)
		if err != nil {
			return err
		}
		out[i] = unique
	}
	n := &node{name: p.name, op: p.op, version: b.opsets[p.domain], in: in, out: out}
	if n.name == "" { // the name of a node may be left out
		n.name = cmp.Or(append(slices.Clone(out), p.op)...)
	}
	if err := b.attributes(n, p); err != nil {
		return err
	}
	if p.domain == "" && p.op == "Constant" {
		return b.constantNode(n)
	}
	op, ok := operators[p.op]
	if p.domain != "" || !ok {
		name := strings.TrimPrefix(p.domain+"."+p.op, ".")
		b.missing[name] = append(b.missing[name], n.name)
		return nil
	}
	n.operator = op
	g.nodes = append(g.nodes, n)
	return b.bodies(n, p, scope)
}

// attributes gives a node its attributes. Tensors among them are converted.
func (b *builder) attributes(n *node, p *protoNode) error {
	n.attrs = map[string]*attribute{}
	for _, a := range p.attributes {
		if n.attrs[a.name] != nil {
			return fmt.Errorf("it has two attributes %s", quote(a.name))
		}
		kept := *a
		if a.tensor != nil && p.op != "Constant" {
			err := b.admit(a.tensor)
			if err == nil {
				kept.value, err = a.tensor.value(b.files, nil)
			}
			if err != nil {
				return within(err, "attribute %s", quote(a.name))
			}
			kept.tensor = nil
		}
		n.attrs[a.name] = &kept
	}
	return nil
}

// bodies gives a node the graphs among its attributes.
func (b *builder) bodies(n *node, p *protoNode, scope *names) error {
	for _, a := range p.attributes {
		if a.graph == nil {
			continue
		}
		body, err := b.graph(a.graph, scope, n.name+"/"+a.name+"/")
		if err != nil {
			return within(err, "%s", trace.Printable(trace.Excerpt(a.name)))
		}
		if n.bodies == nil {
			n.bodies = map[string]*graph{}
		}
		n.bodies[a.name] = body
	}
	return nil
}
