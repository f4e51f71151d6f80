package rules

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// RootEpsilon is [Epsilon] for layer normalization and RMS normalization, whose root
// counts as a constant: so they are affine, y = w (x - m) / c + b with m the mean.
//
//	R_i = x_i Σ_j ∂y_j/∂x_i · R_j / (y_j + ε).
//
// The bias b takes up relevance. A nil stabilizer means {1e-6 unsigned}. RootEpsilon fits
// fn.LayerNorm and fn.RMSNorm, and layers with one of them inside; it panics with a
// *trace.Error on any other site.
//
// Ali et al., "XAI for Transformers: Better Explanations through Conservative
// Propagation", ICML 2022; Achtibat et al., "AttnLRP", ICML 2024, proposition 3.4.
func RootEpsilon(s Denominator) Rule {
	if s == nil {
		s = Stabilizer{Epsilon: defaultEpsilon, Unsigned: true}
	}
	return rootEpsilon{Config{Stabilizer: s}.checked().Stabilizer}
}

type rootEpsilon struct{ by Denominator }

func (e rootEpsilon) String() string { return "RootEpsilon(" + e.by.String() + ")" }

func (e rootEpsilon) Relevance(s *Site, in, out, r []trace.Value) []trace.Value {
	needOneOutput(e, s)
	cts := RootConstant().Relevance(s, in, out, []trace.Value{Divide(r[0], out[0], e.by)})
	return (Term{Data: data(s, in), Out: out[0], pull: func(trace.Value) []trace.Value { return cts }}).Relevance(trace.Value{})
}

// RootConstant is the derivative of a layer normalization or an RMS normalization with its
// root as a constant. It belongs to [AttnLRPEfficient] and [CPLRPEfficient], where what is
// passed on is a gradient. It fits what [RootEpsilon] fits.
//
// Ali et al., "XAI for Transformers: Better Explanations through Conservative
// Propagation", ICML 2022.
func RootConstant() Rule { return rootConstant{} }

type rootConstant struct{}

func (rootConstant) String() string { return "RootConstant()" }

func (c rootConstant) Relevance(s *Site, in, out, r []trace.Value) []trace.Value {
	if s.Layer {
		needOneOutput(c, s)
		return inside(s, trace.KindNorm, c, in, r)
	}
	cts, ok := s.PullAtRoot(in, out, r)
	if !ok {
		panic(misfit(c, s, "it has no root to hold constant, as fn.LayerNorm and fn.RMSNorm have: use Pass() or Plain()"))
	}
	return cts
}

// LayerNormSteps shares the relevance of a layer normalization over the last axis step by
// step: of the bias, of the product with the weights, of the difference from the mean m, and of the mean.
// With n = (x - m)/c,
//
//	r = n w R / (n w + b + 1e-8),   s = r / (x - m + 1e-8),
//	R_i = x_i s_i - x_i Σ_j m s_j / (Σ_j x_j + 1e-6).
//
// Apart from these stabilizers it is [RootEpsilon].
//
// Ali et al., "XAI for Transformers: Better Explanations through Conservative
// Propagation", ICML 2022.
func LayerNormSteps() Rule { return layerNormSteps{} }

type layerNormSteps struct{}

func (layerNormSteps) String() string { return "LayerNormSteps()" }

func (l layerNormSteps) Relevance(s *Site, in, out, r []trace.Value) []trace.Value {
	needElementwise(l, s)
	x := data(s, in)[0]
	bias := Apply(s, in, Modifiers{Data: Zero}).Out
	scaled := fn.Sub(out[0], bias)
	mean := fn.BroadcastTo(fn.Keep(fn.Mean, x, -1), x.Shape()...)
	product := fn.Div(fn.Mul(scaled, r[0]), fn.Shift(out[0], 1e-8))
	difference := fn.Div(product, fn.Shift(fn.Sub(x, mean), 1e-8))
	ofMean := fn.Div(fn.Keep(fn.Sum, fn.Mul(mean, difference), -1), fn.Shift(fn.Keep(fn.Sum, x, -1), 1e-6))
	return []trace.Value{fn.Mul(x, fn.Sub(difference, fn.BroadcastTo(ofMean, x.Shape()...)))}
}
