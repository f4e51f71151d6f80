package transforms

import "slices"

// flow says whether a variable depends on the function's argument, and which node of the
// flow graph it comes from.
type flow struct {
	data bool
	from node
}

// node is a node of a flow graph: a site, or a point where several variables meet. Node 0
// is the function's argument.
type node int

// flowGraph says which nodes lie upstream of which. feeds lists, for each node, the nodes
// that lead to it directly; these have smaller numbers. The graph grows in proportion to
// the operands of the program.
type flowGraph struct {
	feeds [][]node
}

func newFlowGraph() *flowGraph { return &flowGraph{feeds: make([][]node, 1)} }

// join returns the node where several nodes meet. It adds none if all of them are one
// node or the argument.
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

// union joins the flows of several variables.
func (g *flowGraph) union(flows []flow) flow {
	nodes, data := make([]node, len(flows)), false
	for i, f := range flows {
		nodes[i], data = f.from, data || f.data
	}
	return flow{data, g.join(nodes...)}
}

// reaches reports whether a path leads from one node down to another.
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

// Foremost returns the sites of one function that have none of the other given sites
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

// below marks the nodes that have a marked node upstream.
func (g *flowGraph) below(marked []bool) []bool {
	out := make([]bool, len(g.feeds))
	for n, feeds := range g.feeds {
		for _, f := range feeds {
			out[n] = out[n] || marked[f] || out[f]
		}
	}
	return out
}
