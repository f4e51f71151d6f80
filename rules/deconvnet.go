package rules

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// ReLUDeconvNet hands on the positive part of the relevance, whatever the input was:
//
//	R_i = R_i⁺.
//
// It is not linear in the relevance and does not conserve it. A function with it has no
// JVP. Its derivative with respect to a relevance of 0 is 1. It panics with a
// *trace.Error on a site that does not keep the shape of its only data operand.
//
// Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014.
func ReLUDeconvNet() Rule { return reluDeconvNet{} }

type reluDeconvNet struct{}

func (reluDeconvNet) String() string { return "ReLUDeconvNet()" }

func (d reluDeconvNet) Relevance(s *Site, _, _, r []trace.Value) []trace.Value {
	needElementwise(d, s)
	return []trace.Value{fn.Positive(r[0])}
}
