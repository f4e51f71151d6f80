package lawtest

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
)

// randomForms make keys and draw from them.
var randomForms = []form{
	{1, func(g *drawer) { g.emit(keyCall, int64(g.intn(100))) }},
	with(1, "random.Split", random.Split, key, func(*drawer, trace.Type) []any { return []any{2} }),
	with(1, "random.FoldIn", random.FoldIn[int64], key, func(*drawer, trace.Type) []any { return []any{int64(7)} }),
	with(1, "random.FoldIn", random.FoldIn[Value], key, func(g *drawer, _ trace.Type) []any { return []any{g.indices(5, [][]int{{}, {2}}[g.intn(2)]...)} }),
	with(1, "random.Randint", random.Randint, key, func(*drawer, trace.Type) []any { return []any{int64(-3), int64(2), 2} }),
	{4, func(g *drawer) { distributionForms[g.intn(len(distributionForms))].draw(g) }},
}

// distributionForms draw from distributions, each seldom.
var distributionForms = []form{
	with(1, "random.Exponential", random.Exponential, key, dtypeAndShape), with(1, "random.Gumbel", random.Gumbel, key, dtypeAndShape),
	with(1, "random.Laplace", random.Laplace, key, dtypeAndShape), with(1, "random.Logistic", random.Logistic, key, dtypeAndShape),
	with(1, "random.Cauchy", random.Cauchy, key, dtypeAndShape), with(1, "random.Rademacher", random.Rademacher, key, dtypeAndShape),
	with(1, "random.Orthogonal", random.Orthogonal, key, func(g *drawer, _ trace.Type) []any { return []any{g.float, 2} }),
	parametric(2, "random.Gamma", random.Gamma), parametric(2, "random.LogGamma", random.LogGamma), parametric(1, "random.StudentT", random.StudentT),
	parametric(1, "random.Poisson", random.Poisson),
	{1, func(g *drawer) {
		g.emit(callableOf("random.Beta", random.Beta), g.operand(key), g.positive(3), g.positive(3), 2, 3)
	}},
	{1, func(g *drawer) {
		g.emit(callableOf("random.Dirichlet", random.Dirichlet), g.operand(key), g.positive(3), 2)
	}},
	{2, func(g *drawer) {
		low := g.positive(3)
		g.emit(callableOf("random.TruncatedNormal", random.TruncatedNormal), g.operand(key), low, g.emit(addCall, low, g.positive(3)), 2, 3)
	}},
	{1, func(g *drawer) {
		cov := g.regular(g.fresh(trace.TypeOf(g.float, 2, 2)))
		g.emit(callableOf("random.MultivariateNormal", random.MultivariateNormal), g.operand(key), g.like(trace.TypeOf(g.float, 2)), cov, 3)
	}},
	{1, func(g *drawer) {
		g.emit(callableOf("random.Categorical", random.Categorical), g.operand(key), g.matrix(ranked(1, floats)), 2)
	}},
	{2, func(g *drawer) {
		x := g.operand(ranked(1, anyType))
		if g.chance(2) {
			g.emit(weightedCall, g.operand(key), x, g.positive(g.typeOf(x).Shape[0]), g.chance(2), 2)
			return
		}
		g.emit(choiceCall, g.operand(key), x, g.chance(2), 2)
	}},
	with(1, "random.Bits", random.Bits, key, func(*drawer, trace.Type) []any { return []any{3} }),
	with(1, "random.Uniform", random.Uniform, key, func(g *drawer, _ trace.Type) []any { return []any{g.float, 2, 3} }),
	with(1, "random.Normal", random.Normal, key, func(g *drawer, _ trace.Type) []any { return []any{g.float, 3} }),
	with(1, "random.Bernoulli", random.Bernoulli, key, func(*drawer, trace.Type) []any { return []any{0.5, 3} }),
	with(1, "random.Permutation", random.Permutation, key, func(*drawer, trace.Type) []any { return []any{4} }),
}

var keyCall = callableOf("random.Key", random.Key)

func key(t trace.Type) bool { return t.DType == trace.Int64 && t.Rank() == 0 }

func dtypeAndShape(g *drawer, _ trace.Type) []any { return []any{g.float, 2, 3} }

// parametric is a draw with a positive parameter.
func parametric(weight int, code string, f any) form {
	c := callableOf(code, f)
	return form{weight, func(g *drawer) { g.emit(c, g.operand(key), g.positive(3), 2, 3) }}
}

// positive is an array of numbers from 0.1 up.
func (g *drawer) positive(shape ...int) variable {
	x := g.like(trace.TypeOf(g.float, shape...))
	return g.emit(addCall, g.emit(absCall, g.emit(tanhCall, x)), weak(0.1))
}

var absCall = callableOf("fn.Abs", fn.Abs)

var (
	choiceCall = callableOf("random.Choice(%s, %s, random.ChoiceConfig{WithoutReplacement: %s}, %s)", func(key, x Value, once bool, n int) Value {
		return random.Choice(key, x, random.ChoiceConfig{WithoutReplacement: once}, n)
	})
	weightedCall = callableOf("random.Choice(%s, %s, random.ChoiceConfig{P: %s, WithoutReplacement: %s}, %s)", func(key, x, p Value, once bool, n int) Value {
		return random.Choice(key, x, random.ChoiceConfig{P: p, WithoutReplacement: once}, n)
	})
)
