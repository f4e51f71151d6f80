package transforms

import "slices"

// flow is what is known of a variable: whether it depends on the function's argument, and
// the node of the flow graph that it comes from.
type flow struct {
	data bool
	from node
}

// node is a node of a flow graph: a site, or where several variables meet. Zero stands
// for the function's argument.
type node int

// flowGraph says what lies upstream of what. A node comes after those that feed it. It
// grows by as much as the program has operands.
type flowGraph struct {
	feeds [][]node
}

func newFlowGraph() *flowGraph { return &flowGraph{feeds: make([][]node, 1)} }

// join returns the node where several meet: one of them where no other adds anything.
func (g *flowGraph) join(nodes ...node) node {
	var feeds []node
	for _, n := range nodes {
		if n != 0 && (len(feeds) == 0 || feeds[len(feeds)-1] != n) {
			feeds = append(feeds, n)
		}
	}
	if slices.Sort(feeds); len(feeds) > 1 {
		feeds = slices.Compact(feeds)
	}
	switch len(feeds) {
	case 0:
		return 0
	case 1:
		return feeds[0]
	}
	return g.add(feeds...)
}

// add returns a new node.
func (g *flowGraph) add(feeds ...node) node {
	g.feeds = append(g.feeds, feeds)
	return node(len(g.feeds) - 1)
}

// union joins what is known of several variables.
func (g *flowGraph) union(flows []flow) flow {
	nodes, data := make([]node, len(flows)), false
	for i, f := range flows {
		nodes[i], data = f.from, data || f.data
	}
	return flow{data, g.join(nodes...)}
}

// reaches reports whether there is a way down from one node to another.
func (g *flowGraph) reaches(from, to node) bool {
	seen := map[node]bool{}
	for open := []node{to}; len(open) > 0; {
		n := open[len(open)-1]
		open = open[:len(open)-1]
		for _, f := range g.feeds[n] {
			if f == from {
				return true
			}
			if f > from && !seen[f] {
				seen[f] = true
				open = append(open, f)
			}
		}
	}
	return false
}

// Foremost returns those of the sites of one function that have no other of them
// upstream, in their order.
func Foremost(sites []*Site) []*Site {
	graphs := map[*flowGraph][]bool{} // by node: whether it is one of the sites
	for _, s := range sites {
		if s.graph != nil && graphs[s.graph] == nil {
			graphs[s.graph] = make([]bool, len(s.graph.feeds))
		}
		if s.graph != nil {
			graphs[s.graph][s.node] = true
		}
	}
	below := map[*flowGraph][]bool{}
	for g, chosen := range graphs {
		below[g] = g.below(chosen)
	}
	return slices.DeleteFunc(slices.Clone(sites), func(s *Site) bool { return s.graph != nil && below[s.graph][s.node] })
}

// below marks the nodes that have a marked one upstream.
func (g *flowGraph) below(marked []bool) []bool {
	out := make([]bool, len(g.feeds))
	for n, feeds := range g.feeds {
		for _, f := range feeds {
			out[n] = out[n] || marked[f] || out[f]
		}
	}
	return out
}
