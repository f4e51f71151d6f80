package transforms

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// linearization is an operation or program prepared for derivatives with respect to some
// operands. Cotangents, tangents and results may be absent; an absent one is zero. A
// linearization belongs to the goroutine that made it until forward has run.
type linearization interface {
	// forward returns the outputs and the residuals: everything that backward and push
	// need besides cotangents and tangents. It leaves no rule behind, at any depth.
	forward(in []Value) (out, res []Value)
	// backward returns a cotangent for each operand.
	backward(res, ct []Value) []Value
	// push returns a tangent for each output.
	push(res, tangents []Value) []Value
}

// linearizer is an op with residuals of its own: calls, loops, and ops that carry a
// pullback.
type linearizer interface {
	trace.Op
	linearize(want trace.Mask) linearization
}

// linearProgram is the linearization of a program, equation by equation.
type linearProgram struct {
	program *trace.Program
	wants   []trace.Mask    // by equation: the operands that depend on a wanted argument; nil if there are none
	inner   []linearization // by equation: set if a linearizer depends on a wanted argument
	spans   []int           // by equation: the number of residuals of its inner linearization; known after forward
	keep    []trace.Var     // variables among the residuals; the inner ones' residuals follow
	in      trace.Mask      // wanted arguments
}

// linearizeProgram prepares p for derivatives with respect to the wanted arguments that
// are floats.
func linearizeProgram(p *trace.Program, want trace.Mask) *linearProgram {
	n := len(p.Eqns)
	l := &linearProgram{program: p, wants: make([]trace.Mask, n), inner: make([]linearization, n), spans: make([]int, n), in: want}
	active, kept := make(trace.Mask, len(p.Types)), make(trace.Mask, len(p.Types))
	for i, v := range p.In {
		active[v] = want[i] && p.Types[v].DType.IsFloat()
	}
	for i := range p.Eqns {
		e := &p.Eqns[i]
		if !activate(p, e, active) {
			continue
		}
		if isEffect(e) {
			continue
		}
		l.wants[i] = active.Of(e.In)
		if op, ok := e.Op.(linearizer); ok {
			(*trace.Trace)(nil).Follow(e, e.Derived, func() { l.inner[i] = op.linearize(l.wants[i]) })
			continue
		}
		l.keepAll(kept, e.In)
		l.keepAll(kept, e.Out)
	}
	return l
}

// activate marks the float outputs of an equation that has an active operand. It reports
// whether there is one.
func activate(p *trace.Program, e *trace.Eqn, active trace.Mask) bool {
	reached := false
	for _, v := range e.In {
		reached = reached || active[v]
	}
	if reached {
		for _, v := range e.Out {
			active[v] = p.Types[v].DType.IsFloat()
		}
	}
	return reached
}

func (l *linearProgram) keepAll(kept trace.Mask, vars []trace.Var) {
	for _, v := range vars {
		if !kept[v] {
			kept[v] = true
			l.keep = append(l.keep, v)
		}
	}
}

func (l *linearProgram) forward(in []Value) (out, res []Value) { return l.forwardFrom(in, nil) }

// forwardFrom is forward for a program of which some variables are known already.
func (l *linearProgram) forwardFrom(in []Value, known map[trace.Var]Value) (out, res []Value) {
	env := l.program.Env(in)
	var inner []Value
	for i := range l.program.Eqns {
		e := &l.program.Eqns[i]
		if outs := get(known, e.Out); l.inner[i] == nil && len(outs) > 0 && !slices.ContainsFunc(outs, Value.IsAbsent) {
			env.Set(e.Out, env.Trace.LiftAll(outs))
			continue
		}
		env.Trace.Follow(e, e.Derived, func() {
			if l.inner[i] == nil {
				env.Set(e.Out, env.Trace.Bind(discharged(e.Op), env.Get(e.In)...))
				return
			}
			outs, r := l.inner[i].forward(env.Get(e.In))
			env.Set(e.Out, outs)
			l.spans[i] = len(r)
			inner = append(inner, r...)
		})
	}
	return env.Get(l.program.Out), append(env.Get(l.keep), inner...)
}

// residuals splits a list of residuals into the kept variables and, by equation, the
// residuals of its inner linearization.
func (l *linearProgram) residuals(res []Value) (vars map[trace.Var]Value, inner [][]Value) {
	vars = make(map[trace.Var]Value, len(l.keep))
	for i, v := range l.keep {
		vars[v] = res[i]
	}
	inner = make([][]Value, len(l.spans))
	next := len(l.keep)
	for i, n := range l.spans {
		inner[i] = res[next : next+n]
		next += n
	}
	return vars, inner
}

func get(vals map[trace.Var]Value, vars []trace.Var) []Value {
	out := make([]Value, len(vars))
	for i, v := range vars {
		out[i] = vals[v]
	}
	return out
}

// backward walks the program backward. Cotangents that meet at a variable are added.
func (l *linearProgram) backward(res, ct []Value) []Value {
	t, cts := l.walk(res, ct)
	out := cts.get(t, l.program.In)
	for i := range out {
		if !l.reaches(i) {
			out[i] = Value{}
		}
	}
	return out
}

