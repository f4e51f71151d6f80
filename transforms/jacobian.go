package transforms

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Jacobian returns the matrix of all derivatives of f at x, by reverse mode. Its shape is
// that of f(x) followed by that of x; its dtype is that of x. It takes one pullback for
// each element of f(x), all in one [Vmap]. It panics with a *trace.Error if x or f(x) is
// not float. For trees see [Ravel].
func Jacobian(f func(Value) Value) func(Value) Value {
	pullback := vjp("Jacobian", f)
	return func(x Value) Value {
		y, pull := pullback(x)
		requireFloatResult("Jacobian", y)
		rows := Vmap(pull)(basis(y))
		return fn.Reshape(rows, append(append([]int{}, y.Shape()...), x.Shape()...)...)
	}
}

// JacobianForward is [Jacobian] by forward mode. It takes one push for each element of x,
// and suits functions with more results than arguments.
func JacobianForward(f func(Value) Value) func(Value) Value {
	return jacobianForward("JacobianForward", f)
}

func jacobianForward(name string, f func(Value) Value) func(Value) Value {
	push := jvp(name, f)
	return func(x Value) Value {
		columns := Vmap(func(t Value) Value {
			y, ty := push(x, t)
			requireFloatResult(name, y)
			return ty
		})(basis(x))
		n := columns.Rank()
		perm := make([]int, n)
		for i := range perm {
			perm[i] = (i + 1) % n
		}
		shape := append(append([]int{}, columns.Shape()[1:]...), x.Shape()...)
		return fn.Cast(fn.Reshape(fn.Transpose(columns, perm...), shape...), x.DType())
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

// Hessian returns the second derivatives of a scalar function. Its shape is that of x
// twice. It is forward mode over reverse mode.
func Hessian(f func(Value) Value) func(Value) Value {
	return jacobianForward("Hessian", grad("Hessian", f))
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
		out, at := make([]Value, len(types)), 0
		for i, t := range types {
			part := fn.Slice(x, fn.SliceConfig{Start: []int{at}, Stop: []int{at + t.Size()}})
			out[i] = fn.Reshape(part, t.Shape...)
			at += t.Size()
		}
		if x.Size() != at {
			panic(trace.Errorf("a vector of %d elements does not fill a tree of %d", x.Size(), at))
		}
		return unflatten[P](s, out)
	}
}
