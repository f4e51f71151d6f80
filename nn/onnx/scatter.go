package onnx

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// scatterOperators read and write at indices.
var scatterOperators = map[string]operator{
	"GatherND":        one(gatherND),
	"Scatter":         one(scatterElements),
	"ScatterElements": one(scatterElements),
	"ScatterND":       one(scatterND),
}

// gatherND picks by tuples of indices, the last axis of the index, below batch axes.
func gatherND(c *call) trace.Value {
	return fn.TakeND(c.arg(0), c.tuples(c.arg(0), c.arg(1), c.int("batch_dims", 0)), c.int("batch_dims", 0))
}

// tuples gives tuples of indices that count from the end their place.
func (c *call) tuples(x, index trace.Value, batch int) trace.Value {
	if index.Rank() == 0 || batch < 0 || batch > x.Rank() || index.Shape()[index.Rank()-1] > x.Rank()-batch {
		panic(trace.Errorf("%v has no tuples of indices for %v below %d batch axes", index.Type(), x.Type(), batch))
	}
	lengths := vectorOf(x.Shape()[batch : batch+index.Shape()[index.Rank()-1]])
	return fn.Where(fn.Less(index, fn.Scalar(0)), fn.Add(index, fn.Cast(lengths, index.DType())), index)
}

// scatterMode returns how an update meets what is there.
func (c *call) scatterMode() fn.ScatterMode {
	switch mode := c.text("reduction", "none"); mode {
	case "none":
		return fn.ScatterSet
	case "add":
		return fn.ScatterAdd
	case "mul":
		return fn.ScatterMul
	case "max":
		return fn.ScatterMax
	case "min":
		return fn.ScatterMin
	default:
		panic(trace.Errorf("the reduction is %s: want none, add, mul, max or min", quote(mode)))
	}
}

// scatterElements writes along an axis. Where the index is shorter than x along another
// axis, each element has its whole place written out.
func scatterElements(c *call) trace.Value {
	x, index, src := c.arg(0), c.arg(1), c.arg(2)
	at := axis(c.int("axis", 0), x.Rank())
	cut := c.cut(x, index.Shape(), at)
	index = counted(index, x.Shape()[at])
	if slices.Equal(cut.Shape(), x.Shape()) {
		return fn.ScatterAlong(x, index, src, at, c.scatterMode())
	}
	places := make([]trace.Value, x.Rank())
	for i := range places {
		places[i] = index
		if i != at {
			places[i] = fn.IotaLike(index, trace.TypeOf(index.DType(), index.Shape()...), i)
		}
	}
	return fn.ScatterND(x, fn.Stack(x.Rank(), places...), src, c.scatterMode())
}

func scatterND(c *call) trace.Value {
	return fn.ScatterND(c.arg(0), c.tuples(c.arg(0), c.arg(1), 0), c.arg(2), c.scatterMode())
}
