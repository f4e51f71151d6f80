package lawtest

import (
	"reflect"

	"github.com/pullback-go/pullback/trace"
)

// Program is a random program: a function of arrays, written as data so that it can be
// shrunk and printed as Go. [Seeded] makes one together with arguments for it.
type Program struct {
	body *block
	// samples are the values that the variables had when the program was drawn, those of
	// its arguments among them.
	samples []Value
	// apply, if there is one, is what is applied instead of the body, which says no more
	// than its arguments and results.
	apply func(in []Value) []Value
	// faults are Go panics that drawing the program met in an operation.
	faults []string
}

// variable numbers a value of a random program, unique among all of its blocks.
type variable int

// block is a function: it assigns its arguments and then each step's result in turn. It
// sees the variables of the blocks around it.
type block struct {
	in    []variable
	steps []*stmt
	out   []variable
}

// stmt assigns the result of a call to a variable.
type stmt struct {
	out variable
	fun *callable
	// args are each a variable, a *block, which stands for a function, or a plain Go
	// value.
	args []any
}

// callable is a Go function and how to write its call.
type callable struct {
	// code is the name of the function; or the whole call, with %s for each argument.
	code string
	fun  any
}

func callableOf(code string, f any) *callable { return &callable{code, f} }

// weak is the argument fn.Scalar(w).
type weak float64

// Args are the arguments that the program was drawn with.
func (p *Program) Args() []Value { return p.valuesOf(p.body.in) }

// Results are what the program gave when it was drawn.
func (p *Program) Results() []Value { return p.valuesOf(p.body.out) }

func (p *Program) valuesOf(vars []variable) []Value {
	out := make([]Value, len(vars))
	for i, v := range vars {
		out[i] = p.samples[v]
	}
	return out
}

// Apply runs the program, on concrete or traced arguments of the types of Args.
func (p *Program) Apply(in []Value) []Value {
	if p.apply != nil {
		return p.apply(in)
	}
	return p.body.run(make([]Value, len(p.samples)), in)
}

// Apply1 is the first result of a program of one argument, as those of [Smooth] are.
func (p *Program) Apply1(x Value) Value { return p.Apply([]Value{x})[0] }

// run computes the results of b, given the values of the variables around it, which it
// leaves alone but for its own.
func (b *block) run(env, in []Value) []Value {
	for i, v := range b.in {
		env[v] = in[i]
	}
	for _, s := range b.steps {
		env[s.out] = s.value(env)
	}
	out := make([]Value, len(b.out))
	for i, v := range b.out {
		out[i] = env[v]
	}
	return out
}

// value makes the call.
func (s *stmt) value(env []Value) Value {
	switch f := s.fun.fun.(type) { // most are one of these, and reflection takes as long as an operation
	case func(Value) Value:
		return f(s.argument(0, env).(Value))
	case func(Value, Value) Value:
		return f(s.argument(0, env).(Value), s.argument(1, env).(Value))
	case func(func(Value) Value, Value) Value:
		return f(s.argument(0, env).(func(Value) Value), s.argument(1, env).(Value))
	}
	args := make([]reflect.Value, len(s.args))
	for i := range s.args {
		args[i] = reflect.ValueOf(s.argument(i, env))
	}
	return reflect.ValueOf(s.fun.fun).Call(args)[0].Interface().(Value)
}

func (s *stmt) argument(i int, env []Value) any {
	switch a := s.args[i].(type) {
	case variable:
		return env[a]
	case weak:
		return trace.Weak(float64(a))
	case *block:
		return a.function(env)
	default:
		return a
	}
}

// function is b as a Go function of one or two arguments and results. Each call of it has
// variables of its own.
func (b *block) function(env []Value) any {
	call := func(in ...Value) []Value { return b.run(append([]Value{}, env...), in) }
	switch {
	case len(b.in) == 2 && len(b.out) == 1:
		return func(x, y Value) Value { return call(x, y)[0] }
	case len(b.in) == 2:
		return func(x, y Value) (Value, Value) {
			out := call(x, y)
			return out[0], out[1]
		}
	}
	return func(x Value) Value { return call(x)[0] }
}
