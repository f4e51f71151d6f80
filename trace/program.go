package trace

import (
	"fmt"
	"slices"
)

// Var numbers a variable of a program; Program.Types is indexed by it.
type Var int32

// Program is a function written out: equations in order, each variable assigned once. A
// Program is not changed once made; several goroutines may apply it at the same time.
type Program struct {
	// Types has the type of every variable.
	Types []Type
	// In are the arguments, Out the results; a result may also be an argument or a
	// constant.
	In, Out []Var
	// Consts are what the traced function captured: concrete arrays, or values of traces
	// around it.
	Consts []Const
	// Eqns are the equations, each using only variables assigned before it.
	Eqns []Eqn
}

// Const is a captured value and the variable that stands for it.
type Const struct {
	Var   Var
	Value Value
}

// Eqn is the application of an op: Out = Op(In).
type Eqn struct {
	Op      Op
	In, Out []Var
	// Derived marks what a VJP or JVP added to the user's own equations: what operations,
	// rules and a CustomVJP make of cotangents and tangents. What the user makes of a
	// gradient is the user's own.
	Derived bool
	// Stack is where the user's code made the equation.
	Stack Stack
}

// TypesOf returns the types of variables.
func (p *Program) TypesOf(vars []Var) []Type {
	out := make([]Type, len(vars))
	for i, v := range vars {
		out[i] = p.Types[v]
	}
	return out
}

// TypesOfValues returns the types of values.
func TypesOfValues(vs []Value) []Type {
	out := make([]Type, len(vs))
	for i, v := range vs {
		out[i] = v.Type()
	}
	return out
}

// Apply runs the program on arguments: at once if they and the constants are concrete,
// else recorded in the newest of their traces. It panics with an *Error if number or
// types do not fit.
func (p *Program) Apply(in ...Value) []Value {
	env := p.Env(in)
	for i := range p.Eqns {
		env.Step(&p.Eqns[i])
	}
	return env.Get(p.Out)
}

// Env holds the values of a program's variables while it is applied.
type Env struct {
	// Trace is where the application is recorded, nil if it runs at once.
	Trace *Trace
	vals  []Value
}

// Env starts an application of p: the arguments and constants are set, lifted to the
// newest trace among them. It panics with an *Error if the arguments do not fit; absent
// ones are let through, for callers that need only a part of p.
func (p *Program) Env(in []Value) *Env {
	if len(in) != len(p.In) {
		panic(Errorf("a program of %d arguments was applied to %d", len(p.In), len(in)))
	}
	for i, v := range p.In {
		if !in[i].IsAbsent() && !in[i].Type().Equal(p.Types[v]) {
			panic(Errorf("argument %d of a program is %v, want %v", i, in[i].Type(), p.Types[v]))
		}
	}
	return p.EnvIn(Newest(in, p.Captured()), in)
}

// Captured returns the values that the traced function captured, those of Consts.
func (p *Program) Captured() []Value {
	vs := make([]Value, len(p.Consts))
	for i, c := range p.Consts {
		vs[i] = c.Value
	}
	return vs
}

// EnvIn starts an application that is recorded in t, which is not older than the trace of
// any argument or constant. Arguments may have other types than p's, as those of a
// batched walk do.
func (p *Program) EnvIn(t *Trace, in []Value) *Env {
	env := &Env{Trace: t, vals: make([]Value, len(p.Types))}
	for i, v := range p.In {
		env.vals[v] = t.Lift(in[i]).WithWeak(false)
	}
	for _, c := range p.Consts {
		env.vals[c.Var] = env.Trace.Lift(c.Value).WithWeak(false)
	}
	return env
}

// Get returns the values of variables.
func (env *Env) Get(vars []Var) []Value {
	out := make([]Value, len(vars))
	for i, v := range vars {
		out[i] = env.vals[v]
	}
	return out
}

// Set assigns values to variables.
func (env *Env) Set(vars []Var, vals []Value) {
	for i, v := range vars {
		env.vals[v] = vals[i]
	}
}

// Step applies an equation as it stands.
func (env *Env) Step(e *Eqn) {
	env.Trace.Follow(e, e.Derived, func() { env.Set(e.Out, env.Trace.Bind(e.Op, env.Get(e.In)...)) })
}

// Closed returns p with its captured values as leading arguments, and those values in
// order. Captured concrete scalars stay constants of the program.
func (p *Program) Closed() (*Program, []Value) {
	q := *p
	q.Consts = nil
	var in []Var
	var captured []Value
	for _, c := range p.Consts {
		if c.Value.IsConcrete() && c.Value.Rank() == 0 {
			q.Consts = append(q.Consts, c)
			continue
		}
		in = append(in, c.Var)
		captured = append(captured, c.Value)
	}
	q.In = append(in, p.In...)
	return &q, captured
}

