package lawtest

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// callForms are transforms around functions, which capture what they see.
var callForms = []form{
	{4, func(g *drawer) {
		x := g.operand(anyType)
		call := checkpointCall
		if g.intn(2) == 0 {
			call = keepingCall
		}
		g.emit(call, g.random(x, g.steps), x)
	}},
	{2, func(g *drawer) {
		x := g.operand(anyType)
		g.emit(closureCall, g.random(x, g.steps), x)
	}},
	{2, func(g *drawer) {
		x := g.operand(anyType)
		g.emit(namedCall, g.random(x, g.steps), x)
	}},
	{2, func(g *drawer) {
		x := g.operand(anyType)
		g.emit(jitCall, g.random(x, g.steps), x)
	}},
	{5, func(g *drawer) {
		x := g.operand(anyType)
		c, ok := g.find(func(t trace.Type) bool { return bools(t) && t.Rank() == 0 })
		if !ok {
			y := g.operand(numbers)
			c = g.emit(anyCall, g.condition(y))
		}
		t := g.typeOf(x)
		then := g.returning(t, x)
		call := condCall
		if g.intn(2) == 0 {
			call = closureCondCall
		}
		g.emit(call, c, then, g.returning(t, x), x)
	}},
	{3, func(g *drawer) {
		x := g.operand(func(t trace.Type) bool { return t.Rank() > 0 && t.Shape[0] > 0 })
		row := fn.Index(g.p.samples[x], 0)
		g.emit(vmapCall, g.function([]Value{row}, func(in []variable) []variable { return []variable{g.steps(in[0])} }), x)
	}},
	{3, (*drawer).loop},
	{2, func(g *drawer) {
		x := g.operand(numbers)
		g.emit(whileCall, g.returning(g.typeOf(x), x), x)
	}},
	{2, func(g *drawer) {
		x := g.operand(numbers)
		t := g.typeOf(g.operand(anyType))
		g.emit(switchCall, g.returning(t, x), g.returning(t, x), g.returning(t, x), x)
	}},
	{2, func(g *drawer) {
		xs := g.operand(ranked(1, anyType))
		row := trace.TypeOf(g.typeOf(xs).DType, g.typeOf(xs).Shape[1:]...)
		g.emit(associativeCall, g.function([]Value{g.sample(row), g.sample(row)}, func(in []variable) []variable {
			g.steps(in[g.intn(2)])
			return []variable{g.typed(row, g.block, in[0])}
		}), xs)
	}},
	{2, func(g *drawer) {
		x := g.operand(floats)
		f := g.random(x, g.steps)
		if f.captures() {
			panic(misfit{})
		}
		g.emit(customCall, f, x)
	}},
	{2, func(g *drawer) {
		x := g.differentiable()
		g.emit(pullCall, g.random(x, g.floating), x)
	}},
	{1, func(g *drawer) {
		x := g.differentiable()
		g.emit(jvpCall, g.random(x, g.floating), x)
	}},
	{1, func(g *drawer) {
		g.emit(callableOf("transforms.StopGradient(%s)", transforms.StopGradient[Value]), g.operand(anyType))
	}},
	{1, func(g *drawer) {
		g.emit(callableOf("seen(%s)", func(x Value) Value {
			transforms.Callback(func(x Value) { _ = x.String() }, x)
			return x
		}), g.operand(anyType))
	}},
}

