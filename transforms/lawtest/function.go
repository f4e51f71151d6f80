package lawtest

import (
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// function is a function under test: of several values, some of which it is
// differentiated by.
type function struct {
	name    string
	apply   func(in []Value) []Value
	in, out []trace.Type
	diff    []bool
	// program is what apply does, written out: it is evaluated many times.
	program *trace.Program
	// order is how many times a function was pulled back to get this one.
	order int
	// opened is the program as open returns it, once that was asked for.
	opened *trace.Program
}

func newFunction(name string, apply func(in []Value) []Value, in []trace.Type, diff []bool) *function {
	p := trace.Record(apply, in)
	return &function{name: name, apply: apply, in: in, out: p.TypesOf(p.Out), diff: diff, program: p}
}

// run is apply without tracing.
func (f *function) run(in []Value) []Value { return f.program.Apply(in...) }

// differentiable reports whether there is anything to differentiate, and by something.
func (f *function) differentiable() bool {
	by := false
	for _, d := range f.diff {
		by = by || d
	}
	for _, t := range f.out {
		by = by && t.DType == trace.Float64
	}
	return by
}

// pick returns the operands that f is differentiated by.
func (f *function) pick(in []Value) []Value {
	var out []Value
	for i, d := range f.diff {
		if d {
			out = append(out, in[i])
		}
	}
	return out
}

// with returns the operands with those that f is differentiated by replaced.
func (f *function) with(in, picked []Value) []Value {
	out := make([]Value, len(in))
	for i, d := range f.diff {
		out[i] = in[i]
		if d {
			out[i], picked = picked[0], picked[1:]
		}
	}
	return out
}

// spread puts picked in its places and leaves the others absent.
func (f *function) spread(picked []Value) []Value { return f.with(make([]Value, len(f.in)), picked) }

// only returns f as a function of the operands that it is differentiated by.
func (f *function) only(in []Value) func([]Value) []Value {
	return func(picked []Value) []Value { return f.apply(f.with(in, picked)) }
}

// pull is the pullback of f at in, applied to ct.
func (f *function) pull(in, ct []Value) []Value {
	_, pull := transforms.VJP(f.only(in))(f.pick(in))
	return pull(ct)
}

// push is the tangent of f at in along u, one for each operand that f is differentiated
// by.
func (f *function) push(in, u []Value) []Value {
	_, t := transforms.JVP(f.only(in))(f.pick(in), u)
	return t
}

// vjp returns (in, ct) ↦ pull(in, ct), differentiated by both.
func (f *function) vjp() *function {
	n := len(f.in)
	types, diff := append([]trace.Type{}, f.in...), append([]bool{}, f.diff...)
	for _, t := range f.out {
		types, diff = append(types, t), append(diff, true)
	}
	g := newFunction("the VJP of "+f.name, func(in []Value) []Value { return f.pull(in[:n], in[n:]) }, types, diff)
	g.order = f.order + 1
	return g
}

// jvp returns (in, u) ↦ push(in, u).
func (f *function) jvp() *function {
	n := len(f.in)
	types, diff := append([]trace.Type{}, f.in...), append([]bool{}, f.diff...)
	for i, t := range f.in {
		if f.diff[i] {
			types, diff = append(types, t), append(diff, true)
		}
	}
	return newFunction("the JVP of "+f.name, func(in []Value) []Value { return f.push(in[:n], in[n:]) }, types, diff)
}

// by returns f differentiated by one operand alone.
func (f *function) by(operand int) *function {
	g := *f
	g.diff = make([]bool, len(f.diff))
	g.diff[operand] = true
	return &g
}
