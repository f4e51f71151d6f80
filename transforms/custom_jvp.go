package transforms

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// CustomJVP returns f with a derivative of your own in forward mode: push maps x and a
// tangent of x to f(x) and to the tangent of f(x). The latter must be linear in the
// tangent of x. Reverse mode is its transpose, so both modes work, and derivatives of
// higher order are those of push, which may call the function returned.
//
// A tangent that push leaves absent is zero. f and push may capture values, with respect
// to which there is no derivative, as with [CustomVJP].
func CustomJVP[P, R any](f func(P) R, push func(x, tangent P) (R, R)) func(P) R {
	return func(x P) R {
		r := recordBody(f, x)
		l := pushed{types: trace.TypesOfValues(r.leaves), results: r.program.TypesOf(r.program.Out)}
		weak := weakness(r.leaves)
		tree := func(in []Value) P { return unflatten[P](r.in, weakAs(in, weak)) }
		l.push = func(in, tangents []Value) []Value {
			_, t := push(tree(in), tree(tangents))
			return aligned("tangent that CustomJVP's push returned", t, r.out, l.results)
		}
		return result[R](r, bindCustom(r, [...]string{"CustomJVP's function", "CustomJVP's function", "CustomJVP's push"}, func() parts {
			return parts{func(in []Value) []Value {
				return append(aligned("value of CustomJVP's function", f(tree(in)), r.out, l.results), in...)
			}, l.transposed}
		}))
	}
}

// pushed is a derivative in forward mode.
type pushed struct {
	types, results []trace.Type
	push           func(in, tangents []Value) []Value
}

// transposed returns the cotangents of the argument.
func (l pushed) transposed(in, ct []Value) []Value {
	var given []Value // cotangents of the tangents that push returns
	types := slices.Clone(l.types)
	moving := trace.Mask(floats(in))
	for i, t := range l.types {
		if moving[i] {
			types = append(types, t)
		}
	}
	n := len(l.types)
	p := trace.Record(func(args []Value) []Value {
		var out []Value
		tangents := filled(spread(args[n:], moving), args[:n])
		for i, t := range l.push(args[:n], tangents) {
			if !t.IsAbsent() && l.results[i].DType.IsFloat() {
				out, given = append(out, t), append(given, ct[i])
			}
		}
		return out
	}, types)
	return spread(transpose(func(reason string) error {
		return trace.Errorf("CustomJVP's push is not linear in the tangent: %s", reason)
	}, p, in, given), moving)
}
