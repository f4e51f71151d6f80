package rules

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// linear is a site of one operation, linear in data and in weights, and additions of
// biases to its output.
type linear struct {
	site    *Site
	data    int // index of the data operand
	program *trace.Program
	on      []*trace.Eqn // equations on the data: the operation, then additions
	op      trace.Channeled
	weights int // index of the operation's operand
}

// linearOf takes a site apart. Its error says why a site cannot be.
func linearOf(s *Site) (linear, error) {
	none := func(why string) (linear, error) {
		return linear{}, fmt.Errorf("%v has no weights to merge into: %s", s, why)
	}
	at, err := onlyData(s)
	if err != nil || !s.Kind.Is(trace.KindLinear) || s.Derived {
		return none("it is no linear site of one data operand")
	}
	p := s.Program()
	l := linear{site: s, data: at, program: p, on: onData(p, at)}
	z := p.In[at]
	for i, e := range l.on {
		own := slices.Index(e.In, z)
		if own < 0 || len(e.In) != 2 || e.In[0] == e.In[1] || slices.ContainsFunc(l.on, func(o *trace.Eqn) bool { return slices.Contains(o.Out, e.In[1-own]) }) {
			return none("it is not one operation and the addition of biases")
		}
		if i == 0 {
			l.weights = 1 - own
		} else if k, ok := e.Op.(trace.Kinded); !ok || !k.Kind().Is(trace.KindAdd) {
			return none(e.Op.Name() + " follows the operation")
		}
		z = e.Out[0]
	}
	if len(l.on) == 0 || p.Out[0] != z {
		return none("its output is not that of the operation")
	}
	op, ok := l.on[0].Op.(trace.Channeled)
	if !ok {
		return none(l.on[0].Op.Name() + " does not say how to scale its channels")
	}
	l.op = op
	return l, nil
}

func (l linear) scaleOutput() (func(w, factors trace.Value) trace.Value, bool) {
	return l.op.ScaleOutput(l.program.TypesOf(l.on[0].In), l.weights, 1)
}

func (l linear) scaleInput() (func(w, factors trace.Value) trace.Value, bool) {
	return l.op.ScaleInput(l.program.TypesOf(l.on[0].In), l.weights, 1)
}

// parameters are the weight and the bias of a linear site, to be changed and applied.
type parameters struct {
	linear
	weight trace.Value
	// bias has an element for each channel, [c], or broadcasts to the output. It is
	// absent if the site has none.
	bias trace.Value
}

// parameters computes the weight and the sum of the biases from the operands of the site.
func (l linear) parameters(in []trace.Value) parameters {
	env := without(l.program, l.on, in)
	p := parameters{l, env.Get(l.on[0].In)[l.weights], trace.Value{}}
	for i, e := range l.on[1:] {
		own := slices.Index(e.In, l.on[i].Out[0])
		p.bias = p.plus(l.channelBias(env, e.In[1-own]))
	}
	return p
}

// channelBias returns a bias as [c] if an operand of that shape is repeated along all
// other axes, and otherwise in the shape in which it is added.
func (l linear) channelBias(env *trace.Env, v trace.Var) trace.Value {
	if l.out().Rank() < 2 {
		return env.Get([]trace.Var{v})[0]
	}
	from := v
	var moves []*trace.Eqn
	for i := len(l.program.Eqns) - 1; i >= 0; i-- {
		e := &l.program.Eqns[i]
		if k, ok := e.Op.(trace.Kinded); ok && e.Out[0] == from && len(e.In) == 1 && k.Kind().Is(trace.KindShaping) {
			moves, from = append(moves, e), e.In[0]
		}
	}
	slices.Reverse(moves)
	if t := l.program.Types[from]; t.Rank() == 1 && t.Size() == l.out().Shape[1] && repeatsChannels(moves, t, l.out()) {
		return env.Get([]trace.Var{from})[0]
	}
	return env.Get([]trace.Var{v})[0]
}

func (l linear) out() trace.Type { return l.site.Outputs[0] }

// repeatsChannels reports whether equations that move values repeat a vector[c] along all
// axes of y[n c ...] but axis 1. It runs them on the numbers from 1 to c.
func repeatsChannels(moves []*trace.Eqn, vector, y trace.Type) bool {
	number := fn.Add(fn.Iota(vector, 0), fn.Ones(vector))
	v := number
	for _, e := range moves {
		v = trace.Bind1(e.Op, v)
	}
	return v.Type().Equal(y) && slices.Equal(v.Float64s(), fn.BroadcastIn(number, y.Shape, 1).Float64s())
}

// plus returns the sum of the bias and another one, whatever shapes both have.
func (p parameters) plus(b trace.Value) trace.Value {
	switch {
	case p.bias.IsAbsent():
		return b
	case b.Rank() == p.bias.Rank():
		return fn.Add(p.bias, b)
	}
	return fn.Add(p.spread(p.bias), p.spread(b))
}

// spread gives a bias[c] the axes of the output.
func (p parameters) spread(b trace.Value) trace.Value {
	if rank := p.out().Rank(); b.Rank() == 1 && rank > 1 {
		shape := slices.Repeat([]int{1}, rank)
		shape[1] = b.Size()
		return fn.Reshape(b, shape...)
	}
	return b
}

// beforeNorm returns the parameters of the site merged with m after it.
func (p parameters) beforeNorm(m channelMap) parameters {
	scale, _ := p.scaleOutput()
	p.weight = scale(p.weight, m.scale)
	switch {
	case p.bias.IsAbsent():
		p.bias = m.shift
	case p.bias.Rank() == 1:
		p.bias = m.of(p.bias)
	default:
		p.bias = fn.Add(fn.Mul(p.spread(m.scale), p.bias), p.spread(m.shift))
	}
	return p
}

// afterNorm returns the parameters of the site merged with m before it. It computes the
// new shift from one sample.
func (p parameters) afterNorm(m channelMap) parameters {
	t := p.site.Operands[p.data].Type
	one := slices.Clone(t.Shape)
	one[0] = 1
	types := p.program.TypesOf(p.on[0].In)
	types[1-p.weights] = trace.TypeOf(t.DType, one...)
	if _, err := p.op.Infer(types); err != nil {
		one[0] = t.Shape[0]
	}
	shift := p.product(fn.BroadcastIn(m.shift, one, 1), p.weight)
	if shift.Rank() == 2 && one[0] == 1 {
		shift = fn.Reshape(shift, shift.Dim(1))
	}
	scale, _ := p.scaleInput()
	p.weight, p.bias = scale(p.weight, m.scale), p.plus(shift)
	return p
}

// product applies the operation.
func (p parameters) product(x, w trace.Value) trace.Value {
	operands := []trace.Value{x, x}
	operands[p.weights] = w
	return trace.Bind1(p.op, operands...)
}

// apply applies the site with these parameters: a layer as a layer of the same kind and
// path, bare operations as bare operations.
func (p parameters) apply(x trace.Value) trace.Value {
	type weights struct{ Weight, Bias trace.Value }
	f := func(x trace.Value, w weights) trace.Value { return fn.Add(p.product(x, w.Weight), p.spread(w.Bias)) }
	if p.site.Layer {
		f = transforms.Named(transforms.Layer{Kind: p.site.Kind, Path: p.site.LayerPath(), Biases: []string{".Bias"}}, f)
	}
	return f(x, weights{p.weight, p.bias})
}
