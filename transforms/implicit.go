package transforms

import (
	"fmt"
	"math"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/linalg"
	"github.com/pullback-go/pullback/trace"
)

// LinearSolveConfig says how [LinearSolve] solves.
type LinearSolveConfig[P any] struct {
	// Solve returns x with matvec(x) = b. By default the matrix is written down and
	// decomposed, see [linalg.Solve], which suits some hundreds of unknowns. [CG] suits more
	// of them.
	Solve func(matvec func(P) P, b P) P
	// Symmetric says that the function is its own transpose.
	Symmetric bool
}

// LinearSolve returns x with matvec(x) = b, for a function that is linear. b is a tree of
// floats of one dtype, and matvec maps such trees to such trees. However the system is
// solved, the derivative is that of the solution, in both modes and to every order:
//
//	dx = A⁻¹ (db - dA x)
//
// It solves further systems: with A for a tangent, and with the transpose of A, which is
// found by [LinearTranspose], for a cotangent. matvec may capture values, with respect to
// which there is a derivative, too.
func LinearSolve[P any](matvec func(P) P, b P, config ...LinearSolveConfig[P]) P {
	c := theOnly(config)
	leaves, s := trace.Flatten(b)
	types := trace.TypesOfValues(leaves)
	requireSameFloats("LinearSolve", types)
	program := trace.RecordBody(func(in []Value) []Value {
		return aligned("result of LinearSolve's function", matvec(unflatten[P](s, in)), s, types)
	}, types, leaves)
	l := linearSystem{symmetric: c.Symmetric, types: types}
	matrix, captured := program.Closed()
	l.matrix = matrix
	if c.Solve != nil {
		l.solver = func(matvec func([]Value) []Value, b []Value) []Value {
			x := c.Solve(func(x P) P {
				in := aligned("argument of LinearSolve's function", x, s, types)
				return unflatten[P](s, matvec(filled(in, leaves)))
			}, unflatten[P](s, b))
			return filled(aligned("solution that LinearSolveConfig.Solve returned", x, s, types), b)
		}
	}
	return unflatten[P](s, l.solve(captured, leaves))
}

// requireSameFloats refuses values that are not floats of one dtype.
func requireSameFloats(name string, types []trace.Type) {
	if len(types) == 0 {
		panic(trace.Errorf("%s of a tree without values: there is nothing to solve for", name))
	}
	for _, t := range types {
		if !t.DType.IsFloat() || t.DType != types[0].DType {
			panic(trace.Errorf("%s for values %v and %v: want floats of one dtype; see fn.Cast", name, types[0], t))
		}
	}
}

// linearSystem is A x = b for a program that applies A, of values that it captured and x.
type linearSystem struct {
	matrix    *trace.Program
	symmetric bool
	types     []trace.Type // of x and b
	solver    func(matvec func([]Value) []Value, b []Value) []Value
}

// solve returns x, as a function with a derivative of its own.
func (l linearSystem) solve(captured, b []Value) []Value {
	n := len(captured)
	args := slices.Concat(captured, b)
	r := recordBody(func(in []Value) []Value { return l.direct(in[:n], in[n:]) }, args)
	linear := append(make(trace.Mask, n), trace.AllMarked(len(b))...)
	return result[[]Value](r, bindLinear(r, [...]string{"LinearSolve's function", "LinearSolve's function", "LinearSolve's transpose"}, linear, func() parts {
		return parts{func(in []Value) []Value {
			x := l.direct(in[:n], in[n:])
			return slices.Concat(x, in[:n], x)
		}, func(res, ct []Value) []Value {
			captured, x := res[:n], res[n:]
			toB := l.transposed().solve(captured, ct)
			return append(l.towards(captured, x, toB), toB...)
		}}
	}))
}

// direct solves without a derivative of its own.
func (l linearSystem) direct(captured, b []Value) []Value {
	matvec := func(x []Value) []Value { return l.matrix.Apply(slices.Concat(captured, x)...) }
	if l.solver != nil {
		return l.solver(matvec, b)
	}
	vector, tree := Ravel(b)
	columns := Vmap(func(e Value) Value { y, _ := Ravel(matvec(tree(e))); return y })(fn.Eye(vector.DType(), vector.Size()))
	return tree(linalg.Solve(fn.Transpose(columns, 1, 0), vector))
}