// dropConsts removes constants that nothing uses.
func (p *Program) dropConsts() {
	used := make(Mask, len(p.Types))
	for _, e := range p.Eqns {
		used.Set(e.In)
	}
	used.Set(p.Out)
	kept := p.Consts[:0]
	for _, c := range p.Consts {
		if used[c.Var] {
			kept = append(kept, c)
		}
	}
	p.Consts = kept
}

// Pruned returns p without the equations that neither its outputs nor its effects need,
// and for each argument whether anything uses it.
func (p *Program) Pruned() (*Program, Mask) {
	used := make(Mask, len(p.Types))
	used.Set(p.Out)
	kept, needed := make(Mask, len(p.Eqns)), 0
	for i := len(p.Eqns) - 1; i >= 0; i-- {
		if e := &p.Eqns[i]; used.AnyOf(e.Out) || HasEffect(e.Op) {
			kept[i] = true
			needed++
			used.Set(e.In)
		}
	}
	q := *p
	q.Eqns = p.Eqns[:len(p.Eqns):len(p.Eqns)]
	if needed < len(p.Eqns) {
		q.Eqns = make([]Eqn, 0, needed)
		for i, e := range p.Eqns {
			if kept[i] {
				q.Eqns = append(q.Eqns, e)
			}
		}
	}
	q.Consts = append([]Const(nil), p.Consts...)
	q.dropConsts()
	return &q, used.Of(p.In)
}

// HasEffects reports whether applying p has an effect, at any depth.
func (p *Program) HasEffects() bool {
	return slices.ContainsFunc(p.Eqns, func(e Eqn) bool { return HasEffect(e.Op) })
}

// Silent returns p without its effects, at any depth. silent returns without its effects
// an op that has some in its bodies.
func (p *Program) Silent(silent func(Op) Op) *Program {
	if !p.HasEffects() {
		return p
	}
	q := *p
	q.Eqns = make([]Eqn, 0, len(p.Eqns))
	for _, e := range p.Eqns {
		if _, ok := e.Op.(Effect); ok {
			continue
		}
		if HasEffect(e.Op) {
			e.Op = silent(e.Op)
		}
		q.Eqns = append(q.Eqns, e)
	}
	return &q
}

// Check reports the first fault of a program: a variable used before it is assigned or
// assigned twice, an equation whose types are not what its op infers, at any depth.
// Passes are followed by it in tests.
func (p *Program) Check() error {
	set := make([]bool, len(p.Types))
	assign := func(v Var) error {
		if v < 0 || int(v) >= len(set) {
			return fmt.Errorf("variable %d does not exist", v)
		}
		if set[v] {
			return fmt.Errorf("variable %s is assigned twice", v)
		}
		set[v] = true
		return nil
	}
	for _, v := range p.In {
		if err := assign(v); err != nil {
			return err
		}
	}
	for _, c := range p.Consts {
		if err := assign(c.Var); err != nil {
			return err
		}
		if c.Value.IsAbsent() {
			return fmt.Errorf("constant %s is absent", c.Var)
		}
		if !c.Value.Type().Equal(p.Types[c.Var]) {
			return fmt.Errorf("constant %s is %v, its variable %v", c.Var, c.Value.Type(), p.Types[c.Var])
		}
	}
	for i := range p.Eqns {
		if err := p.checkEqn(&p.Eqns[i], set, assign); err != nil {
			return fmt.Errorf("equation %d (%s): %w", i, p.Eqns[i].Op.Name(), err)
		}
	}
	for _, v := range p.Out {
		if v < 0 || int(v) >= len(set) || !set[v] {
			return fmt.Errorf("result %s is never assigned", v)
		}
	}
	return nil
}

func (p *Program) checkEqn(e *Eqn, set []bool, assign func(Var) error) error {
	for _, v := range e.In {
		if v < 0 || int(v) >= len(set) || !set[v] {
			return fmt.Errorf("operand %s is not assigned yet", v)
		}
	}
	types, err := e.Op.Infer(p.TypesOf(e.In))
	if err != nil {
		return err
	}
	if len(types) != len(e.Out) {
		return fmt.Errorf("%d results for %d variables", len(types), len(e.Out))
	}
	for i, v := range e.Out {
		if err := assign(v); err != nil {
			return err
		}
		if !types[i].Equal(p.Types[v]) {
			return fmt.Errorf("result %s is %v, inferred %v", v, p.Types[v], types[i])
		}
	}
	if c, ok := e.Op.(Caller); ok {
		for _, body := range c.Bodies() {
			if err := body.Check(); err != nil {
				return fmt.Errorf("body: %w", err)
			}
		}
	}
	return nil
}
