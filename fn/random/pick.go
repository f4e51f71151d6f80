package random

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Randint draws whole numbers from low up to, but without, high, i64. None is more likely
// than another by more than (high-low)/2⁶⁴ of its probability. high must be greater than
// low.
func Randint(key trace.Value, low, high int64, shape ...int) trace.Value {
	return trace.Bind1(randint{low, high, slices.Clone(shape)}, key)
}

type randint struct {
	Low, High int64
	Shape     []int
}

func (randint) Name() string { return "randint" }

func (op randint) Infer(in []trace.Type) ([]trace.Type, error) {
	if op.High <= op.Low {
		return nil, fmt.Errorf("there are no numbers from %d up to %d", op.Low, op.High)
	}
	return draw{"randint", trace.Int64, op.Shape}.Infer(in)
}

func (op randint) Eval(in, out []*trace.Array) {
	n, count := trace.TypeOf(trace.Int64, op.Shape...).Size(), uint64(op.High)-uint64(op.Low)
	y := trace.Elems[int64](out[0])
	for i, key := range trace.Elems[int64](in[0]) {
		fillWords(y[i*n:(i+1)*n], streamOf(key, forDraw), func(dst []int64, words []uint64) {
			for j, w := range words {
				above, _ := bits.Mul64(w, count)
				dst[j] = int64(uint64(op.Low) + above)
			}
		})
	}
}

func (randint) UsesKeys() {}

func (randint) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return make([]trace.Value, 1) }

func (op randint) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(op, in[0])
}

// Categorical draws indices of categories, with probabilities in proportion to exp(logits)
// along the last axis: i64[shape... b...] for logits[b... n]. It takes the largest of logits
// + [Gumbel] numbers, so a category with logit -Inf is never drawn if there is another. It has
// no derivative.
func Categorical(key, logits trace.Value, shape ...int) trace.Value {
	defer trace.Naming("categorical", key, logits)
	logits = parameter("categorical", logits)
	if logits.Rank() == 0 || logits.Dim(-1) == 0 {
		trace.Refuse("categorical", []trace.Value{key, logits}, "want at least one category on the last axis of the logits")
	}
	noise := Gumbel(key, logits.DType(), slices.Concat(shape, logits.Shape())...)
	return fn.ArgMax(fn.Add(noise, logits), -1)
}

// ChoiceConfig says how [Choice] draws.
type ChoiceConfig struct {
	// P has the probability of each row, p[n], in proportion; absent, all are alike.
	P trace.Value
	// WithoutReplacement draws no row twice.
	WithoutReplacement bool
}

// Choice draws rows of x[n r...]: y[shape... r...]. The cotangent of a row goes to where it
// was drawn from; P has none. Without replacement, rows are drawn one after the other, each
// with its probability among those that are left: the largest of log p + [Gumbel] numbers.
func Choice(key, x trace.Value, c ChoiceConfig, shape ...int) trace.Value {
	defer trace.Naming("choice", key, x, c.P)
	if x.Rank() == 0 {
		trace.Refuse("choice", []trace.Value{key, x}, "a scalar has no rows to choose from")
	}
	n, count := x.Dim(0), 1
	for _, m := range shape {
		count *= m
	}
	switch p := c.P; {
	case !p.IsAbsent() && (p.Rank() != 1 || p.Dim(0) != n || !p.DType().IsFloat()):
		trace.Refuse("choice", []trace.Value{key, x, p}, "the probabilities are %v: want floats, one for each of the %d rows", p.Type(), n)
	case n == 0 && count > 0:
		trace.Refuse("choice", []trace.Value{key, x}, "there are no rows to choose from")
	case c.WithoutReplacement && count > n:
		trace.Refuse("choice", []trace.Value{key, x}, "%d rows are wanted without replacement, of %d", count, n)
	}
	return fn.Take(x, choose(key, n, count, c, shape), 0)
}

// choose draws indices below n.
func choose(key trace.Value, n, count int, c ChoiceConfig, shape []int) trace.Value {
	shape = slices.Concat(key.Shape(), shape)
	switch {
	case n == 0:
		return fn.FillAs(key, trace.TypeOf(trace.Int64, shape...), 0)
	case !c.WithoutReplacement && c.P.IsAbsent():
		return Randint(key, 0, int64(n), shape[key.Rank():]...)
	case !c.WithoutReplacement:
		sums := fn.CumSum(fn.Cast(c.P, trace.Float64), 0)
		u := fn.Sub(fn.Scalar(1), Uniform(key, trace.Float64, shape[key.Rank():]...)) // above 0
		at := fn.SearchSorted(sums, fn.Mul(u, fn.Index(sums, -1)), false)
		return fn.ClampMax(at, float64(n-1))
	case c.P.IsAbsent():
		return fn.Reshape(fn.At(Permutation(key, n), fn.Rest, fn.Span(0, count)), shape...)
	}
	noise := Gumbel(key, trace.Float64, n)
	_, first := fn.TopK(fn.Add(noise, fn.Log(fn.Cast(c.P, trace.Float64))), count, -1, false)
	return fn.Reshape(first, shape...)
}

// parameter is a parameter of floats. A weak one becomes f64.
func parameter(name string, x trace.Value) trace.Value {
	x = fn.Promote(x, trace.Float64)
	if !x.DType().IsFloat() {
		trace.Refuse(name, []trace.Value{x}, "the parameter %v is not of floats: fn.Cast it to f32 or f64", x.Type())
	}
	return x
}
