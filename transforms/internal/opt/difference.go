package opt

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// ByDifference computes one of three outputs from the other two. If the program applies
// one op to the same data with weights u, v and w, and w = s·v − u for a factor s per
// channel, it computes the output for w as s·yv − yu (see [trace.Differencer]). Relevance
// that treats positive and negative weights differently needs such triples: the outputs
// for both parts and the layer's own output, which is their sum.
//
// The output for the sum is not computed from the parts. Many terms of both signs cancel
// in it, so the error of the parts would be large relative to it.
func ByDifference(p *trace.Program) *trace.Program {
	rests := restsIn(p)
	if len(rests) == 0 {
		return p
	}
	q, done := *p, map[*trace.Eqn]bool{}
	q.Eqns, q.Types, q.Consts = nil, slices.Clone(p.Types), slices.Clone(p.Consts)
	for i := range p.Eqns {
		e := &p.Eqns[i]
		if r, ok := rests[e]; ok {
			if !done[r.whole] { // it comes later
				q.Eqns, done[r.whole] = append(q.Eqns, *r.whole), true
			}
			factors := trace.Var(len(q.Types))
			q.Types = append(q.Types, r.factors.Type())
			q.Consts = append(q.Consts, trace.Const{Var: factors, Value: trace.FromArray(r.factors)})
			rest := *e
			rest.Op, rest.In = r.op, append(slices.Clone(e.In), factors, r.whole.Out[0], r.part.Out[0])
			q.Eqns = append(q.Eqns, rest)
		} else if !done[e] {
			q.Eqns, done[e] = append(q.Eqns, *e), true
		}
	}
	return &q
}

// rest is an equation whose output is the difference between a whole and a part, with
// factors per channel.
type rest struct {
	op          trace.Op
	whole, part *trace.Eqn
	factors     *trace.Array
}

// restsIn finds equations that are rests. An equation takes part in at most one of them.
func restsIn(p *trace.Program) map[*trace.Eqn]rest {
	weights := map[trace.Var]*trace.Array{}
	for _, c := range p.Consts {
		if c.Value.IsConcrete() {
			weights[c.Var] = c.Value.Array()
		}
	}
	rests := map[*trace.Eqn]rest{}
	for _, group := range siblings(p, weights) {
		for trials := restTrials; ; {
			e, r, ok := restIn(p, group, weights, &trials)
			if !ok {
				break
			}
			rests[e] = r
			group = slices.DeleteFunc(group, func(o *trace.Eqn) bool { return o == e || o == r.whole || o == r.part })
		}
	}
	return rests
}

// siblings returns groups of equations that apply the same operation to the same data,
// with constant weights of one type.
func siblings(p *trace.Program, weights map[trace.Var]*trace.Array) [][]*trace.Eqn {
	var groups [][]*trace.Eqn
	at := map[uint64][]int{}
	for i := range p.Eqns {
		e := &p.Eqns[i]
		if _, ok := e.Op.(trace.Differencer); !ok || len(e.In) != 2 || weights[e.In[1]] == nil {
			continue
		}
		hash := hashOf(&trace.Eqn{Op: e.Op, In: e.In[:1]})
		in := slices.IndexFunc(at[hash], func(g int) bool {
			first := groups[g][0]
			return first.In[0] == e.In[0] && p.Types[first.In[1]].Equal(p.Types[e.In[1]]) && trace.SameOp(first.Op, e.Op)
		})
		if in < 0 {
			at[hash] = append(at[hash], len(groups))
			groups = append(groups, []*trace.Eqn{e})
			continue
		}
		g := at[hash][in]
		groups[g] = append(groups[g], e)
	}
	return groups
}

// restTrials bounds the number of triples compared in a group. A rule applies about five
// operations to a layer's data. A far larger group belongs to a program that applies many
// layers to the same data.
const restTrials = 4096

// restIn finds a rest among equations in order. Of two parts, the later one is the rest.
func restIn(p *trace.Program, group []*trace.Eqn, weights map[trace.Var]*trace.Array, trials *int) (*trace.Eqn, rest, bool) {
	for _, whole := range group {
		for i, part := range group {
			for _, e := range group[i+1:] {
				if part == whole || e == whole {
					continue
				}
				if *trials--; *trials < 0 {
					return nil, rest{}, false
				}
				linear := e.Op.(trace.Differencer)
				if op, s := linear.Difference(p.TypesOf(e.In), weights[whole.In[1]], weights[part.In[1]], weights[e.In[1]]); op != nil {
					return e, rest{op, whole, part, s}, true
				}
			}
		}
	}
	return nil, rest{}, false
}
