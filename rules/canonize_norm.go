package rules

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// channelNorm is a site that multiplies each channel, axis 1 of x[n c ...], by a number,
// adds another number, and does nothing else.
type channelNorm struct {
	site    *Site
	data    int // index of the data operand
	program *trace.Program
	eqn     *trace.Eqn // the normalization itself
}

// normOf takes a site apart as one batch normalization by fixed statistics. Its error
// says why the site is none.
func normOf(s *Site) (channelNorm, error) {
	none := func(format string, args ...any) (channelNorm, error) {
		return channelNorm{}, fmt.Errorf("%v is no batch normalization of x[n c ...]: %w", s, fmt.Errorf(format, args...))
	}
	if !s.Kind.Is(trace.KindBatchNorm) || s.Derived {
		return none("its kind is another")
	}
	at, err := onlyData(s)
	if err != nil {
		return none("%w", err)
	}
	p := s.Program()
	on := onData(p, at)
	if len(on) != 1 || p.Out[0] != on[0].Out[0] || on[0].In[0] != p.In[at] || slices.Contains(on[0].In[1:], p.In[at]) {
		return none("it is not made of one fn.BatchNorm")
	}
	n := channelNorm{s, at, p, on[0]}
	if k, ok := n.eqn.Op.(trace.Kinded); !ok || !k.Kind().Is(trace.KindBatchNorm) {
		return none("it is made of %s", n.eqn.Op.Name())
	}
	types := p.TypesOf(n.eqn.In)
	types[0] = n.probe()
	if _, err := n.eqn.Op.Infer(types); err != nil {
		return none("%w", err)
	}
	return n, nil
}

// onData returns the equations that depend on an argument.
func onData(p *trace.Program, argument int) []*trace.Eqn {
	depends := make([]bool, len(p.Types))
	depends[p.In[argument]] = true
	var out []*trace.Eqn
	for i := range p.Eqns {
		e := &p.Eqns[i]
		if !slices.ContainsFunc(e.In, func(v trace.Var) bool { return depends[v] }) {
			continue
		}
		out = append(out, e)
		for _, v := range e.Out {
			depends[v] = true
		}
	}
	return out
}

// without runs a program on all of its arguments, but leaves out the given equations.
func without(p *trace.Program, eqns []*trace.Eqn, in []trace.Value) *trace.Env {
	env := p.Env(in)
	for i := range p.Eqns {
		if !slices.Contains(eqns, &p.Eqns[i]) {
			env.Step(&p.Eqns[i])
		}
	}
	return env
}

// probe returns the type with one element for each channel: x[1 c 1 ...].
func (n channelNorm) probe() trace.Type {
	t := n.site.Operands[n.data].Type
	shape := slices.Repeat([]int{1}, max(2, t.Rank()))
	shape[1] = t.Shape[1]
	return trace.TypeOf(t.DType, shape...)
}

// channelMap is y = scale·x + shift for each channel, both [c].
type channelMap struct{ scale, shift trace.Value }

// channels computes the scale and the shift of the normalization: its derivative, and its
// value at 0.
func (n channelNorm) channels(in []trace.Value) channelMap {
	operands := without(n.program, []*trace.Eqn{n.eqn}, in).Get(n.eqn.In)
	probe := n.probe()
	y, pull := transforms.VJP(func(x trace.Value) trace.Value {
		return trace.Bind1(n.eqn.Op, append([]trace.Value{x}, operands[1:]...)...)
	})(fn.FillAs(operands[0], probe, 0))
	c := probe.Shape[1]
	return channelMap{fn.Reshape(pull(fn.OnesLike(y)), c), fn.Reshape(y, c)}
}

// chained returns the map of several normalizations in a row.
func chained(norms []channelNorm, operands [][]trace.Value) channelMap {
	m := norms[0].channels(operands[0])
	for i, n := range norms[1:] {
		next := n.channels(operands[i+1])
		m = channelMap{fn.Mul(next.scale, m.scale), next.of(m.shift)}
	}
	return m
}

// of applies the map to x[c].
func (m channelMap) of(x trace.Value) trace.Value { return fn.Add(fn.Mul(m.scale, x), m.shift) }
