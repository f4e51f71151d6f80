package transforms

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// LinearTranspose returns the transpose of a function that is linear in the floats of its
// argument: <ct, f(x)> = <LinearTranspose(f, like)(ct), x> for all x and ct. The transpose
// is the pullback of f, found without computing f. Only the structure and types of like
// matter; its leaves may be [trace.Unknown]. It must have float leaves only: capture
// what f is not linear in. A leaf that a ct leaves absent counts as zero.
//
// The transpose panics with a *trace.Error that names the operation if f is not linear,
// or if its result has a constant part.
func LinearTranspose[P, R any](f func(P) R, like P) func(ct R) P {
	r := record(f, like)
	requireFloats("LinearTranspose", r)
	for i, is := range floats(r.leaves) {
		if !is {
			panic(trace.Errorf("LinearTranspose of a function of %v at %s: nothing is linear in integers and booleans; capture them", r.leaves[i].Type(), leafName(r.in.Path(i))))
		}
	}
	results := r.program.TypesOf(r.program.Out)
	return func(ct R) P {
		cts := aligned("cotangent", ct, r.out, results)
		given := firstPresent(cts)
		for i, t := range results {
			if cts[i].IsAbsent() && given.IsAbsent() {
				cts[i] = fn.Zeros(t)
			} else if cts[i].IsAbsent() {
				cts[i] = fn.FillAs(given, t, 0)
			}
		}
		out := transpose(func(reason string) error {
			return trace.Errorf("LinearTranspose of a function that is not linear: %s", reason)
		}, r.program, nil, cts)
		for i, t := range trace.TypesOfValues(r.leaves) {
			if out[i].IsAbsent() {
				out[i] = fn.FillAs(cts[0], t, 0)
			}
		}
		return unflatten[P](r.in, weakAs(out, weakness(r.leaves)))
	}
}

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
	refuse := func(reason string) error {
		return trace.Errorf("%s has no JVP: what it makes of the relevance or cotangent is not linear in it: %s; use VJP, Grad or Pull, which do not need that", what(), reason)
	}
	for k, v := range transpose(refuse, program, append(append([]Value{}, in...), out...), given) {
		pushed[slots[k]] = v
	}
	return pushed
}

// transpose applies the transpose of a program to cotangents of its results. The program
// is linear in its arguments beyond fixed. Equations that do not depend on those
// arguments are evaluated; the others are only transposed. refuse makes the error for a
// program that is not linear.
func transpose(refuse func(reason string) error, p *trace.Program, fixed, ct []Value) []Value {
	p, _ = silent(dischargeProgram(p)).Inlined(transparent).Pruned()
	args := append(append([]Value{}, fixed...), make([]Value, len(p.In)-len(fixed))...)
	t := &transposition{refuse: refuse, Program: p, env: p.EnvIn(trace.Newest(fixed, ct, p.Captured()), args)}
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
			panic(refuse(fmt.Sprintf("a %v does not depend on it, and is not known to be zero", p.Types[v])))
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
	refuse func(reason string) error
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
		panic(t.refuse("it applies " + e.Op.Name() + " to it"))
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
