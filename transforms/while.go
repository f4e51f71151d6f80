package transforms

import (
	"errors"
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// While returns a function that applies body to a carry as long as cond of it is true, and
// returns the last carry, the given one if cond is false at once. How often that is may
// depend on the data. The carry keeps its structure and types; a weak leaf takes the dtype
// that the body makes of it. cond returns a bool[]. Both functions are traced, and the
// values that they capture are differentiated and batched through.
//
// While has forward mode: [JVP], [JacobianForward] and [Linearize] go through it, and
// compute it once more for the tangents. It has no reverse mode, because nobody knows how
// many steps there will be to keep: [Grad], [VJP] and [Pull] panic with a *trace.Error. For
// a known number of steps use [Scan] or [For]; for the limit of an iteration, [Root].
//
// Under [Vmap], all cases run until the last of them is done; one that is done keeps its
// carry. A compiled While allocates nothing in its steps and stops when the context of
// [Compiled.Call] is done. Composites see through the body, though relevance, which is a
// reverse mode, cannot pass it.
func While[C any](cond func(C) Value, body func(C) C) func(C) C {
	return func(init C) C {
		carry, cs := trace.Flatten(init)
		if len(carry) == 0 {
			panic(trace.Errorf("While of a carry without values: it would never end, or never begin"))
		}
		for {
			stronger := carry
			weak := weakness(carry)
			tree := func(in []Value) C { return unflatten[C](cs, weakAs(in, weak)) }
			step := trace.RecordBody(func(in []Value) []Value {
				next := matched(whilesCarry, body(tree(in)), cs)
				requireAll(whilesCarry, next, cs)
				if stronger = strengthened(carry, next); stronger != nil {
					return in
				}
				for i, v := range next {
					next[i] = fitted(whilesCarry, cs.Path(i), v, carry[i].Type())
				}
				return next
			}, trace.TypesOfValues(carry), carry)
			if stronger != nil {
				carry = stronger
				continue
			}
			test := trace.RecordBody(func(in []Value) []Value {
				is := cond(tree(in))
				if is.IsAbsent() || !is.Type().Equal(trace.TypeOf(trace.Bool)) {
					panic(trace.Errorf("While: cond returned %v, want a bool[]: compare, and reduce with fn.All or fn.Any", kindOf(is)))
				}
				return []Value{is}
			}, trace.TypesOfValues(carry), carry)
			return tree(bindWhile(test, step, carry))
		}
	}
}

const whilesCarry = "carry that While's body returned"

// kindOf is the type of a value for an error, which may be that it is absent.
func kindOf(v Value) string {
	if v.IsAbsent() {
		return "an absent value (the zero trace.Value)"
	}
	return v.Type().String()
}

// bindWhile applies the loop over a test and a body to the values they captured and the
// initial carry.
func bindWhile(test, body *trace.Program, init []Value) []Value {
	test, ofTest := test.Closed()
	body, ofBody := body.Closed()
	test = widened(test, len(ofTest), trace.TypesOfValues(ofBody))
	body = widened(body, 0, trace.TypesOfValues(ofTest))
	captured := slices.Concat(ofTest, ofBody)
	return trace.Bind(newWhile(trace.While{Test: test, Body: body, Consts: len(captured)}), append(captured, init...)...)
}

// while is the loop as an op. Its operands are the constants and the initial carry.
type while struct {
	trace.While
	ruled bool
}

func newWhile(w trace.While) *while { return &while{w, hasRules(w.Body) || hasRules(w.Test)} }

func (w *while) AsWhile() trace.While              { return w.While }
func (w *while) WithWhile(of trace.While) trace.Op { return newWhile(of) }

func (w *while) Name() string                { return "while" }
func (w *while) String() string              { return fmt.Sprintf("while{consts:%d}", w.Consts) }
func (w *while) Bodies() []*trace.Program    { return []*trace.Program{w.Test, w.Body} }
func (w *while) Eval(in, out []*trace.Array) { evalByRun(w, in, out) }
func (w *while) hasRules() bool              { return w.ruled }

func (w *while) discharge() trace.Op {
	return w.WithBodies([]*trace.Program{dischargeProgram(w.Test), dischargeProgram(w.Body)})
}

func (w *while) WithBodies(bodies []*trace.Program) trace.Op {
	return newWhile(trace.While{Test: bodies[0], Body: bodies[1], Consts: w.Consts})
}

func (w *while) bindBodies(bodies []*trace.Program, in []Value) []Value {
	test, ofTest := bodies[0].Closed()
	body, ofBody := bodies[1].Closed()
	test = widened(test, len(ofTest), trace.TypesOfValues(ofBody))
	body = widened(body, 0, trace.TypesOfValues(ofTest))
	captured := slices.Concat(ofTest, ofBody)
	return trace.Bind(newWhile(trace.While{Test: test, Body: body, Consts: w.Consts + len(captured)}), append(captured, in...)...)
}

func (w *while) Infer(in []trace.Type) ([]trace.Type, error) {
	is, err := inferBody(w.Test, in)
	if err != nil {
		return nil, err
	}
	if len(is) != 1 || !is[0].Equal(trace.TypeOf(trace.Bool)) {
		return nil, fmt.Errorf("the test gives %v, want bool[]", is)
	}
	out, err := inferBody(w.Body, in)
	if err != nil {
		return nil, err
	}
	for i, t := range out {
		if !t.Equal(in[w.Consts+i]) {
			return nil, fmt.Errorf("the body turns carry %d from %v into %v; it must keep its type", i, in[w.Consts+i], t)
		}
	}
	return out, nil
}

// Run runs the loop step by step.
func (w *while) Run(in []Value) []Value {
	args := slices.Clone(in)
	for trace.Elems[bool](w.Test.Apply(args...)[0].Array())[0] {
		copy(args[w.Consts:], w.Body.Apply(args...))
	}
	return args[w.Consts:]
}

// VJP is called for a pullback that nobody can give.
func (w *while) VJP(_, _, _ []Value, _ []bool) []Value {
	panic(trace.Errorf("While has no reverse mode: it is not known how many steps to keep: use Scan or For for a known number of steps, " +
		"forward mode (JVP, JacobianForward), or Root for the limit of an iteration"))
}

// spreadOver marks what depends on marked operands after any number of steps: the operands
// themselves, carries that become marked, and the test. If the test depends on them, so
// does every carry.
func (w *while) spreadOver(marked trace.Mask) (in trace.Mask, test bool) {
	in = slices.Clone(marked)
	for grown := true; grown; {
		grown = false
		test = reached(w.Test, in)[0]
		for i, depends := range reached(w.Body, in) {
			if at := w.Consts + i; (depends || test) && !in[at] {
				in[at], grown = true, true
			}
		}
	}
	return in, test
}

func (w *while) dependent(marked trace.Mask) trace.Mask {
	in, _ := w.spreadOver(marked)
	return in[w.Consts:]
}

// flows finds the sites of the body. A value that comes back through the carry may have
// passed any of them.
func (w *while) flows(f *finder, b *body, i int, in []flow) []flow {
	e := &b.Eqns[i]
	inner := f.walk(f.inside(b, i, w.Body, 1), w.bodyFlow(f.graph, in), b.result.Of(e.Out), trace.AllMarked(len(w.Body.Out)))
	return slices.Repeat([]flow{f.graph.union(append(inner, f.graph.union(in)))}, len(e.Out))
}

// bodyFlow returns the flow of the body's arguments, including what comes back through the
// carry.
func (w *while) bodyFlow(g *flowGraph, in []flow) []flow {
	marked := make(trace.Mask, len(in))
	for i, f := range in {
		marked[i] = f.data
	}
	marked, _ = w.spreadOver(marked)
	all, out := g.union(in), slices.Clone(in)
	for i := range out {
		if marked[i] && !out[i].data {
			out[i] = all
		}
	}
	return out
}

// linearIn says that the loop is linear in nothing: it has no pullback.
func (w *while) linearIn(marked, _ trace.Mask, _ linearity, _ bool) error {
	if !marked.Any() {
		return nil
	}
	return errors.New("a while loop has no transpose")
}

// Batch runs the loop for all cases until the last is done. If the test depends on the
// case, a case that is done keeps its carry; its step is guarded as a branch that is not
// taken.
func (w *while) Batch(size int, in []Value, batched []bool) []Value {
	marked, byCase := w.spreadOver(batched)
	args := slices.Clone(in)
	for i, m := range marked {
		if m && !batched[i] {
			args[i] = fn.Expand(in[i], 0, size)
		}
	}
	consts, init := args[:w.Consts], args[w.Consts:]
	all := func(carry []Value) []Value { return slices.Concat(consts, carry) }
	carries := marked[w.Consts:]
	test := trace.RecordBody(func(carry []Value) []Value {
		is := applyBatchedTo(w.Test, size, all(carry), marked, trace.Mask{byCase})[0]
		if byCase {
			is = fn.Any(is, 0)
		}
		return []Value{is}
	}, trace.TypesOfValues(init), in)
	body := trace.RecordBody(func(carry []Value) []Value {
		if !byCase {
			return applyBatchedTo(w.Body, size, all(carry), marked, carries)
		}
		runs := applyBatched(w.Test, size, all(carry), marked)[0]
		next := applyGuarded(w.Body, runs, size, all(carry), marked)
		for i, v := range next {
			next[i] = fn.Where(perCase(runs, v), v, carry[i])
		}
		return next
	}, trace.TypesOfValues(init), in)
	out := bindWhile(test, body, init)
	for i, v := range out {
		if !carries[i] {
			out[i] = fn.Expand(v, 0, size)
		}
	}
	return out
}

func (w *while) linearize(want trace.Mask) linearization {
	wants := slices.Clone(want)
	for i, t := range w.Body.TypesOf(w.Body.In) {
		wants[i] = t.DType.IsFloat() && (wants[i] || i >= w.Consts)
	}
	return &linearWhile{w, wants}
}

// linearWhile is the linearization of a while loop, which has forward mode alone. Its
// residuals are the operands. Every float carry has a tangent.
type linearWhile struct {
	*while
	wants trace.Mask
}

func (l *linearWhile) forward(in []Value) (out, res []Value) {
	return trace.Bind(discharged(l.while), in...), in
}

func (l *linearWhile) backward(_, ct []Value) []Value { return l.VJP(nil, nil, ct, nil) }

// push runs the loop again, with the tangents of the carry beside the carry. The test sees
// the carry alone.
func (l *linearWhile) push(res, tangents []Value) []Value {
	consts, init := res[:l.Consts], res[l.Consts:]
	moving := trace.Mask(l.wants[l.Consts:])
	wants := slices.Clone(l.wants)
	for i := range consts {
		wants[i] = wants[i] && !tangents[i].IsAbsent()
	}
	full := filled(tangents[l.Consts:], init)
	carry := append(slices.Clone(init), compactBy(full, moving)...)
	n := len(init)
	test := trace.RecordBody(func(carry []Value) []Value {
		return silent(dischargeProgram(l.Test)).Apply(slices.Concat(consts, carry[:n])...)
	}, trace.TypesOfValues(carry), res, tangents)
	body := trace.RecordBody(func(carry []Value) []Value {
		p := linearizeProgram(silent(l.Body), wants)
		next, kept := p.forward(slices.Concat(consts, carry[:n]))
		along := append(slices.Clone(tangents[:l.Consts]), spread(carry[n:], moving)...)
		return append(next, compactBy(filled(p.push(kept, along), next), moving)...)
	}, trace.TypesOfValues(carry), res, tangents)
	return spread(bindWhile(test, body, carry)[n:], moving)
}

// compactBy returns the marked values.
func compactBy(vs []Value, marked trace.Mask) []Value {
	var out []Value
	for i, v := range vs {
		if marked[i] {
			out = append(out, v)
		}
	}
	return out
}
