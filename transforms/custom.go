package transforms

import (
	"errors"
	"reflect"
	"runtime"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// CustomVJP returns f with a derivative of your own. fwd returns the value of f and
// residuals of your choice. bwd computes the cotangent of the argument from the residuals
// and the cotangent of the value. The pullback holds at every order: a derivative of
// higher order that reaches the value again uses bwd, also where the value is itself a
// residual. Derivatives of other residuals are those of fwd. See [WithPullback] for a
// form without residuals.
//
// A leaf that bwd leaves absent is zero. A JVP exists if bwd is linear in the cotangent.
//
// f, fwd and bwd may capture values. They have no derivative with respect to a captured
// value: asking for one is a *trace.Error; pass such a value as part of the argument. If
// values that are traced are captured in a call of CustomVJP's function inside of another
// fwd or bwd, that is an error, too.
func CustomVJP[P, R, S any](f func(P) R, fwd func(P) (R, S), bwd func(S, R) P) func(P) R {
	return func(x P) R {
		r := recordBody(f, x)
		types, weak := trace.TypesOfValues(r.leaves), weakness(r.leaves)
		return result[R](r, bindCustom(r, [...]string{"CustomVJP's function", "CustomVJP's fwd", "CustomVJP's bwd"}, func() parts {
			var rest *trace.Structure
			return parts{func(in []Value) []Value {
				y, s := fwd(unflatten[P](r.in, weakAs(in, weak)))
				out := aligned("value of CustomVJP's fwd", y, r.out, r.program.TypesOf(r.program.Out))
				var res []Value
				res, rest = trace.Flatten(s)
				return append(out, res...)
			}, func(res, ct []Value) []Value {
				in := bwd(unflatten[S](rest, res), unflatten[R](r.out, ct))
				return aligned("cotangent that CustomVJP's bwd returned", in, r.in, types)
			}}
		}))
	}
}

// WithPullback returns the function from x to the first result of f, with the second
// result as its pullback: f returns a value and the function from its cotangent to the
// cotangent of x. The pullback may use all that f has computed. Apart from that it is
// [CustomVJP], and what is said there holds: a pullback that uses the value is
// differentiated as one that uses the value of the function returned, and what both
// capture from outside of f has no derivative.
//
//	log1pexp := transforms.WithPullback(func(x Value) (Value, func(Value) Value) {
//		e := fn.Exp(x)
//		return fn.Log1p(e), func(ct Value) Value { return fn.Sub(ct, fn.Div(ct, fn.Add(e, one))) }
//	})
func WithPullback[P, R any](f func(P) (R, func(R) P)) func(P) R {
	return func(x P) R {
		r := recordBody(func(x P) R { y, _ := f(x); return y }, x)
		types, weak := trace.TypesOfValues(r.leaves), weakness(r.leaves)
		results := r.program.TypesOf(r.program.Out)
		return result[R](r, bindCustom(r, [...]string{"WithPullback's function", "WithPullback's function", "WithPullback's pullback"}, func() parts {
			var back partial // of the residuals and the cotangents
			return parts{func(in []Value) []Value {
				y, pull := f(unflatten[P](r.in, weakAs(in, weak)))
				out := aligned("value of WithPullback's function", y, r.out, results)
				p := trace.RecordBody(back.noting(func(ct []Value) []Value {
					return aligned("cotangent that WithPullback's pullback returned", pull(unflatten[R](r.out, ct)), r.in, types)
				}), results, in)
				var res []Value
				back.program, res = opened(p)
				return append(out, res...)
			}, func(res, ct []Value) []Value { return back.apply(slices.Concat(res, ct)) }}
		}))
	}
}

// parts are the functions of a custom derivative: from the argument to results and
// residuals, and from residuals and cotangents to the cotangent of the argument. forward
// is called once, before pull.
type parts struct {
	forward func(in []Value) []Value
	pull    func(res, ct []Value) []Value
}

// bindCustom applies a recorded function with a derivative of its own. names are those of
// the function and its parts. If the call is recorded, the parts are recorded at once,
// as the values that they capture may not live until a derivative is asked for. Inside
// of other parts they are not: a pullback may call its own function. A fault in a part is
// no fault until a derivative is asked for.
func bindCustom(r *recording, names [3]string, partsOf func() parts) []Value {
	return bindLinear(r, names, make(trace.Mask, len(r.leaves)), partsOf)
}

// bindLinear is bindCustom for a function that is linear in the marked leaves jointly.
func bindLinear(r *recording, names [3]string, linear trace.Mask, partsOf func() parts) []Value {
	body, captured := opened(r.program)
	c := &custom{body: body, outs: len(body.Out), names: names, linear: linear}
	c.captured[0] = trace.TypesOfValues(captured)
	operands := slices.Concat(captured, r.leaves)
	if trace.Newest(operands) == nil {
		return body.Apply(operands...)
	}
	types := trace.TypesOfValues(r.leaves)
	c.stage = func() staged { return c.late(partsOf(), types) }
	if !isStaging() {
		_ = trace.Try(func() { operands = c.stageNow(partsOf(), types, captured, r.leaves) })
	}
	return trace.Bind(c, operands...)
}

// opened returns a program whose captured traced values are leading arguments, and those
// values.
func opened(p *trace.Program) (*trace.Program, []Value) {
	q := *p
	q.Consts, q.In = nil, nil
	var captured []Value
	for _, c := range p.Consts {
		if c.Value.IsTraced() {
			q.In, captured = append(q.In, c.Var), append(captured, c.Value)
		} else {
			q.Consts = append(q.Consts, c)
		}
	}
	q.In = append(q.In, p.In...)
	return &q, captured
}

// staged is a custom derivative that has been recorded. Its pullback reads the operands,
// the results, and what the program returns behind the results.
type staged struct {
	program *trace.Program
	pull    func(all, ct []Value) []Value
}

// stageNow records the parts of a derivative with all that they capture, and returns the
// operands of the op.
func (c *custom) stageNow(p parts, types []trace.Type, captured, leaves []Value) []Value {
	forward, ofForward := opened(trace.RecordBody(p.forward, types, leaves, captured))
	var back partial
	pullArgs := append(forward.TypesOf(forward.Out[c.outs:]), forward.TypesOf(forward.Out[:c.outs])...)
	rests := len(forward.Out) - c.outs
	back.program = trace.RecordBody(back.noting(func(args []Value) []Value { return p.pull(args[:rests], args[rests:]) }), pullArgs, leaves, captured)
	pull, ofPull := opened(dischargeProgram(back.program))
	back.program = pull
	n, m := len(captured), len(captured)+len(ofForward)
	c.captured = [3][]trace.Type{trace.TypesOfValues(captured), trace.TypesOfValues(ofForward), trace.TypesOfValues(ofPull)}
	c.body = widened(c.body, n, trace.TypesOfValues(slices.Concat(ofForward, ofPull)))
	forward = widened(widened(forward, 0, trace.TypesOfValues(captured)), m, trace.TypesOfValues(ofPull))
	program, at := withoutKnown(forward, c.outs)
	c.stage = func() staged {
		return staged{program, func(all, ct []Value) []Value {
			args := slices.Concat(all[m:][:len(ofPull)], chosen(all, at), ct)
			return append(make([]Value, m+len(ofPull)), back.apply(args)...)
		}}
	}
	return slices.Concat(captured, ofForward, ofPull, leaves)
}

// late records the parts of a derivative once it is asked for. They must not capture
// traced values, whose traces may have ended.
func (c *custom) late(p parts, types []trace.Type) staged {
	n := len(c.captured[0])
	forward := widened(ofCustom(c.names[1], p.forward, types), 0, c.body.TypesOf(c.body.In[:n]))
	program, at := withoutKnown(forward, c.outs)
	return staged{program, func(all, ct []Value) []Value {
		res := chosen(all, at)
		var back partial
		args := slices.Concat(res, ct)
		pull := back.noting(func(args []Value) []Value { return p.pull(args[:len(res)], args[len(res):]) })
		back.program = dischargeProgram(ofCustom(c.names[2], pull, trace.TypesOfValues(args)))
		return append(make([]Value, n), back.apply(args)...)
	}}
}

// withoutKnown drops those results behind the first outs that are arguments or earlier
// results. at says where each of the original ones is among the arguments and results.
func withoutKnown(p *trace.Program, outs int) (q *trace.Program, at []int) {
	r := *p
	q = &r
	q.Out = slices.Clone(p.Out[:outs])
	for _, v := range p.Out[outs:] {
		i := slices.Index(slices.Concat(q.In, q.Out), v)
		if i < 0 {
			i, q.Out = len(q.In)+len(q.Out), append(q.Out, v)
		}
		at = append(at, i)
	}
	return q, at
}

// chosen returns the values at some positions.
func chosen(vs []Value, at []int) []Value {
	out := make([]Value, len(at))
	for i, j := range at {
		out[i] = vs[j]
	}
	return out
}

// isStaging reports whether the caller runs inside of a part of a custom derivative.
func isStaging() bool {
	pcs := make([]uintptr, 256)
	for {
		n := runtime.Callers(2, pcs)
		if n < len(pcs) {
			pcs = pcs[:n]
			break
		}
		pcs = make([]uintptr, 2*len(pcs))
	}
	now, late := reflect.ValueOf((*custom).stageNow).Pointer(), reflect.ValueOf(ofCustom).Pointer()
	frames := runtime.CallersFrames(pcs)
	for more := len(pcs) > 0; more; {
		var f runtime.Frame
		if f, more = frames.Next(); f.Entry == now || f.Entry == late {
			return true
		}
	}
	return false
}

// ofCustom records a function that must not capture traced values. The trace of a
// captured value may even have ended.
func ofCustom(what string, f func(in []Value) []Value, types []trace.Type) *trace.Program {
	var p *trace.Program
	err := trace.Try(func() { p = trace.RecordBody(f, types) })
	var escaped *trace.Escaped
	if errors.As(err, &escaped) {
		err = trace.Errorf(capturedByCustom, what, escaped.Type)
	}
	if err != nil {
		panic(err)
	}
	for _, c := range p.Consts {
		if c.Value.IsTraced() {
			panic(trace.Errorf(capturedByCustom, what, c.Value.Type()))
		}
	}
	return p
}

const capturedByCustom = "%s captured a traced %v, which would get no derivative: pass it as part of the argument"

// custom is a program with a pullback of its own. Its operands are what its function and
// the parts of its derivative captured, then the argument. Once staged, it returns its
// outs results, then further residuals.
type custom struct {
	body     *trace.Program
	outs     int
	names    [3]string       // of the function and its parts
	captured [3][]trace.Type // the operands that each of them captured
	linear   trace.Mask      // by operand behind those: whether the function is linear in them jointly
	stage    func() staged   // nil once staged
	pull     func(all, ct []Value) []Value
}

func (c *custom) Name() string                                { return "custom_vjp" }
func (c *custom) Kind() trace.Kind                            { return "custom_vjp" }
func (c *custom) String() string                              { return "custom_vjp" }
func (c *custom) Bodies() []*trace.Program                    { return []*trace.Program{c.body} }
func (c *custom) Body() *trace.Program                        { return c.body }
func (c *custom) Opaque() bool                                { return false }
func (c *custom) Infer(in []trace.Type) ([]trace.Type, error) { return inferBody(c.body, in) }
func (c *custom) Run(in []Value) []Value                      { return c.body.Apply(in...) }
func (c *custom) Eval(in, out []*trace.Array)                 { evalByRun(c, in, out) }
func (c *custom) VJP(in, _, ct []Value, want []bool) []Value {
	return vjpByLinearize(c, zerosForUnknown(in, ct[0]), ct, want)
}
func (c *custom) hasRules() bool      { return hasRules(c.body) }
func (c *custom) discharge() trace.Op { d := *c; d.body = dischargeProgram(c.body); return &d }

// LinearIn reports whether the function is linear in the marked operands. It is where it
// was said to be, and its pullback does not look at their values.
func (c *custom) LinearIn(marked []bool) bool {
	from := len(c.captured[0]) + len(c.captured[1]) + len(c.captured[2])
	for i, m := range marked {
		if m && (i < from || i-from >= len(c.linear) || !c.linear[i-from]) {
			return false
		}
	}
	return true
}

// staged returns the op that also returns the residuals.
func (c *custom) staged() *custom {
	if c.stage == nil {
		return c
	}
	s, d := c.stage(), *c
	d.body, d.pull, d.stage = s.program, s.pull, nil
	return &d
}

// mapped returns the op with its program and its pullback replaced, those staged later
// included.
func (c *custom) mapped(program func(*trace.Program) *trace.Program, pull func(pull func(all, ct []Value) []Value) func(all, ct []Value) []Value) *custom {
	d := *c
	d.body = program(c.body)
	if c.stage == nil {
		d.pull = pull(c.pull)
		return &d
	}
	d.stage = func() staged {
		s := c.stage()
		return staged{program(s.program), pull(s.pull)}
	}
	return &d
}

// muted keeps the effects of the pullback, which is no part of what is computed again.
func (c *custom) muted() trace.Op {
	return c.mapped(silent, func(pull func(all, ct []Value) []Value) func(all, ct []Value) []Value { return pull })
}

func (c *custom) Batch(size int, in []Value, batched []bool) []Value {
	types := trace.TypesOfValues(in)
	d := c.mapped(func(p *trace.Program) *trace.Program {
		return trace.Record(func(args []Value) []Value { return applyBatched(p, size, args, batched) }, types)
	}, func(pull func(all, ct []Value) []Value) func(all, ct []Value) []Value {
		return func(all, ct []Value) []Value { return batchedPull(pull, size, all, ct, batched) }
	})
	return trace.Bind(d, in...)
}

// batchedPull maps a pullback over cases. all are the operands, of which some are
// batched, and results. The cotangent of an operand that all cases share is summed over
// them.
func batchedPull(pull func(all, ct []Value) []Value, size int, all, ct []Value, batched []bool) []Value {
	args := slices.Concat(all, ct)
	rows := append(slices.Clone(batched), trace.AllMarked(len(args)-len(batched))...)
	out := vmapPartial(func(args []Value) []Value { return pull(args[:len(all)], args[len(all):]) }, size, args, rows)
	return sumShared(out, batched)
}

// sumShared sums, over the cases, the cotangents of each operand that all cases share.
func sumShared(cts []Value, batched []bool) []Value {
	for i, c := range cts {
		if !batched[i] && !c.IsAbsent() {
			cts[i] = fn.Sum(c, 0)
		}
	}
	return cts
}

func (c *custom) linearize(want trace.Mask) linearization {
	at := 0
	for i, types := range c.captured {
		for _, t := range types {
			if want[at] {
				panic(trace.Errorf(capturedByCustom, c.names[i], t))
			}
			at++
		}
	}
	return &linearCustom{c.staged(), len(c.body.Out), want}
}

// linearCustom is the linearization of custom. Its residuals are the operands, the
// results and the further residuals.
type linearCustom struct {
	*custom
	given int // the number of results that the op had before it was staged
	want  []bool
}

func (l *linearCustom) forward(in []Value) (out, res []Value) {
	all := trace.Bind(l.discharge(), in...)
	return all[:l.given], slices.Concat(in, all)
}

func (l *linearCustom) backward(res, ct []Value) []Value {
	n := len(l.body.In)
	cts := make([]Value, n)
	if !allAbsent(ct[:l.outs]) {
		cts = l.pull(res, filled(ct[:l.outs], res[n:]))
	}
	if later := ct[l.outs:]; !allAbsent(later) {
		for i, c := range l.throughResiduals(res[:n], later) {
			cts[i] = add(cts[i], c)
		}
	}
	return cts
}

// throughResiduals returns the true derivative of the further residuals, which it
// recomputes. Only a derivative of higher order needs it.
func (l *linearCustom) throughResiduals(in, ct []Value) []Value {
	body := linearizeProgram(silent(l.body), l.want)
	_, res := body.forward(in)
	return body.backward(res, append(make([]Value, l.outs), ct...))
}

func (l *linearCustom) push(res, tangents []Value) []Value {
	n := len(l.body.In)
	rest := res[n+l.outs:]
	// The pullback is transposed for fixed operands, results and residuals.
	pull := func(args, out, ct []Value, _ []bool) []Value {
		return append(l.pull(slices.Concat(args[:n], out, args[n:]), ct), make([]Value, len(rest))...)
	}
	padded := append(slices.Clone(tangents), make([]Value, len(rest))...)
	pushed := transposed(func() string { return l.names[2] }, pull, slices.Concat(res[:n], rest), res[n:][:l.outs], padded)
	if l.given > l.outs {
		body := linearizeProgram(silent(l.body), l.want)
		_, again := body.forward(res[:n])
		pushed = append(pushed, body.push(again, tangents)[l.outs:]...)
	}
	return pushed[:l.given]
}
