package rules

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Absorption is the relevance that a rule does not pass on, by output of the site. What
// is absent is 0.
type Absorption struct {
	// Bias is the share of what no data explain, Stabilizer that of the stabilizer.
	Bias, Stabilizer trace.Value
	// Masked is the relevance of outputs that pass nothing on.
	Masked trace.Value
}

// Absorber is a Rule that can say where the relevance remains that it does not pass on,
// see [Ledger]. The rules of LRP are.
type Absorber interface {
	Rule
	Absorbed(s *Site, in, out, r []trace.Value) Absorption
}

// summand is a term of the denominator of a rule: the site applied to modified operands,
// with a sign.
type summand struct {
	sign float64
	Modifiers
}

// absorbed accounts for r shared in proportion to summands z: with the stabilizer s, r z
// / s(z) is passed on, of which z at data of zeros, the bias, keeps its part; the rest of
// r is the stabilizer's, or all of it where s(z) is 0.
func (c Config) absorbed(s *Site, in []trace.Value, r trace.Value, summands ...summand) Absorption {
	var z, bias trace.Value
	for _, m := range summands {
		z = plus(z, m.sign, Apply(s, in, m.Modifiers).Out)
		m.Data = Zero
		bias = plus(bias, m.sign, Apply(s, in, m.Modifiers).Out)
	}
	share := Divide(r, z, c.Stabilizer)
	zero := fn.Equal(c.Stabilizer.Apply(z), fn.Scalar(0))
	return Absorption{
		Bias:       fn.Mul(share, bias),
		Stabilizer: fn.Mask(fn.Not(zero), fn.Sub(r, fn.Mul(share, z))),
		Masked:     fn.Mask(zero, r),
	}
}

// plus is a + by·b; an absent a is 0.
func plus(a trace.Value, by float64, b trace.Value) trace.Value {
	b = fn.Mul(b, fn.Scalar(by))
	if a.IsAbsent() {
		return b
	}
	return fn.Add(a, b)
}

// plus is a + by·b.
func (a Absorption) plus(by float64, b Absorption) Absorption {
	return Absorption{plus(a.Bias, by, b.Bias), plus(a.Stabilizer, by, b.Stabilizer), plus(a.Masked, by, b.Masked)}
}

// Absorbed accounts for what Relevance does not pass on.
func (e epsilon) Absorbed(s *Site, in, _, r []trace.Value) Absorption {
	return e.absorbed(s, in, r[0], summand{1, e.parameters(nil, nil, nil)})
}

// Absorbed accounts for what Relevance does not pass on.
func (n norm) Absorbed(s *Site, in, _, r []trace.Value) Absorption {
	return n.absorbed(s, in, r[0], summand{1, Modifiers{}})
}

// Absorbed accounts for what Relevance does not pass on.
func (z zPlus) Absorbed(s *Site, in, _, r []trace.Value) Absorption {
	return z.absorbed(s, in, r[0], z.agree()...)
}

// agree are the contributions x w > 0, oppose those below.
func (c Config) agree() []summand {
	return []summand{{1, c.parameters(fn.Positive, fn.Positive, fn.Positive)}, {1, c.parameters(fn.Negative, fn.Negative, Zero)}}
}

func (c Config) oppose() []summand {
	return []summand{{1, c.parameters(fn.Positive, fn.Negative, fn.Negative)}, {1, c.parameters(fn.Negative, fn.Positive, Zero)}}
}

// Absorbed accounts for what Relevance does not pass on.
func (a alphaBeta) Absorbed(s *Site, in, _, r []trace.Value) Absorption {
	pro, contra := a.absorbed(s, in, r[0], a.agree()...), a.absorbed(s, in, r[0], a.oppose()...)
	return Absorption{}.plus(a.alpha, pro).plus(-a.beta, contra)
}

// Absorbed accounts for what Relevance does not pass on.
func (g gammaRule) Absorbed(s *Site, in, out, r []trace.Value) Absorption {
	p, n, zero := g.favouring(fn.Positive), g.favouring(fn.Negative), fn.Scalar(0)
	above := g.absorbed(s, in, fn.Mask(fn.Greater(out[0], zero), r[0]),
		summand{1, g.parameters(fn.Positive, p, p)}, summand{1, g.parameters(fn.Negative, n, Zero)})
	below := g.absorbed(s, in, fn.Mask(fn.Less(out[0], zero), r[0]),
		summand{1, g.parameters(fn.Positive, n, n)}, summand{1, g.parameters(fn.Negative, p, Zero)})
	both := above.plus(1, below)
	both.Masked = fn.Add(both.Masked, fn.Mask(fn.Equal(out[0], zero), r[0]))
	return both
}

// Absorbed accounts for what Relevance does not pass on.
func (z zBox) Absorbed(s *Site, in, _, r []trace.Value) Absorption {
	return z.absorbed(s, in, r[0], summand{1, z.parameters(nil, nil, nil)},
		summand{-1, z.parameters(z.low.at, fn.Positive, fn.Positive)}, summand{-1, z.parameters(z.high.at, fn.Negative, fn.Negative)})
}

// Absorbed accounts for what Relevance does not pass on.
func (w wSquare) Absorbed(s *Site, in, _, r []trace.Value) Absorption {
	return w.absorbed(s, in, r[0], summand{1, w.parameters(ones, fn.Square, fn.Square)})
}

// Absorbed accounts for what Relevance does not pass on.
func (f flat) Absorbed(s *Site, in, _, r []trace.Value) Absorption {
	return f.absorbed(s, in, r[0], summand{1, f.parameters(ones, ones, Zero)})
}
