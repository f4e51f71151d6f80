package onnx

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// operator computes the nodes of one operator.
type operator struct {
	// run returns the outputs of a node. Those that are left out at the end are not
	// supported.
	run func(c *call) []trace.Value
	// numbers are the operands whose elements must be known when the function is traced,
	// because they are shapes, axes or the like.
	numbers []int
	// weights reports whether the operands after the first are weights of a layer.
	weights bool
}

// needs reports whether an operand must be known when the function is traced.
func (o operator) needs(i int) bool {
	for _, n := range o.numbers {
		if n == i || n < 0 {
			return true
		}
	}
	return false
}

// one makes an operator of a function with one result.
func one(f func(c *call) trace.Value) operator {
	return operator{run: func(c *call) []trace.Value { return []trace.Value{f(c)} }}
}

// known returns the operator with operands that must be known; -1 means all.
func (o operator) known(operands ...int) operator {
	o.numbers = operands
	return o
}

// layered returns the operator as one with weights.
func (o operator) layered() operator {
	o.weights = true
	return o
}

// scope has the values of a graph while it runs. That of a body sees those of the graph
// around it.
type scope struct {
	values  map[string]trace.Value
	outer   *scope
	model   *Model
	folding int // while a file is loaded: the size up to which results may grow
}

// inner returns a scope for a body.
func (s *scope) inner() *scope {
	return &scope{values: map[string]trace.Value{}, outer: s, model: s.model, folding: s.folding}
}

func (s *scope) get(name string) trace.Value {
	for e := s; e != nil; e = e.outer {
		if v, ok := e.values[name]; ok {
			return v
		}
	}
	if v, ok := s.model.Params[name]; ok {
		return v
	}
	return s.model.graph.consts[name]
}

func (s *scope) run(g *graph) {
	for _, name := range g.drop {
		delete(s.values, name)
	}
	for _, n := range g.nodes {
		s.node(n)
		for _, name := range n.drop {
			delete(s.values, name)
		}
	}
}

// body runs a body on its inputs and returns its outputs.
func (s *scope) body(g *graph, in []trace.Value) []trace.Value {
	inner := s.inner()
	for i, v := range in {
		if i < len(g.inputs) {
			inner.values[g.inputs[i].Name] = v
		}
	}
	inner.run(g)
	out := make([]trace.Value, len(g.outputs))
	for i, p := range g.outputs {
		out[i] = inner.get(p.Name)
	}
	return out
}

// node computes a node. An error names it.
func (s *scope) node(n *node) {
	c := &call{node: n, scope: s, in: make([]trace.Value, len(n.in))}
	for i, name := range n.in {
		if name != "" {
			c.in[i] = s.get(name)
		}
	}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *trace.Error:
			if _, ok := errors.AsType[*nodeError](r.Err); !ok {
				r.Err = &nodeError{c.describe(), r.Err}
			}
			panic(r)
		default:
			panic(r)
		}
	}()
	out := n.operator.run(c)
	for i, name := range n.out {
		if name == "" {
			continue
		}
		if i >= len(out) || out[i].IsAbsent() {
			panic(trace.Errorf("its output %d, %s, is not supported", i, quote(name)))
		}
		s.values[name] = out[i]
	}
}

// nodeError is an error in a node.
type nodeError struct {
	node string
	err  error
}

func (e *nodeError) Error() string { return e.node + ": " + e.err.Error() }
func (e *nodeError) Unwrap() error { return e.err }

// call is one application of a node.
type call struct {
	*node
	scope *scope
	in    []trace.Value
}

// describe prints the node with the types of its operands.
func (c *call) describe() string {
	types := make([]string, len(c.in))
	for i, v := range c.in {
		types[i] = typeText(v)
	}
	return fmt.Sprintf("node %s, %s(%s)", quote(c.name), trace.Printable(c.op), strings.Join(types, ", "))
}

// float returns the dtype that stands for float32, see [Model.Cast].
func (c *call) float() trace.DType { return c.scope.model.float }

// opt returns an operand, absent if it is left out.
func (c *call) opt(i int) trace.Value {
	if i < len(c.in) {
		return c.in[i]
	}
	return trace.Value{}
}

// arg returns an operand that there must be.
func (c *call) arg(i int) trace.Value {
	v := c.opt(i)
	if v.IsAbsent() {
		panic(trace.Errorf("operand %d is missing", i))
	}
	return v
}

// has reports whether an operand is there.
func (c *call) has(i int) bool { return !c.opt(i).IsAbsent() }

// isData reports whether an operand depends on the model's inputs.
func (c *call) isData(i int) bool { return i < len(c.data) && c.data[i] && c.has(i) }

