package rules

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// sharing is a rule of LRP as data. Its shares determine both what it passes on and what
// it absorbs, for [Ledger].
type sharing struct {
	Config
	text   string
	fits   func(r Rule, s *Site) // panics with a *trace.Error on a site that does not fit the rule
	shares []share
}

// newSharing returns a rule that prints as name(parameters, stabilizer=...), still
// without shares.
func newSharing(c Config, name string, parameters ...any) *sharing {
	c = c.checked()
	return &sharing{Config: c, text: c.print(name, parameters...)}
}

// on completes the rule: it applies to the sites that fit, and shares relevance by these
// shares.
func (l *sharing) on(fits func(r Rule, s *Site), shares ...share) *sharing {
	l.fits, l.shares = fits, shares
	return l
}

// share passes the relevance of some outputs, times a factor, to the data, in proportion
// to their contributions to a sum z of summands:
//
//	R_i = factor · Σ_j [z_j is of the share] (contribution of x_i to z_j) / (stabilized z_j) · R_j
type share struct {
	factor float64
	// of selects the outputs of the share, given the output of the site as it is. A nil
	// of selects all.
	of       func(out trace.Value) trace.Value
	summands []summand
	// even is true if data count as ones: their relevance is then the gradient itself.
	even bool
}

// summand is the site applied to modified operands, with a sign. The first summand of a
// share has the sign 1.
type summand struct {
	sign float64
	Modifiers
}

// among is the share that passes on all relevance in proportion to summands.
func among(summands ...summand) share { return share{factor: 1, summands: summands} }

// added and subtracted apply the site to modified operands. A nil Modifier leaves them as
// they are.
func added(data, weight, bias Modifier) summand { return summand{1, Modifiers{data, weight, bias}} }
func subtracted(data, weight, bias Modifier) summand {
	return summand{-1, Modifiers{data, weight, bias}}
}

// agreeing shares relevance among the contributions x w > 0, opposing among those x w <
// 0.
func agreeing() share {
	return among(added(fn.Positive, fn.Positive, fn.Positive), added(fn.Negative, fn.Negative, Zero))
}

func opposing() share {
	return among(added(fn.Positive, fn.Negative, fn.Negative), added(fn.Negative, fn.Positive, Zero))
}

// times returns the share with another factor.
func (h share) times(factor float64) share {
	h.factor = factor
	return h
}

// where returns the share restricted to the outputs for which a condition holds.
func (h share) where(of func(out trace.Value) trace.Value) share {
	h.of = of
	return h
}

// evenly returns the share for data that count as ones.
func (h share) evenly() share {
	h.even = true
	return h
}

// part returns the relevance of the share's outputs.
func (h share) part(out, r trace.Value) trace.Value {
	if h.of == nil {
		return r
	}
	return fn.Mask(h.of(out), r)
}

// relevance returns a term's part of the relevance, given the relevance for each unit of
// the sum.
func (h share) relevance(t Term, unit trace.Value) []trace.Value {
	if h.even {
		return t.Gradient(unit)
	}
	return t.Relevance(unit)
}

func (l *sharing) String() string { return l.text }

func (l *sharing) Relevance(s *Site, in, out, r []trace.Value) []trace.Value {
	l.fits(l, s)
	var all [][]trace.Value
	for _, h := range l.shares {
		part := h.part(out[0], r[0])
		terms := l.terms(s, in, out, h)
		unit := Divide(part, h.sum(terms), l.Stabilizer)
		var got [][]trace.Value
		for i, t := range terms {
			got = append(got, scaled(h.summands[i].sign, h.relevance(t, unit)))
		}
		all = append(all, scaled(h.factor, AddUp(got...)))
	}
	return AddUp(all...)
}

// Absorbed accounts for the relevance R that Relevance does not pass on. A sum z with the
// stabilizer s passes on R z/s(z). Of this, the bias keeps the part of z at zero data.
// The rest of R is the stabilizer's, but where s(z) is 0 all of R is masked. Outputs of
// no share are masked, too.
func (l *sharing) Absorbed(s *Site, in, out, r []trace.Value) Absorption {
	sum, rest := Absorption{}, r[0]
	for _, h := range l.shares {
		part := h.part(out[0], r[0])
		z := h.sum(l.terms(s, in, out, h))
		unit := Divide(part, z, l.Stabilizer)
		zero := fn.Equal(l.Stabilizer.Apply(z), fn.Scalar(0))
		sum = sum.plus(h.factor, Absorption{
			Bias:       fn.Mul(unit, h.sum(l.terms(s, in, out, h.withoutData()))),
			Stabilizer: fn.Mask(fn.Not(zero), fn.Sub(part, fn.Mul(unit, z))),
			Masked:     fn.Mask(zero, part),
		})
		if h.of == nil {
			rest = trace.Value{}
		} else {
			rest = fn.Mask(fn.Not(h.of(out[0])), rest)
		}
	}
	return sum.plus(1, Absorption{Masked: rest})
}

// withoutData returns the share at zero data.
func (h share) withoutData() share {
	summands := make([]summand, len(h.summands))
	for i, m := range h.summands {
		m.Data = Zero
		summands[i] = m
	}
	h.summands = summands
	return h
}

// terms applies the site to the operands of each summand. It reuses the site's output
// where the operands are unmodified.
func (l *sharing) terms(s *Site, in, out []trace.Value, h share) []Term {
	terms := make([]Term, len(h.summands))
	for i, m := range h.summands {
		if m.unmodified() && !l.changes(s) {
			terms[i] = Unmodified(s, in, out)
		} else {
			terms[i] = Apply(s, in, l.parameters(m.Data, m.Weight, m.Bias))
		}
	}
	return terms
}

func (m Modifiers) unmodified() bool { return m.Data == nil && m.Weight == nil && m.Bias == nil }

// sum adds up the outputs of the terms.
func (h share) sum(terms []Term) trace.Value {
	z := terms[0].Out
	for i, t := range terms[1:] {
		if h.summands[i+1].sign < 0 {
			z = fn.Sub(z, t.Out)
		} else {
			z = fn.Add(z, t.Out)
		}
	}
	return z
}

// scaled returns the relevance of a term times a factor.
func scaled(by float64, term []trace.Value) []trace.Value {
	if by == 1 {
		return term
	}
	return Scale(by, term)
}
