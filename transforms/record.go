package transforms

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

type (
	// Value is an array, known or still to be computed; see [trace.Value].
	Value = trace.Value
)

// recording is a function over trees, traced at the structure and types of an argument.
type recording struct {
	program *trace.Program
	in, out *trace.Structure
	leaves  []Value // of the argument that it was traced for
	weak    []bool  // by result
}

func record[P, R any](f func(P) R, x P) *recording {
	r := &recording{}
	r.leaves, r.in = trace.Flatten(x)
	r.program = trace.Record(flat(r, f), trace.TypesOfValues(r.leaves))
	return r
}

// recordBody is record for the body of a call. The body contains what f computes from
// captured values.
func recordBody[P, R any](f func(P) R, x P, operands ...Value) *recording {
	r := &recording{}
	r.leaves, r.in = trace.Flatten(x)
	r.program = trace.RecordBody(flat(r, f), trace.TypesOfValues(r.leaves), r.leaves, operands)
	return r
}

// flat returns f as a function of leaves, which are weak where the leaves of the
// recording are. It notes the structure and weakness of what f returns.
func flat[P, R any](r *recording, f func(P) R) func(in []Value) []Value {
	return func(in []Value) []Value {
		out, structure := trace.Flatten(f(unflatten[P](r.in, weakAs(in, weakness(r.leaves)))))
		r.out, r.weak = structure, weakness(out)
		return out
	}
}

// result builds the tree that a recorded function returns.
func result[R any](r *recording, leaves []Value) R {
	return unflatten[R](r.out, weakAs(leaves, r.weak))
}

// tangents returns a tangent for each leaf of the argument, absent where the given tree
// has none and where the leaf is not a float.
func (r *recording) tangents(tree any) []Value {
	types := trace.TypesOfValues(r.leaves)
	out := aligned("tangent", tree, r.in, types)
	for i, t := range types {
		if !t.DType.IsFloat() {
			out[i] = Value{}
		}
	}
	return out
}

// weakness reports which values are weak.
func weakness(vs []Value) []bool {
	out := make([]bool, len(vs))
	for i, v := range vs {
		out[i] = v.IsWeak()
	}
	return out
}

// weakAs sets whether values are weak.
func weakAs(vs []Value, weak []bool) []Value {
	out := make([]Value, len(vs))
	for i, v := range vs {
		out[i] = v.WithWeak(weak[i])
	}
	return out
}

// unflatten builds a tree of type P. A nil interface gives the zero P.
func unflatten[P any](s *trace.Structure, leaves []Value) P {
	p, _ := s.Unflatten(leaves).(P)
	return p
}

// aligned flattens a tree that a user gave as the cotangent or tangent of another tree.
// It returns a leaf for each path of like, absent where the user's tree has none. Types
// must agree. Errors call the tree what.
func aligned(what string, tree any, like *trace.Structure, types []trace.Type) []Value {
	out := matched(what, tree, like)
	for i, v := range out {
		if !v.IsAbsent() {
			out[i] = fitted(what, like.Path(i), v, types[i])
		}
	}
	return out
}

// matched is aligned for leaves of any type.
func matched(what string, tree any, like *trace.Structure) []Value {
	leaves, s := trace.Flatten(tree)
	out := make([]Value, like.Len())
	if s.Key() == like.Key() { // then the paths are equal, and need not be built
		return leaves
	}
	at, paths := make(map[string]Value, len(leaves)), s.Paths()
	for i, p := range paths {
		at[p] = leaves[i]
	}
	for i, p := range like.Paths() {
		out[i] = at[p]
		delete(at, p)
	}
	for _, p := range paths {
		if _, left := at[p]; left {
			panic(trace.Errorf("the %s has a leaf at %s, what it belongs to has none there", what, leafName(p)))
		}
	}
	return out
}

// fitted checks one leaf. A weak leaf takes the type's dtype.
func fitted(what, path string, v Value, t trace.Type) Value {
	switch {
	case v.IsWeak() && v.DType() == t.DType:
		v = v.WithWeak(false)
	case v.IsWeak() && t.DType.IsFloat():
		v = fn.Cast(v, t.DType)
	}
	if !v.Type().Equal(t) {
		panic(trace.Errorf("the %s at %s is %v, want %v", what, leafName(path), v.Type(), t))
	}
	return v
}

func leafName(path string) string {
	if path == "" {
		return "its only leaf"
	}
	return path
}

// floats marks the values of float dtype.
func floats(vs []Value) []bool {
	out := make([]bool, len(vs))
	for i, v := range vs {
		out[i] = v.DType().IsFloat()
	}
	return out
}

// requireFloats panics if the argument has no float leaf.
func requireFloats(name string, r *recording) {
	for _, v := range r.leaves {
		if v.DType().IsFloat() {
			return
		}
	}
	if len(r.leaves) == 0 {
		panic(trace.Errorf("%s of a function of no values: its argument has no leaves", name))
	}
	panic(trace.Errorf("%s with respect to %v at %s: integers and booleans have no derivative; pass the float values to differentiate "+
		"as the argument, and capture the others", name, r.leaves[0].Type(), leafName(r.in.Path(0))))
}
