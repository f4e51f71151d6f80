package linalg

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// TriangularConfig says what [SolveTriangular] reads of its matrices.
type TriangularConfig struct {
	// Lower takes the lower triangle; without it the upper one is taken.
	Lower bool
	// Transpose solves for the transpose of the triangle.
	Transpose bool
	// UnitDiagonal takes the diagonal to be ones.
	UnitDiagonal bool
}

// SolveTriangular returns x with a x = b, for triangular matrices a[... n n], of which it
// reads one triangle. b is as in [Solve]. A 0 on the diagonal is a *trace.Error when the
// operation runs, and NaN in a compiled function. The cotangent of a is 0 outside of the
// triangle.
func SolveTriangular(a, b trace.Value, c TriangularConfig) trace.Value {
	defer trace.Naming("solve_triangular", a, b)
	return forSides("solve_triangular", wantSquare, a, b, func(a, b trace.Value) trace.Value {
		return required("solve_triangular", "is singular: there is a 0 on its diagonal", trace.Bind1(triangular{c}, a, b), a, b)
	})
}

// triangular solves for the triangle of operand 0 and the right sides of operand 1, which
// have the same batch axes.
type triangular struct{ TriangularConfig }

func (triangular) Name() string                { return "triangular_solve" }
func (triangular) LinearIn(marked []bool) bool { return !marked[0] && marked[1] }

func (triangular) Infer(in []trace.Type) ([]trace.Type, error) { return in[1:2:2], wantSquare(in[0]) }

func (op triangular) Eval(in, out []*trace.Array) {
	n, _ := sides(in[0].Type())
	_, k := sides(out[0].Type())
	uplo, diag, trans := blas.Upper, blas.NonUnit, blas.NoTrans
	if op.Lower {
		uplo = blas.Lower
	}
	if op.UnitDiagonal {
		diag = blas.Unit
	}
	if op.Transpose {
		trans = blas.Trans
	}
	eachMatrix(batches(in[0].Type()), n*n*k, in, out, func(in, out [][]float64) {
		a, x := in[0], out[0]
		for i := 0; i < n && !op.UnitDiagonal; i++ {
			if a[i*n+i] == 0 {
				spoil(x)
				return
			}
		}
		copy(x, in[1])
		blas64.Trsm(blas.Left, trans, 1, blas64.Triangular{Uplo: uplo, Diag: diag, N: n, Stride: max(1, n), Data: a}, general(x, n, k))
	})
}

func (triangular) FLOPs(in []trace.Type) int64 { return int64(in[1].Size()) * order(in[0]) }

func (op triangular) VJP(in, out, ct []trace.Value, want []bool) []trace.Value {
	back := op
	back.Transpose = !op.Transpose
	b := trace.Bind1(back, in[0], ct[0])
	cts := []trace.Value{{}, b}
	if want[0] {
		x, y := b, out[0]
		if op.Transpose {
			x, y = y, x
		}
		cts[0] = op.triangle(fn.Neg(product(x, transposed(y))))
	}
	return cts
}

// triangle keeps what the operation reads of a matrix.
func (op triangular) triangle(a trace.Value) trace.Value {
	off := 0
	if op.UnitDiagonal {
		off = 1
	}
	if op.Lower {
		return fn.Tril(a, -off)
	}
	return fn.Triu(a, off)
}

func (op triangular) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	if batched[0] {
		return trace.Bind(op, allBatched(size, in, batched)...)
	}
	return []trace.Value{columnsOf(in[1], func(b trace.Value) trace.Value { return trace.Bind1(op, in[0], b) })}
}
