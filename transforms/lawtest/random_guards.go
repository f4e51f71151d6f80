package lawtest

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

var (
	reluCall    = callableOf("fn.ReLU", fn.ReLU)
	notCall     = callableOf("fn.Not", fn.Not)
	divCall     = callableOf("fn.Div", fn.Div)
	mulCall     = callableOf("fn.Mul", fn.Mul)
	addCall     = callableOf("fn.Add", fn.Add)
	logCall     = callableOf("fn.Log", fn.Log)
	sqrtCall    = callableOf("fn.Sqrt", fn.Sqrt)
	squareCall  = callableOf("fn.Square", fn.Square)
	minimumCall = callableOf("fn.Minimum", fn.Minimum)
	sumCall     = callableOf("fn.Sum", fn.Sum)

	// halves are functions that have no values of one sign.
	halves = []*callable{
		reluCall, callableOf("fn.Positive", fn.Positive), callableOf("fn.Negative", fn.Negative), callableOf("fn.Abs", fn.Abs), squareCall,
		callableOf("fn.Exp", fn.Exp), callableOf("fn.Sigmoid", fn.Sigmoid), callableOf("fn.Sign", fn.Sign), callableOf("fn.ReLU6", fn.ReLU6),
	}
	// risky are functions that are infinite or NaN somewhere, or have such a slope.
	risky = []*callable{
		logCall, sqrtCall, callableOf("fn.Rsqrt", fn.Rsqrt), callableOf("fn.Reciprocal", fn.Reciprocal), callableOf("fn.Log1p", fn.Log1p), callableOf("fn.Exp", fn.Exp),
	}
	condCall = callableOf("transforms.Cond(%s, %s, %s)(%s)", func(pred Value, then, otherwise func(Value) Value, x Value) Value {
		return transforms.Cond(pred, then, otherwise)(x)
	})
	vmapCall = callableOf("transforms.Vmap(%s)(%s)", func(f func(Value) Value, x Value) Value { return transforms.Vmap(f)(x) })
)

// half is x, or what is left of it by a function that knows one sign.
func (g *drawer) half(x variable) variable {
	if g.chance(3) {
		return x
	}
	return g.emit(halves[g.intn(len(halves))], x)
}

// compared compares x with a number, most often 0.
func (g *drawer) compared(x variable) variable {
	return g.emit(comparisons[g.intn(len(comparisons))], x, weak(float64(g.pick(0, 0, 0, 1))))
}

// chosen is y where c holds, in one of the ways to write it.
func (g *drawer) chosen(c, y variable) variable {
	switch g.intn(5) {
	case 0:
		return g.emit(whereCall, c, y, weak(0))
	case 1:
		return g.emit(whereCall, g.emit(notCall, c), weak(0), y)
	case 2:
		return g.emit(whereCall, c, y, g.like(g.typeOf(y)))
	case 3:
		return g.emit(mulCall, g.emit(castCall, c, g.typeOf(y).DType), y)
	}
	return g.emit(maskCall, c, y)
}