// transposed returns the system of the transposed matrix, of the same captured values.
func (l linearSystem) transposed() linearSystem {
	if l.symmetric {
		return l
	}
	m, n := l.matrix, len(l.matrix.In)-len(l.types)
	unknown := make([]Value, len(l.types))
	for i, t := range l.types {
		unknown[i] = trace.Unknown(t)
	}
	l.matrix = trace.Record(func(in []Value) []Value {
		return LinearTranspose(func(x []Value) []Value { return m.Apply(slices.Concat(in[:n], x)...) }, unknown)(in[n:])
	}, m.TypesOf(m.In))
	return l
}

// towards returns the cotangents -ct dA x of captured values.
func (l linearSystem) towards(captured, x, ct []Value) []Value {
	if !slices.ContainsFunc(captured, func(v Value) bool { return v.DType().IsFloat() }) {
		return make([]Value, len(captured))
	}
	_, pull := VJP(func(captured []Value) []Value { return l.matrix.Apply(slices.Concat(captured, x)...) })(captured)
	out := pull(ct)
	for i, v := range out {
		if out[i] = (Value{}); v.DType().IsFloat() {
			out[i] = fn.Neg(v)
		}
	}
	return out
}

// RootConfig says how [Root] and [FixedPoint] find their value.
type RootConfig[X any] struct {
	// Solve returns x with f(x) = 0, close enough. Root's default is Newton's method, with
	// the Jacobian written down; FixedPoint's is to apply the function again and again.
	Solve func(f func(X) X, start X) X
	// Linear solves the linear systems of derivatives.
	Linear LinearSolveConfig[X]
	// Tolerance is what the largest change of an element in the last step may be, relative
	// to the largest element, or to 1 if that is less; 0 means 1e-10 in f64 and 1e-5 in f32.
	Tolerance float64
	// Steps is the largest number of steps; 0 means 50 of Newton's, or 10000 applications.
	Steps int
}

// Root returns x with f(x) = 0 that is near start. It has the derivative of the implicit
// function theorem, in both modes and to every order, however x was found: with respect
// to a value θ that f captures,
//
//	dx = -(∂f/∂x)⁻¹ ∂f/∂θ dθ
//
// x and f(x) are trees of floats of one dtype, of the same structure. start has no
// derivative. If the iteration does not converge, x is NaN; where it is computed at once
// that is a *trace.Error with the number of steps.
func Root[X any](f func(X) X, start X, config ...RootConfig[X]) X {
	return rootOf("Root", f, start, theOnly(config), false)
}

// FixedPoint returns x with f(x) = x, the limit of f(f(...f(start))). Its derivative is
// that of the [Root] of f(x) - x, and needs no step of the iteration to be kept.
func FixedPoint[X any](f func(X) X, start X, config ...RootConfig[X]) X {
	return rootOf("FixedPoint", f, start, theOnly(config), true)
}

// rootOf returns x with f(x) = 0, or f(x) = x if fixed is set.
func rootOf[X any](name string, f func(X) X, start X, c RootConfig[X], fixed bool) X {
	leaves, s := trace.Flatten(start)
	types := trace.TypesOfValues(leaves)
	requireSameFloats(name, types)
	what := "result of " + name + "'s function"
	program, captured := trace.RecordBody(func(in []Value) []Value {
		return filled(aligned(what, f(unflatten[X](s, in)), s, types), in)
	}, types, leaves).Closed()
	n := len(captured)
	residual := func(captured, x []Value) []Value {
		y := program.Apply(slices.Concat(captured, x)...)
		for i := range y {
			if fixed {
				y[i] = fn.Sub(y[i], x[i])
			}
		}
		return y
	}
	find := func(captured, start []Value) []Value {
		as := func(f func(captured, x []Value) []Value) func(x X) X {
			return func(x X) X {
				return unflatten[X](s, f(captured, filled(aligned("argument of "+name+"'s function", x, s, types), start)))
			}
		}
		var x X
		switch from := unflatten[X](s, start); {
		case c.Solve != nil:
			x = c.Solve(as(residual), from)
		case fixed:
			x = c.iterate(name, 10000, as(func(captured, x []Value) []Value { return program.Apply(slices.Concat(captured, x)...) }), from)
		default:
			x = c.newton(as(residual), from)
		}
		return filled(aligned("solution that RootConfig.Solve returned", x, s, types), start)
	}
	r := recordBody(func(in []Value) []Value { return find(in[:n], in[n:]) }, slices.Concat(captured, StopGradient(leaves)))
	x := bindCustom(r, [...]string{what, what, name + "'s pullback"}, func() parts {
		return parts{func(in []Value) []Value {
			x := find(in[:n], in[n:])
			return slices.Concat(x, in[:n], x)
		}, func(res, ct []Value) []Value {
			captured, x := res[:n], res[n:]
			_, pull := VJP(func(x []Value) []Value { return residual(captured, x) })(x)
			toX := LinearSolve(func(v X) X {
				out := pull(filled(aligned("argument of the transposed Jacobian", v, s, types), x))
				return unflatten[X](s, out)
			}, unflatten[X](s, ct), c.Linear)
			along, _ := trace.Flatten(toX)
			l := linearSystem{matrix: program, types: types}
			return append(l.towards(captured, x, along), make([]Value, len(x))...)
		}}
	})
	return unflatten[X](s, x)
}

