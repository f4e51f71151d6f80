package linalg

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

const singular = "is singular: use linalg.LstSq or linalg.Pinv"

// Solve returns x with a x = b, for square matrices a[... n n]. b[n] is a vector, any other
// b[... n k] has a matrix of right sides; batch axes broadcast. It decomposes a by Gauss's
// elimination with row exchanges, once for derivatives of all orders. A singular matrix is a
// *trace.Error when the operation runs, and NaN in a compiled function. The derivative is
// dx = a⁻¹(db - da x).
func Solve(a, b trace.Value) trace.Value {
	defer trace.Naming("solve", a, b)
	return forSides("solve", wantSquare, a, b, func(a, b trace.Value) trace.Value {
		return required("solve", singular, solveLU(a, factored(a), b), a, b)
	})
}

// forSides calls solve with matrices of right sides and equal batch axes, and returns a
// vector where b is one.
func forSides(name string, want func(t trace.Type) error, a, b trace.Value, solve func(a, b trace.Value) trace.Value) trace.Value {
	mustBe(name, want, a)
	if b.Rank() == 0 {
		trace.Refuse(name, []trace.Value{a, b}, "the right side is a scalar: want a vector, or matrices on the last two axes")
	}
	vector := b.Rank() == 1
	if vector {
		b = fn.ExpandDims(b, 1)
	}
	if a.DType() != b.DType() {
		b = fn.Promote(b, a.DType())
	}
	if a.DType() != b.DType() {
		trace.Refuse(name, []trace.Value{a, b}, "dtypes differ: %v and %v; convert one of them with fn.Cast", a.DType(), b.DType())
	}
	if rows := a.Dim(-2); b.Dim(-2) != rows {
		trace.Refuse(name, []trace.Value{a, b}, "the right side has %d rows, the matrix %d", b.Dim(-2), rows)
	}
	lead, err := fn.BroadcastShapes(batches(a.Type()), batches(b.Type()))
	if err != nil {
		trace.Refuse(name, []trace.Value{a, b}, "batch axes: %v", err)
	}
	a = fn.BroadcastTo(a, slices.Concat(lead, a.Shape()[a.Rank()-2:])...)
	b = fn.BroadcastTo(b, slices.Concat(lead, b.Shape()[b.Rank()-2:])...)
	x := solve(a, b)
	if vector {
		return fn.Squeeze(x, -1)
	}
	return x
}

// Inv is the inverse of square matrices, see [Solve]. The derivative is d(a⁻¹) = -a⁻¹ da
// a⁻¹. To multiply by an inverse, [Solve] is faster and more accurate.
func Inv(a trace.Value) trace.Value {
	defer trace.Naming("inv", a)
	mustBe("inv", wantSquare, a)
	return required("inv", singular, inverse(a, factored(a)), a)
}

// factors are the triangular factors of a matrix, and the order of its rows.
type factors struct{ lu, order trace.Value }

func factored(a trace.Value) factors {
	out := trace.Bind(luOp{}, a)
	return factors{out[0], out[1]}
}

func solveLU(a trace.Value, f factors, b trace.Value) trace.Value {
	return trace.Bind1(solveOp{}, a, f.lu, f.order, b)
}

func inverse(a trace.Value, f factors) trace.Value { return solveLU(a, f, identity(a, a.Dim(-1))) }

// luOp decomposes square matrices: row order[i] of a is row i of l u. l is below the
// diagonal of the first output, with ones on its own, and u is the rest. The outputs serve
// operations that have a as an operand too, which the derivative goes to, so they have none.
type luOp struct{}

func (luOp) Name() string { return "lu" }

func (luOp) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantSquare(in[0]); err != nil {
		return nil, err
	}
	shape := in[0].Shape
	return []trace.Type{in[0], trace.TypeOf(trace.Int64, shape[:len(shape)-1]...)}, nil
}

func (luOp) Eval(in, out []*trace.Array) {
	n, _ := sides(in[0].Type())
	eachMatrix(batches(in[0].Type()), n*n*n, in, out, func(in, out [][]float64) {
		lu, order := out[0], out[1]
		for i := range order {
			order[i] = float64(i)
		}
		if copy(lu, in[0]); !isFinite(lu) {
			spoil(lu)
			return
		}
		pivots := make([]int, n)
		lapack64.Getrf(general(lu, n, n), pivots)
		for i, p := range pivots {
			order[i], order[p] = order[p], order[i]
		}
	})
}

