package onnx

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// recognize replaces groups of nodes that spell out one operation by that operation, see
// patterns. A group counts only if nothing else reads the values inside of it.
func (p *preparation) recognize(g *graph) {
	r := &recognizer{preparation: p, graph: g}
	r.index()
	for _, pattern := range patterns {
		for i := len(g.nodes) - 1; i >= 0; i-- {
			if n := g.nodes[i]; !r.gone[n] {
				r.try(pattern, i)
			}
		}
	}
	g.nodes = slices.DeleteFunc(g.nodes, func(n *node) bool { return r.gone[n] })
	for _, n := range g.nodes {
		for _, body := range n.bodies {
			p.recognize(body)
		}
	}
}

// recognizer looks for patterns in one graph.
type recognizer struct {
	*preparation
	graph *graph
	maker map[string]*node
	reads map[string]int // how often a value is read, outputs included
	gone  map[*node]bool
}

// index finds out who makes and who reads each value.
func (r *recognizer) index() {
	r.maker, r.reads, r.gone = map[string]*node{}, map[string]int{}, map[*node]bool{}
	for _, n := range r.graph.nodes {
		for _, out := range n.out {
			r.maker[out] = n
		}
		for _, in := range n.reads() {
			r.reads[in]++
		}
	}
	for _, p := range r.graph.outputs {
		r.reads[p.Name]++
	}
}

// match is what a pattern has found so far.
type match struct {
	values  map[string]string  // names of values by those of the pattern
	numbers map[string]float64 // by the names of the pattern
	axes    []int              // of a mean, with its rank unknown
	inside  []*node            // the root first
}

func (m match) with(n *node) match {
	m.inside = append(slices.Clip(m.inside), n)
	return m
}

func (m match) bound(name, value string) match {
	m.values = maps.Clone(m.values)
	m.values[name] = value
	return m
}

// try replaces the group of nodes whose last one is at an index, if it is a pattern.
func (r *recognizer) try(p pattern, at int) {
	root := r.graph.nodes[at]
	if len(root.out) == 0 || root.out[0] == "" {
		return
	}
	r.match(p.form, root.out[0], match{map[string]string{}, map[string]float64{}, nil, nil}, func(m match) bool {
		if !r.closed(m.inside) {
			return false
		}
		made := p.make(r, m)
		if made == nil {
			return false
		}
		made.out = root.out[:1]
		if made.name == "" {
			made.name = root.name
		}
		for _, n := range m.inside {
			r.drop(n)
		}
		for _, in := range made.in {
			r.reads[in]++
		}
		r.maker[root.out[0]] = made
		r.graph.nodes[at] = made
		return true
	})
}

// drop takes a node out of the graph.
func (r *recognizer) drop(n *node) {
	r.gone[n] = true
	for _, in := range n.in {
		r.reads[in]--
	}
}

// closed reports whether all values inside of a group are read only there. The first node
// is the root.
func (r *recognizer) closed(group []*node) bool {
	inside := map[string]int{}
	for _, n := range group {
		for _, in := range n.in {
			inside[in]++
		}
	}
	for i, n := range group {
		if slices.Contains(group[:i], n) || i > 0 && r.gone[n] {
			return false
		}
		if i == 0 {
			continue
		}
		for _, out := range n.out {
			if inside[out] != r.reads[out] {
				return false
			}
		}
	}
	return true
}

// number returns the value of a known number.
func (r *recognizer) number(name string) (float64, bool) {
	v, ok := r.preparation.graph.consts[name]
	if !ok || v.Size() != 1 || v.DType() == trace.Bool {
		return 0, false
	}
	return fn.Cast(v, trace.Float64).Float64s()[0], true
}

// match finds a form that computes a value, and calls then with what it has found. Where
// there are several ways, it goes on until then accepts one.
func (r *recognizer) match(f form, value string, m match, then func(match) bool) bool {
	switch {
	case len(f.either) > 0:
		for _, e := range f.either {
			if r.match(e, value, m, then) {
				return true
			}
		}
		return false
	case f.isNumber:
		got, ok := r.number(value)
		return ok && math.Abs(got-f.number) <= 1e-5*math.Abs(f.number) && then(m)
	case f.op == "":
		return r.matchName(f, value, m, then)
	}
	n := r.maker[value]
	if n == nil || r.gone[n] || len(n.out) == 0 || n.out[0] != value {
		return false
	}
	if f.name != "" {
		if known, ok := m.values[f.name]; ok {
			return known == value && then(m)
		}
		m = m.bound(f.name, value)
	}
	return r.matchNode(f, n, m, then)
}

// matchName binds a name of the pattern, or compares with what it is bound to.
func (r *recognizer) matchName(f form, value string, m match, then func(match) bool) bool {
	if known, ok := m.values[f.name]; ok {
		return known == value && then(m)
	}
	switch f.name[0] {
	case '$':
		if value == "" || r.data[value] {
			return false
		}
	case '#':
		x, ok := r.number(value)
		if !ok {
			return false
		}
		m.numbers = maps.Clone(m.numbers)
		m.numbers[f.name] = x
	}
	return value != "" && then(m.bound(f.name, value))
}

