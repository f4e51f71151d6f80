package optim

import (
	"maps"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Chain is several optimizers, one behind the other: the updates of one are the gradients
// of the next. Without any, the updates are the gradients.
func Chain(optimizers ...Optimizer) Optimizer { return chain(optimizers) }

type chain []Optimizer

func (c chain) Slots(params []Param) (out [][]Value) {
	for _, o := range c {
		out = append(out, o.Slots(params)...)
	}
	return out
}

func (c chain) Update(call Call) ([]Value, [][]Value) {
	var slots [][]Value
	left := call.Slots
	for _, o := range c {
		call.Slots = left
		var next [][]Value
		call.Updates, next = o.Update(call)
		left = left[len(mustHave(left, len(next))):]
		slots = append(slots, next...)
	}
	return call.Updates, slots
}

// mustHave returns the first slots of a state.
func mustHave(slots [][]Value, n int) [][]Value {
	if len(slots) < n {
		panic(trace.Errorf("the state has %d slots too few: it is not of this optimizer, see Init", n-len(slots)))
	}
	return slots[:n]
}

// Groups gives each parameter to one of several optimizers, by its path: choose returns
// the optimizer's name. For one, parameters may get rates of their own, or be [Frozen].
// What an optimizer computes of several parameters, as [ClipNorm] does, it computes of its
// own. A name without an optimizer is a *trace.Error.
func Groups(choose func(path string) string, optimizers map[string]Optimizer) Optimizer {
	return groups{choose, maps.Clone(optimizers)}
}

type groups struct {
	choose     func(path string) string
	optimizers map[string]Optimizer
}

// member is an optimizer with the numbers of its parameters.
type member struct {
	Optimizer
	at []int
}

// members lists the optimizers in the order of their names.
func (g groups) members(params []Param) []member {
	numbers := map[string][]int{}
	for i, p := range params {
		name := g.choose(p.Path)
		if g.optimizers[name] == nil {
			panic(trace.Errorf("%s belongs to the group %q, which has no optimizer: there are %q", p.name(), name, slices.Sorted(maps.Keys(g.optimizers))))
		}
		numbers[name] = append(numbers[name], i)
	}
	var out []member
	for _, name := range slices.Sorted(maps.Keys(numbers)) {
		out = append(out, member{g.optimizers[name], numbers[name]})
	}
	return out
}

// Slots has as many slots as the optimizer that has most. The others' parameters have
// scalars in the slots that they do not need.
func (g groups) Slots(params []Param) (out [][]Value) {
	for _, m := range g.members(params) {
		out = scattered(out, m.Slots(pickParams(params, m.at)), m.at, params)
	}
	return out
}

func (g groups) Update(c Call) ([]Value, [][]Value) {
	updates := make([]Value, len(c.Params))
	var slots [][]Value
	for _, m := range g.members(c.Params) {
		own := Call{Count: c.Count, Params: pickParams(c.Params, m.at), Updates: pick(c.Updates, m.at)}
		for _, slot := range c.Slots {
			own.Slots = append(own.Slots, pick(slot, m.at))
		}
		some, next := m.Update(own)
		for i, k := range m.at {
			updates[k] = some[i]
		}
		slots = scattered(slots, next, m.at, c.Params)
	}
	return updates, slots
}

func pick(values []Value, at []int) []Value {
	out := make([]Value, len(at))
	for i, k := range at {
		out[i] = values[k]
	}
	return out
}

func pickParams(params []Param, at []int) []Param {
	out := make([]Param, len(at))
	for i, k := range at {
		out[i] = params[k]
	}
	return out
}

// scattered puts the slots of some parameters among those of all.
func scattered(slots, own [][]Value, at []int, params []Param) [][]Value {
	for len(slots) < len(own) {
		slot := make([]Value, len(params))
		for i, p := range params {
			slot[i] = fn.FillAs(p.Value, trace.TypeOf(p.Value.DType()), 0)
		}
		slots = append(slots, slot)
	}
	for j, slot := range own {
		for i, k := range at {
			slots[j][k] = slot[i]
		}
	}
	return slots
}

// Masked applies an optimizer to the parameters at some paths, and hands on the updates of
// the others.
func Masked(where func(path string) bool, o Optimizer) Optimizer {
	return Groups(func(path string) string {
		if where(path) {
			return "on"
		}
		return "off"
	}, map[string]Optimizer{"on": o, "off": Chain()})
}

// ClipNorm multiplies all updates by one factor, so that their [GlobalNorm] is at most a
// bound.
//
// Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks",
// ICML 2013.
func ClipNorm(bound float64) Optimizer { return clipNorm(bound) }

type clipNorm float64

func (clipNorm) Slots([]Param) [][]Value { return nil }

func (bound clipNorm) Update(c Call) ([]Value, [][]Value) {
	factor := fn.Div(fn.Scalar(float64(bound)), fn.ClampMin(GlobalNorm(c.Updates), float64(bound)))
	out := make([]Value, len(c.Updates))
	for i, u := range c.Updates {
		out[i] = fn.Mul(u, fn.Cast(factor, u.DType()))
	}
	return out, nil
}

// GlobalNorm is the Euclidean norm of all floats of a tree as one vector, an f64 scalar,
// with slope 0 at 0.
func GlobalNorm[P any](tree P) Value {
	defer trace.Naming("optim.GlobalNorm")
	square := fn.Cast(fn.Scalar(0), trace.Float64)
	trace.Map(func(v Value) Value {
		if v.DType().IsFloat() {
			square = fn.Add(square, fn.SumAll(fn.Square(fn.Cast(v, trace.Float64))))
		}
		return v
	}, tree)
	return root(square)
}

// MovingAverage is decay · average + (1 - decay) · params for each float of two trees, and
// params where they have anything else. The average of the weights of a training often
// does better than its last weights.
//
// Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", SIAM J.
// Control Optim. 30(4), 1992.
func MovingAverage[P any](average, params P, decay float64) P {
	defer trace.Naming("optim.MovingAverage")
	return trace.Map2(func(p, a Value) Value {
		if !p.DType().IsFloat() {
			return p
		}
		return mixed(a, p, 1-decay)
	}, params, average)
}
