package optim

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Value is an array, see [trace.Value].
type Value = trace.Value

// Optimizer turns gradients into updates, which are added to the parameters. This package
// has the usual ones; other types may be optimizers, too.
type Optimizer interface {
	// Slots returns what the optimizer remembers in the beginning: some slots, each with a
	// value for every parameter.
	Slots(params []Param) [][]Value
	// Update returns the updates, each of the type of its parameter, and the next slots.
	Update(c Call) (updates []Value, slots [][]Value)
}

// Param is a parameter and its path in the tree.
type Param struct {
	Path  string
	Value Value
}

// Call is what an optimizer gets at each step.
type Call struct {
	// Count is the number of steps before this one, an i64 scalar.
	Count  Value
	Params []Param
	// Updates has a value for each parameter: its gradient, or what the optimizer before
	// made of it.
	Updates []Value
	// Slots are those that the optimizer returned, maybe with others behind them.
	Slots [][]Value
}

// State is what an optimizer remembers of a training of a tree P.
type State[P any] struct {
	// Count is the number of steps, an i64 scalar.
	Count Value
	// Slots are trees like the parameters: the moments of Adam, say. In the places of
	// integers they have zeros.
	Slots []P
}

// Init returns the state in which a training begins.
func Init[P any](o Optimizer, params P) State[P] {
	defer trace.Naming("optim.Init")
	leaves, s := trace.Flatten(params)
	tree := flat{leaves, s}
	state := State[P]{Count: trace.Scalar(int64(0))}
	for _, slot := range o.Slots(tree.params()) {
		state.Slots = append(state.Slots, treeOf[P](tree, slot, fn.ZerosLike))
	}
	return state
}

// Update returns the parameters and the state after one step along gradients. The trees
// have the structure of params. It panics with a *trace.Error that names the path where
// they do not.
func Update[P any](o Optimizer, gradients P, s State[P], params P) (P, State[P]) {
	defer trace.Naming("optim.Update")
	leaves, structure := trace.Flatten(params)
	tree := flat{leaves, structure}
	call := Call{Count: s.Count, Params: tree.params(), Updates: floatsOf(params, gradients)}
	for i, g := range call.Updates {
		if p := call.Params[i]; !g.Type().Equal(p.Value.Type()) {
			panic(trace.Errorf("the gradient of %s is %v, the parameter %v", p.name(), g.Type(), p.Value.Type()))
		}
	}
	for _, slot := range s.Slots {
		call.Slots = append(call.Slots, floatsOf(params, slot))
	}
	updates, slots := o.Update(call)
	if len(slots) != len(s.Slots) {
		panic(trace.Errorf("the state has %d slots, the optimizer %d: it is not of this optimizer, see Init", len(s.Slots), len(slots)))
	}
	next := make([]Value, len(updates))
	for i, u := range updates {
		next[i] = fn.Add(call.Params[i].Value, u)
	}
	after := State[P]{Count: fn.Add(s.Count, fn.OnesLike(s.Count))}
	for _, slot := range slots {
		after.Slots = append(after.Slots, treeOf[P](tree, slot, fn.ZerosLike))
	}
	return treeOf[P](tree, next, func(v Value) Value { return v }), after
}

// Step returns one step of training as a function of the parameters, the state and data:
// it computes the loss and its gradient with respect to the parameters, updates both, and
// returns the loss before the step, too.
func Step[P, D any](o Optimizer, loss func(P, D) Value) func(P, State[P], D) (P, State[P], Value) {
	slope := transforms.ValueAndGradOf(loss)
	return func(params P, s State[P], data D) (P, State[P], Value) {
		value, gradients := slope(params, data)
		params, s = Update(o, gradients, s, params)
		return params, s, value
	}
}

// flat is a tree taken apart.
type flat struct {
	leaves    []Value
	structure *trace.Structure
}

