package onnx

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

var reduceOperators = map[string]operator{
	"ReduceSum":       reduction("", fn.Sum),
	"ReduceMean":      reduction(trace.KindMean, fn.Mean),
	"ReduceMax":       reduction("", fn.Max),
	"ReduceMin":       reduction("", fn.Min),
	"ReduceProd":      reduction("", fn.Prod),
	"ReduceL1":        reduction("", func(x trace.Value, axes ...int) trace.Value { return fn.Sum(fn.Abs(x), axes...) }),
	"ReduceL2":        reduction("", func(x trace.Value, axes ...int) trace.Value { return lpNorm(x, axes, 2, false) }),
	"ReduceLogSum":    reduction("", func(x trace.Value, axes ...int) trace.Value { return fn.Log(fn.Sum(x, axes...)) }),
	"ReduceSumSquare": reduction("", func(x trace.Value, axes ...int) trace.Value { return fn.Sum(fn.Square(x), axes...) }),
	"ReduceLogSumExp": reduction("", logSumExp),
	"ArgMax":          one(func(c *call) trace.Value { return c.arg1(fn.ArgMax) }),
	"ArgMin":          one(func(c *call) trace.Value { return c.arg1(fn.ArgMin) }),
	"CumSum":          one(cumSum).known(1),
}

// reduction makes an operator of a function that drops axes. The axes are an attribute or
// an operand; without any it goes over all.
func reduction(kind trace.Kind, f func(x trace.Value, axes ...int) trace.Value) operator {
	return one(func(c *call) trace.Value {
		x := c.arg(0)
		axes := c.ints("axes")
		if c.has(1) {
			axes = c.numbers(1, "the axes")
		}
		if len(axes) == 0 {
			if c.int("noop_with_empty_axes", 0) != 0 {
				return x
			}
			for i := range x.Rank() {
				axes = append(axes, i)
			}
		}
		axes = axesOf(axes, x.Rank())
		slices.Sort(axes)
		keep := c.int("keepdims", 1) != 0
		reduce := func(in []trace.Value) trace.Value {
			x := in[0]
			if len(axes) == 0 { // a scalar: over an axis of one element
				return fn.Reshape(f(fn.Reshape(x, 1), 0), x.Shape()...)
			}
			if x.DType() == trace.Bool {
				return fn.Cast(finish(f, fn.Cast(x, trace.Int32), axes, keep), trace.Bool)
			}
			return finish(f, x, axes, keep)
		}
		if kind != "" && x.DType().IsFloat() {
			return c.layer(kind, noBias, reduce)
		}
		return reduce(c.in)
	}).known(1)
}

func finish(f func(x trace.Value, axes ...int) trace.Value, x trace.Value, axes []int, keep bool) trace.Value {
	if keep {
		return keeping(f, x, axes)
	}
	return f(x, axes...)
}

// keeping reduces over axes, which stay with length 1.
func keeping(f func(x trace.Value, axes ...int) trace.Value, x trace.Value, axes []int) trace.Value {
	if len(axes) == 0 {
		return x
	}
	shape := slices.Clone(x.Shape())
	for _, a := range axes {
		shape[a] = 1
	}
	return fn.Reshape(f(x, axes...), shape...)
}

// lpNorm is the p-norm over axes. At 0 its slope is 0 for p = 1 and NaN for others, as
// that of the root is infinite.
func lpNorm(x trace.Value, axes []int, p float64, keep bool) trace.Value {
	sum := func(y trace.Value) trace.Value { return finish(fn.Sum, y, axes, keep) }
	switch p {
	case 1:
		return sum(fn.Abs(x))
	case 2:
		return fn.Sqrt(sum(fn.Square(x)))
	}
	return fn.PowScalar(sum(fn.PowScalar(fn.Abs(x), p)), 1/p)
}

// logSumExp goes over several axes by making one of them.
func logSumExp(x trace.Value, axes ...int) trace.Value {
	var perm []int
	rest := []int{}
	for i, n := range x.Shape() {
		if !slices.Contains(axes, i) {
			perm, rest = append(perm, i), append(rest, n)
		}
	}
	flat := fn.Reshape(fn.Transpose(x, append(perm, axes...)...), append(slices.Clone(rest), lengthOf(x, axes))...)
	return fn.LogSumExp(flat, len(rest))
}

// lengthOf returns the number of elements along axes.
func lengthOf(x trace.Value, axes []int) int {
	n := 1
	for _, a := range axes {
		n *= x.Shape()[a]
	}
	return n
}

// arg1 finds an extreme element along an axis: the first, or the last if the node says
// so.
func (c *call) arg1(f func(x trace.Value, axis int) trace.Value) trace.Value {
	x := c.arg(0)
	at := axis(c.int("axis", 0), x.Rank())
	last := c.int("select_last_index", 0) != 0
	if last {
		x = fn.Flip(x, at)
	}
	y := f(x, at)
	if last {
		y = fn.Sub(fn.Scalar(float64(x.Shape()[at]-1)), y)
	}
	if c.int("keepdims", 1) != 0 {
		y = fn.ExpandDims(y, at)
	}
	return y
}

// cumSum may go backward, and may leave out the element itself.
func cumSum(c *call) trace.Value {
	x := c.arg(0)
	at := axis(c.integer(1, "the axis"), x.Rank())
	return fn.CumSumWith(x, at, fn.CumSumConfig{Exclusive: c.int("exclusive", 0) != 0, Reverse: c.int("reverse", 0) != 0})
}