// set reports whether an attribute is there.
func (c *call) set(name string) bool { return c.attrs[name] != nil }

func (c *call) int(name string, otherwise int) int {
	if a := c.attrs[name]; a != nil {
		return int(a.integer)
	}
	return otherwise
}

func (c *call) ints(name string) []int {
	if a := c.attrs[name]; a != nil {
		return a.ints
	}
	return nil
}

func (c *call) real(name string, otherwise float64) float64 {
	if a := c.attrs[name]; a != nil {
		return float64(a.real)
	}
	return otherwise
}

func (c *call) text(name, otherwise string) string {
	if a := c.attrs[name]; a != nil {
		return a.text
	}
	return otherwise
}

// element returns the value of an operand of one element that must be known.
func (c *call) element(i int, what string) float64 {
	v := c.concrete(i, what)
	if v.Size() != 1 {
		panic(trace.Errorf("operand %d, %s, has %d elements, want one", i, what, v.Size()))
	}
	return fn.Cast(v, trace.Float64).Float64s()[0]
}

// integer returns an operand of one element that must be a known integer.
func (c *call) integer(i int, what string) int {
	v := c.numbers(i, what)
	if len(v) != 1 {
		panic(trace.Errorf("operand %d, %s, has %d elements, want one", i, what, len(v)))
	}
	return v[0]
}

// numbers returns the elements of an operand that must be known integers.
func (c *call) numbers(i int, what string) []int { return intsOf(c.concrete(i, what)) }

// reals returns the elements of an operand that must be known numbers.
func (c *call) reals(i int, what string) []float64 {
	return fn.Cast(c.concrete(i, what), trace.Float64).Float64s()
}

// concrete returns an operand whose elements must be known.
func (c *call) concrete(i int, what string) trace.Value {
	v := c.arg(i)
	if v.IsTraced() {
		panic(trace.Errorf("operand %d, %s, depends on the elements of an input, and so it is not known when the function is traced", i, what))
	}
	return v
}

func intsOf(v trace.Value) []int {
	data := trace.Data[int64](fn.Cast(v, trace.Int64))
	out := make([]int, len(data))
	for i, n := range data {
		out[i] = int(n)
	}
	return out
}

// vectorOf returns integers as an i64 vector.
func vectorOf(ints []int) trace.Value {
	data := make([]int64, len(ints))
	for i, n := range ints {
		data[i] = int64(n)
	}
	return trace.New(data, len(data))
}

// grows is called by operators whose result can be larger than their operands. While a
// file is loaded, they must not make large arrays.
func (c *call) grows(shape []int) {
	if c.scope.folding == 0 {
		return
	}
	n := 1
	for _, s := range shape {
		if s > 0 && n > c.scope.folding/s {
			panic(errGrows{})
		}
		n *= max(s, 0)
	}
}

// axis returns an axis that may count from the end.
func axis(a, rank int) int {
	if a < -rank || a >= rank {
		panic(trace.Errorf("axis %d does not exist: there are %d axes", a, rank))
	}
	if a < 0 {
		a += rank
	}
	return a
}

func axesOf(list []int, rank int) []int {
	out := make([]int, len(list))
	for i, a := range list {
		out[i] = axis(a, rank)
	}
	return out
}

// layer computes f as one layer, with the node's name as its path. Operands that depend
// on the model's inputs are its data; one of the others may be a bias.
func (c *call) layer(kind trace.Kind, bias int, f func(in []trace.Value) trace.Value) trace.Value {
	type weights struct {
		Weights []trace.Value
		Bias    trace.Value
	}
	var data []trace.Value
	var w weights
	for i, v := range c.in {
		switch {
		case v.IsAbsent():
		case c.isData(i):
			data = append(data, v)
		case i == bias:
			w.Bias = v
		default:
			w.Weights = append(w.Weights, v)
		}
	}
	if len(data) == 0 {
		return f(c.in)
	}
	again := func(data []trace.Value, w weights) trace.Value {
		in := make([]trace.Value, len(c.in))
		for i, v := range c.in {
			switch {
			case v.IsAbsent():
			case c.isData(i):
				in[i], data = data[0], data[1:]
			case i == bias:
				in[i] = w.Bias
			default:
				in[i], w.Weights = w.Weights[0], w.Weights[1:]
			}
		}
		return f(in)
	}
	l := transforms.Layer{Kind: kind, Path: c.name, Biases: []string{".Bias"}}
	return transforms.Named(l, again)(data, w)
}

// noBias is the position of the bias of a layer without one.
const noBias = -1