var (
	anyCall        = callableOf("fn.Any(fn.Reshape(%s, -1), 0)", func(x Value) Value { return fn.Any(fn.Reshape(x, -1), 0) })
	checkpointCall = callableOf("transforms.Checkpoint(%s)(%s)", func(f func(Value) Value, x Value) Value { return transforms.Checkpoint(f)(x) })
	keepingCall    = callableOf("transforms.Checkpoint(%s, kept)(%s)", func(f func(Value) Value, x Value) Value { return transforms.Checkpoint(f, kept)(x) })
	// closureCall has no operands: what it computes is of a captured value alone.
	closureCall = callableOf(`transforms.Checkpoint(func(struct{}) trace.Value {
	return transforms.Named(transforms.Layer{Kind: "block"}, func(_, _ struct{}) trace.Value { return %s(%s) })(struct{}{}, struct{}{})
})(struct{}{})`, func(f func(Value) Value, x Value) Value {
		return transforms.Checkpoint(func(none) Value {
			return transforms.Named(transforms.Layer{Kind: "block"}, func(_, _ none) Value { return f(x) })(none{}, none{})
		})(none{})
	})
	closureCondCall = callableOf("transforms.Cond(%[1]s, func(struct{}) trace.Value { return %[2]s(%[4]s) }, "+
		"func(struct{}) trace.Value { return %[3]s(%[4]s) })(struct{}{})", func(pred Value, then, otherwise func(Value) Value, x Value) Value {
		return transforms.Cond(pred, func(none) Value { return then(x) }, func(none) Value { return otherwise(x) })(none{})
	})
	jitCall   = callableOf("transforms.Jit(%s)(%s)", func(f func(Value) Value, x Value) Value { return transforms.Jit(f)(x) })
	namedCall = callableOf(`transforms.Named(transforms.Layer{Kind: "block"}, func(x trace.Value, _ []trace.Value) trace.Value { return %s(x) })(%s, nil)`,
		func(f func(Value) Value, x Value) Value {
			return transforms.Named(transforms.Layer{Kind: "block"}, func(x Value, _ []Value) Value { return f(x) })(x, nil)
		})
	// A zero of a compiled derivative may have another sign, which a sum with 0 takes
	// away.
	pullCall = callableOf("fn.Add(transforms.Pull(%s, fn.OnesLike)(%s), fn.Scalar(0))", func(f func(Value) Value, x Value) Value {
		return fn.Add(transforms.Pull(f, fn.OnesLike)(x), fn.Scalar(0))
	})
	jvpCall = callableOf("slope(%s, %s)", func(f func(Value) Value, x Value) Value {
		_, t := transforms.JVP(f)(x, fn.OnesLike(x))
		return fn.Add(t, fn.Scalar(0))
	})
	scanCall = callableOf("rows(%s, %s, %s)", func(step func(c, x Value) (Value, Value), init, xs Value) Value {
		last, ys := transforms.Scan(step)(init, xs)
		return fn.Concat(0, fn.Reshape(last, -1), fn.Cast(fn.Reshape(ys, -1), last.DType()))
	})
	unrolledCall = callableOf("unrolled(%s, %s, %s)", func(step func(c, x Value) (Value, Value), init, xs Value) Value {
		last, ys := transforms.Scan(step, transforms.ScanConfig{Reverse: true, Unroll: 2})(init, xs)
		return fn.Concat(0, fn.Reshape(last, -1), fn.Cast(fn.Reshape(ys, -1), last.DType()))
	})
	// A while loop has no reverse mode.
	whileCall = callableOf("steps(%s, %s)", func(f func(Value) Value, x Value) Value {
		type carry struct{ X, N Value }
		goesOn := func(c carry) Value { return fn.Less(c.N, fn.Scalar(3)) }
		step := func(c carry) carry { return carry{f(c.X), fn.Add(c.N, fn.Scalar(1))} }
		return transforms.StopGradient(transforms.While(goesOn, step)(carry{x, positives(x)}).X)
	})
	switchCall = callableOf("transforms.Switch(positives(%[4]s), %[1]s, %[2]s, %[3]s)(%[4]s)", func(a, b, c func(Value) Value, x Value) Value {
		return transforms.Switch(positives(x), a, b, c)(x)
	})
	associativeCall = callableOf("transforms.AssociativeScan(%s)(%s)", func(combine func(a, b Value) Value, xs Value) Value {
		return transforms.AssociativeScan(combine)(xs)
	})
	customCall = callableOf("custom(%s)(%s)", func(f func(Value) Value, x Value) Value {
		forward := func(x Value) (Value, Value) { return f(x), x }
		backward := func(x, ct Value) Value { return transforms.Pull(f, func(Value) Value { return ct })(x) }
		return transforms.CustomVJP(f, forward, backward)(x)
	})
)

// positives counts the elements that are positive, from -1 on.
func positives(x Value) Value {
	flat := fn.Reshape(x, -1)
	return fn.Sum(fn.Concat(0, trace.New([]int64{-1}), fn.Cast(fn.Greater(flat, fn.ZerosLike(flat)), trace.Int64)), 0)
}

// kept is what a checkpoint keeps.
var kept = transforms.CheckpointConfig{Kinds: []trace.Kind{trace.KindActivation, trace.KindProduct, trace.KindAdd}}

// none is the argument of a function that captures all it needs.
type none = struct{}