// matchNode compares a node with a form. Forms have a few names of their own for what is
// written in several ways.
func (r *recognizer) matchNode(f form, n *node, m match, then func(match) bool) bool {
	in := n.in
	for len(in) > 0 && in[len(in)-1] == "" {
		in = in[:len(in)-1]
	}
	switch f.op {
	case "Square":
		switch {
		case n.op == "Mul" && len(in) == 2 && in[0] == in[1]:
		case n.op == "Pow" && len(in) == 2:
			if p, ok := r.number(in[1]); !ok || p != 2 {
				return false
			}
		default:
			return false
		}
		in = in[:1]
	case "Mean":
		axes, ok := r.meanAxes(n)
		if !ok || m.axes != nil && !slices.Equal(axes, m.axes) {
			return false
		}
		m.axes, in = axes, in[:1]
	case "Clip06":
		lo, hi := r.bounds(n)
		if lo != 0 || hi != 6 {
			return false
		}
		in = in[:1]
	case "HardSigmoid6":
		if n.op != "HardSigmoid" || math.Abs(realOf(n, "alpha", 0.2)-1./6) > 1e-6 || realOf(n, "beta", 0.5) != 0.5 {
			return false
		}
	case "SoftmaxLast":
		if a := n.attrs["axis"]; n.op != "Softmax" || n.version >= 13 && a != nil && a.integer != -1 && a.integer != 3 || n.version < 13 && (a == nil || a.integer != -1 && a.integer < 2) {
			return false
		}
	default:
		if n.op != f.op {
			return false
		}
	}
	if len(in) != len(f.args) {
		return false
	}
	m = m.with(n)
	if r.matchAll(f.args, in, m, then) {
		return true
	}
	if len(in) == 2 && (n.op == "Add" || n.op == "Mul") {
		return r.matchAll(f.args, []string{in[1], in[0]}, m, then)
	}
	return false
}

func (r *recognizer) matchAll(forms []form, values []string, m match, then func(match) bool) bool {
	if len(forms) == 0 {
		return then(m)
	}
	return r.match(forms[0], values[0], m, func(m match) bool { return r.matchAll(forms[1:], values[1:], m, then) })
}

// meanAxes returns the axes of a mean that keeps them.
func (r *recognizer) meanAxes(n *node) ([]int, bool) {
	if a := n.attrs["keepdims"]; n.op != "ReduceMean" || a != nil && a.integer == 0 {
		return nil, false
	}
	axes := r.attributeOr(n, "axes", 1)
	return axes, len(axes) > 0
}

// bounds returns the bounds of a Clip, NaN for others.
func (r *recognizer) bounds(n *node) (lo, hi float64) {
	if n.op != "Clip" {
		return math.NaN(), math.NaN()
	}
	if n.version < 11 {
		return realOf(n, "min", math.Inf(-1)), realOf(n, "max", math.Inf(1))
	}
	of := func(i int) float64 {
		if i < len(n.in) {
			if x, ok := r.number(n.in[i]); ok {
				return x
			}
		}
		return math.NaN()
	}
	return of(1), of(2)
}

func realOf(n *node, name string, otherwise float64) float64 {
	if a := n.attrs[name]; a != nil {
		return float64(a.real)
	}
	return otherwise
}

// form is a part of a pattern: a node, a name to bind, or a number.
type form struct {
	op       string
	name     string
	number   float64
	isNumber bool
	args     []form
	either   []form
}

// parse reads a form:
//
//	Op(form, form)   a node; the operands of Add and Mul may be in either order
//	name:Op(...)     the same, with a name for its value
//	(form | form)    one of several
//	x  $w  #e        any value; one that does not depend on the inputs; a known number
//	0.5              this number, to five digits
//
// A name that occurs twice stands for the same value. Square, Mean, Clip06, HardSigmoid6
// and SoftmaxLast stand for a square, a ReduceMean that keeps its axes, a Clip to 0..6, a
// HardSigmoid with PyTorch's slope, and a Softmax over the last axis.
func parse(text string) form {
	f, rest := parseForm(strings.ReplaceAll(text, " ", ""))
	if rest != "" {
		panic("onnx: a pattern goes on with " + rest)
	}
	return f
}

func parseForm(s string) (form, string) {
	if strings.HasPrefix(s, "(") {
		var f form
		for s[0] != ')' {
			var e form
			e, s = parseForm(s[1:])
			f.either = append(f.either, e)
		}
		return f, s[1:]
	}
	end := strings.IndexAny(s, "(),|:")
	if end < 0 {
		end = len(s)
	}
	word, rest := s[:end], s[end:]
	switch {
	case strings.HasPrefix(rest, ":"):
		f, rest := parseForm(rest[1:])
		f.name = word
		return f, rest
	case strings.HasPrefix(rest, "("):
		f := form{op: word}
		for rest[0] != ')' {
			var a form
			a, rest = parseForm(rest[1:])
			f.args = append(f.args, a)
		}
		return f, rest[1:]
	}
	if x, err := strconv.ParseFloat(word, 64); err == nil {
		return form{number: x, isNumber: true}, rest
	}
	return form{name: word}, rest
}
