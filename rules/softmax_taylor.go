package rules

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// SoftmaxTaylor shares the relevance of a softmax y by its Taylor expansion at the input:
//
//	R_i = x_i · (R_i - y_i Σ_j R_j),
//
// the sum along the axis of the softmax. Where x_i is -Inf, as under a mask, R_i is 0. The
// rest of the expansion is a bias: the sum of relevance changes. SoftmaxTaylor fits a
// softmax, and a layer with one inside; it panics with a *trace.Error on any other site.
//
// Achtibat et al., "AttnLRP: Attention-Aware Layer-Wise Relevance Propagation for
// Transformers", ICML 2024, equation 13.
func SoftmaxTaylor() Rule { return softmaxTaylor{} }

type softmaxTaylor struct{}

func (softmaxTaylor) String() string { return "SoftmaxTaylor()" }

func (t softmaxTaylor) Relevance(s *Site, in, out, r []trace.Value) []trace.Value {
	if s.Layer {
		needOneOutput(t, s)
		return inside(s, trace.KindSoftmax, t, in, r)
	}
	axis, ok := s.DistributionAxis()
	if !ok {
		panic(misfit(t, s, "it is no softmax: give it Epsilon or Plain()"))
	}
	x, y := in[0], out[0]
	total := fn.BroadcastTo(fn.Keep(fn.Sum, r[0], axis), y.Shape()...)
	finite := fn.IsFinite(x)
	part := fn.Sub(r[0], fn.Mul(y, total))
	return []trace.Value{fn.Mask(finite, fn.Mul(fn.Where(finite, x, fn.ZerosLike(x)), part))}
}
