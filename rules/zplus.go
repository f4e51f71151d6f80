package rules

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// ZPlus is the z⁺ rule, which follows only what speaks for the output of a layer:
//
//	R_i = Σ_j (x_i w_ij)⁺ / (Σ_i (x_i w_ij)⁺ + b_j⁺) · R_j,
//
// where (x w)⁺ = x⁺ w⁺ + x⁻ w⁻, and the sum is stabilized with ε = 1e-6. It suits
// convolutions; it is AlphaBeta(1, 0) and the limit of [Gamma] for a large γ. It panics
// with a *trace.Error on a site without weights.
//
// Relevance is conserved where an output has a contribution that speaks for it, except
// for what b⁺ and ε take up.
//
// Montavon et al., "Explaining Nonlinear Classification Decisions with Deep Taylor
// Decomposition", Pattern Recognition 65, 2017.
func ZPlus() Rule { return ZPlusWith(Config{}) }

// ZPlusWith is ZPlus with another stabilizer, or parameters that count as zero.
func ZPlusWith(c Config) Rule { return zPlus{c.checked()} }

type zPlus struct{ Config }

func (z zPlus) String() string { return z.print("ZPlus") }

func (z zPlus) Relevance(s *Site, in, _, r []trace.Value) []trace.Value {
	needWeights(z, s)
	return z.agreeing(s, in, r[0])
}

// agreeing shares r among the contributions x w > 0.
func (c Config) agreeing(s *Site, in []trace.Value, r trace.Value) []trace.Value {
	return c.shared(r,
		Apply(s, in, c.parameters(fn.Positive, fn.Positive, fn.Positive)),
		Apply(s, in, c.parameters(fn.Negative, fn.Negative, Zero)))
}

// opposing shares r among the contributions x w < 0.
func (c Config) opposing(s *Site, in []trace.Value, r trace.Value) []trace.Value {
	return c.shared(r,
		Apply(s, in, c.parameters(fn.Positive, fn.Negative, fn.Negative)),
		Apply(s, in, c.parameters(fn.Negative, fn.Positive, Zero)))
}

// shared shares r between two terms in proportion to their part in the sum of both.
func (c Config) shared(r trace.Value, a, b Term) []trace.Value {
	share := Divide(r, fn.Add(a.Out, b.Out), c.Stabilizer)
	return AddUp(a.Relevance(share), b.Relevance(share))
}
