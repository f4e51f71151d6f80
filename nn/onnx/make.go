package onnx

import (
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// makeOperators make arrays of numbers.
var makeOperators = map[string]operator{
	"ConstantOfShape":  one(constantOfShape).known(0),
	"Range":            one(rangeOf).known(-1),
	"EyeLike":          one(eyeLike),
	"OneHot":           one(oneHot).known(1),
	"HannWindow":       one(func(c *call) trace.Value { return c.cosines(0.5, 0.5, 0) }).known(0),
	"HammingWindow":    one(func(c *call) trace.Value { return c.cosines(25./46, 21./46, 0) }).known(0),
	"BlackmanWindow":   one(func(c *call) trace.Value { return c.cosines(0.42, 0.5, 0.08) }).known(0),
	"DequantizeLinear": one(dequantize).layered(),
}

func constantOfShape(c *call) trace.Value {
	shape := c.numbers(0, "the shape")
	for _, n := range shape {
		if n < 0 {
			panic(trace.Errorf("the shape %v has a negative length", shape))
		}
	}
	c.grows(shape)
	a := c.attrs["value"]
	if a == nil || a.value.IsAbsent() {
		return fn.Zeros(trace.TypeOf(c.float(), shape...))
	}
	v := a.value
	if v.Size() != 1 {
		panic(trace.Errorf("its value has %d elements, want one", v.Size()))
	}
	if v.DType() == trace.Float32 {
		v = fn.Cast(v, c.float())
	}
	return fn.BroadcastTo(fn.Reshape(v, []int{}...), shape...)
}

// rangeOf has the numbers from start by delta before limit.
func rangeOf(c *call) trace.Value {
	d := c.arg(0).DType()
	start, limit, delta := c.element(0, "the start"), c.element(1, "the limit"), c.element(2, "the delta")
	length := math.Ceil((limit - start) / delta)
	if delta == 0 || math.IsNaN(length) || length > 1<<40 {
		panic(trace.Errorf("a range from %v by %v before %v has no end", start, delta, limit))
	}
	n := int(max(length, 0))
	c.grows([]int{n})
	steps := fn.Iota(trace.TypeOf(trace.Int64, n), 0)
	if d.IsInt() {
		return fn.Cast(fn.Add(fn.Mul(steps, fn.Scalar(delta)), fn.Scalar(start)), d)
	}
	return fn.Cast(fn.Add(fn.Mul(fn.Cast(steps, trace.Float64), fn.Scalar(delta)), fn.Scalar(start)), d)
}

// eyeLike is 1 on a diagonal of a matrix and 0 elsewhere.
func eyeLike(c *call) trace.Value {
	x := c.arg(0)
	if x.Rank() != 2 {
		panic(trace.Errorf("%v is no matrix", x.Type()))
	}
	d := x.DType()
	if a := c.attrs["dtype"]; a != nil {
		var err error
		if d, err = elementKind(a.integer).dtype(); err != nil {
			panic(trace.Errorf("%w", err))
		}
		if d == trace.Float32 {
			d = c.float()
		}
	}
	index := trace.TypeOf(trace.Int64, x.Shape()...)
	on := fn.Equal(fn.Add(fn.Iota(index, 0), fn.Scalar(float64(c.int("k", 0)))), fn.Iota(index, 1))
	return fn.Cast(on, d)
}

// oneHot has an axis on which the second of two values stands at the index, and the first
// elsewhere. An index that is out of range gives the first throughout.
func oneHot(c *call) trace.Value {
	index, values := fn.Cast(c.arg(0), trace.Int64), c.arg(2)
	depth := int(c.element(1, "the depth"))
	if depth < 0 || values.Rank() != 1 || values.Shape()[0] != 2 {
		panic(trace.Errorf("depth %d and values %v: want a depth from 0 on and two values", depth, values.Type()))
	}
	at := axis(c.int("axis", -1), index.Rank()+1)
	index = fn.ExpandDims(counted(index, depth), at)
	shape := append([]int{}, index.Shape()...)
	shape[at] = depth
	c.grows(shape)
	hot := fn.Equal(fn.BroadcastTo(index, shape...), fn.Iota(trace.TypeOf(trace.Int64, shape...), at))
	return fn.Where(hot, fn.Index(values, 1), fn.Index(values, 0))
}

// cosines is a window of signal processing: a - b cos φ + c cos 2φ over a period, or over
// one that is one element shorter.
func (c *call) cosines(a, b, d float64) trace.Value {
	n := c.integer(0, "the length")
	c.grows([]int{n})
	if n < 0 {
		panic(trace.Errorf("the length %d is negative", n))
	}
	period := n
	if c.int("periodic", 1) == 0 {
		period = n - 1
	}
	steps := fn.Cast(fn.Iota(trace.TypeOf(trace.Int64, n), 0), trace.Float64)
	phase := fn.Mul(steps, fn.Scalar(2*math.Pi/float64(max(period, 1))))
	first, second := fn.Mul(fn.Cos(phase), fn.Scalar(b)), fn.Mul(fn.Cos(fn.Mul(phase, fn.Scalar(2))), fn.Scalar(d))
	return c.cast(fn.Add(fn.Sub(fn.Scalar(a), first), second), elementKind(c.int("output_datatype", int(kindFloat))))
}

// dequantize widens integers that a file stores: (x - zero) · scale, with a scale and
// zero point for all or for each place on an axis.
func dequantize(c *call) trace.Value {
	x, scale := c.arg(0), c.arg(1)
	along := func(v trace.Value) trace.Value {
		if v.Rank() == 0 || v.Size() == 1 {
			return fn.Reshape(v, []int{}...)
		}
		if v.Rank() != 1 {
			panic(trace.Errorf("scales by blocks, %v, are not supported", v.Type()))
		}
		shape := make([]int, x.Rank())
		for i := range shape {
			shape[i] = 1
		}
		shape[axis(c.int("axis", 1), x.Rank())] = v.Shape()[0]
		return fn.Reshape(v, shape...)
	}
	if c.has(2) {
		x = fn.Sub(x, along(c.arg(2)))
	}
	return fn.Mul(fn.Cast(x, scale.DType()), along(scale))
}
