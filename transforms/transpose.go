package transforms

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// pullback is the signature of a VJP. It maps operands, outputs and the cotangents of the
// outputs to the cotangents of the operands.
type pullback func(in, out, ct []Value, want []bool) []Value

// transposed pushes tangents forward through an operation whose pullback is pull. It
// traces pull as ct ↦ cotangents and transposes the program. Outputs that are not floats
// get no tangent. what names the operation or rule in the error for a pull that is not
// linear in ct.
func transposed(what func() string, pull pullback, in, out, tangents []Value) []Value {
	want := present(tangents)
	types := append(trace.TypesOfValues(in), trace.TypesOfValues(out)...)
	n := len(types)
	var slots []int // outputs that have a cotangent
	for i, v := range out {
		if v.DType().IsFloat() {
			slots = append(slots, i)
			types = append(types, v.Type())
		}
	}
	var given []Value // the tangents, as cotangents of the traced pullback's results
	program := trace.Record(func(args []Value) []Value {
		ct, outs := make([]Value, len(out)), args[len(in):n]
		for k, i := range slots {
			ct[i] = args[n+k]
		}
		var results []Value
		for i, c := range pull(args[:len(in)], outs, filled(ct, outs), want) {
			if want[i] && !c.IsAbsent() {
				results, given = append(results, c), append(given, tangents[i])
			}
		}
		return results
	}, types)
	pushed := make([]Value, len(out))
	for k, v := range transpose(what, program, append(append([]Value{}, in...), out...), given) {
		pushed[slots[k]] = v
	}
	return pushed
}

// transpose applies the transpose of a program to cotangents of its results. The program
// is linear in its arguments beyond fixed. Equations that do not depend on those
// arguments are evaluated; the others are only transposed.
func transpose(what func() string, p *trace.Program, fixed, ct []Value) []Value {
	p, _ = dischargeProgram(p).Inlined(transparent).Pruned()
	args := append(append([]Value{}, fixed...), make([]Value, len(p.In)-len(fixed))...)
	t := &transposition{what: what, Program: p, env: p.EnvIn(trace.Newest(fixed, ct, p.Captured()), args)}
	t.linear, t.stray, t.cts = make(trace.Mask, len(p.Types)), map[trace.Var]bool{}, newCotangents(p)
	t.linear.Set(p.In[len(fixed):])
	for i := range p.Eqns {
		if e := &p.Eqns[i]; t.linear.AnyOf(e.In) {
			t.reach(e)
		} else {
			t.env.Step(e)
		}
	}
	t.zeros = zerosIn(p, nil)
	t.zeros.value = t.at
	for i, v := range p.Out {
		switch {
		case t.stray[v] || !t.linear[v] && !t.zeros.has(v):
			panic(trace.Errorf("%s has no JVP: what it makes of the relevance or cotangent is not linear in it: a %v does not depend on it, "+
				"and is not known to be zero; use VJP, Grad or Pull, which do not need that", what(), p.Types[v]))
		case t.linear[v]:
			t.cts.add(v, t.env.Trace.Lift(ct[i]))
		}
	}
	for i := len(p.Eqns) - 1; i >= 0; i-- {
		if e := &p.Eqns[i]; t.linear.AnyOf(e.In) {
			t.env.Trace.Follow(e, true, func() { t.equation(e) })
		}
	}
	return t.cts.get(t.env.Trace, p.In[len(fixed):])
}

// transposition is a program while it is transposed.
type transposition struct {
	*trace.Program
	what   func() string
	env    *trace.Env
	linear trace.Mask         // by variable: whether it depends on the arguments that the program is linear in
	stray  map[trace.Var]bool // outputs of linear equations that do not depend on those arguments; they cannot be evaluated
	zeros  *zeros
	cts    *cotangents
}

// reach marks the outputs of an equation with linear operands.
func (t *transposition) reach(e *trace.Eqn) {
	for i, depends := range dependent(e.Op, t.linear.Of(e.In), len(e.Out)) {
		t.linear[e.Out[i]] = true
		if !depends {
			t.stray[e.Out[i]] = true
		}
	}
}

// at returns the value of a variable that does not depend on the linear arguments. It is
// absent for all others.
func (t *transposition) at(v trace.Var) Value {
	if t.linear[v] {
		return Value{}
	}
	return t.env.Get([]trace.Var{v})[0]
}

func (t *transposition) equation(e *trace.Eqn) {
	ct := t.cts.get(t.env.Trace, e.Out)
	if allAbsent(ct) {
		return
	}
	marked, err := linearOperands(e.Op, t.linear.Of(e.In), func() trace.Mask { return t.zeros.among(e.In) })
	if err != nil || slices.ContainsFunc(e.In, func(v trace.Var) bool { return t.stray[v] }) {
		panic(trace.Errorf("%s has no JVP: what it does to the relevance or cotangent is not linear (it applies %s to it); "+
			"use VJP, Grad or Pull, which do not need that", t.what(), e.Op.Name()))
	}
	like := firstPresent(ct)
	in, out := t.env.Get(e.In), make([]Value, len(e.Out))
	if pick, ok := pickOf(e, in, marked, ct); ok && t.linear[e.In[0]] {
		t.cts.pick(t.env.Trace, e.In[0], pick)
		return
	}
	for i, v := range e.In {
		if marked[i] {
			in[i] = trace.Unknown(t.Types[v])
		}
	}
	for i, v := range e.Out {
		out[i] = trace.Unknown(t.Types[v])
		if ct[i].IsAbsent() {
			ct[i] = fn.FillAs(like, t.Types[v], 0)
		}
	}
	for i, c := range e.Op.VJP(in, out, ct, marked) {
		if v := e.In[i]; t.linear[v] && marked[i] && !c.IsAbsent() {
			t.cts.add(v, c)
		}
	}
}

// transparent opens calls, which are equal to their body.
func transparent(op trace.Op) *trace.Program {
	if c, ok := op.(*call); ok {
		return c.body
	}
	return nil
}

func firstPresent(vs []Value) Value {
	for _, v := range vs {
		if !v.IsAbsent() {
			return v
		}
	}
	return Value{}
}
