package trace

import (
	"cmp"
	"reflect"
	"runtime"
	"slices"
)

// A body contains what it computes. An operation on captured values alone is recorded in
// their trace, which is older than that of the body. It was made by the body if the
// body's trace had begun: one trace belongs to one goroutine. So every equation remembers
// how many traces had begun when it was made, and a body takes over those that its
// results need, and those that have an effect. What then stays in the older trace is
// dropped there at the end, unless something outside of the body needs it.

// RecordBody is [Record] of the body of a call, a choice or a loop: what f computes of
// captured values alone is part of the program too. The operands of the call are given so
// that their traces keep nothing of it.
func RecordBody(f func(in []Value) []Value, in []Type, operands ...[]Value) *Program {
	t := begin()
	defer t.done.Store(true)
	t.record(f, t.arguments(in))
	t.claim(append(operands, t.program.Captured())...)
	t.adopt(t.needed())
	return t.program
}

// RecordStep is [Record] of the step of a loop. What f computes of captured values alone
// is computed once, before the loop, and stays in their traces; but its effects on
// captured values belong to each step. The operands of the loop are given as for
// [RecordBody].
func RecordStep(f func(in []Value) []Value, in []Type, operands ...[]Value) *Program {
	t := begin()
	defer t.done.Store(true)
	t.record(f, t.arguments(in))
	t.claimBy(func(op Op) bool { _, ok := op.(Effect); return ok }, append(operands, t.program.Captured())...)
	t.adopt(t.effects)
	return t.program
}

// RunBody runs f on concrete values, at once. If its results are concrete it returns them
// and no program. Otherwise f captured traced values, and the program is that of f as a
// body, with the values as its arguments.
func RunBody(f func(in []Value) []Value, in []Value) ([]Value, *Program) {
	t := begin()
	defer t.done.Store(true)
	out := f(in)
	if Newest(out) == nil {
		return out, nil
	}
	for i, v := range t.arguments(TypesOfValues(in)) {
		if in[i].c.array != nil {
			t.arrays[in[i].c.array] = v.c.id
		}
	}
	t.record(func([]Value) []Value { return out }, nil)
	t.claim(t.program.Captured())
	t.adopt(t.needed())
	return nil, t.program
}

// claim marks what was made in the traces of values since t began as that of a body.
func (t *Trace) claim(lists ...[]Value) { t.claimBy(func(Op) bool { return true }, lists...) }

// claimBy is claim for some ops. An effect is claimed once, by the innermost body.
func (t *Trace) claimBy(takes func(Op) bool, lists ...[]Value) {
	done := map[*Trace]bool{nil: true}
	for _, v := range slices.Concat(lists...) {
		if v.c == nil || done[v.c.trace] {
			continue
		}
		of := v.c.trace
		for i := len(of.begun) - 1; i >= 0 && of.begun[i] >= t.id; i-- {
			op := of.program.Eqns[i].Op
			if of.claimed[i] || !takes(op) {
				continue
			}
			if of.claimed[i] = true; HasEffect(op) {
				t.effects = append(t.effects, made{of, i})
			}
		}
		done[of] = true
	}
	slices.SortFunc(t.effects, func(a, b made) int { return cmp.Compare(a.trace.begun[a.eqn], b.trace.begun[b.eqn]) })
}

// drop removes the equations that bodies claimed and nothing else needs.
func (t *Trace) drop() {
	p := t.program
	used, kept := make(Mask, len(p.Types)), make(Mask, len(p.Eqns))
	used.Set(p.Out)
	for i := len(p.Eqns) - 1; i >= 0; i-- {
		if kept[i] = !t.claimed[i] || used.AnyOf(p.Eqns[i].Out); kept[i] {
			used.Set(p.Eqns[i].In)
		}
	}
	eqns, begun := p.Eqns[:0], t.begun[:0]
	for i, e := range p.Eqns {
		if kept[i] {
			eqns, begun = append(eqns, e), append(begun, t.begun[i])
		}
	}
	p.Eqns, t.begun = eqns, begun
}

// release drops constants that nothing uses. What they stood for can be captured again.
func (t *Trace) release() {
	all := slices.Clone(t.program.Consts)
	t.program.dropConsts()
	kept := map[Var]bool{}
	for _, c := range t.program.Consts {
		kept[c.Var] = true
	}
	for _, c := range all {
		if !kept[c.Var] {
			delete(t.arrays, c.Value.c.array)
			delete(t.older, variable{c.Value.c.trace, c.Value.c.id})
		}
	}
}

// source says where a variable of a trace comes from: equation n-1 if n > 0, constant
// -n-1 if n < 0, else it is an argument.
type source int

// made is an equation of a trace.
type made struct {
	trace *Trace
	eqn   int
}

// young returns the equation that made a variable of an older trace after t began.
func (t *Trace) young(v Value) (made, bool) {
	if v.c.trace == nil {
		return made{}, false
	}
	of := v.c.trace
	i := int(of.sources[v.c.id]) - 1
	if i < 0 || of.begun[i] < t.id {
		return made{}, false
	}
	return made{of, i}, true
}

