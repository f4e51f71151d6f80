package opt

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// Lower replaces operations by others that compute the same, if they offer this because
// some operands are constant (see [trace.Lowerer]). A normalization with constant
// parameters, for example, becomes a factor and a summand for each channel, which a fused
// loop computes.
func Lower(p *trace.Program) *trace.Program {
	values := constantOperands(p)
	return replaced(p, func(e *trace.Eqn) (*trace.Program, []trace.Var) {
		op, ok := e.Op.(trace.Lowerer)
		if !ok {
			return nil, nil
		}
		known := make([]trace.Value, len(e.In))
		for j, v := range e.In {
			known[j] = values[v]
		}
		return recorded(p.TypesOf(e.In), func(in []trace.Value) []trace.Value { return op.Lower(in, known) }), e.In
	})
}

// constantOperands returns the values of the operands of lowerers that depend only on
// constants. They are parameters, and small.
func constantOperands(p *trace.Program) map[trace.Var]trace.Value {
	q, constant := *p, constants(p)
	q.Out = nil
	for i := range p.Eqns {
		if _, ok := p.Eqns[i].Op.(trace.Lowerer); !ok {
			continue
		}
		for _, v := range p.Eqns[i].In {
			if constant[v] {
				q.Out = append(q.Out, v)
			}
		}
	}
	if len(q.Out) == 0 {
		return nil
	}
	values := map[trace.Var]trace.Value{}
	q.Eqns = slices.DeleteFunc(slices.Clone(p.Eqns), func(e trace.Eqn) bool { return trace.HasEffect(e.Op) })
	needed, _ := q.Pruned()
	failed := trace.Try(func() {
		env := needed.Env(make([]trace.Value, len(needed.In)))
		for i := range needed.Eqns {
			env.Step(&needed.Eqns[i])
		}
		for i, v := range env.Get(q.Out) {
			values[q.Out[i]] = v
		}
	})
	if failed != nil { // the program fails where it computes the values
		clear(values)
	}
	return values
}

// constants marks the variables that depend only on constants.
func constants(p *trace.Program) []bool {
	known := make([]bool, len(p.Types))
	for _, c := range p.Consts {
		known[c.Var] = c.Value.IsConcrete()
	}
	for i := range p.Eqns {
		e := &p.Eqns[i]
		all := foldable(e.Op)
		for _, v := range e.In {
			all = all && known[v]
		}
		for _, v := range e.Out {
			known[v] = all
		}
	}
	return known
}

// recorded returns the program of f for arguments of the given types, nil if f returns
// nil.
func recorded(in []trace.Type, f func([]trace.Value) []trace.Value) *trace.Program {
	none := false
	body := trace.Record(func(in []trace.Value) []trace.Value {
		out := f(in)
		none = out == nil
		return out
	}, in)
	if none {
		return nil
	}
	return body
}

// replaced returns p with equations replaced by programs. body returns the program for an
// equation and the variables that it is applied to, or nil to keep the equation. The new
// equations take the position of the old one, and its mark as made by a derivative.
func replaced(p *trace.Program, body func(*trace.Eqn) (*trace.Program, []trace.Var)) *trace.Program {
	r := &trace.Rewriter{}
	r.Grow(p)
	vars := make([]trace.Var, len(p.Types))
	set := func(from, to []trace.Var) {
		for i, v := range from {
			vars[v] = to[i]
		}
	}
	set(p.In, r.Vars(p, p.In))
	for _, c := range p.Consts {
		vars[c.Var] = r.Const(c.Value)
	}
	for i := range p.Eqns {
		e := &p.Eqns[i]
		if b, on := body(e); b != nil {
			set(e.Out, r.Inline(like(e, b), renamed(on, vars)))
			continue
		}
		out := r.Vars(p, e.Out)
		r.Emit(e, e.Op, renamed(e.In, vars), out)
		set(e.Out, out)
	}
	return r.Program(renamed(p.In, vars), renamed(p.Out, vars))
}

// like returns a program whose equations all have the position and the mark of e.
func like(e *trace.Eqn, body *trace.Program) *trace.Program {
	q := *body
	q.Eqns = slices.Clone(body.Eqns)
	for i := range q.Eqns {
		q.Eqns[i].Derived, q.Eqns[i].Stack = e.Derived, e.Stack
	}
	return &q
}
