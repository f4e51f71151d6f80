package opt

import "github.com/pullback-go/pullback/trace"

// FactorWeights takes factors per channel out of constant weights. A convolution with w·s
// equals one with w whose output, or whose input, is multiplied by s. Normalizations
// merged into weights give such factors. So no second copy of the weights is kept. The
// price is one multiplication for each element, which is part of a fused loop.
func FactorWeights(p *trace.Program) *trace.Program {
	l := factoring{program: p, by: make([]*trace.Eqn, len(p.Types)), held: make([]bool, len(p.Types)), constant: constants(p)}
	for i := range p.Eqns {
		for _, v := range p.Eqns[i].Out {
			l.by[v] = &p.Eqns[i]
		}
	}
	for _, c := range p.Consts {
		l.held[c.Var] = c.Value.IsConcrete()
	}
	return Prune(replaced(p, func(e *trace.Eqn) (*trace.Program, []trace.Var) {
		s, ok := l.find(e)
		if !ok {
			return nil, nil
		}
		on := []trace.Var{e.In[0], e.In[1], s.factors}
		on[s.weights] = s.w
		return recorded(p.TypesOf(on), func(in []trace.Value) []trace.Value { return s.apply(e.Op.(trace.Channeled), in) }), on
	}))
}

// factoring finds weights that are multiplied by factors.
type factoring struct {
	program  *trace.Program
	by       []*trace.Eqn // by variable: the equation that computes it
	held     []bool       // by variable: whether it is a constant
	constant []bool       // by variable: whether it depends only on constants
}

// factored is a linear operation whose weights, one of its two operands, are w times
// factors for each channel of its output, or of its other operand.
type factored struct {
	weights    int
	w, factors trace.Var
	input      bool
}

// apply computes the operation from its two operands, one of which is w, and the factors.
func (s factored) apply(op trace.Channeled, in []trace.Value) []trace.Value {
	in, factors := in[:2], in[2]
	if s.input {
		in[1-s.weights] = op.Scale(in[1-s.weights], factors, channelAxis)
		return trace.Bind(op, in...)
	}
	return []trace.Value{op.Scale(trace.Bind1(op, in...), factors, channelAxis)}
}

// channelAxis is the axis of channels in convolutions and dense layers.
const channelAxis = 1

func (l *factoring) find(e *trace.Eqn) (factored, bool) {
	op, ok := e.Op.(trace.Channeled)
	if !ok || len(e.In) != 2 || len(e.Out) != 1 {
		return factored{}, false
	}
	for weights, v := range e.In {
		if data := e.In[1-weights]; l.constant[v] && !l.held[v] && !l.constant[data] {
			if s, ok := l.scaledBy(e, v, l.program.Types[e.Out[0]], weights, op.ScaleOutput); ok {
				return s, true
			}
			if s, ok := l.scaledBy(e, v, l.program.Types[data], weights, op.ScaleInput); ok {
				s.input = true
				return s, true
			}
		}
	}
	return factored{}, false
}

// scaledBy reports whether the weights v are scaled by channels of data, and by which
// factors.
func (l *factoring) scaledBy(e *trace.Eqn, v trace.Var, data trace.Type, weights int, scaling scaling) (factored, bool) {
	types := l.program.TypesOf(e.In)
	if data.Rank() <= channelAxis {
		return factored{}, false
	}
	scale, ok := scaling(types, weights, channelAxis)
	if !ok {
		return factored{}, false
	}
	w, factors, ok := l.match(v, types[weights], trace.TypeOf(data.DType, data.Shape[channelAxis]), scale)
	return factored{weights: weights, w: w, factors: factors}, ok
}

// scaling is a method of [trace.Channeled].
type scaling = func(in []trace.Type, weights, axis int) (func(w, factors trace.Value) trace.Value, bool)

// match finds a constant w and factors from which scale would have made the variable v.
func (l *factoring) match(v trace.Var, w, factors trace.Type, scale func(w, factors trace.Value) trace.Value) (trace.Var, trace.Var, bool) {
	pattern := trace.Record(func(in []trace.Value) []trace.Value {
		return []trace.Value{scale(in[0], in[1])}
	}, []trace.Type{w, factors})
	bound := map[trace.Var]trace.Var{}
	if !l.unify(pattern, pattern.Out[0], v, bound) {
		return 0, 0, false
	}
	found, known := bound[pattern.In[0]]
	s, both := bound[pattern.In[1]]
	return found, s, known && both && l.held[found]
}

// unify matches a variable of a pattern with a variable of the program, and binds the
// pattern's arguments.
func (l *factoring) unify(pattern *trace.Program, x, v trace.Var, bound map[trace.Var]trace.Var) bool {
	if !pattern.Types[x].Equal(l.program.Types[v]) {
		return false
	}
	for _, arg := range pattern.In {
		if arg == x {
			was, ok := bound[x]
			bound[x] = v
			return !ok || was == v
		}
	}
	e := l.by[v]
	for i := range pattern.Eqns {
		q := &pattern.Eqns[i]
		if q.Out[0] != x {
			continue
		}
		if e == nil || len(e.In) != len(q.In) || !trace.SameOp(e.Op, q.Op) {
			return false
		}
		for j := range q.In {
			if !l.unify(pattern, q.In[j], e.In[j], bound) {
				return false
			}
		}
		return true
	}
	return false
}
