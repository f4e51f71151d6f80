package linalg

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Pinv is the pseudo-inverse of Moore and Penrose, [... n m] for a[... m n]. Singular values
// up to max(m, n) ε times the largest count as 0, with ε = 2⁻⁵² in f64 and 2⁻²³ in f32. The
// derivative is that of Golub and Pereyra, "The Differentiation of Pseudo-Inverses and
// Nonlinear Least Squares Problems Whose Variables Separate", 1973, equation 4.12. It is right
// for every change of a that does not change its rank, with equal singular values too.
func Pinv(a trace.Value) trace.Value {
	defer trace.Naming("pinv", a)
	return pseudo("pinv", a)
}

func pseudo(name string, a trace.Value) trace.Value {
	mustBe(name, wantMatrix, a)
	m, n := sides(a.Type())
	return trace.Bind1(pinv{float64(max(m, n)) * a.DType().Epsilon()}, a)
}

// PinvWith is [Pinv] with another limit: singular values up to relative times the largest
// count as 0. The limit is a number from 0 up.
func PinvWith(a trace.Value, relative float64) trace.Value {
	defer trace.Naming("pinv", a)
	if !(relative >= 0) {
		trace.Refuse("pinv", []trace.Value{a}, "the limit is %v: want at least 0", relative)
	}
	return trace.Bind1(pinv{relative}, a)
}

// LstSq returns the x of least length among those that make the length of b - a x least, for
// a[... m n] of any rank: [Pinv] of a times b. b[m] is a vector, any other b[... m k] has a
// matrix of right sides; batch axes broadcast.
func LstSq(a, b trace.Value) trace.Value {
	defer trace.Naming("lstsq", a, b)
	return forSides("lstsq", wantMatrix, a, b, func(a, b trace.Value) trace.Value { return product(pseudo("lstsq", a), b) })
}

type pinv struct{ Relative float64 }

func (pinv) Name() string { return "pinv" }

func (pinv) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantMatrix(in[0]); err != nil {
		return nil, err
	}
	m, n := sides(in[0])
	return []trace.Type{shaped(in[0], n, m)}, nil
}

func (op pinv) Eval(in, out []*trace.Array) {
	m, n := sides(in[0].Type())
	k := min(m, n)
	eachMatrix(batches(in[0].Type()), 16*m*n*k, in, out, func(in, out [][]float64) {
		u, s, vt := make([]float64, m*k), make([]float64, k), make([]float64, k*n)
		if !thinSVD(in[0], m, n, u, s, vt) {
			spoil(out[0])
			return
		}
		if k == 0 {
			return
		}
		for j, x := range s {
			by := 0.0
			if x > op.Relative*s[0] {
				by = 1 / x
			}
			for i := range n {
				vt[j*n+i] *= by
			}
		}
		blas64.Gemm(blas.Trans, blas.Trans, 1, general(vt, k, n), general(u, m, k), 0, general(out[0], n, m))
	})
}

func (pinv) FLOPs(in []trace.Type) int64 { return 16 * cubes(in[0]) }

// VJP gives, with p the pseudo-inverse and g its cotangent,
//
//	-pᵀ g pᵀ + (1 - a p) gᵀ p pᵀ + pᵀ p gᵀ (1 - p a).
func (pinv) VJP(in, out, ct []trace.Value, _ []bool) []trace.Value {
	a, p, g := in[0], out[0], transposed(ct[0])
	pt := transposed(p)
	left := product(g, p) // [m m]
	right := product(p, g)
	inner := fn.Neg(product(pt, ct[0], pt))
	rows := product(fn.Sub(left, product(a, product(p, left))), pt)
	columns := product(pt, fn.Sub(right, product(product(right, p), a)))
	return []trace.Value{fn.Add(inner, fn.Add(rows, columns))}
}

func (op pinv) Batch(_ int, in []trace.Value, _ []bool) []trace.Value { return trace.Bind(op, in[0]) }
