package linalg

import (
	"fmt"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// QR returns the thin decomposition a = q r of a[... m n], with k = min(m, n): q[... m k] has
// orthonormal columns, and r[... k n] is upper triangular. It is that of Householder's
// reflections, as in LAPACK, so the diagonal of r may be negative. With m ≥ n the cotangent
// of a is
//
//	ā = (q̄ + q copyltu(M)) r⁻ᵀ,   M = r r̄ᵀ - q̄ᵀ q,
//
// where copyltu copies the lower triangle to the upper one: Walter and Lehmann, "Algorithmic
// Differentiation of Linear Algebra Functions with Application in Optimum Experimental
// Design", 2010. With m < n the first m columns give q, and the others of r are qᵀ a. If the
// first k columns of a are linearly dependent there is no derivative: it is NaN.
func QR(a trace.Value) (q, r trace.Value) {
	defer trace.Naming("qr", a)
	mustBe("qr", wantMatrix, a)
	m, n := sides(a.Type())
	if m >= n {
		return tall(a)
	}
	q, r = tall(fn.At(a, fn.Rest, fn.Every, fn.Span(0, m)))
	return q, fn.Concat(-1, r, product(transposed(q), fn.At(a, fn.Rest, fn.Every, fn.Span(m, n))))
}

func tall(a trace.Value) (q, r trace.Value) {
	out := trace.Bind(qr{}, a)
	return out[0], out[1]
}

// qr decomposes matrices that have no more columns than rows.
type qr struct{}

func (qr) Name() string { return "qr" }

func (qr) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantTall(in[0]); err != nil {
		return nil, err
	}
	_, n := sides(in[0])
	return []trace.Type{in[0], shaped(in[0], n, n)}, nil
}

func wantTall(t trace.Type) error {
	if err := wantMatrix(t); err != nil {
		return err
	}
	if m, n := sides(t); m < n {
		return fmt.Errorf("%d columns in %d rows: want no more columns than rows", n, m)
	}
	return nil
}

func (qr) Eval(in, out []*trace.Array) {
	m, n := sides(in[0].Type())
	eachMatrix(batches(in[0].Type()), 4*m*n*n, in, out, func(in, out [][]float64) {
		q, r := out[0], out[1]
		if !isFinite(in[0]) {
			spoil(q, r)
			return
		}
		if copy(q, in[0]); n == 0 {
			return
		}
		tau := reflections(general(q, m, n))
		clear(r)
		for i := range n {
			copy(r[i*n+i:(i+1)*n], q[i*n+i:(i+1)*n])
		}
		orthogonal(general(q, m, n), tau)
	})
}

// reflections decomposes x: it leaves r and the reflections in x.
func reflections(x blas64.General) (tau []float64) {
	tau, work := make([]float64, min(x.Rows, x.Cols)), make([]float64, 1)
	lapack64.Geqrf(x, tau, work, -1)
	work = make([]float64, int(work[0]))
	lapack64.Geqrf(x, tau, work, len(work))
	return tau
}

// orthogonal makes of reflections the matrix that they stand for, as far as x has columns.
func orthogonal(x blas64.General, tau []float64) {
	work := make([]float64, 1)
	lapack64.Orgqr(x, tau, work, -1)
	work = make([]float64, int(work[0]))
	lapack64.Orgqr(x, tau, work, len(work))
}

func (qr) FLOPs(in []trace.Type) int64 { return 4 * cubes(in[0]) }

func (qr) VJP(_, out, ct []trace.Value, _ []bool) []trace.Value {
	q, r := out[0], out[1]
	m := fn.Sub(product(r, transposed(ct[1])), product(transposed(ct[0]), q))
	m = fn.Add(fn.Tril(m, 0), transposed(fn.Tril(m, -1)))
	right := transposed(fn.Add(ct[0], product(q, m)))
	return []trace.Value{transposed(trace.Bind1(triangular{}, r, right))}
}

func (op qr) Batch(_ int, in []trace.Value, _ []bool) []trace.Value { return trace.Bind(op, in[0]) }

// complement returns, for matrices u[... m k] of orthonormal columns, m-k further columns
// that make it an orthogonal matrix. They turn with the space that they span, and not within
// it: dw = -u duᵀ w.
type complement struct{}

func (complement) Name() string { return "orthogonal_complement" }

func (complement) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantTall(in[0]); err != nil {
		return nil, err
	}
	m, k := sides(in[0])
	return []trace.Type{shaped(in[0], m, m-k)}, nil
}

func (complement) Eval(in, out []*trace.Array) {
	m, k := sides(in[0].Type())
	eachMatrix(batches(in[0].Type()), 4*m*m*m, in, out, func(in, out [][]float64) {
		u, w := in[0], out[0]
		if !isFinite(u) {
			spoil(w)
			return
		}
		if m == k {
			return
		}
		part := general(append([]float64(nil), u...), m, k)
		var tau []float64
		if k > 0 {
			tau = reflections(part)
		}
		whole := general(make([]float64, m*m), m, m)
		for i := range m {
			copy(whole.Data[i*m:], part.Data[i*k:(i+1)*k])
		}
		orthogonal(whole, tau)
		for i := range m {
			copy(w[i*(m-k):(i+1)*(m-k)], whole.Data[i*m+k:(i+1)*m])
		}
	})
}

func (complement) FLOPs(in []trace.Type) int64 {
	return 4 * int64(in[0].Size()) * int64(in[0].Shape[in[0].Rank()-2])
}

func (complement) VJP(in, out, ct []trace.Value, _ []bool) []trace.Value {
	u, w := in[0], out[0]
	return []trace.Value{fn.Neg(product(w, product(transposed(ct[0]), u)))}
}

func (op complement) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(op, in[0])
}
