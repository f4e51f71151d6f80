package transforms

// GradOf returns the gradient of a scalar function of two arguments with respect to the
// first. The second is data: batches, targets, keys, whatever is not differentiated.
func GradOf[P, D any](f func(P, D) Value) func(P, D) P {
	return func(p P, d D) P { return grad("GradOf", with(f, d))(p) }
}

// ValueAndGradOf returns f(p, d) and the gradient of f with respect to p, see [GradOf].
func ValueAndGradOf[P, D any](f func(P, D) Value) func(P, D) (Value, P) {
	return func(p P, d D) (Value, P) { return valueAndGrad("ValueAndGradOf", with(f, d))(p) }
}

// ValueAndGradAuxOf is [ValueAndGradOf] of a function with an auxiliary result, which is
// returned unchanged and not differentiated.
func ValueAndGradAuxOf[P, D, A any](f func(P, D) (Value, A)) func(P, D) (Value, A, P) {
	return func(p P, d D) (Value, A, P) {
		return valueAndGradAux("ValueAndGradAuxOf", func(p P) (Value, A) { return f(p, d) })(p)
	}
}

// with is f at one second argument.
func with[P, D, R any](f func(P, D) R, d D) func(P) R { return func(p P) R { return f(p, d) } }

// auxiliary is a result with another beside it that is not differentiated.
type auxiliary[R, A any] struct {
	Result R
	Aux    A
}

func withAux[P, R, A any](f func(P) (R, A)) func(P) auxiliary[R, A] {
	return func(x P) auxiliary[R, A] {
		y, a := f(x)
		return auxiliary[R, A]{y, a}
	}
}

// VJPAux is [VJP] of a function with an auxiliary result, which is returned unchanged and
// gets no cotangent.
func VJPAux[P, R, A any](f func(P) (R, A)) func(P) (R, func(R) P, A) {
	return vjpAux("VJPAux", f)
}

func vjpAux[P, R, A any](name string, f func(P) (R, A)) func(P) (R, func(R) P, A) {
	pullback := vjp(name, withAux(f))
	return func(x P) (R, func(R) P, A) {
		y, pull := pullback(x)
		return y.Result, func(ct R) P { return pull(auxiliary[R, A]{Result: ct}) }, y.Aux
	}
}

// JVPAux is [JVP] of a function with an auxiliary result, which is returned unchanged and
// has no tangent.
func JVPAux[P, R, A any](f func(P) (R, A)) func(x, tangent P) (R, R, A) {
	push := jvp("JVPAux", withAux(f))
	return func(x, tangent P) (R, R, A) {
		y, ty := push(x, tangent)
		return y.Result, ty.Result, y.Aux
	}
}

// GradAux returns the gradient of a scalar function with an auxiliary result, and that
// result, which is not differentiated.
func GradAux[P, A any](f func(P) (Value, A)) func(P) (P, A) {
	both := valueAndGradAux("GradAux", f)
	return func(x P) (P, A) {
		_, a, g := both(x)
		return g, a
	}
}

// ValueAndGradAux is [ValueAndGrad] of a function with an auxiliary result, which is
// returned unchanged and not differentiated.
func ValueAndGradAux[P, A any](f func(P) (Value, A)) func(P) (Value, A, P) {
	return valueAndGradAux("ValueAndGradAux", f)
}

func valueAndGradAux[P, A any](name string, f func(P) (Value, A)) func(P) (Value, A, P) {
	pullback := vjpAux(name, f)
	return func(x P) (Value, A, P) {
		y, pull, a := pullback(x)
		return y, a, pull(seed(name, y))
	}
}
