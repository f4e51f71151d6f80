package onnx

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

var indexOperators = map[string]operator{
	"Gather":         one(gather),
	"GatherElements": one(gatherElements),
	"NonZero":        one(nonZero).known(0),
	"Compress":       one(compress).known(1),
	"TopK":           {run: topK, numbers: []int{1}},
}

// gather picks slices along an axis. Of a table of weights, by indices that are data, it is
// an embedding, and a layer: relevance of text is that of its output.
func gather(c *call) trace.Value {
	x := c.arg(0)
	at := axis(c.int("axis", 0), x.Rank())
	pick := func(in []trace.Value) trace.Value { return fn.Take(in[0], counted(in[1], x.Shape()[at]), at) }
	c.arg(1)
	if c.isData(1) && !c.isData(0) && x.DType().IsFloat() && x.Rank() == 2 && at == 0 {
		return c.layer(trace.KindEmbedding, noBias, pick)
	}
	return pick(c.in)
}

// counted gives indices that count from the end their place.
func counted(index trace.Value, n int) trace.Value {
	if !index.IsTraced() && index.Size() <= most {
		if !slices.ContainsFunc(intsOf(index), func(i int) bool { return i < 0 }) {
			return index
		}
	}
	return fn.Where(fn.Less(index, fn.Scalar(0)), fn.Add(index, fn.Scalar(float64(n))), index)
}

// gatherElements picks along an axis. The index may be shorter than x along the others.
func gatherElements(c *call) trace.Value {
	x, index := c.arg(0), c.arg(1)
	at := axis(c.int("axis", 0), x.Rank())
	return fn.TakeAlong(c.cut(x, index.Shape(), at), counted(index, x.Shape()[at]), at)
}

// nonZero returns the places of elements that are not 0, a row for each axis. How many
// there are is the shape of the result, so the operand must be known.
func nonZero(c *call) trace.Value {
	x := c.arg(0)
	if x.IsTraced() {
		panic(trace.Errorf("how many elements are not 0 depends on an input, so the shape of the result is not known when the function is traced: " +
			"multiply by a mask, or use Where, instead"))
	}
	var found []int
	for i, v := range fn.Cast(x, trace.Float64).Float64s() {
		if v != 0 {
			found = append(found, i)
		}
	}
	places := make([]int64, x.Rank()*len(found))
	for axis, step := x.Rank()-1, 1; axis >= 0; axis-- {
		n := x.Shape()[axis]
		for i, at := range found {
			places[axis*len(found)+i] = int64(at / step % n)
		}
		step *= n
	}
	return trace.FromArray(trace.ArrayOf(places, x.Rank(), len(found)))
}

// cut returns the beginning of x that has a shape, but for one axis.
func (c *call) cut(x trace.Value, shape []int, but int) trace.Value {
	if len(shape) != x.Rank() {
		panic(trace.Errorf("the index has %d axes, want the %d of %v", len(shape), x.Rank(), x.Type()))
	}
	s := sliceAlong(x, -1, 0, 0, 1)
	for i, n := range shape {
		if i == but {
			continue
		}
		if n > x.Shape()[i] {
			panic(trace.Errorf("the index is %v, longer than %v along axis %d", shape, x.Type(), i))
		}
		s.Stop[i] = n
	}
	if slices.Equal(s.Stop, x.Shape()) {
		return x
	}
	return fn.Slice(x, s)
}

// compress keeps the elements along an axis where a known mask is true.
func compress(c *call) trace.Value {
	x := c.arg(0)
	at := 0
	if c.set("axis") {
		at = axis(c.int("axis", 0), x.Rank())
	} else {
		x = fn.Reshape(x, -1)
	}
	var kept []int
	for i, n := range c.numbers(1, "the mask") {
		if n != 0 {
			kept = append(kept, i)
		}
	}
	return fn.Take(x, vectorOf(kept), at)
}

func topK(c *call) []trace.Value {
	x := c.arg(0)
	k := c.int("k", 1)
	if c.has(1) {
		k = c.integer(1, "k")
	}
	values, indices := fn.TopK(x, k, axis(c.int("axis", -1), x.Rank()), c.int("largest", 1) == 0)
	return []trace.Value{values, indices}
}
