package transforms_test

import (
	"fmt"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// elements returns how many elements the operations of a function compute. Operations in
// its bodies count once.
func elements(f Func, x Value) int {
	return elementsOf(trace.Record(func(in []Value) []Value { return []Value{f(in[0])} }, []trace.Type{x.Type()}))
}

func elementsOf(p *trace.Program) int {
	n := 0
	for _, e := range p.Eqns {
		if c, ok := e.Op.(trace.Caller); ok {
			for _, b := range c.Bodies() {
				n += elementsOf(b)
			}
			continue
		}
		for _, t := range p.TypesOf(e.Out) {
			n += t.Size()
		}
	}
	return n
}

// picking has functions that read x[n] one element after another, in every way.
func picking(n int) map[string]Func {
	each := func(pick func(x Value, i int) Value) Func {
		return func(x Value) Value {
			sum := fn.ZerosLike(fn.Index(x, 0))
			for i := range n {
				y := pick(x, (7*i+3)%n)
				sum = fn.Add(sum, fn.Mul(y, fn.Mul(y, y)))
			}
			return sum
		}
	}
	at := func(i int, shape ...int) Value { return trace.New([]int64{int64(i)}, shape...) }
	index := func(x Value, i int) Value { return fn.Index(x, i) }
	return map[string]Func{
		"Index": each(index),
		"Slice": each(func(x Value, i int) Value {
			return fn.SumAll(fn.Slice(x, fn.SliceConfig{Start: []int{i}, Stop: []int{min(n, i+3)}, Step: []int{2}}))
		}),
		"Take":        each(func(x Value, i int) Value { return fn.Take(x, trace.Scalar(int32(i)), 0) }),
		"Take/vector": each(func(x Value, i int) Value { return fn.SumAll(fn.Take(x, trace.New([]int64{int64(i), 0}), 0)) }),
		"TakeAlong":   each(func(x Value, i int) Value { return fn.SumAll(fn.TakeAlong(x, at(i, 1), 0)) }),
		"mixed": each(func(x Value, i int) Value {
			return fn.Mul(fn.Index(x, i), fn.Mul(fn.Take(x, trace.Scalar(int64(i)), 0), fn.SumAll(fn.TakeAlong(x, at((i+1)%n, 1), 0))))
		}),
		"in layers": each(func(x Value, i int) Value {
			return asLayer(func(x Value) Value { return fn.Index(x, i) })(x)
		}),
		"with rules": each(func(x Value, i int) Value {
			return transforms.WithRules(smooth, func(x Value) Value { return fn.Tanh(fn.Index(x, i)) })(x)
		}),
	}
}

// orders returns derivatives of a function of a vector, as functions of it.
func orders(f Func) map[string]Func {
	gradient := transforms.Grad(f)
	direction := func(x Value) Value { return fn.FullLike(x, 0.5) }
	return map[string]Func{
		"gradient": gradient,
		"second":   transforms.Pull(gradient, direction),
		"third":    transforms.Pull(transforms.Pull(gradient, direction), direction),
		"forward": func(x Value) Value {
			_, y := transforms.JVP(gradient)(x, direction(x))
			return y
		},
		"mapped": func(x Value) Value { return transforms.Vmap(gradient)(fn.Stack(0, x, fn.Neg(x))) },
		"of a map": transforms.Grad(func(x Value) Value {
			return fn.SumAll(transforms.Vmap(f)(fn.Stack(0, x, fn.Mul(x, x))))
		}),
	}
}

// The gradient of n elements picked from one vector added up n vectors.
func TestFaultA7GradientsOfIndexings(t *testing.T) {
	n := 60
	if testing.Short() {
		n = 24
	}
	vector := func(n int) Value {
		return fn.Mul(fn.Add(fn.Iota(trace.TypeOf(trace.Float64, n), 0), num(1)), num(1/float64(n)))
	}
	for name, f := range picking(n) {
		twice := picking(2 * n)[name]
		for order, g := range orders(f) {
			t.Run(fmt.Sprint(name, "/", order), func(t *testing.T) {
				few, many := elements(g, vector(n)), elements(orders(twice)[order], vector(2*n))
				if ratio := float64(many) / float64(few); !(ratio <= 2.3) {
					t.Errorf("%d elements are computed for n = %d, %d for twice as many: %.2f times", few, n, many, ratio)
				}
			})
		}
	}
	small := picking(5)
	for name, f := range small {
		for order, g := range orders(f) {
			within(t, name+", compiled, "+order, transforms.Jit(g)(vector(5)), g(vector(5)), 1e-12)
		}
		h := transforms.Hessian(f)(vector(5))
		differences(t, name, f, transforms.Grad(f), h, vector(5))
	}
}

// differences compares a gradient and a Hessian with central differences.
func differences(t *testing.T, name string, f, gradient Func, hessian, x Value) {
	t.Helper()
	const h = 1e-5
	g, n := gradient(x), x.Size()
	for i := range n {
		step := fn.Mul(fn.OneHot(trace.Scalar(int64(i)), n, trace.Float64), num(h))
		up, down := fn.Add(x, step), fn.Sub(x, step)
		slope := fn.Mul(fn.Sub(f(up), f(down)), num(0.5/h))
		within(t, fmt.Sprint(name, ": slope ", i), fn.Index(g, i), slope, 1e-6)
		row := fn.Mul(fn.Sub(gradient(up), gradient(down)), num(0.5/h))
		within(t, fmt.Sprint(name, ": row of the Hessian ", i), fn.Index(hessian, i), row, 1e-6)
	}
}
