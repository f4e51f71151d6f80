package testutil

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"pgregory.net/rapid"
)

// Program draws a smooth function of one float64 array of the given shape; its value has that shape too. It is made of operations
// on elements, along axes and on shapes, and of calls one in another: Named layers, Checkpoint, Scan, Cond, CustomVJP (with the true
// pullback), Jit, Vmap and Pull, most of which also capture a value computed outside of them. For arguments of a size of about 1 the
// values and their derivatives stay of such a size.
func Program(t *rapid.T, shape ...int) func(x Value) Value {
	body := generator{t, shape}.body(rapid.IntRange(1, 5).Draw(t, "steps"), 1, 2)
	return func(x Value) Value { return body([]Value{x}) }
}

// body is a part of a program: it computes a value from earlier ones, all of one shape.
type body func(pool []Value) Value

type generator struct {
	t     *rapid.T
	shape []int
}

// body draws steps that each see the values before them; pool is the number of values it starts with, depth how deep calls may nest.
func (g generator) body(steps, pool, depth int) body {
	var list []body
	for i := range steps {
		list = append(list, g.step(pool+i, depth))
	}
	return func(pool []Value) Value {
		pool = slices.Clone(pool)
		for _, s := range list {
			pool = append(pool, s(pool))
		}
		return pool[len(pool)-1]
	}
}

func (g generator) step(pool, depth int) body {
	kinds := []string{"elementwise", "elementwise", "binary", "binary"}
	if len(g.shape) > 0 {
		kinds = append(kinds, "axis", "axis")
	}
	if depth > 0 {
		kinds = append(kinds, "call", "call")
	}
	i, j := g.operand(pool), g.operand(pool)
	switch rapid.SampledFrom(kinds).Draw(g.t, "kind") {
	case "elementwise":
		f := elementwise[g.word(slices.Sorted(maps.Keys(elementwise)))]
		return func(pool []Value) Value { return f(pool[i]) }
	case "binary":
		f := binary[g.word(slices.Sorted(maps.Keys(binary)))]
		return func(pool []Value) Value { return f(pool[i], pool[j]) }
	case "axis":
		f := g.axis()
		return func(pool []Value) Value { return f(pool[i]) }
	}
	f := g.call(depth)
	return func(pool []Value) Value { return f(pool[i], pool[j]) }
}

// operand draws an index, most often the last.
func (g generator) operand(pool int) int {
	return pool - 1 - min(rapid.IntRange(0, 2*pool-1).Draw(g.t, "operand")/2, pool-1)
}

func (g generator) word(words []string) string { return rapid.SampledFrom(words).Draw(g.t, "word") }

var elementwise = map[string]func(x Value) Value{
	"atan":      fn.Atan,
	"bump":      func(x Value) Value { return fn.Exp(fn.Neg(fn.Square(x))) },
	"cos":       fn.Cos,
	"erf":       fn.Erf,
	"gelu":      fn.GELU,
	"hyperbola": func(x Value) Value { return fn.Sub(fn.Sqrt(fn.Add(fn.Square(x), fn.Scalar(1))), fn.Scalar(1)) },
	"log":       func(x Value) Value { return fn.Log1p(fn.Square(x)) },
	"neg":       fn.Neg,
	"sigmoid":   fn.Sigmoid,
	"silu":      fn.SiLU,
	"sin":       fn.Sin,
	"softplus":  func(x Value) Value { return fn.Softplus(x, 1, 20) },
	"tanh":      fn.Tanh,
	"weighted":  func(x Value) Value { return fn.Mul(x, constant("weighted", x.Shape())) },
}

