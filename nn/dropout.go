package nn

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
)

// Dropout is the identity, except in training. Its kind is dropout.
//
// Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting",
// JMLR 15, 2014.
type Dropout struct {
	Path string
	// Rate is the probability that training drops an element, 0 ≤ Rate < 1.
	Rate float64
}

// Apply returns x.
func (l Dropout) Apply(x trace.Value) trace.Value {
	return applyPlain(trace.KindDropout, l.Path, func(x trace.Value) trace.Value { return x }, x)
}

// Train sets each element of x to 0 with probability Rate, drawn from key, and divides
// the others by 1 - Rate, which keeps the mean. It panics with a *trace.Error if Rate is
// not in [0, 1).
func (l Dropout) Train(x, key trace.Value) trace.Value {
	if !(l.Rate >= 0 && l.Rate < 1) {
		panic(trace.Errorf("%s: the rate is %v, want at least 0 and less than 1", describe("Dropout", l.Path), l.Rate))
	}
	kept := random.Bernoulli(key, 1-l.Rate, x.Shape()...)
	return fn.Mask(kept, fn.Mul(x, fn.Scalar(1/(1-l.Rate))))
}