// callHelpers are functions that printed programs may name.
const callHelpers = `var kept = transforms.CheckpointConfig{Kinds: []trace.Kind{trace.KindActivation, trace.KindProduct, trace.KindAdd}}

func seen(x trace.Value) trace.Value {
	transforms.Callback(func(x trace.Value) { _ = x.String() }, x)
	return x
}

func slope(f func(trace.Value) trace.Value, x trace.Value) trace.Value {
	_, t := transforms.JVP(f)(x, fn.OnesLike(x))
	return fn.Add(t, fn.Scalar(0))
}

func rows(step func(c, x trace.Value) (trace.Value, trace.Value), init, xs trace.Value) trace.Value {
	last, ys := transforms.Scan(step)(init, xs)
	return fn.Concat(0, fn.Reshape(last, -1), fn.Cast(fn.Reshape(ys, -1), last.DType()))
}

func unrolled(step func(c, x trace.Value) (trace.Value, trace.Value), init, xs trace.Value) trace.Value {
	last, ys := transforms.Scan(step, transforms.ScanConfig{Reverse: true, Unroll: 2})(init, xs)
	return fn.Concat(0, fn.Reshape(last, -1), fn.Cast(fn.Reshape(ys, -1), last.DType()))
}

func positives(x trace.Value) trace.Value {
	flat := fn.Reshape(x, -1)
	return fn.Sum(fn.Concat(0, trace.New([]int64{-1}), fn.Cast(fn.Greater(flat, fn.ZerosLike(flat)), trace.Int64)), 0)
}

func steps(f func(trace.Value) trace.Value, x trace.Value) trace.Value {
	type carry struct{ X, N trace.Value }
	goesOn := func(c carry) trace.Value { return fn.Less(c.N, fn.Scalar(3)) }
	step := func(c carry) carry { return carry{f(c.X), fn.Add(c.N, fn.Scalar(1))} }
	return transforms.StopGradient(transforms.While(goesOn, step)(carry{x, positives(x)}).X)
}

func custom(f func(trace.Value) trace.Value) func(trace.Value) trace.Value {
	forward := func(x trace.Value) (trace.Value, trace.Value) { return f(x), x }
	backward := func(x, ct trace.Value) trace.Value {
		return transforms.Pull(f, func(trace.Value) trace.Value { return ct })(x)
	}
	return transforms.CustomVJP(f, forward, backward)
}
`

// differentiable is an operand for a derivative, which is not taken in functions: there
// it would not be known whether it is finite.
func (g *drawer) differentiable() variable {
	if g.block != g.root {
		panic(misfit{})
	}
	return g.operand(floats)
}

// random is a function of a value like x whose result body draws.
func (g *drawer) random(x variable, body func(in variable) variable) *block {
	return g.function([]Value{g.p.samples[x]}, func(in []variable) []variable { return []variable{body(in[0])} })
}

// steps adds one to three forms to a function and returns its last value.
func (g *drawer) steps(in variable) variable {
	for range 1 + g.intn(3) {
		g.form(g.forms)
	}
	if n := len(g.block.steps); n > 0 {
		return g.block.steps[n-1].out
	}
	return in
}

// floating is steps with a result of floats.
func (g *drawer) floating(in variable) variable {
	v := g.steps(in)
	if t := g.typeOf(v); !floats(t) {
		return g.emit(castCall, v, g.float)
	}
	return v
}

// returning is a function of a value like x with a result of type t.
func (g *drawer) returning(t trace.Type, x variable) *block {
	return g.random(x, func(in variable) variable {
		g.steps(in)
		return g.typed(t, g.block, in)
	})
}

// loop is a Scan over the rows of an array.
func (g *drawer) loop() {
	xs := g.operand(ranked(1, anyType))
	init := g.operand(numbers)
	row := trace.TypeOf(g.typeOf(xs).DType, g.typeOf(xs).Shape[1:]...)
	step := g.function([]Value{g.p.samples[init], g.sample(row)}, func(in []variable) []variable {
		y := g.steps(in[1])
		return []variable{g.typed(g.typeOf(init), g.block, in[0]), y}
	})
	call := scanCall
	if g.intn(3) == 0 {
		call = unrolledCall
	}
	g.emit(call, step, init, xs)
}

// captures reports whether a function uses what is around it.
func (b *block) captures() bool {
	own := map[variable]bool{}
	b.assigns(func(v variable) { own[v] = true })
	found := false
	b.uses(func(v variable) { found = found || !own[v] })
	return found
}

// assigns calls f for each variable that b or a function in it assigns.
func (b *block) assigns(f func(variable)) {
	for _, v := range b.in {
		f(v)
	}
	for _, s := range b.steps {
		f(s.out)
		for _, a := range s.args {
			if inner, ok := a.(*block); ok {
				inner.assigns(f)
			}
		}
	}
}
