package transforms

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// namedAxis is the axis of a Vmap that has a name. Before it maps a program, Vmap binds
// the operations that are about the axis: each gets the index of the case as an operand.
// The index is mapped over like any other value. So what depends on the case is known at
// any depth, without a word about axes in the Batch of an operation.
type namedAxis struct {
	name  string
	since uint64 // how many traces had begun before that of the mapped function
	size  int
	index Value // the index of the case, an i64[]
}

// axisBinder is an op with functions that are traced later on, where operations about a
// named axis may appear.
type axisBinder interface {
	trace.Op
	// bindAxis applies the op to the operands with the axis bound.
	bindAxis(a namedAxis, in []Value) []Value
}

// batch traces f on the types of single cases. It returns the operands of the batch too.
func (a axes) batch(f func([]Value) []Value, size int, leaves []Value, batched trace.Mask) (batch, []Value) {
	if a.name == "" {
		return batchOf(f, size, leaves, batched), leaves
	}
	axis := namedAxis{name: a.name, since: trace.Begun(), size: size}
	types := stripped(leaves, batched)
	p := trace.RecordBody(f, types, leaves)
	if find(p, mayBeScoped) != nil {
		n, single := len(types), p
		p = trace.Record(func(args []Value) []Value { return axis.at(args[n]).apply(single, args[:n]) }, append(types, trace.TypeOf(trace.Int64)))
		numbers := fn.IotaLike(firstPresent(leaves), trace.TypeOf(trace.Int64, size), 0)
		leaves, batched = append(leaves, numbers), append(batched, true)
	}
	return batch{p, size, batched, trace.AllMarked(len(p.Out))}, leaves
}

func (a namedAxis) at(index Value) namedAxis {
	a.index = index
	return a
}

// apply applies a program of a single case with the axis bound, at any depth.
func (a namedAxis) apply(p *trace.Program, in []Value) []Value {
	env := p.EnvIn(trace.Newest(in, p.Captured(), []Value{a.index}), in)
	for i := range p.Eqns {
		e := &p.Eqns[i]
		env.Trace.Follow(e, e.Derived, func() { env.Set(e.Out, a.bind(env.Trace, e.Op, env.Get(e.In))) })
	}
	return env.Get(p.Out)
}

func (a namedAxis) bind(t *trace.Trace, op trace.Op, in []Value) []Value {
	if findIn(&trace.Eqn{Op: op}, mayBeScoped) == nil {
		return t.Bind(op, in...)
	}
	switch op := op.(type) {
	case scoped:
		if s := op.where(); s.axis != a.name || s.born <= a.since {
			return t.Bind(op.from(s.outside(a.name)), in...)
		}
		return op.in(a, in)
	case axisBinder:
		return op.bindAxis(a, in)
	case composed:
		bodies := make([]*trace.Program, len(op.Bodies()))
		for i, b := range op.Bodies() {
			bodies[i] = trace.Record(func(args []Value) []Value { return a.apply(b, args) }, b.TypesOf(b.In))
		}
		return op.bindBodies(bodies, in)
	}
	panic(trace.Errorf("%s has an operation about a named axis in it, which it cannot hand on: apply that outside", op.Name()))
}

// pulled applies a pullback with the axis bound. Its results may be absent.
func (a namedAxis) pulled(pull func(args []Value) []Value, args []Value) []Value {
	p := recordPartial(pull, trace.TypesOfValues(args))
	return p.spread(a.apply(p.program, args))
}

// isScoped reports whether an op is about a named axis.
func isScoped(op trace.Op) bool {
	_, ok := op.(scoped)
	return ok
}

// mayBeScoped is isScoped that also counts functions that are traced later on.
func mayBeScoped(op trace.Op) bool {
	_, ok := op.(*custom)
	return ok || isScoped(op)
}

// find returns the first equation of a program, at any depth, whose op is such; nil if
// there is none.
func find(p *trace.Program, such func(trace.Op) bool) *trace.Eqn {
	for i := range p.Eqns {
		if e := findIn(&p.Eqns[i], such); e != nil {
			return e
		}
	}
	return nil
}

func findIn(e *trace.Eqn, such func(trace.Op) bool) *trace.Eqn {
	op := e.Op
	if r, ok := op.(*ruled); ok {
		op = r.plain
	}
	if such(op) {
		return e
	}
	if c, ok := op.(trace.Caller); ok {
		for _, b := range c.Bodies() {
			if e := find(b, such); e != nil {
				return e
			}
		}
	}
	return nil
}

// bindAxis gives the op the index as its last operand.
func (c *custom) bindAxis(a namedAxis, in []Value) []Value {
	n := len(in)
	d := c.mapped(func(p *trace.Program) *trace.Program {
		return trace.Record(func(args []Value) []Value { return a.at(args[n]).apply(p, args[:n]) }, append(p.TypesOf(p.In), a.index.Type()))
	}, func(pull func(all, ct []Value) []Value) func(all, ct []Value) []Value {
		return func(all, ct []Value) []Value {
			own := slices.Delete(slices.Clone(all), n, n+1)
			cts := a.at(all[n]).pulled(func(args []Value) []Value { return pull(args[:len(own)], args[len(own):]) }, slices.Concat(own, ct))
			return append(cts, Value{})
		}
	})
	return trace.Bind(d, append(in, a.index)...)
}

// bindAxis gives the op the index as its last operand.
func (r *ruled) bindAxis(a namedAxis, in []Value) []Value {
	n := len(in)
	body := trace.Record(func(args []Value) []Value {
		return a.at(args[n]).bind(trace.Newest(args), r.plain, args[:n])
	}, append(trace.TypesOfValues(in), a.index.Type()))
	d := &ruled{plain: newCall(call{outs: len(body.Out), body: body}), site: r.site, rule: r.rule, outs: r.outs}
	d.pull = func(in, out, ct []Value, want []bool) []Value {
		m := n + len(out)
		cts := a.at(in[n]).pulled(func(args []Value) []Value { return r.pull(args[:n], args[n:m], args[m:], want[:n]) },
			append(append(in[:n:n], out...), ct...))
		return append(cts, Value{})
	}
	return trace.Bind(d, append(in, a.index)...)
}