// original is the value that a variable stands for if its trace captured it.
func (v Value) original() Value {
	for v.c.trace != nil && v.c.trace.sources[v.c.id] < 0 {
		v = v.c.trace.program.Consts[-v.c.trace.sources[v.c.id]-1].Value
	}
	return v
}

func (m made) operands() []Value {
	p := m.trace.program
	out := make([]Value, len(p.Eqns[m.eqn].In))
	for j, x := range p.Eqns[m.eqn].In {
		out[j] = Value{&cell{typ: p.Types[x], trace: m.trace, id: x}}.original()
	}
	return out
}

// adopt takes over equations of older traces. They come before those of t, but for
// effects, which keep their order.
func (t *Trace) adopt(list []made) {
	if len(list) == 0 {
		return
	}
	adopted := make(map[made]bool, len(list))
	eqns, begun := make([]Eqn, 0, len(list)+len(t.program.Eqns)), make([]uint64, 0, len(list)+len(t.program.Eqns))
	for _, m := range list {
		adopted[m] = true
		e := m.trace.program.Eqns[m.eqn]
		e.In, e.Out = make([]Var, len(e.In)), slices.Clone(e.Out)
		for j, v := range m.operands() {
			e.In[j] = t.Lift(v).c.id
		}
		for j, x := range e.Out {
			e.Out[j] = t.own(variable{m.trace, x})
		}
		eqns, begun = append(eqns, e), append(begun, m.trace.begun[m.eqn])
	}
	t.program.Eqns, t.begun = append(eqns, t.program.Eqns...), append(begun, t.begun...)
	t.program.Consts = slices.DeleteFunc(t.program.Consts, func(c Const) bool {
		m, ok := t.young(c.Value)
		return ok && adopted[m]
	})
	if len(t.effects) > 0 {
		t.inOrder()
	}
}

// inOrder sorts the equations by the moments at which they were made. Those between two
// effects keep their places.
func (t *Trace) inOrder() {
	order := make([]int, len(t.program.Eqns))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(t.begun[a], t.begun[b]) })
	eqns := make([]Eqn, len(order))
	for to, from := range order {
		eqns[to] = t.program.Eqns[from]
	}
	t.program.Eqns = eqns
}

// needed lists the equations of older traces that were made since t began and that its
// program or its effects need, in an order in which they can be applied: an older trace
// uses nothing of a newer one.
func (t *Trace) needed() []made {
	list := slices.Clone(t.effects)
	var open []Value
	seen := map[made]bool{}
	for _, m := range t.effects {
		seen[m] = true
		open = append(open, m.operands()...)
	}
	for _, c := range t.program.Consts {
		open = append(open, c.Value)
	}
	for len(open) > 0 {
		v := open[len(open)-1]
		open = open[:len(open)-1]
		if m, ok := t.young(v); ok && !seen[m] {
			seen[m] = true
			list = append(list, m)
			open = append(open, m.operands()...)
		}
	}
	slices.SortFunc(list, func(a, b made) int {
		return cmp.Or(cmp.Compare(a.trace.id, b.trace.id), cmp.Compare(a.eqn, b.eqn))
	})
	return list
}

// own is the variable of t in the place of one of an older trace.
func (t *Trace) own(of variable) Var {
	if x, ok := t.older[of]; ok {
		return x
	}
	x := t.variable(of.trace.program.Types[of.id]).c.id
	t.older[of] = x
	return x
}

// late is an operation on concrete values that failed while a function was being
// recorded. Whether it is ever to be computed is not known then: it may be in a branch
// that is not taken. So it becomes part of the program and fails when that runs.
type late struct {
	op  Op
	in  []Value
	err *Error
}

// postponed returns the results of such an operation: their types are known, and reading
// them is the error.
func postponed(l *late, types []Type) []Value {
	out := make([]Value, len(types))
	for i, t := range types {
		out[i] = Value{&cell{typ: t, late: l, id: Var(i)}}
	}
	return out
}

// lateOperand finds an operand that could not be computed.
func lateOperand(in []Value) *late {
	for _, v := range in {
		if v.c.late != nil {
			return v.c.late
		}
	}
	return nil
}

// bindLate records an operation that failed, once, and returns one of its results.
func (t *Trace) bindLate(l *late, result Var) Value {
	out, ok := t.lates[l]
	if !ok {
		t.Follow(&Eqn{Stack: l.err.stack}, t.derived, func() { out = t.Bind(l.op, l.in...) })
		if t.lates == nil {
			t.lates = map[*late][]Value{}
		}
		t.lates[l] = out
	}
	return out[result]
}

// recording reports whether the caller runs inside of a function that is being recorded.
// Only an operation that fails asks.
func recording() bool {
	pcs := make([]uintptr, 64)
	for {
		n := runtime.Callers(2, pcs)
		if n < len(pcs) {
			pcs = pcs[:n]
			break
		}
		pcs = make([]uintptr, 2*len(pcs))
	}
	entry, frames := reflect.ValueOf((*Trace).record).Pointer(), runtime.CallersFrames(pcs)
	for more := len(pcs) > 0; more; {
		var f runtime.Frame
		if f, more = frames.Next(); f.Entry == entry {
			return true
		}
	}
	return false
}
