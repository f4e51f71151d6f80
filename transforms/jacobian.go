package transforms

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Jacobian returns all derivatives of f at x, by reverse mode: a tree like x, with the
// shape of f(x) before the shape of each leaf. For one Value that is a matrix of shape
// f(x), x. The dtypes are those of the leaves of x. Integer and boolean leaves get zeros.
//
// It takes one pullback for each element of f(x), all in one [Vmap]. It panics with a
// *trace.Error if x has no float leaf, or f(x) is not float. For functions whose result is
// a tree see [Jacobians]; for one matrix of a whole tree see [Ravel].
func Jacobian[P any](f func(P) Value) func(P) P { return only(jacobians("Jacobian", f)) }

// JacobianForward is [Jacobian] by forward mode. It takes one push for each element of x,
// and suits functions with more results than arguments.
func JacobianForward[P any](f func(P) Value) func(P) P {
	return only(jacobiansForward("JacobianForward", f))
}

// JacobianAux is [Jacobian] of a function with an auxiliary result, which is returned
// unchanged and not differentiated.
func JacobianAux[P, A any](f func(P) (Value, A)) func(P) (P, A) {
	return func(x P) (P, A) {
		l := linearizedAt("JacobianAux", withAux(f), x)
		y := result[auxiliary[Value, A]](l.recording, l.results)
		requireFloatResult("JacobianAux", y.Result)
		return l.pulled(0), y.Aux
	}
}

// Jacobians is [Jacobian] of a function whose result is a tree. It returns the Jacobian
// of each Value of the result by its path, as [trace.Flatten] names it:
//
//	j := transforms.Jacobians(f)(x)[".Scores[1]"] // a tree like x
func Jacobians[P, R any](f func(P) R) func(P) map[string]P { return jacobians("Jacobians", f) }

// Hessians returns the second derivatives of a scalar function of a tree. For the path of
// each float leaf of x it has a tree like x, with the shape of that leaf before the shape
// of each leaf:
//
//	h := transforms.Hessians(loss)(model)[".W"].B // ∂²loss/∂W∂B, of the shapes of W and B
//
// It is forward mode over reverse mode.
func Hessians[P any](f func(P) Value) func(P) map[string]P {
	gradient := grad("Hessians", f)
	return func(x P) map[string]P {
		l := linearizedAt("Hessians", gradient, x)
		return l.byPath(func(g Value) bool { return g.DType().IsFloat() }, l.pushed())
	}
}

// Hessian returns the second derivatives of a scalar function of one Value. Its shape is
// that of x twice. It is forward mode over reverse mode. For trees see [Hessians].
func Hessian(f func(Value) Value) func(Value) Value {
	return only(jacobiansForward("Hessian", grad("Hessian", f)))
}

func jacobians[P, R any](name string, f func(P) R) func(P) map[string]P {
	return func(x P) map[string]P {
		l := linearizedAt(name, f, x)
		return l.byPath(floatResult(name), l.pulled)
	}
}

func jacobiansForward[P, R any](name string, f func(P) R) func(P) map[string]P {
	return func(x P) map[string]P {
		l := linearizedAt(name, f, x)
		return l.byPath(floatResult(name), l.pushed())
	}
}

// only returns the Jacobian of a function whose result is one Value.
func only[P any](f func(P) map[string]P) func(P) P { return func(x P) P { return f(x)[""] } }

// linearized is a function at an argument, ready for derivatives.
type linearized[P, R any] struct {
	*recording
	linear             *linearProgram
	results, residuals []Value
}

func linearizedAt[P, R any](name string, f func(P) R, x P) *linearized[P, R] {
	r := record(f, x)
	requireFloats(name, r)
	l := linearizeProgram(r.program, floats(r.leaves))
	out, res := l.forward(r.leaves)
	if len(out) == 0 {
		requireFloatResult(name, Value{})
	}
	return &linearized[P, R]{r, l, out, res}
}

// byPath returns a derivative of each result that is to be included, by its path.
func (l *linearized[P, R]) byPath(include func(Value) bool, of func(result int) P) map[string]P {
	out := make(map[string]P, len(l.results))
	for k, y := range l.results {
		if include(y) {
			out[l.out.Path(k)] = of(k)
		}
	}
	return out
}

