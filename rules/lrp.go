package rules

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Rule, Composite, Site and Choice are the types of package transforms.
type (
	Rule      = transforms.Rule
	Composite = transforms.Composite
	Site      = transforms.Site
	Choice    = transforms.Choice
)

const (
	dataRole   = transforms.RoleData
	weightRole = transforms.RoleWeight
	biasRole   = transforms.RoleBias
)

// Term is a site applied to modified operands. A rule adds up the relevance of its terms.
type Term struct {
	// Data are the data operands that the site was applied to, Out is its output.
	Data []trace.Value
	Out  trace.Value

	pull func(ct trace.Value) []trace.Value
}

// Apply applies a site with one output to modified operands.
func Apply(s *Site, in []trace.Value, m Modifiers) Term {
	in = m.apply(s, in)
	out, pull := transforms.VJP(ofData(s, in))(floatData(s, in))
	return Term{Data: data(s, in), Out: out, pull: func(ct trace.Value) []trace.Value { return spread(s, pull(ct)) }}
}

// Unmodified is the term of a site with its own operands. It reuses the output, which is
// already known. It applies the site again only if the derivative needs it: for a linear
// site, not at all.
func Unmodified(s *Site, in, out []trace.Value) Term {
	pull := func(ct trace.Value) []trace.Value { return s.Pull(in, out, []trace.Value{ct}) }
	return Term{Data: data(s, in), Out: out[0], pull: pull}
}

// Gradient returns the cotangent of each data operand for a cotangent of Out. A cotangent
// is absent if it is zero or if the operand is not a float.
func (t Term) Gradient(ct trace.Value) []trace.Value { return t.pull(ct) }

// Relevance returns, for each data operand, its product with its gradient. The argument
// is the relevance for each unit of Out, as [Divide] returns it.
func (t Term) Relevance(share trace.Value) []trace.Value {
	r := t.pull(share)
	for i, c := range r {
		if !c.IsAbsent() {
			r[i] = fn.Mul(t.Data[i], c)
		}
	}
	return r
}

// AddUp adds up the relevance of several terms, operand by operand. It panics with a
// *trace.Error if they are of different lengths.
func AddUp(terms ...[]trace.Value) []trace.Value {
	if len(terms) == 0 {
		return nil
	}
	sum := slices.Clone(terms[0])
	for n, t := range terms {
		if len(t) != len(sum) {
			panic(trace.Errorf("rules.AddUp: term %d is of %d operands, term 0 of %d: give one relevance for each operand, or an absent one", n, len(t), len(sum)))
		}
	}
	for _, t := range terms[1:] {
		for i, r := range t {
			switch {
			case sum[i].IsAbsent():
				sum[i] = r
			case !r.IsAbsent():
				sum[i] = fn.Add(sum[i], r)
			}
		}
	}
	return sum
}

// Scale multiplies the relevance of a term by a number.
func Scale(by float64, term []trace.Value) []trace.Value {
	out := make([]trace.Value, len(term))
	for i, r := range term {
		if out[i] = r; !r.IsAbsent() {
			out[i] = fn.Mul(r, fn.Scalar(by))
		}
	}
	return out
}

func (m Modifiers) apply(s *Site, in []trace.Value) []trace.Value {
	by := map[transforms.Role]Modifier{dataRole: m.Data, weightRole: m.Weight, biasRole: m.Bias}
	out := append([]trace.Value{}, in...)
	for i, o := range s.Operands {
		if f := by[o.Role]; f != nil && o.Type.DType.IsFloat() {
			out[i] = f(in[i])
		}
	}
	return out
}

// data returns the data operands among all.
func data(s *Site, in []trace.Value) []trace.Value {
	var out []trace.Value
	for i, o := range s.Operands {
		if o.Role == dataRole {
			out = append(out, in[i])
		}
	}
	return out
}

// floatData returns the float data operands: only these can have relevance.
func floatData(s *Site, in []trace.Value) []trace.Value {
	var out []trace.Value
	for i, o := range s.Operands {
		if o.Role == dataRole && o.Type.DType.IsFloat() {
			out = append(out, in[i])
		}
	}
	return out
}

// spread gives each data operand its entry from a list for the float ones. The others
// have none.
func spread(s *Site, floats []trace.Value) []trace.Value {
	var out []trace.Value
	next := 0
	for _, o := range s.Operands {
		switch {
		case o.Role != dataRole:
		case o.Type.DType.IsFloat():
			out = append(out, floats[next])
			next++
		default:
			out = append(out, trace.Value{})
		}
	}
	return out
}

// ofData returns a site with one output as a function of its float data operands. The
// other operands are fixed.
func ofData(s *Site, in []trace.Value) func(data []trace.Value) trace.Value {
	return func(data []trace.Value) trace.Value {
		all, next := append([]trace.Value{}, in...), 0
		for i, o := range s.Operands {
			if o.Role == dataRole && o.Type.DType.IsFloat() {
				all[i] = data[next]
				next++
			}
		}
		return s.Apply(all)[0]
	}
}
