package transforms

import (
	"errors"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// CustomVJP returns f with a derivative of your own. fwd returns the value of f and
// residuals of your choice. bwd computes the cotangent of the argument from the residuals
// and the cotangent of the value. The pullback holds at every order: a derivative of
// higher order that reaches the value again uses bwd. Derivatives of the residuals
// themselves are those of fwd.
//
// A leaf that bwd leaves absent is zero. f, fwd and bwd may capture concrete values only.
// A captured traced value would get no cotangent, so it is a *trace.Error; pass it as
// part of the argument. A JVP exists if bwd is linear in the cotangent.
func CustomVJP[P, R, S any](f func(P) R, fwd func(P) (R, S), bwd func(S, R) P) func(P) R {
	return func(x P) R {
		r := recordBody(f, x)
		refuseCaptured(r.program, "CustomVJP's function")
		types, weak := trace.TypesOfValues(r.leaves), weakness(r.leaves)
		c := &custom{body: r.program, outs: len(r.program.Out)}
		c.stage = func() (*trace.Program, func(res, ct []Value) []Value) {
			var rest *trace.Structure
			forward := ofCustom("CustomVJP's fwd", func(in []Value) []Value {
				y, s := fwd(unflatten[P](r.in, weakAs(in, weak)))
				out := aligned("value of CustomVJP's fwd", y, r.out, r.program.TypesOf(r.program.Out))
				var res []Value
				res, rest = trace.Flatten(s)
				return append(out, res...)
			}, types)
			return forward, func(res, ct []Value) []Value {
				in := bwd(unflatten[S](rest, res), unflatten[R](r.out, ct))
				return aligned("cotangent that CustomVJP's bwd returned", in, r.in, types)
			}
		}
		return result[R](r, trace.Bind(c, r.leaves...))
	}
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
	refuseCaptured(p, what)
	return p
}

const capturedByCustom = "%s captured a traced %v, which would get no derivative: pass it as part of the argument"

func refuseCaptured(p *trace.Program, what string) {
	for _, c := range p.Consts {
		if c.Value.IsTraced() {
			panic(trace.Errorf(capturedByCustom, what, c.Value.Type()))
		}
	}
}

// custom is a program with a pullback of its own. Once staged, it returns its outs
// results, then the residuals.
type custom struct {
	body *trace.Program
	outs int
	// stage returns the program of results and residuals, and the pullback that reads
	// them. It is set until staged.
	stage func() (*trace.Program, func(res, ct []Value) []Value)
	pull  func(res, ct []Value) []Value // set once staged
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
func (c *custom) VJP(in, _, ct []Value, want []bool) []Value  { return vjpByLinearize(c, in, ct, want) }
func (c *custom) hasRules() bool                              { return hasRules(c.body) }
func (c *custom) discharge() trace.Op                         { d := *c; d.body = dischargeProgram(c.body); return &d }

// staged returns the op that also returns the residuals.
func (c *custom) staged() *custom {
	if c.stage == nil {
		return c
	}
	body, pull := c.stage()
	return &custom{body: body, outs: c.outs, pull: pull}
}

func (c *custom) Batch(size int, in []Value, batched []bool) []Value {
	types := trace.TypesOfValues(in)
	batch := func(p *trace.Program) *trace.Program {
		return trace.Record(func(args []Value) []Value { return applyBatched(p, size, args, batched) }, types)
	}
	d := &custom{body: batch(c.body), outs: c.outs}
	batchPull := func(pull func(res, ct []Value) []Value) func(res, ct []Value) []Value {
		return func(res, ct []Value) []Value { return batchedPull(pull, size, res, ct, batched) }
	}
	if c.stage == nil {
		d.pull = batchPull(c.pull)
	} else {
		d.stage = func() (*trace.Program, func(res, ct []Value) []Value) {
			body, pull := c.stage()
			return batch(body), batchPull(pull)
		}
	}
	return trace.Bind(d, in...)
}

// batchedPull maps a pullback over cases. The cotangent of an operand that all cases
// share is summed over them.
func batchedPull(pull func(res, ct []Value) []Value, size int, res, ct []Value, batched []bool) []Value {
	all := slices.Concat(res, ct)
	out := vmapPartial(func(args []Value) []Value { return pull(args[:len(res)], args[len(res):]) }, size, all, trace.AllMarked(len(all)))
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
	return &linearCustom{c.staged(), len(c.body.Out), want}
}

// linearCustom is the linearization of custom. Its residuals are the operands, the
// results and the user's residuals.
type linearCustom struct {
	*custom
	given int // the number of results that the op had before it was staged
	want  []bool
}

func (l *linearCustom) forward(in []Value) (out, res []Value) {
	all := trace.Bind(l.discharge(), in...)
	return all[:l.given], append(append([]Value{}, in...), all...)
}

// split takes the residuals apart.
func (l *linearCustom) split(res []Value) (in, out, rest []Value) {
	n := len(l.body.In)
	return res[:n], res[n : n+l.outs], res[n+l.outs:]
}

func (l *linearCustom) backward(res, ct []Value) []Value {
	in, out, rest := l.split(res)
	cts := make([]Value, len(in))
	if !allAbsent(ct[:l.outs]) {
		cts = l.pulled(rest, filled(ct[:l.outs], out))
	}
	if later := ct[l.outs:]; !allAbsent(later) {
		for i, c := range l.throughResiduals(in, later) {
			cts[i] = add(cts[i], c)
		}
	}
	return cts
}

// pulled applies the user's pullback with its rules discharged.
func (l *linearCustom) pulled(rest, ct []Value) []Value {
	var p partial
	args := slices.Concat(rest, ct)
	pull := p.noting(func(args []Value) []Value { return l.pull(args[:len(rest)], args[len(rest):]) })
	p.program = dischargeProgram(ofCustom("CustomVJP's bwd", pull, trace.TypesOfValues(args)))
	return p.apply(args)
}

// throughResiduals returns the true derivative of the residuals, which it recomputes.
// Only a derivative of higher order needs it.
func (l *linearCustom) throughResiduals(in, ct []Value) []Value {
	body := linearizeProgram(l.body, l.want)
	_, res := body.forward(in)
	return body.backward(res, append(make([]Value, l.outs), ct...))
}

func (l *linearCustom) push(res, tangents []Value) []Value {
	in, out, rest := l.split(res)
	pull := func(args, _, ct []Value, _ []bool) []Value {
		return append(l.pulled(args[len(in):], ct), make([]Value, len(rest))...)
	}
	padded := append(append([]Value{}, tangents...), make([]Value, len(rest))...)
	pushed := transposed(func() string { return "CustomVJP's bwd" }, pull, append(append([]Value{}, in...), rest...), out, padded)
	if l.given > l.outs {
		body := linearizeProgram(l.body, l.want)
		_, again := body.forward(in)
		pushed = append(pushed, body.push(again, tangents)[l.outs:]...)
	}
	return pushed[:l.given]
}

// StopGradient returns x as a constant to every derivative, at all levels: its cotangent
// and tangent are zero.
func StopGradient(x Value) Value { return trace.Bind1(stopGradient{}, x) }

type stopGradient struct{}

func (stopGradient) Name() string                                { return "stop_gradient" }
func (stopGradient) Infer(in []trace.Type) ([]trace.Type, error) { return in, nil }
func (stopGradient) Eval(in, out []*trace.Array)                 { out[0].CopyFrom(in[0]) }
func (stopGradient) VJP(_, _, _ []Value, _ []bool) []Value       { return []Value{{}} }
func (stopGradient) Batch(_ int, in []Value, _ []bool) []Value {
	return trace.Bind(stopGradient{}, in...)
}
func (stopGradient) LinearIn([]bool) bool { return true }