// pulled returns the derivatives of one result: the pullbacks of all unit vectors.
func (l *linearized[P, R]) pulled(k int) P {
	y := l.results[k]
	rows := vmapPartial(func(unit []Value) []Value {
		ct := make([]Value, len(l.results))
		ct[k] = unit[0]
		return filled(l.linear.backward(l.residuals, ct), l.leaves)
	}, y.Size(), []Value{basis(y)}, trace.AllMarked(1))
	for i, v := range l.leaves {
		rows[i] = fn.Reshape(rows[i], slices.Concat(y.Shape(), v.Shape())...)
	}
	return unflatten[P](l.in, weakAs(rows, weakness(l.leaves)))
}

// pushed returns the derivatives of each result: the pushes of all unit vectors. The
// pushes are made once, for all results.
func (l *linearized[P, R]) pushed() func(k int) P {
	columns := make([][]Value, len(l.leaves))
	for i, x := range l.leaves {
		if !x.DType().IsFloat() {
			continue
		}
		columns[i] = vmapPartial(func(unit []Value) []Value {
			tangents := make([]Value, len(l.leaves))
			tangents[i] = unit[0]
			return filled(l.linear.push(l.residuals, tangents), l.results)
		}, x.Size(), []Value{basis(x)}, trace.AllMarked(1))
	}
	return func(k int) P {
		out := make([]Value, len(l.leaves))
		for i, x := range l.leaves {
			shape := slices.Concat(l.results[k].Shape(), x.Shape())
			if columns[i] == nil {
				out[i] = fn.FillAs(x, trace.TypeOf(x.DType(), shape...), 0)
				continue
			}
			out[i] = fn.Cast(fn.Reshape(lastAxis(columns[i][k]), shape...), x.DType())
		}
		return unflatten[P](l.in, weakAs(out, weakness(l.leaves)))
	}
}

// lastAxis makes the first axis the last.
func lastAxis(x Value) Value {
	return fn.Transpose(x, moved(x, func(perm []int) []int { return append(perm[1:], 0) })...)
}

// floatResult includes all results, and panics if one is not float.
func floatResult(name string) func(Value) bool {
	return func(y Value) bool {
		requireFloatResult(name, y)
		return true
	}
}

func requireFloatResult(name string, y Value) {
	if y.IsAbsent() {
		panic(trace.Errorf("%s of a function that returns an absent value (the zero trace.Value): was its result never set?", name))
	}
	if !y.DType().IsFloat() {
		panic(trace.Errorf("%s needs a function whose value is a float array; this one gives %v, and integers and booleans have no derivative", name, y.Type()))
	}
}

// basis returns the stack of the unit vectors in the shape of x.
func basis(x Value) Value {
	n := x.Size()
	i := trace.TypeOf(trace.Int64, n, n)
	unit := fn.Equal(fn.IotaLike(x, i, 0), fn.IotaLike(x, i, 1))
	return fn.Reshape(fn.Cast(unit, x.DType()), append([]int{n}, x.Shape()...)...)
}

// HVP returns a function that maps x and v to the Hessian of a scalar function at x times
// v, for about the price of two gradients.
func HVP[P any](f func(P) Value) func(x, v P) P {
	push := jvp("HVP", grad("HVP", f))
	return func(x, v P) P {
		_, hv := push(x, v)
		return hv
	}
}

// Ravel returns the leaves of a tree as one vector, and a function that builds such a
// tree from such a vector. All leaves must have the same float dtype.
func Ravel[P any](tree P) (Value, func(Value) P) {
	leaves, s := trace.Flatten(tree)
	if len(leaves) == 0 {
		panic(trace.Errorf("Ravel of a tree without values"))
	}
	flat := make([]Value, len(leaves))
	for i, v := range leaves {
		if v.DType() != leaves[0].DType() {
			panic(trace.Errorf("Ravel: %s is %v, %s is %v; all leaves must have one dtype", leafName(s.Path(0)), leaves[0].Type(), leafName(s.Path(i)), v.Type()))
		}
		flat[i] = fn.Reshape(v, v.Size())
	}
	types := trace.TypesOfValues(leaves)
	return fn.Concat(0, flat...), func(x Value) P {
		size := 0
		for _, t := range types {
			size += t.Size()
		}
		if x.IsAbsent() || x.Rank() != 1 || x.Size() != size {
			panic(trace.Errorf("Ravel: the tree is made of a vector of %d elements, and was given %s", size, kindOf(x)))
		}
		out, at := make([]Value, len(types)), 0
		for i, t := range types {
			part := fn.Slice(x, fn.SliceConfig{Start: []int{at}, Stop: []int{at + t.Size()}})
			out[i] = fn.Reshape(part, t.Shape...)
			at += t.Size()
		}
		return unflatten[P](s, out)
	}
}