// guardForms are the idioms by which users keep off what is not finite, and what is
// easily taken for one.
var guardForms = []form{
	{12, func(g *drawer) { // where x > 0, log x
		x := g.half(g.operand(floats))
		g.chosen(g.compared(x), g.emit(risky[g.intn(len(risky))], x))
	}},
	{10, func(g *drawer) { // where h > 0, h / √h
		h := g.half(g.operand(floats))
		d := h
		if !g.chance(3) {
			d = g.emit(risky[g.intn(len(risky))], h)
		}
		y := g.emit([]*callable{divCall, mulCall}[g.intn(2)], h, d)
		if g.chance(4) {
			return
		}
		g.chosen(g.compared(h), y)
	}},
	{6, func(g *drawer) { // a / (b = 0 ? 1 : b)
		b := g.half(g.operand(numbers))
		c := g.emit(comparisons[4+g.intn(2)], b, weak(0))
		a := g.like(g.typeOf(b))
		g.emit(divCall, a, g.emit(whereCall, c, weak(1), b))
	}},
	{6, func(g *drawer) { // where b ≠ 0, a / b
		b := g.half(g.operand(floats))
		g.chosen(g.compared(b), g.emit(divCall, g.like(g.typeOf(b)), b))
	}},
	{4, func(g *drawer) { // a comparison that always holds but for NaN
		x := g.emit(risky[g.intn(len(risky))], g.operand(floats))
		m := g.emit([]*callable{minimumCall, callableOf("fn.Maximum", fn.Maximum)}[g.intn(2)], x, weak(0))
		c := g.compared(m)
		g.chosen(c, g.like(g.typeOf(x)))
	}},
	{4, func(g *drawer) { // the norm of what is left
		x := g.half(g.operand(ranked(1, floats)))
		n := g.emit(sqrtCall, g.emit(sumCall, g.emit(squareCall, x), g.intn(g.typeOf(x).Rank())))
		if g.chance(2) {
			g.chosen(g.compared(n), n)
		}
	}},
	{4, func(g *drawer) { // the parts of a product, as rules have them
		x := g.operand(floats)
		y := g.like(g.typeOf(x))
		a, b := g.emit(halves[1], x), g.emit(halves[2], y)
		z := g.emit(addCall, g.emit(mulCall, a, b), g.emit(mulCall, g.emit(halves[2], x), g.emit(halves[1], y)))
		g.emit(divCall, z, g.like(g.typeOf(z)))
	}},
	{5, (*drawer).conditional},
}

// conditional is a Cond for each element: where x > 0, a risky function, else another.
func (g *drawer) conditional() {
	x := g.operand(ranked(1, numbers))
	row := g.p.samples[x]
	if row.Dim(0) == 0 {
		panic(misfit{})
	}
	rows := g.function([]Value{fn.Index(row, 0)}, func(in []variable) []variable {
		h := in[0]
		scalar := h
		for g.typeOf(scalar).Rank() > 0 {
			scalar = g.emit(callableOf("fn.Index", fn.Index), scalar, 0)
		}
		c := g.compared(scalar)
		out := g.emit(condCall, c, g.branch(h, true), g.branch(h, false), h)
		return []variable{out}
	})
	g.emit(vmapCall, rows, x)
}

// branch is a function for a Cond of a value like x, of its type: a risky one, or
// another.
func (g *drawer) branch(x variable, risk bool) *block {
	t := g.typeOf(x)
	return g.function([]Value{g.p.samples[x]}, func(in []variable) []variable {
		switch {
		case risk && floats(t):
			return []variable{g.emit(risky[g.intn(len(risky))], in[0])}
		case risk && t.Rank() == 0 && t.DType.IsInt() && g.chance(2):
			return []variable{g.emit(callableOf("fn.Take", fn.Take), g.indices(9, 3), in[0], 0)}
		case risk:
			return []variable{g.emit(divCall, g.like(t), in[0])}
		}
		if g.chance(2) {
			return []variable{g.emit(mulCall, in[0], weak(2))}
		}
		return []variable{g.emit(callableOf("fn.ZerosLike", fn.ZerosLike), in[0])}
	})
}

// function draws a function of values like the samples; draw adds its steps and names its
// results.
func (g *drawer) function(samples []Value, draw func(in []variable) []variable) *block {
	if g.depth == 0 {
		panic(misfit{})
	}
	outer, seen, depth := g.block, len(g.scope), g.depth
	b := &block{}
	for _, v := range samples {
		b.in = append(b.in, g.variable(v))
	}
	g.scope = append(g.scope, b.in...)
	g.block, g.depth = b, depth-1
	b.out = draw(b.in)
	g.block, g.depth, g.scope = outer, depth, g.scope[:seen]
	return b
}

// typed is the last value of the type t that a function has made, or made into it.
func (g *drawer) typed(t trace.Type, b *block, in variable) variable {
	for i := len(b.steps) - 1; i >= 0; i-- {
		if v := b.steps[i].out; g.typeOf(v).Equal(t) {
			return v
		}
	}
	if g.typeOf(in).Equal(t) {
		return in
	}
	return g.like(t)
}
