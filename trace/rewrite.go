package trace

import "slices"

// Rewriter copies a program equation by equation into a new one, under new variables.
type Rewriter struct {
	program Program
}

// Var makes a new variable.
func (r *Rewriter) Var(t Type) Var {
	r.program.Types = append(r.program.Types, t)
	return Var(len(r.program.Types) - 1)
}

// Grow makes room for the equations of p.
func (r *Rewriter) Grow(p *Program) {
	r.program.Types = slices.Grow(r.program.Types, len(p.Types))
	r.program.Eqns = slices.Grow(r.program.Eqns, len(p.Eqns))
}

// Vars makes a new variable for each of vars of p.
func (r *Rewriter) Vars(p *Program, vars []Var) []Var {
	out := make([]Var, len(vars))
	for i, v := range vars {
		out[i] = r.Var(p.Types[v])
	}
	return out
}

// Emit appends an equation with the position and mark of like.
func (r *Rewriter) Emit(like *Eqn, op Op, in, out []Var) {
	r.program.Eqns = append(r.program.Eqns, Eqn{Op: op, In: in, Out: out, Derived: like.Derived, Stack: like.Stack})
}

// Const adds a constant, and returns its variable.
func (r *Rewriter) Const(v Value) Var {
	x := r.Var(v.Type())
	r.program.Consts = append(r.program.Consts, Const{x, v})
	return x
}

// Program finishes the rewriting.
func (r *Rewriter) Program(in, out []Var) *Program {
	p := r.program
	p.In, p.Out = in, out
	p.dropConsts()
	return &p
}

// Inlined returns p with equations replaced by the programs that open gives for their
// ops, at any depth; open returns nil for an op that stays.
func (p *Program) Inlined(open func(Op) *Program) *Program {
	found := false
	for i := range p.Eqns {
		found = found || open(p.Eqns[i].Op) != nil
	}
	if !found {
		return p
	}
	r := &Rewriter{}
	in := r.Vars(p, p.In)
	return r.Program(in, r.inline(p, in, open))
}

// Inline copies p on the given arguments, one variable for each, and returns those of its
// results.
func (r *Rewriter) Inline(p *Program, in []Var) []Var {
	return r.inline(p, in, func(Op) *Program { return nil })
}

// inline copies p on the given arguments and returns its results.
func (r *Rewriter) inline(p *Program, in []Var, open func(Op) *Program) []Var {
	r.Grow(p)
	vars := make([]Var, len(p.Types))
	set := func(from, to []Var) {
		for i, v := range from {
			vars[v] = to[i]
		}
	}
	get := func(from []Var) []Var {
		out := make([]Var, len(from))
		for i, v := range from {
			out[i] = vars[v]
		}
		return out
	}
	set(p.In, in)
	for _, c := range p.Consts {
		vars[c.Var] = r.Const(c.Value)
	}
	for i := range p.Eqns {
		e := &p.Eqns[i]
		if body := open(e.Op); body != nil {
			set(e.Out, r.inline(body, get(e.In), open))
			continue
		}
		out := r.Vars(p, e.Out)
		r.Emit(e, e.Op, get(e.In), out)
		set(e.Out, out)
	}
	return get(p.Out)
}
