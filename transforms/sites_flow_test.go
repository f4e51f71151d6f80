package transforms

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// chainOf calls n layers, each of two operations, with a sum around every second layer.
func chainOf(n int, path func(i int) string) func(x Value) Value {
	w := trace.New([]float64{1, -2, 3, 4}, 2, 2)
	return func(x Value) Value {
		for i := range n {
			layer := Named(Layer{Kind: trace.KindDense, Path: path(i)}, func(x, w Value) Value { return fn.MatMul(fn.Tanh(x), w) })
			if y := layer(x, w); i%2 == 0 {
				x = fn.Sub(y, x)
			} else {
				x = y
			}
		}
		return x
	}
}

func programOf(f func(x Value) Value) *trace.Program {
	return record(f, trace.New([]float64{1, 2}, 1, 2)).program
}

// size counts the nodes and edges of a flow graph.
func (g *flowGraph) size() int {
	n := len(g.feeds)
	for _, feeds := range g.feeds {
		n += len(feeds)
	}
	return n
}

// Each site had a map of all sites upstream, so twice the program took four times the
// memory. The flow graph doubles.
func TestFaultH3FlowGrowsWithTheProgram(t *testing.T) {
	for name, path := range map[string]func(i int) string{
		"own paths": func(i int) string { return fmt.Sprint("layer", i) }, "one layer": func(int) string { return "layer" },
	} {
		size := func(n int) int { return findAll(programOf(chainOf(n, path))).sites[0].graph.size() }
		if once, twice := size(100), size(200); float64(twice) > 2.1*float64(once) || once > 100*20 {
			t.Errorf("%s: 100 layers take %d nodes and edges, 200 take %d", name, once, twice)
		}
	}
}

// After and Foremost agree with a search through all paths.
func TestFlowIsWhatLiesUpstream(t *testing.T) {
	w := trace.New([]float64{1, -2, 3, 4}, 2, 2)
	inner := Named(Layer{Kind: "block", Path: "block"}, func(x Value, _ []Value) Value { return fn.Add(fn.Tanh(x), fn.Sin(fn.MatMul(x, w))) })
	f := func(x Value) Value {
		a, b := fn.Tanh(x), fn.Exp(x)
		y := fn.Concat(0, fn.MatMul(a, w), inner(b, nil))
		y, _ = Scan(func(y, row Value) (Value, []Value) { return fn.Mul(fn.Sin(y), fn.Cos(row)), nil })(y, fn.Stack(0, y, y))
		return Cond(fn.Less(fn.SumAll(b), fn.Scalar(3)), fn.Tanh, fn.Cos)(fn.Sub(y, fn.Add(y, y)))
	}
	p := programOf(f)
	sites := findAll(p).sites
	if len(sites) < 15 {
		t.Fatalf("%d sites: %v", len(sites), sites)
	}
	var first []*Site
	for _, s := range sites {
		above := 0
		for _, o := range sites {
			if got, want := s.After(o), upstream(s.graph, s.node, o.node); got != want {
				t.Errorf("%v after %v: got %t, want %t", s, o, got, want)
			}
			if s.After(o) {
				above++
			}
		}
		if above == 0 {
			first = append(first, s)
		}
	}
	if got := Foremost(sites); !slices.Equal(got, first) || len(first) < 2 {
		t.Errorf("got %v, want %v", got, first)
	}
	if got := Foremost(sites[len(first):]); len(got) == 0 || slices.ContainsFunc(got, func(s *Site) bool { return slices.ContainsFunc(sites[len(first):], s.After) }) {
		t.Errorf("without the first: got %v", got)
	}
	if got := Foremost([]*Site{{}}); len(got) != 1 || (&Site{}).After(&Site{}) {
		t.Error("sites of no function")
	}
}

// upstream follows every path.
func upstream(g *flowGraph, to, from node) bool {
	return slices.ContainsFunc(g.feeds[to], func(f node) bool { return f == from || upstream(g, f, from) })
}
