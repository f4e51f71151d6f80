package main

import (
	"fmt"
	"math/bits"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// values are arrays by the name of a graph input or the id of a node.
type values = map[string]trace.Value

// network is a rebuilt model: a list of steps. Each step names the sources of its
// operands.
type network struct {
	inputs []string
	steps  []step
	output string
	order  []string        // modules in registration order
	shared map[string]bool // modules called more than once
	params map[string]values
	// classes are PyTorch's names for the modules' classes.
	classes  []string
	elements int // of all steps, see check
}

// step is one operation of a network.
type step struct {
	id, module string
	in         []string
	run        func(in []trace.Value) trace.Value
	window     int // how many numbers go into each output
}

// variant says in which form to rebuild a model.
type variant struct {
	dtype       trace.DType
	residualSum bool
}

// build rebuilds a model of the suite.
func (s *suite) build(name string, v variant) (*network, error) {
	m, err := s.model(name)
	if err != nil {
		return nil, err
	}
	b, err := s.newBuilder(m, v)
	if err != nil {
		return nil, err
	}
	n := &network{output: m.Output, order: m.ModuleOrder, shared: map[string]bool{}, params: b.params}
	known := map[string]bool{}
	for _, in := range m.Inputs {
		n.inputs = append(n.inputs, in.Name)
		known[in.Name] = true
	}
	for _, nd := range m.Nodes {
		if err := n.add(b, nd, known); err != nil {
			return nil, fmt.Errorf("model %q: node %q: %w", name, nd.ID, err)
		}
	}
	if !known[n.output] {
		return nil, fmt.Errorf("model %q: its output %q is no node", name, n.output)
	}
	return n, nil
}

// add appends the step of a node. Its inputs must be known already.
func (n *network) add(b *builder, nd node, known map[string]bool) error {
	for _, in := range nd.Inputs {
		if !known[in] {
			return fmt.Errorf("its input %q does not come before it", in)
		}
	}
	if known[nd.ID] {
		return fmt.Errorf("there are two of that name")
	}
	known[nd.ID] = true
	st := step{id: nd.ID, in: nd.Inputs}
	if nd.Module != nil {
		st.module = *nd.Module
		n.classes = append(n.classes, nd.Kind)
		n.shared[st.module] = nd.SharedModule
	} else if b.residualSum && nd.ResidualSum {
		st.module = nd.ID
	}
	run, err := b.operation(nd, st.module)
	st.run, st.window = run, b.window(nd)
	n.steps = append(n.steps, st)
	return err
}

// apply returns the network's output.
func (n *network) apply(x values) trace.Value { return n.follow(x, func(step, trace.Value) {}) }

// follow returns the network's output and shows see the output of each step.
func (n *network) follow(x values, see func(st step, y trace.Value)) trace.Value {
	all := values{}
	for _, name := range n.inputs {
		all[name] = x[name]
	}
	for _, st := range n.steps {
		in := make([]trace.Value, len(st.in))
		for i, name := range st.in {
			in[i] = all[name]
		}
		all[st.id] = st.run(in)
		see(st, all[st.id])
	}
	return all[n.output]
}

// module returns the module of a step, "" if it has none.
func (n *network) module(id string) string {
	for _, st := range n.steps {
		if st.id == id {
			return st.module
		}
	}
	return ""
}

// inputValues returns the network's inputs in a case.
func (s *suite) inputValues(n *network, keys map[string]string, d trace.DType) (values, error) {
	for _, name := range n.inputs {
		if _, ok := keys[name]; !ok {
			return nil, fmt.Errorf("the case has no input %q", name)
		}
	}
	if len(keys) != len(n.inputs) {
		return nil, fmt.Errorf("the case has %d inputs, the network %d", len(keys), len(n.inputs))
	}
	return s.tensorsAs(keys, d)
}

// Limits that keep a hostile file from using up memory and time: on the elements of all
// steps of a network together, on the products that these need, and on the elements of
// all calls of an attributor.
const (
	most      = 1 << 22
	mostWork  = 1 << 30
	mostCalls = 1 << 26
)

// check traces the network on types alone, so that an invalid or too large network is an
// error before it runs. It notes the number of elements of all steps.
func (n *network) check(x values) error {
	names := sortedKeys(x)
	types := make([]trace.Type, len(names))
	for i, name := range names {
		types[i] = x[name].Type()
	}
	work := 0
	p := trace.Record(func(in []trace.Value) []trace.Value {
		byName := values{}
		for i, v := range in {
			byName[names[i]] = v
		}
		return []trace.Value{n.follow(byName, func(st step, y trace.Value) { work = capped(work, y.Size(), st.window) })}
	}, types)
	for _, t := range p.Types {
		if n.elements = capped(n.elements, t.Size(), 1); n.elements > most {
			return fmt.Errorf("the network makes more than %d numbers, too many for a test", most)
		}
	}
	if work > mostWork {
		return fmt.Errorf("the network makes more than %d products, too many for a test", mostWork)
	}
	return nil
}

// capped returns sum + a·b, but at most mostWork + 1, which is above all limits.
func capped(sum, a, b int) int {
	if hi, lo := bits.Mul(uint(a), uint(b)); hi == 0 && lo <= mostWork {
		return min(sum+int(lo), mostWork+1)
	}
	return mostWork + 1
}

// checkCalls refuses an attributor that calls the network too often.
func (n *network) checkCalls(calls int) error {
	if capped(0, calls, n.elements) > mostCalls {
		return fmt.Errorf("%d calls of a network of %d numbers are too many for a test", calls, n.elements)
	}
	return nil
}

// sumOver returns the operation of a canonized addition. It stacks the operands along a
// new last axis, and a layer adds them up.
func sumOver(path string) func(in []trace.Value) trace.Value {
	sum := nn.Sum{Path: path}
	return func(in []trace.Value) trace.Value { return sum.Apply(fn.Stack(-1, in...)) }
}
