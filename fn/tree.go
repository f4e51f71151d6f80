package fn

import "github.com/pullback-go/pullback/trace"

// Stacked stacks trees of equal structure: each Value of the result has those of the trees
// as its rows, along a new axis 0. Static parts are those of the first tree. It panics
// with a *trace.Error if there are no trees, if their Values are at different paths, or if
// shapes or dtypes differ at a path.
func Stacked[P any](ts ...P) P {
	return trace.MapAll(func(vs []trace.Value) trace.Value { return Stack(0, vs...) }, ts...)
}

// Rows takes a tree apart along axis 0 of all its Values: element i of the result has row
// i of each. It is the inverse of [Stacked]. It panics with a *trace.Error if the tree has
// no Values, or they have no axis 0 of one common length.
func Rows[P any](t P) []P {
	leaves, s := trace.Flatten(t)
	if len(leaves) == 0 {
		panic(trace.Errorf("rows: the tree has no values, so the number of rows is not known"))
	}
	for i, v := range leaves {
		if v.Rank() == 0 {
			panic(trace.Errorf("rows: the tree has the scalar %v at %s, which has no rows", v.Type(), leafName(s, i)))
		}
		if v.Dim(0) != leaves[0].Dim(0) {
			panic(trace.Errorf("rows: there are %d rows at %s and %d at %s", leaves[0].Dim(0), leafName(s, 0), v.Dim(0), leafName(s, i)))
		}
	}
	out := make([]P, leaves[0].Dim(0))
	for i := range out {
		out[i] = trace.Map(func(v trace.Value) trace.Value { return Index(v, i) }, t)
	}
	return out
}

// leafName is the path of a value as errors name it.
func leafName(s *trace.Structure, i int) string {
	if s.Path(i) == "" {
		return "its only value"
	}
	return s.Path(i)
}
