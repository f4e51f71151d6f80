package nn

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// CrossEntropy is the mean over a batch of -log softmax(logits)[label], for logits[n k]
// and labels[n] in i32 or i64, each at least 0 and less than k. It panics with a
// *trace.Error if the shapes do not fit. A label out of range is an error when it runs.
func CrossEntropy(logits, labels trace.Value) trace.Value {
	defer trace.Naming("nn.CrossEntropy", logits, labels)
	if logits.Rank() != 2 || labels.Rank() != 1 || logits.Dim(0) != labels.Dim(0) || !labels.DType().IsInt() {
		panic(trace.Errorf("want logits[n k] and labels[n] of i32 or i64, the classes' numbers"))
	}
	chosen := fn.TakeAlong(fn.LogSoftmax(logits, 1), fn.ExpandDims(labels, 1), 1)
	return fn.Neg(fn.MeanAll(chosen))
}

// MeanSquare is the mean of (y - target)² over all elements. It panics with a
// *trace.Error if the two types differ.
func MeanSquare(y, target trace.Value) trace.Value {
	defer trace.Naming("nn.MeanSquare", y, target)
	if !y.Type().Equal(target.Type()) {
		panic(trace.Errorf("want y and a target of one type"))
	}
	return fn.MeanAll(fn.Square(fn.Sub(y, target)))
}
