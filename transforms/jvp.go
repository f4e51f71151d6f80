package transforms

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
		tangents := r.tangents(tangent)
		l := linearizeProgram(r.program, present(tangents))
		out, res := l.forward(r.leaves)
		return result[R](r, out), result[R](r, filled(l.push(res, tangents), out))
	}
}

// Linearize returns a function that maps x to f(x) and to the derivative of f at x, the
// linear function from tangents of x to tangents of f(x). It is [JVP] with the work that
// does not depend on the tangent done once. The derivative may be called any number of
// times, and inside of other transforms. Integers and absent leaves are as in JVP.
func Linearize[P, R any](f func(P) R) func(x P) (R, func(tangent P) R) {
	return func(x P) (R, func(P) R) {
		r := record(f, x)
		requireFloats("Linearize", r)
		l := linearizeProgram(r.program, floats(r.leaves))
		out, res := l.forward(r.leaves)
		return result[R](r, out), func(tangent P) R {
			return result[R](r, filled(l.push(res, r.tangents(tangent)), out))
		}
	}
}
