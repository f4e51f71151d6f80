package rules

import "github.com/pullback-go/pullback/trace"

// Preset has the options of the presets. The zero Preset has their usual values. A
// composite ignores the options that it does not use.
type Preset struct {
	// Epsilon stabilizes the Epsilon rule; nil means 1e-6.
	Epsilon Denominator
	// Stabilizer is the stabilizer of all other rules; nil means 1e-6.
	Stabilizer Denominator
	// Gamma is the γ of the Gamma rule; nil means 0.25.
	Gamma *float64
	// Beta is the β of ReLUBetaSmooth; nil means 10.
	Beta *float64
	// ZeroBias and ZeroWeight count biases and weights as 0 in the rules for linear
	// layers.
	ZeroBias, ZeroWeight bool
	// LayerMap comes before the preset's own map, FirstMap before its map for the first
	// layer.
	LayerMap, FirstMap []Entry
	// Order lists paths. The first of them that matches the map for the first layer is
	// the first layer, see [FirstInOrder]. Without Order, every site with no other
	// upstream is a first layer, see [First].
	Order []string
	// PlainResidual leaves additions and subtractions of two data operands their plain
	// gradient. It hands all of the relevance to both operands, with the sign of the
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

// norm returns the entries for sums and average pooling: the addition and subtraction of
// two data values, nn.Sum, pooling, and Mean. Operations that multiply each element by a
// constant hand relevance on.
func (p Preset) norm() []Entry {
	entries := []Entry{On(trace.KindSum, NormWith(p.Stabilizer)), On(trace.KindAvgPool, NormWith(p.Stabilizer)), On(trace.KindScaling, Pass())}
	if p.PlainResidual {
		entries = append([]Entry{On(trace.KindAdd, nil), On(trace.KindSub, nil)}, entries...)
	}
	return entries
}

// base returns the entries that the LRP presets share.
func (p Preset) base() []Entry {
	return append(p.norm(), On(trace.KindActivation, Pass()), On(trace.KindBatchNorm, Pass()))
}

// assemble makes a composite from the map for first layers and the map for all. The
// user's entries come before the preset's.
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
