package transforms

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// VJP returns a function that maps x to f(x) and to the pullback of f at x. The pullback
// maps a cotangent of f(x), a tree of the same leaves, to the cotangent of x, which has
// the structure of x. It may be called any number of times, from any goroutine, and
// inside other transforms.
//
// A weak leaf, as [fn.Scalar] gives, stays weak inside of f, whatever it is combined with
// there. Its cotangent is a weak float64.
//
// Leaves of integer or boolean dtype have no derivative: their cotangents are zeros of
// their own type. A leaf that a cotangent tree leaves absent counts as zero. The value is
// computed without the rules of [WithRules], which change derivatives only.
//
// Cotangents that meet at a value are added in the order of the walk backward, the same
// in every call. Cotangents of elements that [fn.Index], [fn.Slice], [fn.Take] and
// [fn.TakeAlong] pick from one array are added together, which takes as long as picking
// them.
//
// VJP panics with a *trace.Error if x has no float leaf, or a cotangent does not fit.
func VJP[P, R any](f func(P) R) func(P) (R, func(R) P) { return vjp("VJP", f) }

// vjp is VJP under the name of the transform that the user called.
func vjp[P, R any](name string, f func(P) R) func(P) (R, func(R) P) {
	return func(x P) (R, func(R) P) {
		r := record(f, x)
		requireFloats(name, r)
		l := linearizeProgram(r.program, floats(r.leaves))
		out, res := l.forward(r.leaves)
		types := trace.TypesOfValues(out)
		pull := func(ct R) P {
			cts := l.backward(res, aligned("cotangent", ct, r.out, types))
			return unflatten[P](r.in, weakAs(filled(cts, r.leaves), weakness(r.leaves)))
		}
		return result[R](r, out), pull
	}
}

// Pull returns a function that maps x to the pullback of f at x, applied to ct(f(x)).
// With a constant ct this is the gradient of <ct, f(x)>. As a function of x it can be
// differentiated again: the second-order gradient of an attribution is
//
//	Pull(Pull(WithRules(c, f), ones), v)
//
// where the dependence of ct(f(x)) on x counts.
func Pull[P, R any](f func(P) R, ct func(R) R) func(P) P {
	pullback := vjp("Pull", f)
	return func(x P) P {
		y, pull := pullback(x)
		return pull(ct(y))
	}
}

// Grad returns the gradient of a scalar function. It has the structure of the argument.
// For a function that is not scalar see [Pull].
func Grad[P any](f func(P) Value) func(P) P { return grad("Grad", f) }

func grad[P any](name string, f func(P) Value) func(P) P {
	both := valueAndGrad(name, f)
	return func(x P) P {
		_, g := both(x)
		return g
	}
}

// ValueAndGrad returns f(x) and the gradient of f at x, for the price of the gradient.
func ValueAndGrad[P any](f func(P) Value) func(P) (Value, P) { return valueAndGrad("ValueAndGrad", f) }

func valueAndGrad[P any](name string, f func(P) Value) func(P) (Value, P) {
	pullback := vjp(name, f)
	return func(x P) (Value, P) {
		y, pull := pullback(x)
		return y, pull(seed(name, y))
	}
}

// seed returns the cotangent 1 of a scalar.
func seed(name string, y Value) Value {
	if y.IsAbsent() {
		panic(trace.Errorf("%s of a function that returns an absent value (the zero trace.Value): was its result never set?", name))
	}
	if y.Rank() != 0 || !y.DType().IsFloat() {
		panic(trace.Errorf("%s needs a function whose value is a float scalar, as f64[]; this one gives %v. Sum it, or use Pull with a cotangent of that type", name, y.Type()))
	}
	return fn.OnesLike(y)
}
