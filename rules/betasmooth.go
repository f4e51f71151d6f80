package rules

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// ReLUBetaSmooth replaces the derivative of ReLU by that of the softplus log(1 + exp(βx))
// / β:
//
//	R_i = sigmoid(β x_i) R_i.
//
// The gradient of a ReLU network then has a derivative that is not zero, as a
// second-order method needs. The usual β is 10; the larger it is, the closer the result
// is to the plain gradient. ReLUBetaSmooth panics with a *trace.Error if beta is negative
// or not finite, and on a site that does not keep the shape of its only data operand.
//
// Dombrowski et al., "Explanations can be manipulated and geometry is to blame", NeurIPS
// 2019.
func ReLUBetaSmooth(beta float64) Rule {
	notNegative("ReLUBetaSmooth", "beta", beta)
	return reluBetaSmooth{beta}
}

type reluBetaSmooth struct{ beta float64 }

func (b reluBetaSmooth) String() string { return fmt.Sprintf("ReLUBetaSmooth(%v)", b.beta) }

func (b reluBetaSmooth) Relevance(s *Site, in, _, r []trace.Value) []trace.Value {
	needElementwise(b, s)
	return []trace.Value{fn.Mul(r[0], fn.Sigmoid(fn.Mul(data(s, in)[0], fn.Scalar(b.beta))))}
}