func general(x []float64, rows, columns int) blas64.General {
	return blas64.General{Rows: rows, Cols: columns, Stride: max(1, columns), Data: x}
}

func (luOp) FLOPs(in []trace.Type) int64 { return cubes(in[0]) }

// cubes is the size of each matrix times the smaller side.
func cubes(t trace.Type) int64 {
	m, n := sides(t)
	return int64(t.Size()) * int64(min(m, n))
}

func (luOp) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return make([]trace.Value, 1) }

func (op luOp) Batch(_ int, in []trace.Value, _ []bool) []trace.Value { return trace.Bind(op, in[0]) }

// solveOp solves systems for a matrix, or its transpose, whose factors are given.
type solveOp struct{ Transposed bool }

func (solveOp) Name() string { return "lu_solve" }

// LinearIn holds for the right sides.
func (solveOp) LinearIn(marked []bool) bool { return !slices.Contains(marked[:3], true) && marked[3] }

func (solveOp) Infer(in []trace.Type) ([]trace.Type, error) {
	return in[3:4:4], wantFactors(in)
}

// wantFactors reports matrices, their factors and the order of rows that do not fit.
func wantFactors(in []trace.Type) error {
	if err := wantSquare(in[0]); err != nil {
		return err
	}
	if !in[1].Equal(in[0]) {
		return fmt.Errorf("factors %v of matrices %v", in[1], in[0])
	}
	if want := trace.TypeOf(trace.Int64, in[0].Shape[:len(in[0].Shape)-1]...); !in[2].Equal(want) {
		return fmt.Errorf("the order of rows is %v, want %v", in[2], want)
	}
	return nil
}

func (op solveOp) Eval(in, out []*trace.Array) {
	n, _ := sides(in[0].Type())
	_, k := sides(out[0].Type())
	eachMatrix(batches(in[0].Type()), n*n*k, in[1:], out, func(in, out [][]float64) {
		lu, order, b, x := in[0], in[1], in[2], out[0]
		for i := range n {
			if d := lu[i*n+i]; d == 0 || d != d {
				spoil(x)
				return
			}
		}
		l := blas64.Triangular{Uplo: blas.Lower, Diag: blas.Unit, N: n, Stride: max(1, n), Data: lu}
		u := blas64.Triangular{Uplo: blas.Upper, Diag: blas.NonUnit, N: n, Stride: max(1, n), Data: lu}
		if op.Transposed {
			y := general(slices.Clone(b), n, k)
			blas64.Trsm(blas.Left, blas.Trans, 1, u, y)
			blas64.Trsm(blas.Left, blas.Trans, 1, l, y)
			clear(x)
			for i, p := range order {
				copy(x[int(p)*k:(int(p)+1)*k], y.Data[i*k:(i+1)*k])
			}
			return
		}
		for i, p := range order {
			copy(x[i*k:(i+1)*k], b[int(p)*k:(int(p)+1)*k])
		}
		blas64.Trsm(blas.Left, blas.NoTrans, 1, l, general(x, n, k))
		blas64.Trsm(blas.Left, blas.NoTrans, 1, u, general(x, n, k))
	})
}

func (solveOp) FLOPs(in []trace.Type) int64 { return 2 * int64(in[3].Size()) * order(in[0]) }

// VJP solves the transposed system for the cotangent of b. That of a is -a⁻ᵀ ct xᵀ.
func (op solveOp) VJP(in, out, ct []trace.Value, want []bool) []trace.Value {
	b := trace.Bind1(solveOp{!op.Transposed}, in[0], in[1], in[2], ct[0])
	cts := make([]trace.Value, 4)
	cts[3] = b
	if want[0] {
		x, y := b, out[0]
		if op.Transposed {
			x, y = y, x
		}
		cts[0] = fn.Neg(product(x, transposed(y)))
	}
	return cts
}

func (op solveOp) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	if slices.Contains(batched[:3], true) {
		return trace.Bind(op, allBatched(size, in, batched)...)
	}
	return []trace.Value{columnsOf(in[3], func(b trace.Value) trace.Value {
		return trace.Bind1(op, in[0], in[1], in[2], b)
	})}
}
