package trace

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
)

// Trace records a program while a function runs. A nil Trace records nothing: operations
// run at once.
type Trace struct {
	id      uint64
	program *Program
	arrays  map[*Array]Var   // captured concrete arrays, one variable each
	older   map[variable]Var // captured variables of older traces
	lates   map[*late][]Value
	sources []source // by variable
	begun   []uint64 // by equation: the moment it was made, see Begun; unique for one with an effect
	claimed []bool   // by equation: whether it was made by a body
	effects []made   // equations with an effect that the body has claimed
	done    atomic.Bool
	from    *Eqn // equation that new ones take their position from
	derived bool
}

// variable is one of some trace.
type variable struct {
	trace *Trace
	id    Var
}

var moments atomic.Uint64

// Begun counts the traces that have begun so far, and the effects that were recorded. It
// says what came first: what was made inside of a function that is being traced was made
// after its trace began.
func Begun() uint64 { return moments.Load() }

// Record runs f on traced values of the given types and returns what it did as a program.
// Concrete arrays and older traces' values that f used become the program's constants.
func Record(f func(in []Value) []Value, in []Type) *Program {
	t := begin()
	defer t.done.Store(true)
	t.record(f, t.arguments(in))
	return t.program
}

func begin() *Trace {
	return &Trace{id: moments.Add(1), program: &Program{}, arrays: map[*Array]Var{}, older: map[variable]Var{}}
}

func (t *Trace) arguments(types []Type) []Value {
	args := make([]Value, len(types))
	for i, typ := range types {
		args[i] = t.variable(typ)
		t.program.In = append(t.program.In, args[i].c.id)
	}
	return args
}

// record runs f and finishes the program.
func (t *Trace) record(f func(in []Value) []Value, args []Value) {
	for i, v := range f(args) {
		if v.IsAbsent() {
			panic(Errorf("result %d of a traced function is absent (the zero trace.Value): was it never set?", i))
		}
		t.program.Out = append(t.program.Out, t.Lift(v).c.id)
	}
	t.drop()
	t.release()
}

func (t *Trace) variable(typ Type) Value {
	t.program.Types = grown(t.program.Types, typ)
	t.sources = grown(t.sources, 0)
	return Value{&cell{typ: typ, trace: t, id: Var(len(t.program.Types) - 1)}}
}

// Newest returns the newest trace among those of the values, nil if all are concrete or
// absent.
func Newest(lists ...[]Value) *Trace {
	var newest *Trace
	for _, vs := range lists {
		for _, v := range vs {
			if v.c != nil && v.c.trace != nil && (newest == nil || v.c.trace.id > newest.id) {
				newest = v.c.trace
			}
		}
	}
	return newest
}

// Lift returns v as a variable of t: a concrete array or an older trace's value becomes a
// constant of t, one for each. With a nil t, or absent v, it returns v.
func (t *Trace) Lift(v Value) Value {
	if t == nil || v.c == nil || v.c.trace == t {
		return v
	}
	if v.c.array != nil {
		return t.capture(v, func() (Var, bool) { x, ok := t.arrays[v.c.array]; return x, ok }, func(x Var) { t.arrays[v.c.array] = x })
	}
	if v.c.late != nil {
		return t.bindLate(v.c.late, v.c.id)
	}
	if v.c.trace == nil {
		panic(Errorf("%v is %w", v.c.typ, errUnknown))
	}
	if v.c.trace.done.Load() || v.c.trace.id > t.id {
		panic(Errorf("%w", &Escaped{v.c.typ}))
	}
	of := variable{v.c.trace, v.c.id}
	return t.capture(v, func() (Var, bool) { x, ok := t.older[of]; return x, ok }, func(x Var) { t.older[of] = x })
}

// Escaped is the use of a traced value after its trace has ended.
type Escaped struct {
	// Type is that of the value.
	Type Type
}

func (e *Escaped) Error() string {
	return "a traced value was used after its trace had ended: it must not be kept outside of the function that was traced; return it " +
		"from that function instead"
}

func (t *Trace) capture(v Value, find func() (Var, bool), keep func(Var)) Value {
	if x, ok := find(); ok {
		return Value{&cell{typ: v.c.typ, trace: t, id: x, weak: v.c.weak}}
	}
	c := t.variable(v.c.typ)
	keep(c.c.id)
	t.program.Consts = append(t.program.Consts, Const{c.c.id, v})
	t.sources[c.c.id] = source(-len(t.program.Consts))
	return c.WithWeak(v.c.weak)
}

// LiftAll lifts each of vs.
func (t *Trace) LiftAll(vs []Value) []Value {
	if t == nil {
		return vs
	}
	out := make([]Value, len(vs))
	for i, v := range vs {
		out[i] = t.Lift(v)
	}
	return out
}

// Bind applies op to the operands: at once if all are concrete, else recorded in the
// newest of their traces. It panics with an *Error if the operands do not fit.
func Bind(op Op, in ...Value) []Value { return Newest(in).Bind(op, in...) }

// Bind1 is Bind for an op with one output.
func Bind1(op Op, in ...Value) Value { return Newest(in).Bind(op, in...)[0] }

// BindLike is Bind1 for an op that belongs where like is, though like is not among its
// operands, as a constant filled in the shape of a traced value does.
func BindLike(like Value, op Op, in ...Value) Value {
	t := Newest(in)
	if l := like.c; l != nil && l.trace != nil && (t == nil || l.trace.id > t.id) {
		t = l.trace
	}
	return t.Bind(op, in...)[0]
}

