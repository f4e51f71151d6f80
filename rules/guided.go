package rules

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// ReLUGuidedBackprop hands on the gradient of the activation where the relevance is
// positive. For ReLU it is
//
//	R_i = [x_i > 0] [R_i > 0] R_i.
//
// It is not linear in the relevance and does not conserve it. A function with it has no
// JVP. It panics with a *trace.Error on a site that does not keep the shape of its only
// data operand.
//
// Springenberg et al., "Striving for Simplicity: The All Convolutional Net", ICLR 2015
// workshop.
func ReLUGuidedBackprop() Rule { return reluGuidedBackprop{} }

type reluGuidedBackprop struct{}

func (reluGuidedBackprop) String() string { return "ReLUGuidedBackprop()" }

func (g reluGuidedBackprop) Relevance(s *Site, in, out, r []trace.Value) []trace.Value {
	needElementwise(g, s)
	gradient := s.Pull(in, out, r)
	if gradient[0].IsAbsent() {
		return gradient
	}
	return []trace.Value{fn.Mask(fn.Greater(r[0], fn.Scalar(0)), gradient[0])}
}
