package transforms

import (
	"github.com/pullback-go/pullback/trace"
)

type (
	// Value is an array, known or still to come; see [trace.Value].
	Value = trace.Value
)

// recording is a function over trees, traced at the structure and types of an argument.
type recording struct {
	program *trace.Program
	in, out *trace.Structure
	leaves  []Value // of the argument it was traced for
}

func record[P, R any](f func(P) R, x P) *recording {
	r := &recording{}
	r.leaves, r.in = trace.Flatten(x)
	r.program = trace.Record(func(in []Value) []Value {
		out, structure := trace.Flatten(f(unflatten[P](r.in, in)))
		r.out = structure
		return out
	}, trace.TypesOfValues(r.leaves))
	return r
}

// unflatten builds a tree of type P; a nil interface stays the zero P.
func unflatten[P any](s *trace.Structure, leaves []Value) P {
	p, _ := s.Unflatten(leaves).(P)
	return p
}

// aligned flattens a tree that a user gave as the cotangent or tangent of another: same leaves by path, absent where it has none.
// Types must agree. what names it in errors.
func aligned(what string, tree any, like *trace.Structure, types []trace.Type) []Value {
	leaves, s := trace.Flatten(tree)
	out := make([]Value, like.Len())
	if s.Key() == like.Key() { // then the paths are the same, and need not be written
		for i, v := range leaves {
			if out[i] = v; v.IsWeak() || !v.Type().Equal(types[i]) {
				out[i] = fitted(what, like.Path(i), v, types[i])
			}
		}
		return out
	}
	at, paths := make(map[string]Value, len(leaves)), s.Paths()
	for i, p := range paths {
		at[p] = leaves[i]
	}
	for i, p := range like.Paths() {
		v, ok := at[p]
		if !ok {
			continue
		}
		delete(at, p)
		out[i] = fitted(what, p, v, types[i])
	}
	for _, p := range paths {
		if _, left := at[p]; left {
			panic(trace.Errorf("the %s has a leaf at %s, what it belongs to has none there", what, leafName(p)))
		}
	}
	return out
}

// fitted checks one leaf; a weak scalar takes the type's dtype.
func fitted(what, path string, v Value, t trace.Type) Value {
	if v.IsWeak() && t.Rank() == 0 && t.DType.IsFloat() {
		v = weakAs(v, t.DType)
	}
	if !v.Type().Equal(t) {
		panic(trace.Errorf("the %s at %s is %v, want %v", what, leafName(path), v.Type(), t))
	}
	return v
}

func weakAs(v Value, d trace.DType) Value {
	if d == trace.Float32 {
		return trace.Scalar(float32(v.Float64()))
	}
	return trace.Scalar(v.Float64())
}

func leafName(path string) string {
	if path == "" {
		return "its only leaf"
	}
	return path
}
