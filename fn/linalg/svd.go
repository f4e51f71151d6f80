package linalg

import (
	"slices"

	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/lapack64"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// SVD returns the thin singular value decomposition of a[... m n], with k = min(m, n): u[...
// m k], the singular values s[... k] in descending order, and vt[... k n]. a = u diag(s) vt,
// and the columns of u and the rows of vt are orthonormal. Signs make the largest component
// of each column of u positive. The derivative is that of Giles, "Collected Matrix
// Derivative Results for Forward and Reverse Mode Algorithmic Differentiation", 2008, section
// 3.2, with the parts outside of u and vt for matrices that are not square.
//
// Singular vectors of equal singular values are only determined up to a rotation, and those
// of singular values of 0 up to more. 1/(s_j - s_i) and 1/s_i are taken as 0 there, which is
// right for every function that does not depend on the choice, to the first order. Singular
// values count as equal, or 0, up to max(m, n) ε times the largest, with ε = 2⁻⁵² in f64 and
// 2⁻²³ in f32.
func SVD(a trace.Value) (u, s, vt trace.Value) {
	defer trace.Naming("svd", a)
	return thin(a)
}

func thin(a trace.Value) (u, s, vt trace.Value) {
	out := trace.Bind(svd{}, a)
	return out[0], out[1], out[2]
}

// SVDFull returns the full decomposition: as [SVD], but u[... m m] and vt[... n n] are
// orthogonal matrices. The columns of u and the rows of vt past the first k span the rest of
// the space. They are not determined but for that. Their derivative has no rotation among
// themselves, which is right for every function of the space alone.
func SVDFull(a trace.Value) (u, s, vt trace.Value) {
	defer trace.Naming("svd", a)
	u, s, vt = thin(a)
	if m, n := sides(a.Type()); m > n {
		u = fn.Concat(-1, u, trace.Bind1(complement{}, u))
	} else if n > m {
		v := transposed(vt)
		vt = fn.Concat(-2, vt, transposed(trace.Bind1(complement{}, v)))
	}
	return u, s, vt
}

type svd struct{}

func (svd) Name() string { return "svd" }

func (svd) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantMatrix(in[0]); err != nil {
		return nil, err
	}
	m, n := sides(in[0])
	k := min(m, n)
	return []trace.Type{shaped(in[0], m, k), shaped(in[0], k), shaped(in[0], k, n)}, nil
}

func (svd) Eval(in, out []*trace.Array) {
	m, n := sides(in[0].Type())
	eachMatrix(batches(in[0].Type()), 16*m*n*min(m, n), in, out, func(in, out [][]float64) {
		u, s, vt := out[0], out[1], out[2]
		if !thinSVD(in[0], m, n, u, s, vt) {
			spoil(u, s, vt)
		}
	})
}

// thinSVD decomposes a[m n]. It reports whether it has: not if a is not finite.
func thinSVD(a []float64, m, n int, u, s, vt []float64) bool {
	if !isFinite(a) {
		return false
	}
	k := min(m, n)
	if k == 0 {
		return true
	}
	x := general(slices.Clone(a), m, n)
	work := make([]float64, 1)
	lapack64.Gesvd(lapack.SVDStore, lapack.SVDStore, x, general(u, m, k), general(vt, k, n), s, work, -1)
	work = make([]float64, int(work[0]))
	if !lapack64.Gesvd(lapack.SVDStore, lapack.SVDStore, x, general(u, m, k), general(vt, k, n), s, work, len(work)) {
		return false
	}
	for j := range k {
		if column := (strided{u[j:], k}); column.largest(m) < 0 {
			column.negate(m)
			strided{vt[j*n:], 1}.negate(n)
		}
	}
	return true
}

func (svd) FLOPs(in []trace.Type) int64 { return 16 * cubes(in[0]) }

func (svd) VJP(in, out, ct []trace.Value, _ []bool) []trace.Value {
	u, s, v := out[0], out[1], transposed(out[2])
	ctU, ctS, ctV := ct[0], ct[1], transposed(ct[2])
	m, n := sides(in[0].Type())
	k := min(m, n)
	if k == 0 {
		return []trace.Value{fn.ZerosLike(in[0])}
	}
	least := fn.Mul(fn.Max(s, -1), fn.Scalar(float64(max(m, n))*s.DType().Epsilon()))
	gaps := inverseSquareGaps(s, least)
	skew := func(x trace.Value) trace.Value { return fn.Mul(gaps, fn.Sub(x, transposed(x))) }
	inner := fn.Add(scaleColumns(skew(product(transposed(u), ctU)), s), scaleRows(skew(product(transposed(v), ctV)), s))
	inner = fn.Where(onDiagonal(inner, inner.Type()), fn.BroadcastTo(fn.ExpandDims(ctS, -1), inner.Shape()...), inner)
	a := product(u, inner, transposed(v))
	some := fn.Greater(s, fn.ExpandDims(least, -1))
	inverse := fn.Mask(some, fn.Reciprocal(fn.Where(some, s, fn.Scalar(1))))
	if m > k {
		a = fn.Add(a, product(scaleColumns(outside(u, ctU), inverse), transposed(v)))
	}
	if n > k {
		a = fn.Add(a, product(u, transposed(scaleColumns(outside(v, ctV), inverse))))
	}
	return []trace.Value{a}
}

// inverseSquareGaps is 1/(s_j² - s_i²), 0 where s_i and s_j differ by no more than least.
func inverseSquareGaps(s, least trace.Value) trace.Value {
	column, row := fn.ExpandDims(s, -1), fn.ExpandDims(s, -2)
	gaps := fn.Sub(row, column)
	apart := fn.Greater(fn.Abs(gaps), fn.ExpandDims(fn.ExpandDims(least, -1), -1))
	squares := fn.Mul(gaps, fn.Add(row, column))
	return fn.Mask(apart, fn.Reciprocal(fn.Where(apart, squares, fn.Scalar(1))))
}

// outside is the part of x that is orthogonal to the columns of q.
func outside(q, x trace.Value) trace.Value {
	return fn.Sub(x, product(q, product(transposed(q), x)))
}

func (op svd) Batch(_ int, in []trace.Value, _ []bool) []trace.Value { return trace.Bind(op, in[0]) }
