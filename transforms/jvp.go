package transforms

import "github.com/pullback-go/pullback/trace"

// JVP returns a function that maps x and a tangent, a tree of the same leaves, to f(x)
// and the tangent of f(x): the directional derivative of f at x along the tangent, in one
// walk forward. Leaves of integer or boolean dtype have no tangent: tangents given for
// them are ignored, and zeros of their type come out. A leaf that the tangent leaves
// absent counts as zero.
//
// An attribution rule has a JVP if it is linear in the relevance, as all LRP rules are.
// GuidedBackprop and DeconvNet are not linear. JVP through them panics with a
// *trace.Error that names rule, operation and line.
func JVP[P, R any](f func(P) R) func(x, tangent P) (R, R) { return jvp("JVP", f) }

// jvp is JVP under the name of the transform that the user called.
func jvp[P, R any](name string, f func(P) R) func(x, tangent P) (R, R) {
	return func(x, tangent P) (R, R) {
		r := record(f, x)
		requireFloats(name, r)
		types := trace.TypesOfValues(r.leaves)
		tangents := aligned("tangent", tangent, r.in, types)
		for i, t := range types {
			if !t.DType.IsFloat() {
				tangents[i] = Value{}
			}
		}
		l := linearizeProgram(r.program, present(tangents))
		out, res := l.forward(r.leaves)
		return result[R](r, out), result[R](r, filled(l.push(res, tangents), out))
	}
}
