package onnx

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// prepared returns a graph as it runs, and its parameters: constants are computed, and
// operations that are written in several nodes are one.
func (g *graph) prepared(float trace.DType) (*graph, Params) {
	out := g.copied()
	out.consts = maps.Clone(g.consts)
	if float != trace.Float32 {
		for name, v := range out.consts {
			if v.DType() == trace.Float32 {
				out.consts[name] = fn.Cast(v, float)
			}
		}
	}
	p := preparation{graph: out, float: float, numbers: map[string]bool{}, data: map[string]bool{}, room: g.room}
	p.findNumbers(out)
	p.fold(out)
	out.inputs = slices.Clone(out.inputs)
	for i, in := range out.inputs {
		p.data[in.Name] = true
		out.inputs[i].Known = p.numbers[in.Name]
	}
	markData(out, p.data)
	p.recognize(out)
	p.findSteady(out)
	params := p.split()
	markData(out, p.data) // of the operands of nodes that were recognized
	markDrops(out)
	return out, params
}

// copied returns a copy whose nodes may be changed. Attributes are shared.
func (g *graph) copied() *graph {
	out := *g
	out.nodes = make([]*node, len(g.nodes))
	for i, n := range g.nodes {
		m := *n
		m.bodies = nil
		for name, body := range n.bodies {
			if m.bodies == nil {
				m.bodies = map[string]*graph{}
			}
			m.bodies[name] = body.copied()
		}
		out.nodes[i] = &m
	}
	return &out
}

// preparation is the state of [graph.prepared].
type preparation struct {
	graph   *graph
	float   trace.DType
	numbers map[string]bool // values that must be known when the function is traced
	data    map[string]bool // values that depend on the model's inputs
	room    int             // bytes that are left for computed constants
}

// findNumbers marks what operators must know when they are traced, and what that is
// computed from. It goes backward, and stops at shapes, which are known always.
func (p *preparation) findNumbers(g *graph) {
	for i := len(g.nodes) - 1; i >= 0; i-- {
		n := g.nodes[i]
		known := slices.ContainsFunc(n.out, func(name string) bool { return p.numbers[name] })
		for j, name := range n.in {
			if name != "" && (known && n.op != "Shape" && n.op != "Size" || n.operator.needs(j)) {
				p.numbers[name] = true
			}
		}
		for _, body := range n.bodies {
			for i, out := range body.outputs {
				ends := n.op == "Loop" && i == 0 // the condition to go on
				p.numbers[out.Name] = p.numbers[out.Name] || known || ends
			}
			p.findNumbers(body)
		}
	}
}

// findSteady marks the loops that only their trip count ends, and whose bodies compute no
// shapes from the number of the iteration.
func (p *preparation) findSteady(g *graph) {
	for _, n := range g.nodes {
		for _, body := range n.bodies {
			p.findSteady(body)
		}
		body := n.bodies["body"]
		if n.op != "Loop" || body == nil || len(body.inputs) < 2 || len(body.outputs) == 0 {
			continue
		}
		goes := body.outputs[0].Name
		for _, m := range slices.Backward(body.nodes) {
			if m.op == "Identity" && len(m.in) > 0 && len(m.out) > 0 && m.out[0] == goes {
				goes = m.in[0]
			}
		}
		always, ok := p.graph.consts[goes]
		ends := goes != body.inputs[1].Name && !(ok && always.Size() == 1 && intsOf(always)[0] != 0)
		n.steady = !ends && !p.numbers[body.inputs[0].Name]
	}
}

// isConstant reports whether a value is known for good: it is no weight.
func (p *preparation) isConstant(name string) bool {
	v, ok := p.graph.consts[name]
	return ok && (!v.DType().IsFloat() || v.Size() <= 1 || p.numbers[name])
}

// errGrows is the panic of an operation that would make a large array while a file is
// loaded. The node is left to be computed when the function is.
type errGrows struct{}

// most is the size up to which results are computed while a file is loaded.
const most = 1 << 16

// fold computes the nodes whose operands are all constants.
func (p *preparation) fold(g *graph) {
	g.nodes = slices.DeleteFunc(g.nodes, func(n *node) bool {
		for _, body := range n.bodies {
			p.fold(body)
		}
		if len(n.bodies) > 0 || len(n.in) == 0 || len(n.out) == 0 {
			return false
		}
		if v, ok := p.graph.consts[n.in[0]]; ok && n.op == "Identity" {
			p.graph.consts[n.out[0]] = v // a parameter of its own, if it is one
			return true
		}
		for _, name := range n.in {
			if name != "" && !p.isConstant(name) {
				return false
			}
		}
		return p.fits(n) && p.compute(n)
	})
}

// fits reports whether the results of a node, whose operands are constants, can only be
// small, or not larger than its largest operand. An operator that is not in the way of
// [call.grows] makes at most as many elements as the product of the sizes of its operands.
func (p *preparation) fits(n *node) bool {
	product, largest := 1, most
	for _, name := range n.in {
		if name == "" {
			continue
		}
		if size := p.graph.consts[name].Size(); size > 1 {
			largest = max(largest, size)
			if product *= size; product > largest {
				return false
			}
		}
	}
	return 8*product <= p.room
}

