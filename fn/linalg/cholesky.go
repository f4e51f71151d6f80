package linalg

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Cholesky returns the lower triangular l[... n n] with a positive diagonal and l lᵀ = (a +
// aᵀ)/2, the symmetric part of a[... n n]. Where that is not positive definite it is a
// *trace.Error when the operation runs, and NaN in a compiled function. The cotangent of a is
// symmetric:
//
//	ā = sym(l⁻ᵀ Φ(lᵀ l̄) l⁻¹),   Φ the lower triangle with half of the diagonal.
//
// Murray, "Differentiation of the Cholesky decomposition", 2016, equation 9.
func Cholesky(a trace.Value) trace.Value {
	defer trace.Naming("cholesky", a)
	return required("cholesky", "is not positive definite", trace.Bind1(cholesky{}, a), a)
}

type cholesky struct{}

func (cholesky) Name() string { return "cholesky" }

func (cholesky) Infer(in []trace.Type) ([]trace.Type, error) { return in, wantSquare(in[0]) }

func (cholesky) Eval(in, out []*trace.Array) {
	n, _ := sides(in[0].Type())
	eachMatrix(batches(in[0].Type()), n*n*n, in, out, func(in, out [][]float64) {
		a, l := in[0], out[0]
		if !isFinite(a) {
			spoil(l)
			return
		}
		symmetrize(l, a, n)
		if n == 0 {
			return
		}
		_, ok := lapack64.Potrf(blas64.Symmetric{Uplo: blas.Lower, N: n, Stride: n, Data: l})
		if !ok {
			spoil(l)
			return
		}
		for i := range n {
			clear(l[i*n+i+1 : (i+1)*n])
		}
	})
}

// symmetrize sets s to the symmetric part of a.
func symmetrize(s, a []float64, n int) {
	for i := range n {
		for j := range n {
			s[i*n+j] = a[i*n+j]/2 + a[j*n+i]/2
		}
	}
}

func (cholesky) FLOPs(in []trace.Type) int64 { return cubes(in[0]) }

func (cholesky) VJP(_, out, ct []trace.Value, _ []bool) []trace.Value {
	l := out[0]
	inner := fn.Tril(product(transposed(l), ct[0]), 0)
	inner = fn.Where(onDiagonal(l, l.Type()), half(inner), inner)
	back := triangular{TriangularConfig{Lower: true, Transpose: true}}
	left := trace.Bind1(back, l, inner)
	return []trace.Value{symmetric(trace.Bind1(back, l, transposed(left)))}
}

func (op cholesky) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(op, in[0])
}
