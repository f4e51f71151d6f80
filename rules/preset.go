package rules

import "github.com/pullback-go/pullback/trace"

// Preset has the options of the composites that are ready made. The zero Preset has their
// usual values; what a composite has no use for is ignored.
type Preset struct {
	// Epsilon stabilizes the Epsilon rule; nil means 1e-6.
	Epsilon Denominator
	// Stabilizer is that of all other rules; nil means 1e-6.
	Stabilizer Denominator
	// Gamma is the γ of the Gamma rule; nil means 0.25.
	Gamma *float64
	// Beta is the β of ReLUBetaSmooth; nil means 10.
	Beta *float64
	// ZeroBias and ZeroWeight count biases and weights as 0 in the rules for linear
	// layers.
	ZeroBias, ZeroWeight bool
	// LayerMap comes before the composite's own map, FirstMap before its own map for the
	// first layer.
	LayerMap, FirstMap []Entry
	// Order lists paths: the first of them that matches the map for the first layer is
	// the first, see [FirstInOrder]. Without it, every site with no other upstream is,
	// see [First].
	Order []string
	// PlainResidual leaves the additions and subtractions of two data operands their
	// plain gradient, which hands all of the relevance to both, with the sign of the
	// subtraction. By default they share it by [Norm].
	PlainResidual bool
}

func (p Preset) config() Config {
	return Config{Stabilizer: p.Stabilizer, ZeroBias: p.ZeroBias, ZeroWeight: p.ZeroWeight}
}

func (p Preset) epsilon() Rule {
	c := p.config()
	if c.Stabilizer = p.Epsilon; c.Stabilizer == nil {
		return EpsilonWith(defaultEpsilon, c)
	}
	return EpsilonWith(0, c)
}

// norm has the entries for sums and average pooling: the addition and subtraction of two
// data, nn.Sum, pooling, and Mean. What multiplies each element by a constant hands
// relevance on.
func (p Preset) norm() []Entry {
	entries := []Entry{On(trace.SumKind, NormWith(p.Stabilizer)), On(trace.AvgPool, NormWith(p.Stabilizer)), On(trace.Scaling, Pass())}
	if p.PlainResidual {
		entries = append([]Entry{On(trace.Add, nil), On(trace.Sub, nil)}, entries...)
	}
	return entries
}

// base has the entries that the LRP presets share.
func (p Preset) base() []Entry {
	return append(p.norm(), On(trace.Activation, Pass()), On(trace.BatchNorm, Pass()))
}

// assemble makes a composite of the map for first layers and the map for all, the user's
// entries before the preset's.
func (p Preset) assemble(name string, first []Entry, layers ...Entry) Composite {
	c := LayerMap(append(append([]Entry{}, p.LayerMap...), layers...)...)
	if first = append(append([]Entry{}, p.FirstMap...), first...); len(first) > 0 {
		c = Mixed(p.first(LayerMap(first...)), c)
	}
	return preset{c, name}
}

func (p Preset) first(c Composite) Composite {
	if len(p.Order) > 0 {
		return FirstInOrder(p.Order, c)
	}
	return First(c)
}

// preset is a composite with a name.
type preset struct {
	Composite
	name string
}

func (p preset) String() string { return p.name + " = " + p.Composite.String() }
