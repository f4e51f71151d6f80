package transforms

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// CGConfig says when [CG] stops.
type CGConfig struct {
	// Tolerance is what ‖b - A x‖ may be, relative to ‖b‖; 0 means 1e-10 in f64 and 1e-5 in
	// f32.
	Tolerance float64
	// Steps is the largest number of steps; 0 means ten for each element of b.
	Steps int
	// Damping λ solves (A + λ) x = b.
	Damping float64
}

// CGInfo is how far [CG] came. Its values are scalars.
type CGInfo struct {
	// Steps is the number of steps, i64.
	Steps Value
	// Residual is ‖b - A x‖ as the recursion has it.
	Residual Value
	// Converged is whether Residual is within the tolerance, bool.
	Converged Value
}

// CG solves A x = b by conjugate gradients for a function x ↦ A x that is linear,
// symmetric and positive definite: a Hessian-vector product near a minimum, say. A is
// never written down. b is a tree of floats of one dtype, and A maps such trees to such
// trees. Steps behind the last are not computed.
//
// What stops a function that is not positive definite is the number of steps, or a
// direction d with dᵀ A d ≤ 0; then Converged is false. CG is an ordinary function: it may
// be compiled and batched, and is differentiated step by step.
//
// Hestenes and Stiefel, "Methods of Conjugate Gradients for Solving Linear Systems", J.
// Research NBS 49(6), 1952.
func CG[P any](matvec func(P) P, b P, config ...CGConfig) (x P, info CGInfo) {
	defer trace.Naming("CG")
	c := theOnly(config)
	vector, tree := Ravel(b)
	if !vector.DType().IsFloat() {
		panic(trace.Errorf("want floats to solve for, got %v", vector.Type()))
	}
	if !(c.Tolerance >= 0) || c.Steps < 0 {
		panic(trace.Errorf("a tolerance of %v and %d steps: want neither negative", c.Tolerance, c.Steps))
	}
	apply := raveled("CG's function", matvec, tree, vector)
	if c.Steps == 0 {
		c.Steps = 10 * vector.Size()
	}
	if c.Tolerance == 0 {
		c.Tolerance = precision(vector, 1e-10, 1e-5)
	}
	type state struct{ X, Residual, Direction, Square, Steps, Goes Value }
	square := fn.SumAll(fn.Square(vector))
	least := fn.Mul(square, fn.Scalar(c.Tolerance*c.Tolerance))
	step := func(s state) state {
		image := apply(s.Direction)
		if c.Damping != 0 {
			image = fn.Add(image, fn.Mul(s.Direction, fn.Scalar(c.Damping)))
		}
		curvature := fn.SumAll(fn.Mul(s.Direction, image))
		convex := fn.Greater(curvature, fn.ZerosLike(curvature))
		length := fn.Mask(convex, fn.Div(s.Square, fn.Where(convex, curvature, fn.OnesLike(curvature))))
		s.X = fn.Add(s.X, fn.Mul(s.Direction, length))
		s.Residual = fn.Sub(s.Residual, fn.Mul(image, length))
		next := fn.SumAll(fn.Square(s.Residual))
		s.Direction = fn.Add(s.Residual, fn.Mul(s.Direction, fn.Div(next, s.Square)))
		s.Square, s.Steps = next, fn.Add(s.Steps, fn.OnesLike(s.Steps))
		s.Goes = fn.And(convex, fn.Greater(next, least))
		return s
	}
	none := fn.FillAs(vector, trace.TypeOf(trace.Int64), 0)
	start := state{fn.ZerosLike(vector), vector, vector, square, none, fn.Greater(square, least)}
	end, _ := Scan(func(s state, _ Value) (state, struct{}) {
		return Cond(s.Goes, step, func(s state) state { return s })(s), struct{}{}
	})(start, fn.Iota(trace.TypeOf(trace.Int64, c.Steps), 0))
	return tree(end.X), CGInfo{end.Steps, fn.Sqrt(end.Square), fn.LessEqual(end.Square, least)}
}

