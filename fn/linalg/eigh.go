package linalg

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/lapack64"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Eigh returns the eigenvalues w[... n], in ascending order, and the eigenvectors v[... n
// n], as columns, of the symmetric part (a + aᵀ)/2 of a[... n n]: it is v diag(w) vᵀ, and vᵀv
// is the identity. The sign of an eigenvector makes its largest component positive. The
// cotangent of a is symmetric:
//
//	ā = sym(v (diag(w̄) + F ∘ vᵀv̄) vᵀ),   F_ij = 1/(w_j - w_i), 0 for i = j.
//
// Giles, "Collected Matrix Derivative Results for Forward and Reverse Mode Algorithmic
// Differentiation", 2008, section 3.1. The eigenvectors of equal eigenvalues are only
// determined up to a rotation, and have no derivative. F is 0 for those, which is right for
// every function that does not depend on the rotation, to the first order. Eigenvalues count
// as equal if they differ by no more than n ε times the largest, with ε = 2⁻⁵² in f64 and
// 2⁻²³ in f32.
func Eigh(a trace.Value) (w, v trace.Value) {
	defer trace.Naming("eigh", a)
	out := trace.Bind(eigh{}, a)
	return out[0], out[1]
}

// Eigvalsh returns the eigenvalues of [Eigh] alone.
func Eigvalsh(a trace.Value) trace.Value {
	defer trace.Naming("eigvalsh", a)
	return trace.Bind(eigh{}, a)[0]
}

type eigh struct{}

func (eigh) Name() string { return "eigh" }

func (eigh) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantSquare(in[0]); err != nil {
		return nil, err
	}
	n, _ := sides(in[0])
	return []trace.Type{shaped(in[0], n), in[0]}, nil
}

func (eigh) Eval(in, out []*trace.Array) {
	n, _ := sides(in[0].Type())
	eachMatrix(batches(in[0].Type()), 8*n*n*n, in, out, func(in, out [][]float64) {
		w, v := out[0], out[1]
		if !isFinite(in[0]) {
			spoil(w, v)
			return
		}
		if symmetrize(v, in[0], n); n == 0 {
			return
		}
		a := blas64.Symmetric{Uplo: blas.Lower, N: n, Stride: n, Data: v}
		work := make([]float64, 1)
		lapack64.Syev(lapack.EVCompute, a, w, work, -1)
		work = make([]float64, int(work[0]))
		if !lapack64.Syev(lapack.EVCompute, a, w, work, len(work)) {
			spoil(w, v)
			return
		}
		for j := range n {
			if column := (strided{v[j:], n}); column.largest(n) < 0 {
				column.negate(n)
			}
		}
	})
}

// strided is a vector with a distance between its elements.
type strided struct {
	x  []float64
	by int
}

// largest is the element of the largest magnitude, the first of several.
func (s strided) largest(n int) float64 {
	best := 0.0
	for i := range n {
		if x := s.x[i*s.by]; math.Abs(x) > math.Abs(best) {
			best = x
		}
	}
	return best
}

func (s strided) negate(n int) {
	for i := range n {
		s.x[i*s.by] = -s.x[i*s.by]
	}
}

func (eigh) FLOPs(in []trace.Type) int64 { return 8 * cubes(in[0]) }

func (eigh) VJP(_, out, ct []trace.Value, _ []bool) []trace.Value {
	w, v := out[0], out[1]
	rotation := fn.Mul(inverseGaps(w), product(transposed(v), ct[1]))
	inner := fn.Where(onDiagonal(v, v.Type()), fn.BroadcastTo(fn.ExpandDims(ct[0], -1), v.Shape()...), rotation)
	return []trace.Value{symmetric(product(v, inner, transposed(v)))}
}

// inverseGaps is 1/(w_j - w_i) for w[... n], 0 where they count as equal: [... n n].
func inverseGaps(w trace.Value) trace.Value {
	n := w.Dim(-1)
	if n == 0 {
		return fn.Expand(w, -1, n)
	}
	gaps := fn.Sub(fn.ExpandDims(w, -2), fn.ExpandDims(w, -1))
	least := fn.Mul(fn.Max(fn.Abs(w), -1), fn.Scalar(float64(n)*w.DType().Epsilon()))
	apart := fn.Greater(fn.Abs(gaps), fn.ExpandDims(fn.ExpandDims(least, -1), -1))
	return fn.Mask(apart, fn.Reciprocal(fn.Where(apart, gaps, fn.Scalar(1))))
}

func (op eigh) Batch(_ int, in []trace.Value, _ []bool) []trace.Value { return trace.Bind(op, in[0]) }
