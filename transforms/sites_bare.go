package transforms

import "github.com/pullback-go/pullback/trace"

// bare adds a single operation as a site, unless kindOf gives it no kind.
func (f *finder) bare(b *body, i int, from node) *Site {
	e := &b.Eqns[i]
	s := &Site{plain: e.Op, place: place{b.number, i}, absorbed: nowhere, in: e.In, Outputs: b.TypesOf(e.Out)}
	for _, v := range e.In {
		role := RoleWeight
		if b.vars[v].data {
			role = RoleData
		}
		s.Operands = append(s.Operands, Operand{role, b.Types[v]})
	}
	if s.Kind = b.kindOf(e, s); s.Kind == "" {
		return nil
	}
	s.Result = b.result.AnyOf(e.Out)
	if s.Kind.Is(trace.KindLinear) {
		b.takeBias(s, i)
	}
	return f.add(s, b, e, from)
}

// kindOf returns the kind of a site for an operation, empty if the operation is not a
// site. An operation that adds a constant to its data is not one: the data get all of the
// relevance.
func (b *body) kindOf(e *trace.Eqn, s *Site) trace.Kind {
	var kind trace.Kind
	if op, ok := e.Op.(trace.Kinded); ok {
		kind = op.Kind()
	}
	switch data := s.DataOperands(); {
	case kind.Is(trace.KindAdd) && data < 2:
		return ""
	case kind.Is(trace.KindSub) && data < 2:
		if s.Operands[0].Role == RoleData {
			return ""
		}
		s.Operands[0].Role = RoleBias
		return trace.KindScaling
	case kind.Is(trace.KindLinear) && data > 1:
		return trace.KindMatrixProduct
	case (kind == "" || kind == trace.KindProduct) && b.carries(e) && scales(e, s):
		return trace.KindScaling
	case kind != "":
		return kind
	case !b.carries(e) || handsOn(e.Op) != "":
		return ""
	}
	return trace.KindBare + "." + trace.Kind(e.Op.Name())
}

// carries reports whether relevance may pass through an equation: from a wanted float
// output to a float operand that depends on the argument.
func (b *body) carries(e *trace.Eqn) bool {
	arrives, leaves := b.wanted.AnyOf(e.Out), false
	for _, v := range e.In {
		leaves = leaves || b.data[v] && b.Types[v].DType.IsFloat()
	}
	return arrives && leaves
}

// scales reports whether an operation multiplies each element of its only data operand by
// something that is not data. A product with a constant, a quotient by one and a change
// of sign do this.
func scales(e *trace.Eqn, s *Site) bool {
	_, ok := e.Op.(trace.Elementwise)
	return ok && s.DataOperands() == 1 && handsOn(e.Op) == "" && isAffine(e.Op, s.dataMask())
}

// handsOn says why an operation hands relevance on unchanged, whatever its kind. It is
// empty if the operation does not.
func handsOn(op trace.Op) string {
	switch op.(type) {
	case trace.Mover:
		return "it moves, copies or selects elements"
	case stopGradient:
		return "it says itself that nothing passes"
	}
	return ""
}

// takeBias merges a linear operation and the addition of a value that is not data into
// one site, if the addition is the only use of the operation.
func (b *body) takeBias(s *Site, i int) {
	e := &b.Eqns[i]
	if len(e.Out) != 1 || b.uses[e.Out[0]] != 1 {
		return
	}
	j := b.reader[e.Out[0]]
	if j < 0 {
		return
	}
	sum := &b.Eqns[j]
	kinded, ok := sum.Op.(trace.Kinded)
	if !ok || !kinded.Kind().Is(trace.KindAdd) || len(sum.In) != 2 {
		return
	}
	at := 0
	if sum.In[1] == e.Out[0] {
		at = 1
	}
	bias := sum.In[1-at]
	if b.data[bias] {
		return
	}
	s.plain = withBias(b.Program, e, sum, at)
	s.Operands = append(s.Operands, Operand{RoleBias, b.Types[bias]})
	s.in = append(append([]trace.Var{}, e.In...), bias)
	s.Outputs = b.TypesOf(sum.Out)
	s.place, s.absorbed, s.seen = place{b.number, j}, s.place, b.seen[e.Out[0]]
	s.Result = b.result.AnyOf(sum.Out)
}

// withBias returns a linear equation and the addition after it as one call. at is the
// position of the linear equation's output in the sum.
func withBias(p *trace.Program, e, sum *trace.Eqn, at int) trace.Op {
	r := &trace.Rewriter{}
	in := r.Vars(p, e.In)
	bias := r.Var(p.Types[sum.In[1-at]])
	z := r.Vars(p, e.Out)
	r.Emit(e, e.Op, in, z)
	terms := []trace.Var{z[0], bias}
	if at == 1 {
		terms = []trace.Var{bias, z[0]}
	}
	out := r.Vars(p, sum.Out)
	r.Emit(sum, sum.Op, terms, out)
	return newCall(call{body: r.Program(append(in, bias), out), outs: 1})
}
