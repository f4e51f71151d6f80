package transforms

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// Site is an operation or a named layer of a function, as composites and rules see it.
type Site struct {
	// Kind is the kind of the site, such as linear.conv.standard.
	Kind trace.Kind
	// Path is the layer's name. Without a name, it is the operation's name and a number,
	// as conv#2. The calls of a layer that is called more than once have :0, :1, ...
	// appended. A site inside of a layer has the layer's path before a slash.
	Path string
	// Layer reports whether the site is a named layer, not a bare operation.
	Layer bool
	// Operands are all operands in order. Outputs are the types of the outputs.
	Operands []Operand
	Outputs  []trace.Type
	// Parent is the surrounding layer, nil at the top.
	Parent *Site
	// Derived marks an equation that a VJP or JVP added.
	Derived bool
	// Result reports whether the site's output is a result of the function.
	Result bool

	plain    trace.Op // the operation or the call of the layer
	place    place    // the equation that the site stands for
	absorbed place    // an earlier equation that the site includes, or nowhere
	seen     bool     // whether an effect reads what the absorbed equation computes
	in       []trace.Var
	graph    *flowGraph // which sites lie upstream of which
	node     node       // the site's node in graph
	holds    bool       // whether it is a layer with sites inside
	ruled    bool       // whether it has a rule already

	eqn     *trace.Eqn // the operation, or the call of the layer
	sources []*Site    // by operand: the site whose output it is
	uses    int        // the number of uses of the outputs
}

// Operand is one operand of a site.
type Operand struct {
	Role Role
	Type trace.Type
}

// String prints path and kind for errors, shortened if they are long.
func (s *Site) String() string {
	return fmt.Sprintf("%s (%s)", trace.Printable(trace.Excerpt(s.Path)), trace.Printable(trace.Excerpt(string(s.Kind))))
}

// Position returns the user's line, such as model.go:12.
func (s *Site) Position() string {
	if s.eqn == nil {
		return ""
	}
	return s.eqn.Stack.Position()
}

// Apply applies the site's operation, without any rule, to other operands of the same
// types. It is a pure function.
func (s *Site) Apply(in []Value) []Value {
	return trace.Bind(muted(discharged(s.plain)), in...)[:len(s.Outputs)]
}

// Pull returns the ordinary cotangent of each data operand, given the operands, the
// outputs and the cotangents of the outputs. A cotangent is absent where it is zero, and
// where the operand is not a float. Only what the cotangents depend on is computed: a
// linear site is not applied again.
func (s *Site) Pull(in, out, ct []Value) []Value {
	want := s.dataMask()
	for i, o := range s.Operands {
		want[i] = want[i] && o.Type.DType.IsFloat()
	}
	op := discharged(s.plain)
	if _, ok := op.(linearizer); ok {
		return s.dataOf(pullPruned(op, in, out, ct, want), want)
	}
	return s.dataOf(op.VJP(in, out, ct, want), want)
}

// PullAtRoot is Pull with the root of a normalization as a constant. ok is false unless the
// site is an operation that is [trace.Rooted].
func (s *Site) PullAtRoot(in, out, ct []Value) (cts []Value, ok bool) {
	op, ok := discharged(s.plain).(trace.Rooted)
	if !ok {
		return nil, false
	}
	want := s.dataMask()
	return s.dataOf(op.VJPAtRoot(in, out, ct, want), want), true
}

// DistributionAxis is the axis along which the output adds up to 1. ok is false unless the
// site is an operation that is a [trace.Distribution].
func (s *Site) DistributionAxis() (axis int, ok bool) {
	op, ok := discharged(s.plain).(trace.Distribution)
	if !ok {
		return 0, false
	}
	return op.DistributionAxis(), true
}

// pullPruned records the VJP of a call or loop, which includes its forward pass, and
// drops the parts that are not needed.
func pullPruned(op trace.Op, in, out, ct []Value, want trace.Mask) []Value {
	args := slices.Concat(in, out, ct)
	p := recordPartial(func(args []Value) []Value {
		n := len(in)
		return plainVJP(op, args[:n], args[n:n+len(out)], args[n+len(out):], want)
	}, trace.TypesOfValues(args))
	p.program, _ = p.program.Inlined(transparentCall).Pruned()
	return p.apply(args)
}

