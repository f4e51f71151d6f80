package onnx

import (
	"slices"

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
	room     int                    // bytes of memory that constants may take that are computed from others
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
	inside   []*node // the nodes that it was recognized in, if it runs them

	// What follows is known once the graph is prepared.
	data   []bool   // by operand: it depends on the model's inputs
	drop   []string // the values that nothing reads after this node
	steady bool     // of a Loop: its body neither ends it nor must know its iteration
}

// reads returns the names that a node reads, those in its bodies and groups included.
func (n *node) reads() []string {
	if len(n.bodies)+len(n.inside) == 0 {
		return n.in
	}
	names := slices.Clone(n.in)
	for _, m := range n.inside {
		names = append(names, m.reads()...)
	}
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