// Bind applies op in t, which is not older than the traces of the operands; a nil t
// evaluates.
func (t *Trace) Bind(op Op, in ...Value) []Value {
	types := make([]Type, len(in))
	for i, v := range in {
		if v.c == nil {
			panic(t.fault(op, in, absentOperand(in)))
		}
		types[i] = v.c.typ
	}
	out, err := op.Infer(types)
	if err != nil {
		panic(t.fault(op, in, err))
	}
	for _, o := range out {
		if err := o.valid(); err != nil {
			panic(t.fault(op, in, err))
		}
	}
	if w := widened(op, in, out); w != nil {
		return t.bindWide(op, in, w, out)
	}
	if t == nil {
		return weakLike(in, evaluate(op, in, out))
	}
	return weakLike(in, t.add(op, in, out))
}

// weakLike makes results weak if the operands are: all of them that are floats.
func weakLike(in, out []Value) []Value {
	weak := false
	for _, v := range in {
		if v.c.typ.DType.IsFloat() && !v.c.weak {
			return out
		}
		weak = weak || v.c.weak
	}
	if weak {
		for i, v := range out {
			out[i] = v.WithWeak(true)
		}
	}
	return out
}

// evaluate computes op at once. If that fails while a function is being recorded the
// operation is postponed, unless it has no outputs by which it could come back.
func evaluate(op Op, in []Value, types []Type) (out []Value) {
	if l := lateOperand(in); l != nil {
		if len(types) == 0 || !recording() {
			panic(l.err)
		}
		return postponed(&late{op, in, l.err}, types)
	}
	finished := false
	defer func() {
		if finished || len(types) == 0 || !recording() {
			return
		}
		r := recover()
		err, ok := r.(*Error)
		if !ok || errors.Is(err, errUnknown) {
			panic(r)
		}
		out = postponed(&late{op, in, err}, types)
	}()
	if r, ok := op.(Runner); ok {
		out = r.Run(in)
	} else {
		out = run(op, in, types)
	}
	finished = true
	return out
}

func run(op Op, in []Value, types []Type) []Value {
	arrays := make([]*Array, len(in)+len(types))
	out := make([]Value, len(types))
	for i, v := range in {
		if v.c.array == nil {
			panic((*Trace)(nil).fault(op, in, fmt.Errorf("operand %d is %w", i, errUnknown)))
		}
		arrays[i] = v.c.array
	}
	for i, t := range types {
		if err := t.allocatable(); err != nil {
			panic((*Trace)(nil).fault(op, in, err))
		}
		arrays[len(in)+i] = NewOutput(t)
		out[i] = FromArray(arrays[len(in)+i])
	}
	op.Eval(arrays[:len(in)], arrays[len(in):])
	return out
}

// add records an equation.
func (t *Trace) add(op Op, in []Value, types []Type) []Value {
	t.requireLive(op, in, types)
	e := Eqn{Op: op, In: make([]Var, len(in)), Out: make([]Var, len(types)), Derived: t.derived}
	for i, v := range in {
		e.In[i] = t.Lift(v).c.id
	}
	if t.from != nil {
		e.Stack = t.from.Stack
	} else {
		e.Stack = callers()
	}
	out := make([]Value, len(types))
	for i, typ := range types {
		out[i] = t.variable(typ)
		e.Out[i] = out[i].c.id
		t.sources[e.Out[i]] = source(len(t.program.Eqns) + 1)
	}
	t.program.Eqns = grown(t.program.Eqns, e)
	moment := Begun()
	if HasEffect(op) {
		moment = moments.Add(1)
	}
	t.begun, t.claimed = grown(t.begun, moment), grown(t.claimed, false)
	return out
}

// requireLive refuses operands whose trace has ended, and a trace that has.
func (t *Trace) requireLive(op Op, in []Value, types []Type) {
	for _, v := range in {
		if v.c.trace != nil && v.c.trace.done.Load() {
			panic(t.fault(op, in, &Escaped{v.c.typ}))
		}
	}
	if t.done.Load() {
		panic(t.fault(op, in, &Escaped{append(types, TypesOfValues(in)...)[0]}))
	}
}

// fault makes the Error of an op whose operands do not fit.
func (t *Trace) fault(op Op, in []Value, err error) *Error {
	e := &Error{Op: signature(op.Name(), in), Err: err}
	if t != nil && t.from != nil {
		e.stack = t.from.Stack
	} else {
		e.stack = callers()
	}
	return e
}

// Follow runs f so that what it records in t takes its position from e; derived marks it
// as made by a transform. An *Error raised in f is placed at e as well. Inside of
// something derived the outer equation stays the origin. It works with a nil t, where
// only errors are placed.
func (t *Trace) Follow(e *Eqn, derived bool, f func()) {
	if t != nil {
		from, was := t.from, t.derived
		if !was || from == nil {
			t.from = e
		}
		t.derived = derived || was
		defer func() { t.from, t.derived = from, was }()
	}
	defer func() {
		if r := recover(); r != nil {
			if err, ok := r.(*Error); ok {
				err.placeAt(e, derived)
			}
			panic(r)
		}
	}()
	f()
}

// Derived runs f so that what it records in t is marked as made by a transform. It keeps
// the position that it would have had. It works with a nil t.
func (t *Trace) Derived(f func()) {
	if t != nil {
		was := t.derived
		t.derived = true
		defer func() { t.derived = was }()
	}
	f()
}

// placeAt moves the error to e's line: for what is derived to the outermost such
// equation, else to the innermost.
func (e *Error) placeAt(q *Eqn, derived bool) {
	if len(q.Stack) > 0 && (derived || !e.placed) {
		e.stack, e.placed = q.Stack, true
	}
}

// grown is append that doubles long lists too, which append enlarges by a quarter: what is
// copied for a program is then in proportion to its length however long it is.
func grown[E any](list []E, e E) []E {
	if len(list) == cap(list) {
		list = slices.Grow(list, len(list)+1)
	}
	return append(list, e)
}