// params lists the floats of a tree.
func (t flat) params() []Param {
	var out []Param
	for i, v := range t.leaves {
		if v.DType().IsFloat() {
			out = append(out, Param{t.structure.Path(i), v})
		}
	}
	return out
}

// floatsOf lists the values of a tree where params has floats.
func floatsOf[P any](params, tree P) []Value {
	var out []Value
	trace.Map2(func(p, v Value) Value {
		if p.DType().IsFloat() {
			out = append(out, v)
		}
		return p
	}, params, tree)
	return out
}

// treeOf is a tree with some values in the places of its floats, and others made of what
// it has in the other places.
func treeOf[P any](t flat, values []Value, other func(Value) Value) P {
	leaves, next := make([]Value, len(t.leaves)), 0
	for i, v := range t.leaves {
		if !v.DType().IsFloat() {
			leaves[i] = other(v)
			continue
		}
		if next >= len(values) {
			panic(trace.Errorf("the optimizer returned %d values for more parameters", len(values)))
		}
		leaves[i] = values[next]
		next++
	}
	p, _ := t.structure.Unflatten(leaves).(P)
	return p
}

// name is the path of a parameter in an error.
func (p Param) name() string {
	if p.Path == "" {
		return "the only parameter"
	}
	return p.Path
}

// rule is an optimizer that treats each parameter by itself.
type rule struct {
	// fills are what the slots are filled with in the beginning.
	fills []float64
	// update returns the update of a parameter and its next slots.
	update func(p single) (Value, []Value)
}

// single is one parameter at one step.
type single struct {
	count, param, update Value
	slots                []Value
}

// at returns a schedule at this step, in the dtype of the parameter.
func (p single) at(s Schedule) Value { return fn.Cast(s(p.count), p.param.DType()) }

// unbias returns 1 - β^(count + 1), in the dtype of the parameter.
func (p single) unbias(beta float64) Value {
	t := fn.Add(fn.Cast(p.count, trace.Float64), fn.Scalar(1))
	return fn.Cast(fn.Sub(fn.Scalar(1), fn.Pow(fn.Scalar(beta), t)), p.param.DType())
}

func (r rule) Slots(params []Param) [][]Value {
	out := make([][]Value, len(r.fills))
	for i, x := range r.fills {
		for _, p := range params {
			out[i] = append(out[i], fn.FullLike(p.Value, x))
		}
	}
	return out
}

func (r rule) Update(c Call) ([]Value, [][]Value) {
	updates, slots := make([]Value, len(c.Params)), make([][]Value, len(r.fills))
	for k := range slots {
		slots[k] = make([]Value, len(c.Params))
	}
	own := mustHave(c.Slots, len(r.fills))
	for i, p := range c.Params {
		one := single{count: c.Count, param: p.Value, update: c.Updates[i]}
		for _, slot := range own {
			one.slots = append(one.slots, slot[i])
		}
		var next []Value
		updates[i], next = r.update(one)
		for k := range next {
			slots[k][i] = next[k]
		}
	}
	return updates, slots
}

// scale is x · a.
func scale(x Value, a float64) Value { return fn.Mul(x, fn.Scalar(a)) }

// mixed is (1 - part) · x + part · y.
func mixed(x, y Value, part float64) Value { return fn.Add(scale(x, 1-part), scale(y, part)) }

// root is √x, with slope 0 at 0, so that a step may be differentiated where a gradient is
// 0.
func root(x Value) Value {
	some := fn.Greater(x, fn.ZerosLike(x))
	return fn.Mask(some, fn.Sqrt(fn.Where(some, x, fn.OnesLike(x))))
}

// or returns x, or what stands for 0.
func or(x, zero float64) float64 {
	if x == 0 {
		return zero
	}
	return x
}

// theOnly returns the one config of a list that may be empty.
func theOnly[C any](list []C) C {
	var none C
	switch len(list) {
	case 0:
		return none
	case 1:
		return list[0]
	}
	panic(trace.Errorf("%d of type %T: give at most one", len(list), list[0]))
}
