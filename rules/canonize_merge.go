package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/trace"
)

// MergeBatchNorm is the canonizer that merges batch normalization into the linear layer
// beside it. With y = s x + t, the scale s and the shift t of each channel,
//
//	W' = s W,   b' = s b + t      for a normalization after a linear layer W x + b,
//	W' = W s,   b' = b + W t      for a normalization before it.
//
// The normalization is then gone. The linear layer keeps its kind and path, and has a
// weight and a bias. Dense layers, convolutions and transposed convolutions take part, in
// groups or not, as layers or as bare operations, with a bias or without. The flow of
// data decides what belongs together: the second of the two uses the first one's output,
// and nothing else uses it. Several normalizations in a row are merged into the same
// layer; between two linear layers they are merged into the first. For a normalization
// before a convolution, b' has a value for each position, because its shift does not
// reach into the zeros of the padding. So values stay the same with padding, too.
//
// A normalization that is not beside a linear layer stays, as one between a pooling and
// an activation. So does a layer of kind batch normalization that is not one
// fn.BatchNorm. transforms.Plan shows what is left.
func MergeBatchNorm() Canonizer { return mergeBatchNorm{} }

type mergeBatchNorm struct{}

func (mergeBatchNorm) String() string { return "MergeBatchNorm()" }

func (mergeBatchNorm) Canonize(sites []*Site) ([]Replacement, error) {
	next := consumers(sites)
	taken := map[*Site]bool{}
	var merged []merger
	for _, s := range sites {
		if l, err := linearOf(s); err == nil {
			m := merger{linear: l, after: normsAfter(l, next)}
			for _, n := range m.after {
				taken[n.site] = true
			}
			merged = append(merged, m)
		}
	}
	var out []Replacement
	for _, m := range merged {
		m.before = normsBefore(m.linear, taken)
		if len(m.before)+len(m.after) > 0 {
			out = append(out, m.replacement())
		}
	}
	return out, nil
}

// consumers maps each site to the only site that uses its output, if that is as data.
func consumers(sites []*Site) map[*Site]*Site {
	next := map[*Site]*Site{}
	for _, s := range sites {
		for i, o := range s.Operands {
			if from := s.Source(i); from != nil && from.Uses() == 1 && o.Role == dataRole {
				next[from] = s
			}
		}
	}
	return next
}

// normsAfter returns the normalizations that follow a linear site and can be merged into
// it, in order.
func normsAfter(l linear, next map[*Site]*Site) []channelNorm {
	var out []channelNorm
	for s := next[l.site]; s != nil; s = next[s] {
		n, err := normOf(s)
		if _, ok := l.scaleOutput(); err != nil || !ok {
			break
		}
		out = append(out, n)
	}
	return out
}

// normsBefore returns the normalizations that come before a linear site and are merged
// nowhere else, in order.
func normsBefore(l linear, taken map[*Site]bool) []channelNorm {
	var out []channelNorm
	for s, at := l.site, l.data; ; {
		from := s.Source(at)
		if from == nil || from.Uses() != 1 || taken[from] {
			return out
		}
		n, err := normOf(from)
		if _, ok := l.scaleInput(); err != nil || !ok {
			return out
		}
		out = slices.Insert(out, 0, n)
		s, at = from, n.data
	}
}

// NormPair says by path which linear layers a batch normalization is merged into.
type NormPair struct {
	Linear []string
	Norm   string
}

// String prints [linear layers] norm.
func (p NormPair) String() string {
	return fmt.Sprintf("%v %s", printablePaths(p.Linear), trace.Printable(trace.Excerpt(p.Norm)))
}

// NamedMergeBatchNorm is [MergeBatchNorm] for the given layers only. It merges each
// normalization into the linear layer that it follows, which must be among those named
// with it. Several are named if a normalization is called more than once. It is an error
// if no site has a given path, if a normalization does not follow one of its layers, or
// if something else uses that layer's output.
func NamedMergeBatchNorm(pairs ...NormPair) Canonizer {
	return namedMergeBatchNorm(slices.Clone(pairs))
}

type namedMergeBatchNorm []NormPair

func (m namedMergeBatchNorm) String() string {
	parts := make([]string, len(m))
	for i, p := range m {
		parts[i] = p.String()
	}
	return "NamedMergeBatchNorm(" + strings.Join(parts, ", ") + ")"
}

func (m namedMergeBatchNorm) Canonize(sites []*Site) ([]Replacement, error) {
	var out []Replacement
	named := byName(sites)
	for _, p := range m {
		for _, s := range named[p.Norm] {
			r, err := p.merge(s)
			if err != nil {
				return nil, fmt.Errorf("%v: %w", p, err)
			}
			out = append(out, r)
		}
		if len(named[p.Norm]) == 0 {
			return nil, fmt.Errorf("%v: no site has the path %q%s", p, trace.Excerpt(p.Norm), similarPaths(p.Norm, sites))
		}
	}
	return out, nil
}

// merge merges one call of a normalization into the layer before it.
func (p NormPair) merge(s *Site) (Replacement, error) {
	n, err := normOf(s)
	if err != nil {
		return Replacement{}, err
	}
	from := s.Source(n.data)
	switch {
	case from == nil || !slices.ContainsFunc(p.Linear, func(path string) bool { return slices.Contains(namesOf(from), path) }):
		return Replacement{}, fmt.Errorf("%v does not follow one of these layers, but %v", s, fed(from))
	case from.Uses() != 1:
		return Replacement{}, fmt.Errorf("the output of %v is used %d times, not by %v alone", from, from.Uses(), s)
	}
	l, err := linearOf(from)
	if err != nil {
		return Replacement{}, err
	}
	if _, ok := l.scaleOutput(); !ok {
		return Replacement{}, fmt.Errorf("%v has no weights for each of the channels that %v normalizes", from, s)
	}
	return merger{linear: l, after: []channelNorm{n}}.replacement(), nil
}

func fed(by *Site) string {
	if by == nil {
		return "what is no site of the same body"
	}
	return by.String()
}

// merger is a linear site and the normalizations to merge into it.
type merger struct {
	linear        linear
	before, after []channelNorm
}

// replacement replaces the last of the sites by the linear one with its new parameters.
func (m merger) replacement() Replacement {
	of := []*Site{m.linear.site}
	for _, n := range slices.Concat(m.before, m.after) {
		of = append(of, n.site)
	}
	last := m.linear.site
	if len(m.after) > 0 {
		last = m.after[len(m.after)-1].site
	}
	return Replacement{Site: last, Of: of, Compute: m.compute}
}

func (m merger) compute(operands ...[]trace.Value) []trace.Value {
	own, norms := operands[0], operands[1:]
	p := m.linear.parameters(own)
	x := own[m.linear.data]
	if n := len(m.before); n > 0 {
		x = norms[0][m.before[0].data]
		p = p.afterNorm(chained(m.before, norms[:n]))
	}
	if n := len(m.before); len(m.after) > 0 {
		p = p.beforeNorm(chained(m.after, norms[n:]))
	}
	return []trace.Value{p.apply(x)}
}
