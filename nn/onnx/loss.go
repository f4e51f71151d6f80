package onnx

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

var lossOperators = map[string]operator{
	"NegativeLogLikelihoodLoss": one(func(c *call) trace.Value { return c.likelihood(c.arg(0), c.arg(1), c.opt(2)) }),
	"SoftmaxCrossEntropyLoss": {run: func(c *call) []trace.Value {
		x := fn.LogSoftmax(c.arg(0), 1)
		return []trace.Value{c.likelihood(x, c.arg(1), c.opt(2)), x}
	}},
}

// likelihood is minus the logarithm of the probability of each label, x[n classes d...]
// at label[n d...], weighted by class. Labels that are ignored count nothing.
func (c *call) likelihood(x, label, weight trace.Value) trace.Value {
	if x.Rank() < 2 || label.Rank() != x.Rank()-1 {
		panic(trace.Errorf("%v and labels %v: want x[n classes d...] and label[n d...]", x.Type(), label.Type()))
	}
	classes := x.Shape()[1]
	label = fn.Cast(label, trace.Int64)
	counts := fn.OnesLike(fn.Cast(label, x.DType()))
	if c.set("ignore_index") {
		kept := fn.NotEqual(label, fn.Scalar(float64(c.int("ignore_index", 0))))
		label, counts = fn.Mask(kept, label), fn.Mask(kept, counts)
	}
	label = counted(label, classes)
	if !weight.IsAbsent() {
		counts = fn.Mul(counts, fn.Take(weight, label, 0))
	}
	loss := fn.Neg(fn.Mul(counts, fn.Squeeze(fn.TakeAlong(x, fn.ExpandDims(label, 1), 1), 1)))
	switch reduction := c.text("reduction", "mean"); reduction {
	case "none":
		return loss
	case "sum":
		return fn.SumAll(loss)
	case "mean":
		return fn.Div(fn.SumAll(loss), fn.SumAll(counts))
	default:
		panic(trace.Errorf("the reduction is %s: want none, sum or mean", quote(reduction)))
	}
}
