package lawtest

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/linalg"
	"github.com/pullback-go/pullback/trace"
)

// matrixForms decompose matrices and solve systems. Their matrices are near diag(1, 2, ...),
// or have NaN: what is close to singular would magnify rounding until nothing can be said.
var matrixForms = []form{
	matrix(2, "linalg.Inv", linalg.Inv, square), matrix(2, "linalg.Cholesky", linalg.Cholesky, square),
	matrix(2, "linalg.Det", linalg.Det, square), matrix(1, "linalg.Expm", linalg.Expm, square),
	matrix(1, "linalg.Eigvalsh", linalg.Eigvalsh, square), matrix(1, "linalg.Pinv", linalg.Pinv, ranked(2, floats)),
	matrix(1, "func(a trace.Value) trace.Value { s, l := linalg.SlogDet(a); return fn.Add(s, l) }(%s)", func(a Value) Value {
		s, l := linalg.SlogDet(a)
		return fn.Add(s, l)
	}, square),
	matrix(2, "func(a trace.Value) trace.Value { w, v := linalg.Eigh(a); return fn.Mul(v, fn.ExpandDims(w, -2)) }(%s)", func(a Value) Value {
		w, v := linalg.Eigh(a)
		return fn.Mul(v, fn.ExpandDims(w, -2))
	}, square),
	matrix(2, "func(a trace.Value) trace.Value { u, s, vt := linalg.SVD(a); return fn.Add(fn.Mul(u, fn.ExpandDims(s, -2)), fn.SumAll(vt)) }(%s)", func(a Value) Value {
		u, s, vt := linalg.SVD(a)
		return fn.Add(fn.Mul(u, fn.ExpandDims(s, -2)), fn.SumAll(vt))
	}, ranked(2, floats)),
	matrix(1, "func(a trace.Value) trace.Value { u, _, vt := linalg.SVDFull(a); return fn.Add(fn.SumAll(u), vt) }(%s)", func(a Value) Value {
		u, _, vt := linalg.SVDFull(a)
		return fn.Add(fn.SumAll(u), vt)
	}, ranked(2, floats)),
	matrix(2, "func(a trace.Value) trace.Value { q, r := linalg.QR(a); return fn.MatMul(fn.Sin(q), r) }(%s)", func(a Value) Value {
		q, r := linalg.QR(a)
		return fn.MatMul(fn.Sin(q), r)
	}, ranked(2, floats)),
	matrix(1, "linalg.PinvWith", linalg.PinvWith, ranked(2, floats), 0.1),
	{1, func(g *drawer) {
		g.emit(callableOf("linalg.MatrixPower", linalg.MatrixPower), g.regular(g.matrix(square)), g.pick(0, 1, 3, -2))
	}},
	{1, func(g *drawer) {
		g.emit(callableOf("linalg.Norm", linalg.Norm), g.regular(g.matrix(ranked(2, floats))), linalg.Order(g.intn(5)))
	}},
	{2, func(g *drawer) {
		a, b := g.system(square)
		g.emit(callableOf("linalg.Solve", linalg.Solve), a, b)
	}},
	{1, func(g *drawer) {
		a, b := g.system(ranked(2, floats))
		g.emit(callableOf("linalg.LstSq", linalg.LstSq), a, b)
	}},
	{2, func(g *drawer) {
		a, b := g.system(square)
		c := linalg.TriangularConfig{Lower: g.chance(2), Transpose: g.chance(2), UnitDiagonal: g.chance(3)}
		g.emit(callableOf("linalg.SolveTriangular", linalg.SolveTriangular), a, b, c)
	}},
}

// square is for square matrices of floats.
func square(t trace.Type) bool {
	return floats(t) && t.Rank() >= 2 && t.Shape[t.Rank()-1] == t.Shape[t.Rank()-2]
}

// matrix is a function of a matrix and more.
func matrix(weight int, code string, f any, fits func(trace.Type) bool, more ...any) form {
	c := callableOf(code, f)
	return form{weight, func(g *drawer) { g.emit(c, append([]any{g.regular(g.matrix(fits))}, more...)...) }}
}

// matrix is an operand that fits, or a fresh square one.
func (g *drawer) matrix(fits func(trace.Type) bool) variable {
	if v, ok := g.find(fits); ok && g.chance(2) {
		return v
	}
	return g.fresh(trace.TypeOf(g.float, [][]int{{2, 2}, {3, 3}, {2, 2, 2}, {1, 1}, {0, 0}}[g.intn(5)]...))
}

// system is a matrix and right sides for it, a vector or further matrices.
func (g *drawer) system(fits func(trace.Type) bool) (a, b variable) {
	a = g.regular(g.matrix(fits))
	t := g.typeOf(a)
	rows := t.Shape[t.Rank()-2]
	if g.chance(2) {
		return a, g.like(trace.TypeOf(t.DType, rows))
	}
	return a, g.like(trace.TypeOf(t.DType, rows, 2))
}

// regular adds diag(1, 2, ...) to a quarter of the hyperbolic tangent of a matrix.
func (g *drawer) regular(x variable) variable {
	t := g.typeOf(x)
	m, n := t.Shape[t.Rank()-2], t.Shape[t.Rank()-1]
	diagonal := make([]float64, m*n)
	for i := range min(m, n) {
		diagonal[i*n+i] = float64(i + 1)
	}
	small := g.emit(mulCall, g.emit(tanhCall, x), weak(0.25))
	return g.emit(addCall, small, g.emit(arrayConstant, fromFloats(diagonal, trace.TypeOf(t.DType, m, n))))
}

var tanhCall = callableOf("fn.Tanh", fn.Tanh)
