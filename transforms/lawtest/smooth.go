package lawtest

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"pgregory.net/rapid"
)

// Smooth draws smooth programs of one float64 array of the given shape, with a result of
// that shape. They are made of operations on elements, along axes and on shapes, of the
// caller's own, and of calls one in another: Named layers, Checkpoint, Scan, Cond,
// CustomVJP (with the true pullback), Jit, Vmap and Pull, most of which also capture a
// value computed outside of them. For arguments of a size of about 1 the values and their
// derivatives stay of such a size, if those of the caller's operations do.
func Smooth(shape []int, ops ...Op) *rapid.Generator[*Program] {
	return rapid.Custom(func(t *rapid.T) *Program {
		g := newDrawer(choices(t))
		g.float, g.smooth, g.values = trace.Float64, slices.Clone(shape), Between(-1, 1)
		g.calls, g.own = smoothCallForms, forms(smooth(ops))
		x := g.argument(trace.TypeOf(trace.Float64, shape...))
		g.block.out = []variable{g.smoothSteps(x, 1+g.intn(5))}
		return g.p
	})
}

// smoothSteps adds forms and returns the last value of the program's shape.
func (g *drawer) smoothSteps(in variable, n int) variable {
	forms := slices.Concat(smoothForms, g.own)
	if len(g.smooth) > 0 {
		forms = slices.Concat(forms, smoothAxisForms)
	}
	if g.depth > 0 {
		forms = slices.Concat(forms, g.calls)
	}
	for range n {
		g.form(forms)
	}
	return g.typed(trace.TypeOf(trace.Float64, g.smooth...), g.block, in)
}

// alike is an operand of the program's shape.
func (g *drawer) alike() variable { return g.want(trace.TypeOf(trace.Float64, g.smooth...).Equal) }

// smoothOne is a function of one operand, which returns a value of its shape.
func smoothOne(weight int, code string, f func(x Value) Value) form {
	c := callableOf(code, f)
	return form{weight, func(g *drawer) { g.emit(c, g.alike()) }}
}

func smoothTwo(weight int, code string, f func(x, y Value) Value) form {
	c := callableOf(code, f)
	return form{weight, func(g *drawer) { g.emit(c, g.alike(), g.alike()) }}
}

// smoothAlong is a function along an axis.
func smoothAlong(code string, f func(x Value, axis int) Value) form {
	c := callableOf(code, f)
	return form{2, func(g *drawer) { g.emit(c, g.alike(), g.intn(len(g.smooth))) }}
}

var smoothForms = []form{
	smoothOne(2, "fn.Atan", fn.Atan), smoothOne(2, "fn.Cos", fn.Cos), smoothOne(2, "fn.Erf", fn.Erf), smoothOne(2, "fn.GELU", fn.GELU), smoothOne(2, "fn.Neg", fn.Neg),
	smoothOne(2, "fn.Sigmoid", fn.Sigmoid), smoothOne(2, "fn.SiLU", fn.SiLU), smoothOne(2, "fn.Sin", fn.Sin), smoothOne(2, "fn.Tanh", fn.Tanh),
	smoothOne(2, "bump", func(x Value) Value { return fn.Exp(fn.Neg(fn.Square(x))) }),
	smoothOne(2, "hyperbola", func(x Value) Value { return fn.Sub(fn.Sqrt(fn.Add(fn.Square(x), fn.Scalar(1))), fn.Scalar(1)) }),
	smoothOne(2, "log", func(x Value) Value { return fn.Log1p(fn.Square(x)) }),
	smoothOne(2, "softplus", func(x Value) Value { return fn.Softplus(x, 1, 20) }),
	{2, func(g *drawer) {
		x := g.alike()
		g.emit(mulCall, x, g.fresh(g.typeOf(x)))
	}},
	smoothTwo(3, "add", func(x, y Value) Value { return half(fn.Add(x, y)) }), smoothTwo(3, "sub", func(x, y Value) Value { return half(fn.Sub(x, y)) }),
	smoothTwo(3, "mul", func(x, y Value) Value { return half(fn.Mul(x, y)) }),
	smoothTwo(3, "div", func(x, y Value) Value { return fn.Div(x, fn.Add(fn.Scalar(1), fn.Square(y))) }),
	smoothTwo(3, "pow", func(x, y Value) Value { return fn.Pow(fn.Add(fn.Scalar(1.5), fn.Tanh(x)), fn.Tanh(y)) }),
	smoothTwo(3, "gate", func(x, y Value) Value { return fn.Mul(fn.Sigmoid(x), y) }),
	smoothTwo(3, "distance", func(x, y Value) Value { return fn.Mul(fn.Scalar(0.1), fn.Mul(x, fn.SumAll(fn.Square(fn.Sub(x, y))))) }),
	{2, func(g *drawer) {
		x, y := g.alike(), g.alike()
		c := g.emit(arrayConstant, Between(0, 1).Value(Rand("mask"), trace.TypeOf(trace.Bool, g.smooth...)))
		g.emit(whereCall, c, x, y)
	}},
}

func half(x Value) Value { return fn.Mul(x, fn.Scalar(0.5)) }

