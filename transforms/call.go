package transforms

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// call is a program as an op: a named layer, or a checkpoint. Its body is closed: the
// values it captured are among the operands.
type call struct {
	body  *trace.Program
	layer *Layer
	roles []Role // by operand, for a layer
	// captured counts the operands that a layer captured. They come first.
	captured int
	// outs counts the body's own results. A linearized forward pass appends residuals to
	// them.
	outs  int
	remat bool // a checkpoint: differentiation recomputes the body, but for what keeps says
	keeps CheckpointConfig
	ruled bool // whether the body has rules, at any depth
}

func newCall(c call) *call {
	c.ruled = hasRules(c.body)
	return &c
}

func (c *call) Name() string {
	switch {
	case c.remat:
		return "checkpoint"
	case c.layer != nil:
		return trace.Printable(c.layer.Kind.Last())
	}
	return "call"
}

// String names the layer with its path.
func (c *call) String() string {
	if c.layer == nil {
		return c.Name()
	}
	return fmt.Sprintf("%s{%s}", trace.Printable(string(c.layer.Kind)), trace.Printable(c.layer.Path))
}

func (c *call) Bodies() []*trace.Program { return []*trace.Program{c.body} }

// Opaque reports whether no part of the body may be shared with the equations around it.
// This holds for a checkpoint, whose purpose is to be recomputed.
func (c *call) Opaque() bool { return c.remat }

// Body returns the program that the call stands for.
func (c *call) Body() *trace.Program { return c.body }

func (c *call) Infer(in []trace.Type) ([]trace.Type, error) { return inferBody(c.body, in) }

func inferBody(p *trace.Program, in []trace.Type) ([]trace.Type, error) {
	if len(in) != len(p.In) {
		return nil, fmt.Errorf("%d operands for a body of %d arguments", len(in), len(p.In))
	}
	for i, v := range p.In {
		if !in[i].Equal(p.Types[v]) {
			return nil, fmt.Errorf("operand %d is %v, the body was traced for %v", i, in[i], p.Types[v])
		}
	}
	return p.TypesOf(p.Out), nil
}

func (c *call) Run(in []Value) []Value { return c.body.Apply(in...) }

func (c *call) Eval(in, out []*trace.Array) { evalByRun(c, in, out) }

// evalByRun evaluates an op whose Run applies other ops.
func evalByRun(op trace.Runner, in, out []*trace.Array) {
	vals := make([]Value, len(in))
	for i, a := range in {
		vals[i] = trace.FromArray(a)
	}
	for i, v := range op.Run(vals) {
		out[i].CopyFrom(v.Array())
	}
}

func (c *call) VJP(in, _, ct []Value, want []bool) []Value { return vjpByLinearize(c, in, ct, want) }

// vjpByLinearize is the VJP of a linearizer, from operands and cotangents alone: it runs
// the forward pass again for the residuals.
func vjpByLinearize(op linearizer, in, ct []Value, want trace.Mask) []Value {
	l := muted(op).(linearizer).linearize(want)
	_, res := l.forward(in)
	return l.backward(res, ct)
}

func (c *call) Batch(size int, in []Value, batched []bool) []Value {
	body := trace.Record(func(args []Value) []Value { return applyBatched(c.body, size, args, batched) }, trace.TypesOfValues(in))
	return c.bind(body, in)
}

func (c *call) bindBodies(bodies []*trace.Program, in []Value) []Value { return c.bind(bodies[0], in) }

// bind applies the call with another body to the same operands, in the newest of their
// traces.
func (c *call) bind(body *trace.Program, in []Value) []Value {
	d := *c
	closed, captured := body.Closed()
	d.body = closed
	if d.layer != nil && len(captured) > 0 {
		d.roles, d.captured = append(rolesOf(len(captured), RoleWeight), c.roles...), c.captured+len(captured)
	}
	return trace.Bind(newCall(d), append(captured, in...)...)
}

func (c *call) hasRules() bool { return c.ruled }

func (c *call) discharge() trace.Op {
	d := *c
	d.body = dischargeProgram(c.body)
	return newCall(d)
}

func (c *call) linearize(want trace.Mask) linearization {
	if c.remat {
		return newCheckpointed(c, want)
	}
	return &linearCall{c, linearizeProgram(c.body, want)}
}

// linearCall keeps the layer in the forward pass, with the residuals as additional
// outputs. On concrete operands the forward pass runs at once, without the layer.
type linearCall struct {
	*call
	*linearProgram
}

func (l *linearCall) forward(in []Value) (out, res []Value) {
	if trace.Newest(in) == nil {
		return l.linearProgram.forward(in)
	}
	n := len(l.call.body.Out)
	body := trace.Record(func(args []Value) []Value {
		out, res := l.linearProgram.forward(args)
		return append(out, res...)
	}, trace.TypesOfValues(in))
	all := l.bind(body, in)
	return all[:n], all[n:]
}

func (c *call) WithBodies(bodies []*trace.Program) trace.Op {
	d := *c
	d.body = bodies[0]
	return newCall(d)
}

// flows adds the layer as a site, unless a rule lives inside of it, and descends into the
// body. A layer in equations that a transform derived is not a site.
func (c *call) flows(f *finder, b *body, i int, in []flow) []flow {
	e := &b.Eqns[i]
	inside, results, wanted := f.inside(b, i, c.body, 0), b.result.Of(e.Out), b.wanted.Of(e.Out)
	var s *Site
	if c.layer != nil && !c.ruled && !inside.derived {
		s = &Site{Kind: c.layer.Kind, Path: c.layer.Path, Layer: true, plain: c, place: place{b.number, i}, absorbed: nowhere, in: e.In}
		for j, role := range c.rolesFor(in) {
			s.Operands = append(s.Operands, Operand{role, b.Types[e.In[j]]})
		}
		s.Outputs = b.TypesOf(e.Out[:c.outs])
		s.Result = b.result.AnyOf(e.Out)
		inside.parent, results = f.add(s, b, e, f.graph.union(in).from), make(trace.Mask, len(e.Out))
	}
	out := f.walk(inside, in, results, wanted)
	if s != nil {
		for j := range out {
			out[j].from = f.graph.join(out[j].from, s.node)
		}
	}
	return out
}

func (c *call) linearIn(marked, zero trace.Mask, eqn linearity, _ bool) error {
	_, _, err := linearIn(c.body, marked, zero, eqn)
	return err
}

func (c *call) dependent(marked trace.Mask) trace.Mask { return reached(c.body, marked) }

// rolesFor returns the roles of a layer's operands. A layer that was given no data has
// captured its data. Then the captured operands that depend on the function's argument
// are data, as for a bare operation.
func (c *call) rolesFor(in []flow) []Role {
	if slices.Contains(c.roles, RoleData) {
		return c.roles
	}
	roles := slices.Clone(c.roles)
	for i, f := range in {
		if f.data && i < c.captured {
			roles[i] = RoleData
		}
	}
	return roles
}
