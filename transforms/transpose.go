package transforms

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// pullback is the signature of a VJP: the cotangents of the operands, from operands, outputs and the cotangents of the outputs.
type pullback func(in, out, ct []Value, want []bool) []Value

// transposed pushes tangents forward through what pull pulls cotangents back: pull is traced as ct ↦ cotangents and transposed by
// structure. Outputs that are not floats get none. what names the operation or rule if pull is not linear in ct.
func transposed(what string, pull pullback, in, out, tangents []Value) []Value {
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

// transpose applies the transpose of a program that is linear in its last arguments, those beyond fixed, to cotangents of its results.
// Equations that do not depend on those arguments are evaluated; of the others only the transposes are.
func transpose(what string, p *trace.Program, fixed, ct []Value) []Value {
	p, _ = dischargeProgram(p).Inlined(transparent).Pruned()
	args := append(append([]Value{}, fixed...), make([]Value, len(p.In)-len(fixed))...)
	env := p.EnvIn(trace.Newest(fixed, ct, constsOf(p)), args)
	linear := make([]bool, len(p.Types))
	for _, v := range p.In[len(fixed):] {
		linear[v] = true
	}
	for i := range p.Eqns {
		if e := &p.Eqns[i]; marks(linear, e.In) {
			setAll(linear, e.Out)
		} else {
			env.Step(e)
		}
	}
	cts := newCotangents(p)
	for i, v := range p.Out {
		if linear[v] {
			cts.add(v, env.Trace.Lift(ct[i]))
		}
	}
	for i := len(p.Eqns) - 1; i >= 0; i-- {
		if e := &p.Eqns[i]; marks(linear, e.In) {
			env.Trace.Follow(e, true, func() { transposeEqn(what, p, env, e, linear, cts) })
		}
	}
	return cts.get(env.Trace, p.In[len(fixed):])
}

func constsOf(p *trace.Program) []Value {
	out := make([]Value, len(p.Consts))
	for i, c := range p.Consts {
		out[i] = c.Value
	}
	return out
}

func transposeEqn(what string, p *trace.Program, env *trace.Env, e *trace.Eqn, linear []bool, cts *cotangents) {
	ct := cts.get(env.Trace, e.Out)
	if allAbsent(ct) {
		return
	}
	marked := flags(linear, e.In)
	op, ok := e.Op.(trace.Linear)
	if !ok || !op.LinearIn(marked) {
		panic(trace.Errorf("%s has no JVP: what it does to the relevance or cotangent is not linear (it applies %s to it); "+
			"use VJP, Grad or Pull, which do not need that", what, e.Op.Name()))
	}
	like := firstPresent(ct)
	in, out := env.Get(e.In), make([]Value, len(e.Out))
	if pick, ok := pickOf(e, in, marked, ct); ok {
		cts.pick(env.Trace, e.In[0], pick)
		return
	}
	for i, v := range e.In {
		if marked[i] {
			in[i] = trace.Unknown(p.Types[v])
		}
	}
	for i, v := range e.Out {
		out[i] = trace.Unknown(p.Types[v])
		if ct[i].IsAbsent() {
			ct[i] = fn.FillAs(like, p.Types[v], 0)
		}
	}
	for i, c := range op.VJP(in, out, ct, marked) {
		if marked[i] && !c.IsAbsent() {
			cts.add(e.In[i], c)
		}
	}
}

// transparent opens calls that are nothing but their body.
func transparent(op trace.Op) *trace.Program {
	if c, ok := op.(*call); ok {
		return c.body
	}
	return nil
}

func marks(marked []bool, vars []trace.Var) bool {
	for _, v := range vars {
		if marked[v] {
			return true
		}
	}
	return false
}

func setAll(marked []bool, vars []trace.Var) {
	for _, v := range vars {
		marked[v] = true
	}
}

func firstPresent(vs []Value) Value {
	for _, v := range vs {
		if !v.IsAbsent() {
			return v
		}
	}
	return Value{}
}
