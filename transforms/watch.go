package transforms

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/trace"
)

// watch is called for each equation of a program that is applied, at any depth, with its
// operands and its outputs. What it computes of them becomes part of the program.
type watch func(e *watched, in, out []Value)

// watched is an equation and the layer that it is in. It is derived if an equation around
// it is.
type watched struct {
	trace.Eqn
	layer string
}

// apply applies a program.
func (w watch) apply(p *trace.Program, in []Value) []Value { return w.walk(p, &watched{}, in) }

// walk applies a body of an equation.
func (w watch) walk(p *trace.Program, around *watched, in []Value) []Value {
	env := p.Env(in)
	for i := range p.Eqns {
		e := &watched{p.Eqns[i], around.layer}
		e.Derived = e.Derived || around.Derived
		env.Trace.Follow(&p.Eqns[i], p.Eqns[i].Derived, func() { env.Set(e.Out, w.equation(env.Trace, e, env.Get(e.In))) })
	}
	return env.Get(p.Out)
}

// equation applies an equation. Of one with bodies it watches the bodies.
func (w watch) equation(t *trace.Trace, e *watched, in []Value) []Value {
	inside := func(p *trace.Program) *trace.Program {
		around := &watched{e.Eqn, layerIn(e.Op, e.layer)}
		return trace.Record(func(args []Value) []Value { return w.walk(p, around, args) }, p.TypesOf(p.In))
	}
	switch op := e.Op.(type) {
	case composed:
		bodies := slices.Clone(op.Bodies())
		for i, b := range bodies {
			bodies[i] = inside(b)
		}
		return op.bindBodies(bodies, in)
	case *custom:
		same := func(pull func(all, ct []Value) []Value) func(all, ct []Value) []Value { return pull }
		return t.Bind(op.mapped(inside, same), in...)
	}
	out := t.Bind(e.Op, in...)
	w(e, in, out)
	return out
}

// layerIn returns the layer that the body of an op is in.
func layerIn(op trace.Op, around string) string {
	if c, ok := op.(*call); ok && c.layer != nil {
		if c.layer.Path != "" {
			return c.layer.Path
		}
		return string(c.layer.Kind)
	}
	return around
}

// signature prints the operation with the types of its operands.
func (e *watched) signature(in []Value) string {
	types := make([]string, len(in))
	for i, v := range in {
		types[i] = v.Type().String()
	}
	return fmt.Sprintf("%s(%s)", e.Op.Name(), strings.Join(types, ", "))
}

// fail panics with an error of the operation, which signature has printed, at its line.
func (e *watched) fail(signature, format string, args ...any) {
	(*trace.Trace)(nil).Follow(&e.Eqn, true, func() {
		err := trace.Errorf(format, args...)
		err.Op = signature
		panic(err)
	})
}