// newton is Newton's method with the Jacobian written down.
func (c RootConfig[X]) newton(f func(X) X, start X) X {
	vector, tree := Ravel(start)
	of := func(v Value) Value { y, _ := Ravel(f(tree(v))); return y }
	step := func(v Value) Value {
		return fn.Sub(v, linalg.Solve(JacobianForward(of)(v), of(v)))
	}
	d := RootConfig[Value]{Tolerance: c.Tolerance, Steps: c.Steps}
	return tree(d.iterate("Root", 50, step, vector))
}

// iterate applies a step until it changes little.
func (c RootConfig[X]) iterate(name string, steps int, step func(X) X, start X) X {
	if !(c.Tolerance >= 0) || c.Steps < 0 {
		panic(trace.Errorf("%s: a tolerance of %v and %d steps: want neither negative", name, c.Tolerance, c.Steps))
	}
	if c.Steps > 0 {
		steps = c.Steps
	}
	type state struct {
		X             X
		Change, Steps Value
	}
	size := func(x X) Value {
		v, _ := Ravel(x)
		return fn.NormAll(v, math.Inf(1))
	}
	vector, _ := Ravel(start)
	tolerance := c.Tolerance
	if tolerance == 0 {
		tolerance = precision(vector, 1e-10, 1e-5)
	}
	end := While(func(s state) Value {
		return fn.And(fn.Greater(s.Change, fn.Scalar(tolerance)), fn.Less(s.Steps, fn.Scalar(float64(steps))))
	}, func(s state) state {
		next := step(s.X)
		change := fn.Div(size(trace.Map2(fn.Sub, next, s.X)), fn.ClampMin(size(next), 1))
		return state{next, change, fn.Add(s.Steps, fn.Scalar(1))}
	})(state{start, fn.FillAs(vector, trace.TypeOf(vector.DType()), math.Inf(1)), fn.FillAs(vector, trace.TypeOf(trace.Int64), 0)})
	converged := fn.LessEqual(end.Change, fn.Scalar(tolerance))
	return trace.Map(func(v Value) Value {
		v = fn.Where(converged, v, fn.Scalar(math.NaN()))
		return trace.Bind1(required{fmt.Sprintf("%s: it did not converge to %g", name, tolerance)}, v, end.Steps, end.Change, converged)
	}, end.X)
}

// required is the identity on its first operand where the last one is true. Where it is
// false, it panics if operations are computed one by one. It is nothing in a compiled
// program. The operands between are the number of steps and the last change.
type required struct{ Otherwise string }

func (required) Name() string                                  { return "required" }
func (required) LinearIn(marked []bool) bool                   { return marked[0] && !slices.Contains(marked[1:], true) }
func (required) Infer(in []trace.Type) ([]trace.Type, error)   { return in[:1:1], nil }
func (required) Eval(in, out []*trace.Array)                   { out[0].CopyFrom(in[0]) }
func (required) Simplify([]trace.Type) (trace.Op, []int, bool) { return nil, []int{0}, true }
func (required) VJP(_, _, ct []Value, _ []bool) []Value        { return []Value{ct[0], {}, {}, {}} }
func (op required) Run(in []Value) []Value {
	if i := slices.Index(trace.Elems[bool](in[3].Array()), false); i >= 0 {
		steps, change := in[1].Float64s(), in[2].Float64s()
		panic(trace.Errorf("%s in %v steps: the last one changed x by %.3g of its size; start nearer, take more steps, or find out whether there is a solution",
			op.Otherwise, steps[min(i, len(steps)-1)], change[min(i, len(change)-1)]))
	}
	return in[:1:1]
}

func (op required) Batch(size int, in []Value, batched []bool) []Value {
	if !batched[0] {
		in = slices.Concat([]Value{fn.Expand(in[0], 0, size)}, in[1:])
	}
	return trace.Bind(op, in...)
}
