package onnx

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pullback-go/pullback/trace"
)

// graph is a graph in the form in which it runs: its nodes are in order, functions of the
// file are inlined, and every value has a name of its own, also in the bodies of nodes.
// A graph is not changed once it is made.
type graph struct {
	nodes    []*node
	inputs   []Port // of a body: the values that its node sets
	outputs  []Port
	consts   map[string]trace.Value // the values that the file gives, here and in bodies
	defaults map[string]bool        // the inputs among them
	drop     []string               // values that nothing reads after this graph's inputs
}

// node is an operation of a graph.
type node struct {
	name     string // its path for composites
	op       string
	version  int // the opset
	operator operator
	in, out  []string // an empty name stands for an operand or output that is left out
	attrs    map[string]*attribute
	bodies   map[string]*graph

	// What follows is known once the graph is prepared.
	data []bool   // by operand: it depends on the model's inputs
	drop []string // the values that nothing reads after this node
}

// reads returns the names that a node reads, those in its bodies included.
func (n *node) reads() []string {
	if len(n.bodies) == 0 {
		return n.in
	}
	names := slices.Clone(n.in)
	for _, body := range n.bodies {
		for _, m := range body.nodes {
			names = append(names, m.reads()...)
		}
		for _, p := range body.outputs {
			names = append(names, p.Name)
		}
	}
	return names
}

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

// pending is a tensor whose elements are still to be converted.
type pending struct {
	name, what string
	tensor     *tensor
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
	g.consts = b.consts
	return g, nil
}

// convert converts the elements of all tensors. Several at a time go faster, because most
// of the time is the system's, which finds pages for them.
func (b *builder) convert() error {
	values := make([]trace.Value, len(b.pending))
	failed := make([]error, len(b.pending))
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(b.pending)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(b.pending); i = int(next.Add(1)) - 1 {
				failed[i] = guarded(func() (err error) {
					values[i], err = b.pending[i].tensor.value(b.files)
					return err
				})
			}
		})
	}
	group.Wait()
	for i, p := range b.pending {
		if failed[i] != nil {
			return within(failed[i], "%s", p.what)
		}
		b.consts[p.name] = values[i]
	}
	return nil
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

// constant adds the value of a tensor, once it is converted.
func (b *builder) constant(name, what string, t *tensor) error {
	b.pending = append(b.pending, pending{name, what, t})
	return b.admit(t)
}

// admit checks a tensor's type, and that there is room for it. What a file stores in
// place of elements, such as packed small numbers, may not grow without bound.
func (b *builder) admit(t *tensor) error {
	typ, err := t.typ()
	if err != nil || t.external != nil {
		return err
	}
	if b.room -= typ.Bytes(); b.room < 0 {
		return fmt.Errorf("%v needs more memory than a file of this size can fill", typ)
	}
	return nil
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

// ordering sorts nodes. A node's state is false while it is on the way, and true once it
// is in the list.
type ordering struct {
	makers map[string]*protoNode
	state  map[*protoNode]bool
	sorted []*protoNode
}

// visit adds a node behind those that it needs. It keeps its own stack, since a file may
// have a chain of any length.
func (o *ordering) visit(first *protoNode) error {
	if o.state[first] {
		return nil
	}
	type entry struct {
		node  *protoNode
		needs []string
	}
	o.state[first] = false
	stack := []entry{{first, needed(first)}}
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if len(top.needs) == 0 {
			o.state[top.node] = true
			o.sorted = append(o.sorted, top.node)
			stack = stack[:len(stack)-1]
			continue
		}
		next := o.makers[top.needs[0]]
		top.needs = top.needs[1:]
		if next == nil {
			continue
		}
		done, met := o.state[next]
		if met && !done {
			return fmt.Errorf("the graph has a cycle: node %s (%s) needs its own result %s", quote(next.name), next.op, quote(next.out[0]))
		}
		if !met {
			o.state[next] = false
			stack = append(stack, entry{next, needed(next)})
		}
	}
	return nil
}

// needed returns the names that a node reads, in its bodies too. Names that a body
// defines itself are not among them.
func needed(p *protoNode) []string {
	names := p.in
	for _, a := range p.attributes {
		if a.graph == nil {
			continue
		}
		own := map[string]bool{}
		for _, t := range a.graph.tensors {
			own[t.name] = true
		}
		for _, in := range a.graph.inputs {
			own[in.Name] = true
		}
		var inside []string
		for _, q := range a.graph.nodes {
			inside = append(inside, needed(q)...)
			for _, out := range q.out {
				own[out] = true
			}
		}
		for _, out := range a.graph.outputs {
			inside = append(inside, out.Name)
		}
		inside = slices.DeleteFunc(inside, func(name string) bool { return own[name] })
		names = append(slices.Clone(names), inside...)
	}
	return names
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
	n := &node{name: p.name, op: p.op, version: b.opsets[p.domain], in: in, out: out, attrs: map[string]*attribute{}}
	if n.name = p.name; n.name == "" {
		n.name = p.op
		if len(out) > 0 && out[0] != "" {
			n.name = out[0]
		}
	}
	for _, a := range p.attributes {
		if n.attrs[a.name] != nil {
			return fmt.Errorf("it has two attributes %s", quote(a.name))
		}
		kept := *a
		if a.tensor != nil && p.op != "Constant" {
			err := b.admit(a.tensor)
			if err == nil {
				kept.value, err = a.tensor.value(b.files)
			}
			if err != nil {
				return within(err, "attribute %s", quote(a.name))
			}
			kept.tensor = nil
		}
		n.attrs[a.name] = &kept
	}
	if p.domain == "" && p.op == "Constant" {
		return b.constantNode(n)
	}
	op, ok := operators[p.op]
	if p.domain != "" || !ok {
		name := p.op
		if p.domain != "" {
			name = p.domain + "." + p.op
		}
		b.missing[name] = append(b.missing[name], n.name)
		return nil
	}
	n.operator = op
	for _, a := range p.attributes {
		if a.graph == nil {
			continue
		}
		body, err := b.graph(a.graph, scope, n.name+"/"+a.name+"/")
		if err != nil {
			return within(err, "%s", a.name)
		}
		if n.bodies == nil {
			n.bodies = map[string]*graph{}
		}
		n.bodies[a.name] = body
	}
	g.nodes = append(g.nodes, n)
	return nil
}

// constantNode adds the value of a node Constant, which has one of several attributes.
func (b *builder) constantNode(n *node) error {
	if len(n.out) != 1 || n.out[0] == "" {
		return errors.New("a Constant has one output")
	}
	for name, a := range n.attrs {
		var v trace.Value
		switch name {
		case "value":
			if a.tensor == nil {
				return errors.New("its value is no tensor")
			}
			return b.constant(n.out[0], fmt.Sprintf("node %s (Constant)", quote(n.name)), a.tensor)
		case "value_float":
			v = trace.Scalar(a.real)
		case "value_floats":
			v = trace.New(a.reals, len(a.reals))
		case "value_int":
			v = trace.Scalar(a.integer)
		case "value_ints":
			v = vectorOf(a.ints)
		default:
			return fmt.Errorf("the attribute %s of a Constant is not supported", quote(name))
		}
		b.consts[n.out[0]] = v
		return nil
	}
	return errors.New("a Constant needs an attribute with its value")
}

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