// theOnly returns the one config of a list that may be empty.
func theOnly[C any](list []C) C {
	var none C
	switch len(list) {
	case 0:
		return none
	case 1:
		return list[0]
	}
	panic(trace.Errorf("%d of type %T: give at most one", len(list), list[0]))
}

// precision returns what suits the dtype of a value.
func precision(x Value, f64, f32 float64) float64 {
	switch x.DType() {
	case trace.Float64:
		return f64
	case trace.Float32:
		return f32
	}
	return 8 * x.DType().Epsilon()
}

// raveled is a function of trees as one of vectors like x.
func raveled[P any](what string, f func(P) P, tree func(Value) P, x Value) func(Value) Value {
	return func(v Value) Value {
		y, _ := Ravel(f(tree(v)))
		if !y.Type().Equal(x.Type()) {
			panic(trace.Errorf("%s maps %d elements of %v to %d of %v: want a tree like the argument's", what, x.Size(), x.DType(), y.Size(), y.DType()))
		}
		return y
	}
}

// Arnoldi returns a basis of the space that start, A start, ..., A^(steps-1) start span,
// for a linear function A of trees of floats of one dtype. The rows of q[steps n] are
// orthonormal, each a tree's elements in the order of [Ravel], and h[steps steps] is A in
// this basis: q A qᵀ. It is zero below the first subdiagonal, and tridiagonal if A is
// symmetric.
// The eigenvalues of h approximate the outermost of A. If the space has fewer dimensions
// than steps, the rows of q behind them are 0, and so are the rows and columns of h. The
// start must not be 0.
//
// Arnoldi, "The Principle of Minimized Iterations in the Solution of the Matrix
// Eigenvalue Problem", Quart. Appl. Math. 9(1), 1951, with a second orthogonalization.
func Arnoldi[P any](matvec func(P) P, start P, steps int) (q, h Value) {
	defer trace.Naming("Arnoldi")
	vector, tree := Ravel(start)
	if !vector.DType().IsFloat() || steps < 1 {
		panic(trace.Errorf("%d steps from %v: want floats, and at least one step", steps, vector.Type()))
	}
	apply := raveled("Arnoldi's function", matvec, tree, vector)
	d, n := vector.DType(), vector.Size()
	norm := func(x Value) Value {
		square := fn.SumAll(fn.Square(x))
		some := fn.Greater(square, fn.ZerosLike(square))
		return fn.Mask(some, fn.Sqrt(fn.Where(some, square, fn.OnesLike(square))))
	}
	unit := func(x, length, least Value) Value {
		some := fn.Greater(length, least)
		return fn.Mask(fn.BroadcastTo(some, n), fn.Div(x, fn.Where(some, length, fn.OnesLike(length))))
	}
	numbers := fn.Iota(trace.TypeOf(trace.Int64, steps), 0)
	place := func(basis, row, k Value) Value {
		at := fn.ExpandDims(fn.Equal(numbers, k), 1)
		return fn.Where(fn.BroadcastTo(at, steps, n), fn.BroadcastTo(row, steps, n), basis)
	}
	tiny := precision(vector, 1e-13, 1e-5)
	step := func(basis, k Value) (Value, Value) {
		image := apply(fn.Take(basis, k, 0))
		size := norm(image)
		column := fn.Dot(basis, image)
		rest := fn.Sub(image, fn.Dot(column, basis))
		again := fn.Dot(basis, rest)
		rest = fn.Sub(rest, fn.Dot(again, basis))
		length := norm(rest)
		least := fn.Mul(size, fn.Scalar(tiny))
		next := fn.Add(k, fn.OnesLike(k))
		below := fn.Mask(fn.And(fn.Equal(numbers, next), fn.BroadcastTo(fn.Greater(length, least), steps)), fn.BroadcastTo(length, steps))
		return place(basis, unit(rest, length, least), next), fn.Add(fn.Add(column, again), below)
	}
	first := place(fn.FillAs(vector, trace.TypeOf(d, steps, n), 0), unit(vector, norm(vector), fn.FillAs(vector, trace.TypeOf(d), 0)), trace.Scalar(int64(0)))
	q, columns := Scan(step)(first, numbers)
	return q, fn.Transpose(columns, 1, 0)
}