var smoothAxisForms = []form{
	smoothAlong("centre", func(x Value, axis int) Value { return fn.Sub(x, fn.Expand(fn.Mean(x, axis), axis, x.Dim(axis))) }),
	smoothAlong("cumsum", func(x Value, axis int) Value {
		return fn.Mul(fn.CumSum(x, axis), fn.Scalar(1/float64(max(x.Dim(axis), 1))))
	}),
	smoothAlong("fn.Flip", func(x Value, axis int) Value { return fn.Flip(x, axis) }), smoothAlong("fn.Softmax", fn.Softmax),
	smoothAlong("normed", func(x Value, axis int) Value {
		return fn.Div(x, fn.Expand(fn.Sqrt(fn.Add(fn.Sum(fn.Square(x), axis), fn.Scalar(1))), axis, x.Dim(axis)))
	}),
	smoothAlong("shifted", shifted), smoothAlong("rolled", rolled),
	smoothOne(2, "reshape", func(x Value) Value { return fn.Reshape(fn.Sin(fn.Reshape(x, x.Size())), x.Shape()...) }),
	smoothAlong("take", func(x Value, axis int) Value { return fn.Take(x, everySecond(x.Dim(axis)), axis) }),
	{2, func(g *drawer) {
		g.emit(callableOf("mixed", mixed), g.alike(), g.fresh(trace.TypeOf(trace.Float64, g.smooth[0], g.smooth[0])))
	}},
}

// shifted moves everything by one along the axis; a zero comes in.
func shifted(x Value, axis int) Value {
	low, high := make([]int, x.Rank()), make([]int, x.Rank())
	low[axis], high[axis] = 1, -1
	return fn.Pad(x, fn.PadConfig{Low: low, High: high})
}

func rolled(x Value, axis int) Value {
	cut := slices.Clone(x.Shape())
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

// mixed multiplies the first axis by a matrix, through a transposition.
func mixed(x, w Value) Value {
	perm := make([]int, x.Rank())
	for i := range perm {
		perm[i] = x.Rank() - 1 - i
	}
	return fn.Mul(fn.Transpose(fn.MatMul(fn.Transpose(x, perm...), w), perm...), fn.Scalar(1/float64(max(x.Dim(0), 1))))
}

// smoothBody is a function of a value like x, which captures what it sees.
func (g *drawer) smoothBody(x variable) *block {
	return g.random(x, func(in variable) variable { return g.smoothSteps(in, 1+g.intn(3)) })
}

// smoothCall applies a transform of a function to an operand.
func smoothCall(c *callable) form {
	return form{2, func(g *drawer) {
		x := g.alike()
		g.emit(c, g.smoothBody(x), x)
	}}
}

var smoothCallForms = []form{
	smoothCall(checkpointCall), smoothCall(closureCall), smoothCall(namedCall), smoothCall(jitCall),
	smoothCall(callableOf("pull", func(f func(Value) Value, x Value) Value { return fn.Tanh(transforms.Pull(f, f)(x)) })),
	{4, func(g *drawer) { // takes the first branch for all but huge arguments, which a compiler cannot know
		x, z := g.alike(), g.alike()
		then := g.smoothBody(x)
		pred := callableOf("small", func(x, z Value) Value { return fn.Less(fn.SumAll(fn.Add(x, z)), fn.Scalar(1e6)) })
		call := condCall
		if g.intn(2) == 0 {
			call = closureCondCall
		}
		g.emit(call, g.emit(pred, x, z), then, g.smoothBody(x), x)
	}},
	{2, func(g *drawer) {
		x := g.alike()
		f := g.alone(x)
		g.emit(customCall, f, x)
	}},
	{2, func(g *drawer) {
		x, w := g.alike(), g.alike()
		layer := callableOf("layer", func(f func(x, w Value) (Value, Value), x, w Value) Value {
			return transforms.Named(transforms.Layer{Kind: "block"}, func(x, w Value) Value { y, _ := f(x, w); return y })(x, w)
		})
		g.emit(layer, g.smoothPair(x, w), x, w)
	}},
	{3, func(g *drawer) { // carries x through three rows
		x, z := g.alike(), g.alike()
		scan := callableOf("scan", func(f func(c, row Value) (Value, Value), x, z Value) Value {
			last, ys := transforms.Scan(f)(x, fn.Stack(0, x, z, fn.Cos(x)))
			return half(fn.Add(last, fn.Mean(ys, 0)))
		})
		g.emit(scan, g.smoothPair(x, z), x, z)
	}},
	{2, func(g *drawer) {
		x := g.alike()
		if len(g.smooth) < 2 || g.smooth[0] == 0 {
			panic(misfit{})
		}
		shared := g.emit(callableOf("row", func(x Value) Value { return fn.Mean(x, 0) }), g.alike())
		whole := g.smooth
		g.smooth = whole[1:]
		defer func() { g.smooth = whole }()
		g.emit(vmapCall, g.smoothBody(shared), x)
	}},
}

// smoothPair is a function of two values with two results of their shape.
func (g *drawer) smoothPair(x, y variable) *block {
	return g.function([]Value{g.p.samples[x], g.p.samples[y]}, func(in []variable) []variable {
		v := g.smoothSteps(in[0], 1+g.intn(3))
		return []variable{v, in[1]}
	})
}

// alone is a function of a value like x that captures nothing.
func (g *drawer) alone(x variable) *block {
	seen := g.scope
	g.scope = nil
	defer func() { g.scope = seen }()
	return g.smoothBody(x)
}
