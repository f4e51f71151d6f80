package onnx

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

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
			return fmt.Errorf("the graph has a cycle: node %s (%s) needs its own result %s", quote(next.name), trace.Printable(trace.Excerpt(next.op)), quote(next.out[0]))
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