// compute evaluates a node and adds its results to the constants. It reports whether that
// went well; if not, the error comes when the function runs.
func (p *preparation) compute(n *node) (done bool) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case errGrows, *trace.Error:
			done = false
		default:
			panic(r)
		}
	}()
	s := &scope{values: map[string]trace.Value{}, model: &Model{graph: p.graph, float: p.float}, folding: min(most, p.room/8)}
	s.node(n)
	for _, name := range n.out {
		if v, ok := s.values[name]; ok {
			p.graph.consts[name] = v
			p.room -= v.Type().Bytes()
		}
	}
	return true
}

// split takes the parameters out of the constants: floats that are read, and need not be
// known. A scalar is one only as the weight of a layer. What nothing reads is dropped.
func (p *preparation) split() Params {
	read, weights := map[string]bool{}, map[string]bool{}
	for _, out := range p.graph.outputs {
		read[out.Name] = true
	}
	markReads(p.graph, read, weights)
	params := Params{}
	kept := map[string]trace.Value{}
	for name, v := range p.graph.consts {
		switch {
		case !read[name]:
		case v.DType().IsFloat() && !p.numbers[name] && v.Size() > 0 && (v.Rank() > 0 || weights[name]):
			params[name] = v
		default:
			kept[name] = v
		}
	}
	p.graph.consts = kept
	return params
}

// markReads marks the names that nodes read, and those that are weights of layers.
func markReads(g *graph, read, weights map[string]bool) {
	for _, n := range g.nodes {
		for i, name := range n.in {
			read[name] = true
			weights[name] = weights[name] || i > 0 && n.operator.weights
		}
		for _, name := range n.reads() {
			read[name] = true
		}
		for _, body := range n.bodies {
			for _, out := range body.outputs {
				read[out.Name] = true
			}
			markReads(body, read, weights)
		}
	}
}

// markData says of every operand whether it depends on the model's inputs.
func markData(g *graph, data map[string]bool) {
	for _, n := range g.nodes {
		n.data = make([]bool, len(n.in))
		any := false
		for i, name := range n.in {
			n.data[i] = data[name]
			any = any || data[name]
		}
		for _, name := range slices.Sorted(maps.Keys(n.bodies)) {
			body := n.bodies[name]
			for _, in := range body.inputs {
				data[in.Name] = true
			}
			markData(body, data)
			for _, out := range body.outputs {
				any = any || data[out.Name]
			}
		}
		for _, out := range n.out {
			data[out] = any && n.op != "Shape" && n.op != "Size"
		}
	}
}

// markDrops says after which node each value of a graph is read no more, so that it does
// not stay in memory.
func markDrops(g *graph) {
	last := map[string]int{}
	own := map[string]bool{}
	for _, in := range g.inputs {
		last[in.Name], own[in.Name] = -1, true
	}
	for i, n := range g.nodes {
		for _, name := range n.reads() {
			last[name] = i
		}
		for _, out := range n.out {
			last[out], own[out] = i, true
		}
		for _, body := range n.bodies {
			markDrops(body)
		}
	}
	for _, out := range g.outputs {
		delete(last, out.Name)
	}
	for _, n := range g.nodes {
		n.drop = nil
	}
	g.drop = nil
	for _, name := range slices.Sorted(maps.Keys(last)) {
		switch i := last[name]; {
		case !own[name] || name == "":
		case i < 0:
			g.drop = append(g.drop, name)
		default:
			g.nodes[i].drop = append(g.nodes[i].drop, name)
		}
	}
}

// between returns the part of a graph that computes some values from others.
func (g *graph) between(inputs, outputs []string) (*graph, error) {
	makers := map[string]int{}
	var known []string
	for i, n := range g.nodes {
		for _, out := range n.out {
			makers[out] = i
			known = append(known, out)
		}
	}
	ports := map[string]Port{}
	for _, p := range slices.Concat(g.inputs, g.outputs) {
		ports[p.Name] = p
		known = append(known, p.Name)
	}
	list := func(names []string, otherwise []Port) (out []Port, err error) {
		for _, name := range names {
			p, isPort := ports[name]
			if _, made := makers[name]; !made && !isPort {
				return nil, fmt.Errorf("the graph has no value %s%s", quote(name), hint(name, known))
			}
			p.Name = name
			out = append(out, p)
		}
		if len(names) == 0 {
			out = otherwise
		}
		return out, nil
	}
	out := *g
	var err error
	if out.inputs, err = list(inputs, g.inputs); err != nil {
		return nil, err
	}
	if out.outputs, err = list(outputs, g.outputs); err != nil {
		return nil, err
	}
	given := map[string]bool{}
	for _, p := range out.inputs {
		given[p.Name] = true
	}
	needed := make([]bool, len(g.nodes))
	var open []string
	for _, p := range out.outputs {
		open = append(open, p.Name)
	}
	for len(open) > 0 {
		name := open[len(open)-1]
		open = open[:len(open)-1]
		i, made := makers[name]
		_, constant := g.consts[name]
		switch {
		case given[name] || name == "" || constant:
		case !made:
			if _, isPort := ports[name]; isPort {
				return nil, fmt.Errorf("the outputs need the input %s as well", quote(name))
			}
		case !needed[i]:
			needed[i] = true
			open = append(open, g.nodes[i].reads()...)
		}
	}
	out.nodes = nil
	for i, n := range g.nodes {
		if needed[i] {
			out.nodes = append(out.nodes, n)
		}
	}
	return &out, nil
}