// collector is a linearization that can leave the picks from its operands to the
// surrounding walk, which adds them up.
type collector interface {
	linearization
	collect(res, ct []Value) []cotangent
}

// collect is backward without adding up the picks from the arguments.
func (l *linearProgram) collect(res, ct []Value) []cotangent {
	_, cts := l.walk(res, ct)
	out := make([]cotangent, len(l.program.In))
	for i, v := range l.program.In {
		if at := cts.of[v]; at != nil && l.reaches(i) {
			out[i] = *at
		}
	}
	return out
}

// reaches reports whether argument i has a cotangent.
func (l *linearProgram) reaches(i int) bool {
	return l.in[i] && l.program.Types[l.program.In[i]].DType.IsFloat()
}

// walk walks the program backward.
func (l *linearProgram) walk(res, ct []Value) (*trace.Trace, *cotangents) {
	t := trace.Newest(res, ct)
	vals, inner := l.residuals(t.LiftAll(res))
	cts := newCotangents(l.program)
	for i, v := range l.program.Out {
		cts.add(v, t.Lift(ct[i]))
	}
	for i := len(l.program.Eqns) - 1; i >= 0; i-- {
		e := &l.program.Eqns[i]
		if l.wants[i] == nil {
			continue
		}
		out := cts.get(t, e.Out)
		if allAbsent(out) {
			continue
		}
		t.Follow(e, true, func() { l.pullBack(i, t, cts, vals, inner[i], out) })
	}
	return t, cts
}

// pullBack pulls back the cotangents of equation i's outputs and adds the results to its
// operands.
func (l *linearProgram) pullBack(i int, t *trace.Trace, cts *cotangents, vals map[trace.Var]Value, inner, ct []Value) {
	e := &l.program.Eqns[i]
	if in, ok := l.inner[i].(collector); ok {
		for j, c := range in.collect(inner, ct) {
			if l.wants[i][j] {
				cts.merge(t, e.In[j], c)
			}
		}
		return
	}
	if l.inner[i] != nil {
		l.accumulate(i, cts, l.inner[i].backward(inner, ct))
		return
	}
	in := get(vals, e.In)
	if p, ok := pickOf(e, in, l.wants[i], ct); ok {
		cts.pick(t, e.In[0], p)
		return
	}
	out := get(vals, e.Out)
	l.accumulate(i, cts, e.Op.VJP(in, out, filled(ct, out), l.wants[i]))
}

func (l *linearProgram) accumulate(i int, cts *cotangents, in []Value) {
	e := &l.program.Eqns[i]
	for j, v := range e.In {
		if !l.wants[i][j] || in[j].IsAbsent() {
			continue
		}
		if !in[j].Type().Equal(l.program.Types[v]) {
			panic(trace.Errorf("the VJP of %s gives a cotangent %v for operand %d, which is %v", e.Op.Name(), in[j].Type(), j, l.program.Types[v]))
		}
		cts.add(v, in[j])
	}
}

// push walks the program forward with tangents.
func (l *linearProgram) push(res, tangents []Value) []Value {
	t := trace.Newest(res, tangents)
	vals, inner := l.residuals(t.LiftAll(res))
	tans := make(map[trace.Var]Value, len(l.program.Types))
	for i, v := range l.program.In {
		if l.in[i] && !tangents[i].IsAbsent() {
			tans[v] = t.Lift(tangents[i])
		}
	}
	for i := range l.program.Eqns {
		e := &l.program.Eqns[i]
		in := get(tans, e.In)
		if l.wants[i] == nil || allAbsent(in) {
			continue
		}
		t.Follow(e, true, func() {
			out := l.pushForward(i, vals, inner[i], in)
			for j, v := range e.Out {
				tans[v] = out[j]
			}
		})
	}
	return get(tans, l.program.Out)
}

func (l *linearProgram) pushForward(i int, vals map[trace.Var]Value, inner, tangents []Value) []Value {
	e := &l.program.Eqns[i]
	if l.inner[i] != nil {
		return l.inner[i].push(inner, tangents)
	}
	return transposed(e.Op.Name, e.Op.VJP, get(vals, e.In), get(vals, e.Out), tangents)
}

// add adds cotangents. An absent one is zero.
func add(a, b Value) Value {
	switch {
	case a.IsAbsent():
		return b
	case b.IsAbsent():
		return a
	}
	trace.Newest([]Value{a, b}).Derived(func() { a = fn.Add(a, b) })
	return a
}

func allAbsent(vs []Value) bool {
	for _, v := range vs {
		if !v.IsAbsent() {
			return false
		}
	}
	return true
}

// filled replaces absent entries by zeros of the type of the entries in like.
func filled(vs, like []Value) []Value {
	out := make([]Value, len(vs))
	for i, v := range vs {
		if out[i] = v; v.IsAbsent() {
			out[i] = fn.ZerosLike(like[i])
		}
	}
	return out
}