var binary = map[string]func(x, y Value) Value{
	"add":      func(x, y Value) Value { return half(fn.Add(x, y)) },
	"sub":      func(x, y Value) Value { return half(fn.Sub(x, y)) },
	"mul":      func(x, y Value) Value { return half(fn.Mul(x, y)) },
	"div":      func(x, y Value) Value { return fn.Div(x, fn.Add(fn.Scalar(1), fn.Square(y))) },
	"pow":      func(x, y Value) Value { return fn.Pow(fn.Add(fn.Scalar(1.5), fn.Tanh(x)), fn.Tanh(y)) },
	"where":    func(x, y Value) Value { return fn.Where(mask(x.Shape()), x, y) },
	"gate":     func(x, y Value) Value { return fn.Mul(fn.Sigmoid(x), y) },
	"distance": func(x, y Value) Value { return fn.Mul(fn.Scalar(0.1), fn.Mul(x, fn.SumAll(fn.Square(fn.Sub(x, y))))) },
}

func half(x Value) Value { return fn.Mul(x, fn.Scalar(0.5)) }

// constant is an array that a program captures, one for each name and shape.
func constant(name string, shape []int) Value {
	return Between(-1, 1).Value(Rand(fmt.Sprint(name, shape)), trace.TypeOf(trace.Float64, shape...))
}

func mask(shape []int) Value {
	return Between(0, 1).Value(Rand("mask"), trace.TypeOf(trace.Bool, shape...))
}

// axis draws an operation along an axis, or on the shape, that ends in the shape it began with.
func (g generator) axis() func(x Value) Value {
	axis := rapid.IntRange(0, len(g.shape)-1).Draw(g.t, "axis")
	n := g.shape[axis]
	words := map[string]func(x Value) Value{
		"centre": func(x Value) Value { return fn.Sub(x, fn.Expand(fn.Mean(x, axis), axis, n)) },
		"cumsum": func(x Value) Value { return fn.Mul(fn.CumSum(x, axis), fn.Scalar(1/float64(max(n, 1)))) },
		"flip":   func(x Value) Value { return fn.Flip(x, axis) },
		"normed": func(x Value) Value {
			return fn.Div(x, fn.Expand(fn.Sqrt(fn.Add(fn.Sum(fn.Square(x), axis), fn.Scalar(1))), axis, n))
		},
		"pad":     func(x Value) Value { return shifted(x, axis) },
		"reshape": func(x Value) Value { return fn.Reshape(fn.Sin(fn.Reshape(x, x.Size())), x.Shape()...) },
		"roll":    func(x Value) Value { return rolled(x, axis) },
		"softmax": func(x Value) Value { return fn.Softmax(x, axis) },
		"take":    func(x Value) Value { return fn.Take(x, everySecond(n), axis) },
		"matmul":  func(x Value) Value { return mixed(x) },
	}
	return words[g.word(slices.Sorted(maps.Keys(words)))]
}

// shifted moves everything by one along the axis; a zero comes in.
func shifted(x Value, axis int) Value {
	low, high := make([]int, x.Rank()), make([]int, x.Rank())
	low[axis], high[axis] = 1, -1
	return fn.Pad(x, fn.PadConfig{Low: low, High: high})
}

func rolled(x Value, axis int) Value {
	cut := make([]int, x.Rank())
	for i := range cut {
		cut[i] = x.Dim(i)
	}
	cut[axis] = x.Dim(axis) / 2
	start := make([]int, x.Rank())
	start[axis] = cut[axis]
	return fn.Concat(axis, fn.Slice(x, fn.SliceConfig{Start: start}), fn.Slice(x, fn.SliceConfig{Stop: cut}))
}

// everySecond is an index of length n with repetitions: 0 2 4 ... modulo n.
func everySecond(n int) Value {
	out := make([]int64, n)
	for i := range out {
		out[i] = int64(2 * i % n)
	}
	return trace.New(out, n)
}

// mixed multiplies the first axis by a constant matrix, through a transposition.
func mixed(x Value) Value {
	n := x.Dim(0)
	perm := make([]int, x.Rank())
	for i := range perm {
		perm[i] = x.Rank() - 1 - i
	}
	w := constant("matmul", []int{n, n})
	return fn.Mul(fn.Transpose(fn.MatMul(fn.Transpose(x, perm...), w), perm...), fn.Scalar(1/float64(max(n, 1))))
}