// transparentCall opens calls other than checkpoints. They are equal to their body, which
// may be recomputed with them.
func transparentCall(op trace.Op) *trace.Program {
	if c, ok := op.(*call); ok && !c.remat {
		return c.body
	}
	return nil
}

// dataOf keeps the entries of data operands. Entries that are not wanted are absent.
func (s *Site) dataOf(cts []Value, want trace.Mask) []Value {
	var out []Value
	for i, o := range s.Operands {
		switch {
		case want[i]:
			out = append(out, cts[i])
		case o.Role == RoleData:
			out = append(out, Value{})
		}
	}
	return out
}

// Linear reports whether the site is linear (or affine) in its data operands jointly.
func (s *Site) Linear() bool {
	return isAffine(discharged(s.plain), s.dataMask())
}

// Inside reports whether s lies within the layer o, at any depth.
func (s *Site) Inside(o *Site) bool {
	for p := s.Parent; p != nil; p = p.Parent {
		if p == o {
			return true
		}
	}
	return false
}

// DataOperands returns how many operands are data.
func (s *Site) DataOperands() int {
	n := 0
	for _, o := range s.Operands {
		if o.Role == RoleData {
			n++
		}
	}
	return n
}

// split divides the wanted operands into data and others.
func (s *Site) split(want trace.Mask) (data, others trace.Mask) {
	data, others = make(trace.Mask, len(want)), make(trace.Mask, len(want))
	for i, w := range want {
		if s.Operands[i].Role == RoleData {
			data[i] = w
		} else {
			others[i] = w
		}
	}
	return data, others
}

// Source returns the site whose output an operand is. It returns nil if the operand comes
// from another body, or from an operation that is not a site.
func (s *Site) Source(operand int) *Site { return s.sources[operand] }

// Uses returns how often the outputs of the site are used by operations and as results of
// its body.
func (s *Site) Uses() int { return s.uses }

// Program returns the site as a program of its operands, without any rule and effect. The
// program must not be changed.
func (s *Site) Program() *trace.Program {
	op := muted(discharged(s.plain))
	if c, ok := op.(*call); ok {
		return c.body
	}
	types := make([]trace.Type, len(s.Operands))
	for i, o := range s.Operands {
		types[i] = o.Type
	}
	return trace.Record(func(in []Value) []Value { return trace.Bind(op, in...) }, types)
}

// LayerPath returns the path that a layer was named with, which is Path without the
// number of the call. It is empty for a site that is no layer or has no path.
func (s *Site) LayerPath() string {
	if c, ok := s.plain.(*call); ok && c.layer != nil {
		return c.layer.Path
	}
	return ""
}

// dataMask marks the data operands.
func (s *Site) dataMask() trace.Mask {
	mask := make(trace.Mask, len(s.Operands))
	for i, o := range s.Operands {
		mask[i] = o.Role == RoleData
	}
	return mask
}

// comesAfter reports whether the site is at or after another equation of the same body.
func (s *Site) comesAfter(o place) bool { return s.place.body == o.body && o.eqn <= s.place.eqn }

// After reports whether o lies upstream of s: on a path of data from the function's
// argument to s. To find out which of many sites come first, use [Foremost].
func (s *Site) After(o *Site) bool {
	return s.graph != nil && s.graph == o.graph && s.graph.reaches(o.node, s.node)
}

// HandsOn says why the site needs no rule: its ordinary vector-Jacobian product hands
// relevance on unchanged. It is empty for all other sites. These sites hand relevance on:
//
//   - operations that implement [trace.Mover], which move, copy or select elements:
//     reshaping, slices, padding, indexing, concatenation, masks, fn.Where, max-pooling,
//     casts between floats;
//   - operations whose kind is trace.KindShaping;
//   - layers with no site inside, such as dropout at inference.
//
// Some operations are no sites at all: the addition and subtraction of a value that does
// not depend on the argument, a bias, which leaves all relevance to the data;
// StopGradient, which lets nothing pass; and operations that have no float to carry
// relevance from or to, such as comparisons.
func (s *Site) HandsOn() string {
	switch {
	case s.Layer && !s.holds:
		return "nothing inside of it does more than move elements"
	case s.Kind.Is(trace.KindShaping):
		return "its kind is " + string(trace.KindShaping)
	}
	return handsOn(s.plain)
}
