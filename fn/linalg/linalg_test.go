package linalg_test

import (
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/linalg"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

type value = trace.Value

// normal is an array of normal random numbers.
func normal(seed uint64, d trace.DType, shape ...int) value {
	return lawtest.Normal().Value(rand.New(rand.NewPCG(seed, 1)), trace.TypeOf(d, shape...))
}

// regular is x/4 plus diag(1, 2, 3, ...): well-conditioned, positive definite, with
// eigenvalues and singular values that differ.
func regular(x value) value {
	rows := fn.IotaLike(x, x.Type(), x.Rank()-2)
	diagonal := fn.Mask(fn.Equal(rows, fn.IotaLike(x, x.Type(), x.Rank()-1)), fn.Add(rows, fn.Scalar(1)))
	return fn.Add(fn.Mul(x, fn.Scalar(0.25)), diagonal)
}

func transposed(x value) value {
	perm := make([]int, x.Rank())
	for i := range perm {
		perm[i] = i
	}
	n := len(perm)
	perm[n-2], perm[n-1] = n-1, n-2
	return fn.Transpose(x, perm...)
}

// joined is one vector of all elements, weighted so that none cancels another.
func joined(vs ...value) value {
	for i, v := range vs {
		vs[i] = fn.Mul(fn.Reshape(v, v.Size()), fn.Scalar(1+float64(i)/3))
	}
	return fn.Concat(0, vs...)
}

// one makes one result of two.
func one(f func(value) (value, value)) func(value) value {
	return func(x value) value { return joined2(f(x)) }
}

func joined2(a, b value) value { return joined(a, b) }

func three(f func(value) (value, value, value)) func(value) value {
	return func(x value) value {
		a, b, c := f(x)
		return joined(a, b, c)
	}
}

// unary are functions of one matrix, for the laws.
var unary = []struct {
	name  string
	f     func(a value) value
	shape []int
}{
	{"Inv", linalg.Inv, []int{2, 3, 3}},
	{"Cholesky", linalg.Cholesky, []int{3, 3}},
	{"CholeskyBatch", linalg.Cholesky, []int{2, 1, 2, 2}},
	{"Det1", linalg.Det, []int{2, 1, 1}},
	{"Det2", linalg.Det, []int{2, 2}},
	{"Det3", linalg.Det, []int{3, 3}},
	{"Det5", linalg.Det, []int{2, 5, 5}},
	{"SlogDet", one(linalg.SlogDet), []int{2, 3, 3}},
	{"Eigh", one(linalg.Eigh), []int{3, 3}},
	{"EighBatch", one(linalg.Eigh), []int{2, 2, 2}},
	{"Eigvalsh", linalg.Eigvalsh, []int{4, 4}},
	{"SVD", three(linalg.SVD), []int{3, 3}},
	{"SVDTall", three(linalg.SVD), []int{4, 2}},
	{"SVDWide", three(linalg.SVD), []int{2, 2, 3}},
	{"SVDFullTall", func(x value) value {
		u, s, vt := linalg.SVDFull(x)
		rest := fn.At(u, fn.Rest, fn.Every, fn.Span(2, 4))
		return joined(fn.MatMul(rest, transposed(rest)), s, vt)
	}, []int{4, 2}},
	{"SVDFullWide", func(x value) value {
		u, s, vt := linalg.SVDFull(x)
		rest := fn.At(vt, fn.Rest, fn.Span(2, 3), fn.Every)
		return joined(fn.MatMul(transposed(rest), rest), s, u)
	}, []int{2, 3}},
	{"QR", one(linalg.QR), []int{3, 3}},
	{"QRTall", one(linalg.QR), []int{2, 4, 2}},
	{"QRWide", one(linalg.QR), []int{2, 4}},
	{"Pinv", linalg.Pinv, []int{3, 3}},
	{"PinvTall", linalg.Pinv, []int{3, 2}},
	{"PinvWide", linalg.Pinv, []int{2, 2, 3}},
	{"Expm", linalg.Expm, []int{3, 3}},
	{"ExpmBatch", linalg.Expm, []int{2, 2, 2}},
	{"MatrixPower3", func(x value) value { return linalg.MatrixPower(x, 3) }, []int{3, 3}},
	{"MatrixPower-2", func(x value) value { return linalg.MatrixPower(x, -2) }, []int{2, 2}},
	{"NormFrobenius", func(x value) value { return linalg.Norm(x, linalg.Frobenius) }, []int{2, 3, 2}},
	{"NormNuclear", func(x value) value { return linalg.Norm(x, linalg.Nuclear) }, []int{3, 2}},
	{"NormOne", func(x value) value { return linalg.Norm(x, linalg.One) }, []int{3, 2}},
	{"NormTwo", func(x value) value { return linalg.Norm(x, linalg.Two) }, []int{2, 3}},
	{"NormInf", func(x value) value { return linalg.Norm(x, linalg.Inf) }, []int{2, 3}},
}

func TestLaws(t *testing.T) {
	for _, c := range unary {
		t.Run(c.name, func(t *testing.T) {
			lawtest.Laws(t, func(x value) value { return c.f(regular(x)) }, lawtest.Between(-1, 1), c.shape...)
		})
	}
}

func TestSolveLaws(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(a, b value) value
		a, b []int
	}{
		{"Solve", linalg.Solve, []int{3, 3}, []int{3, 2}},
		{"SolveVector", linalg.Solve, []int{2, 2, 2}, []int{2}},
		{"SolveBroadcast", linalg.Solve, []int{2, 1, 2, 2}, []int{3, 2, 1}},
		{"LstSqTall", linalg.LstSq, []int{4, 2}, []int{4}},
		{"LstSqWide", linalg.LstSq, []int{2, 3}, []int{2, 2}},
		{"Lower", triangularWith(linalg.TriangularConfig{Lower: true}), []int{3, 3}, []int{3, 2}},
		{"Upper", triangularWith(linalg.TriangularConfig{}), []int{2, 3, 3}, []int{3}},
		{"LowerTransposed", triangularWith(linalg.TriangularConfig{Lower: true, Transpose: true}), []int{3, 3}, []int{3, 2}},
		{"UpperTransposedUnit", triangularWith(linalg.TriangularConfig{Transpose: true, UnitDiagonal: true}), []int{3, 3}, []int{2, 3, 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			lawtest.LawsWith(t, lawtest.Config{}, func(in []value) value { return c.f(regular(in[0]), in[1]) },
				lawtest.Input{Shape: c.a, Sampler: lawtest.Between(-1, 1)}, lawtest.Input{Shape: c.b})
		})
	}
}

func triangularWith(c linalg.TriangularConfig) func(a, b value) value {
	return func(a, b value) value { return linalg.SolveTriangular(a, b, c) }
}