// call draws a transform around a body of two values: x, which is its argument, and z, which it captures if it can.
func (g generator) call(depth int) func(x, z Value) Value {
	f := g.body(rapid.IntRange(1, 3).Draw(g.t, "steps"), 2, depth-1)
	with := func(z Value) func(Value) Value { return func(x Value) Value { return f([]Value{x, z}) } }
	alone := func(x Value) Value { return f([]Value{x, fn.Sin(x)}) }
	words := map[string]func(x, z Value) Value{
		"checkpoint": func(x, z Value) Value { return transforms.Checkpoint(with(z))(x) },
		"captured":   func(x, z Value) Value { return ofCaptured(x, z, with(z), alone) },
		"cond":       func(x, z Value) Value { return cond(x, z, with(z), alone) },
		"custom":     func(x, _ Value) Value { return custom(alone)(x) },
		"jit":        func(x, z Value) Value { return transforms.Jit(with(z))(x) },
		"layer":      func(x, z Value) Value { return named(with(z), x) },
		"layer of":   func(x, z Value) Value { return weighted(f, x, z) },
		"pull":       func(x, z Value) Value { return fn.Tanh(transforms.Pull(with(z), with(x))(x)) },
		"scan":       func(x, z Value) Value { return scan(f, x, z) },
	}
	if len(g.shape) > 1 {
		row := generator{g.t, g.shape[1:]}.body(2, 2, depth-1)
		words["vmap"] = func(x, z Value) Value {
			shared := fn.Mean(z, 0)
			return transforms.Vmap(func(r Value) Value { return row([]Value{r, shared}) })(x)
		}
	}
	return words[g.word(slices.Sorted(maps.Keys(words)))]
}

// cond takes the first branch for all but huge arguments, which a compiler cannot know.
func cond(x, z Value, then, otherwise func(Value) Value) Value {
	return transforms.Cond(fn.Less(fn.SumAll(fn.Add(x, z)), fn.Scalar(1e6)), then, otherwise)(x)
}

// ofCaptured puts bodies around each other that have no operands: what they compute is of captured values alone.
func ofCaptured(x, z Value, then, otherwise func(Value) Value) Value {
	type none struct{}
	layer := transforms.Layer{Kind: "block", Path: "block"}
	return transforms.Cond(fn.Less(fn.SumAll(fn.Add(x, z)), fn.Scalar(1e6)), func(none) Value {
		y := fn.Sin(x)
		return fn.Add(y, transforms.Checkpoint(func(none) Value {
			return transforms.Named(layer, func(none, none) Value { return then(y) })(none{}, none{})
		})(none{}))
	}, func(none) Value { return otherwise(x) })(none{})
}

func custom(f func(Value) Value) func(Value) Value {
	forward := func(x Value) (Value, Value) { return f(x), x }
	backward := func(x, ct Value) Value { return transforms.Pull(f, func(Value) Value { return ct })(x) }
	return transforms.CustomVJP(f, forward, backward)
}

func named(f func(Value) Value, x Value) Value {
	layer := transforms.Layer{Kind: "block", Path: "block"}
	return transforms.Named(layer, func(x Value, _ []Value) Value { return f(x) })(x, nil)
}

func weighted(f body, x, z Value) Value {
	layer := transforms.Layer{Kind: "block"}
	return transforms.Named(layer, func(x, w Value) Value { return f([]Value{x, w}) })(x, z)
}

// scan carries x through three rows and captures z.
func scan(f body, x, z Value) Value {
	last, ys := transforms.Scan(func(c, row Value) (Value, Value) {
		c = half(fn.Add(f([]Value{c, row}), z))
		return c, fn.Sin(c)
	})(x, fn.Stack(0, x, z, fn.Cos(x)))
	return half(fn.Add(last, fn.Mean(ys, 0)))
}
