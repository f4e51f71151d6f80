package linalg_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/linalg"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

var (
	square = trace.New([]float64{4, 1, -2, 1, 3, 0.5, -1, 0.25, 5}, 3, 3)
	tall   = trace.New([]float64{1, 2, 3, -4, 0.5, 6, -1, 0.25}, 4, 2)
	right  = trace.New([]float64{1, -2, 0.5}, 3)
)

// golden are results of NumPy 1.24 and SciPy 1.10, with the signs of eigenvectors and
// singular vectors as here.
var golden = []struct {
	name string
	got  func(d trace.DType) []value
	want [][]float64
}{
	{"Solve", of1(square, func(a value) value { return linalg.Solve(a, fn.Cast(right, a.DType())) }),
		[][]float64{{0.6131578947368421, -0.9157894736842106, 0.26842105263157895}}},
	{"Inv", of1(square, linalg.Inv),
		[][]float64{{0.3131578947368421, -0.11578947368421051, 0.1368421052631579, -0.11578947368421053, 0.3789473684210526, -0.08421052631578947, 0.06842105263157895, -0.042105263157894736, 0.23157894736842105}}},
	{"Det", of1(square, linalg.Det), [][]float64{{47.5}}},
	{"SlogDet", of2(square, func(a value) (value, value) { return linalg.SlogDet(fn.Neg(a)) }), [][]float64{{-1}, {3.8607297110405954}}},
	{"Cholesky", of1(square, linalg.Cholesky), [][]float64{{2, 0, 0, 0.5, 1.6583123951777, 0, -0.75, 0.45226701686664544, 2.057414529319394}}},
	{"Eigh", of2(square, linalg.Eigh), [][]float64{
		{1.9190007924611039, 3.971524990569085, 6.1094742169698115},
		{-0.6089968861759046, 0.5096525366494932, -0.6077640039643589, 0.6955882395071051, 0.7113830200691347, -0.10045496412185473, -0.38115586534573814, 0.4839302539044794, 0.7877383548288656}}},
	{"SVD", of3(tall, linalg.SVD), [][]float64{
		{0.2405949998128413, 0.40875535330040674, -0.5842057217262918, 0.7360807985305075, 0.7732928604888285, 0.44947030733555976, 0.053252912449242254, -0.2984636694919963},
		{7.563481396113328, 3.1790327413613677},
		{-0.15583149952302758, 0.9877836523026713, 0.9877836523026713, 0.15583149952302758}}},
	{"QR", of2(tall, linalg.QR), [][]float64{
		{-0.2981423969999719, 0.3688875220142212, -0.8944271909999159, -0.28829024829682837, -0.14907119849998599, 0.8819201681768566, 0.29814239699997197, -0.05502313878783549},
		{-3.3541019662496847, 2.161532378249796, 0, 7.168701261579936}}},
	{"QRWide", of2(transposed(tall), linalg.QR), [][]float64{
		{-0.44721359549995787, -0.8944271909999157, -0.8944271909999157, 0.4472135954999581},
		{-2.23606797749979, 2.2360679774997894, -5.590169943749473, 0.22360679774997894, 0, -4.47213595499958, 2.236067977499791, 1.0062305898749053}}},
	{"Pinv", of1(tall, linalg.Pinv),
		[][]float64{{0.1220507553849896, 0.24075024999324346, 0.12372638577335748, -0.09383530174860139, 0.05145806870084593, -0.04021512932082917, 0.12302370206210644, -0.007675468230588359}}},
	{"LstSq", of1(tall, func(a value) value { return linalg.LstSq(a, fn.Cast(trace.New([]float64{1, 2, 3, 4}, 4), a.DType())) }),
		[][]float64{{0.5993892056971429, 0.3093970433231533}}},
	{"LstSqWide", of1(transposed(tall), func(a value) value { return linalg.LstSq(a, fn.Cast(trace.New([]float64{1, 2}, 2), a.DType())) }),
		[][]float64{{0.2249668927866813, 0.16031999135158498, 0.3697737898975702, -0.10918623820977806}}},
	{"Expm", of1(square, func(a value) value { return linalg.Expm(fn.Mul(a, fn.Scalar(0.5))) }),
		[][]float64{{10.40641400090002, 2.854403697430314, -10.23484424781468, 2.8544036974303144, 5.1632686310772895, 0.16996938956125135, -5.117422123907338, 0.08498469478062598, 14.895219895230401}}},
	{"ExpmLarge", of1(square, func(a value) value { return fn.Mul(linalg.Expm(fn.Mul(a, fn.Scalar(3))), fn.Scalar(1e-7)) }),
		[][]float64{{2.6248659250967226, 0.46972425047218164, -4.852334169876602, 0.46972425047218164, 0.09000757157697263, -0.8520505605784178, -2.426167084938301, -0.4260252802892089, 4.507576667127774}}},
	{"MatrixPower", of1(square, func(a value) value { return linalg.MatrixPower(a, 5) }),
		[][]float64{{3191.5, 873.265625, -4997.78125, 873.265625, 602.296875, -466.4921875, -2498.890625, -233.24609375, 5238.828125}}},
	{"MatrixPowerOfInverse", of1(square, func(a value) value { return linalg.MatrixPower(a, -3) }),
		[][]float64{{0.05355516474704766, -0.050092651990086, 0.043290056859600516, -0.05009265199008601, 0.07361976964572094, -0.04085056130631287, 0.02164502842980026, -0.020425280653156432, 0.02400801866161248}}},
	{"Norms", func(d trace.DType) (out []value) {
		for o := linalg.Frobenius; o <= linalg.Inf; o++ {
			out = append(out, linalg.Norm(fn.Cast(tall, d), o))
		}
		return out
	}, [][]float64{{8.204419540710969}, {10.742514137474696}, {12.25}, {7.563481396113328}, {7}}},
	{"SolveTriangular", of1(square, func(a value) value {
		return linalg.SolveTriangular(a, fn.Cast(right, a.DType()), linalg.TriangularConfig{Lower: true})
	}), [][]float64{{0.25, -0.75, 0.1875}}},
	{"SolveTriangularTransposed", of1(square, func(a value) value {
		return linalg.SolveTriangular(a, fn.Cast(right, a.DType()), linalg.TriangularConfig{Transpose: true, UnitDiagonal: true})
	}), [][]float64{{1, -3, 4}}},
}

func of1(a value, f func(a value) value) func(d trace.DType) []value {
	return func(d trace.DType) []value { return []value{f(fn.Cast(a, d))} }
}

func of2(a value, f func(a value) (value, value)) func(d trace.DType) []value {
	return func(d trace.DType) []value {
		x, y := f(fn.Cast(a, d))
		return []value{x, y}
	}
}

func of3(a value, f func(a value) (value, value, value)) func(d trace.DType) []value {
	return func(d trace.DType) []value {
		x, y, z := f(fn.Cast(a, d))
		return []value{x, y, z}
	}
}

func TestGolden(t *testing.T) {
	for _, g := range golden {
		t.Run(g.name, func(t *testing.T) {
			for d, tol := range map[trace.DType]float64{trace.Float32: 2e-6, trace.Float64: 1e-14} {
				for i, got := range g.got(d) {
					want := fn.Cast(trace.New(g.want[i], got.Shape()...), d)
					lawtest.Close(t, got, want, tol)
				}
			}
		})
	}
}

// Decompositions give back the matrix, at sizes past the blocks of the algorithms, and
// have orthonormal columns.
func TestDecompositionsGiveBackTheMatrix(t *testing.T) {
	for _, shape := range [][]int{{1, 1}, {5, 5}, {2, 3, 7, 4}, {4, 9}, {70, 33}, {40, 100}, {130, 130}} {
		a := normal(uint64(len(shape)), trace.Float64, shape...)
		u, s, vt := linalg.SVD(a)
		lawtest.Close(t, fn.MatMul(fn.Mul(u, fn.ExpandDims(s, -2)), vt), a, 1e-13)
		orthonormal(t, u)
		orthonormal(t, transposed(vt))
		q, r := linalg.QR(a)
		lawtest.Close(t, fn.MatMul(q, r), a, 1e-13)
		orthonormal(t, q)
		lawtest.Close(t, fn.Triu(r, 0), r, 0)
		u, _, vt = linalg.SVDFull(a)
		for _, x := range []value{u, vt} {
			orthonormal(t, x)
			orthonormal(t, transposed(x))
		}
		p := linalg.Pinv(a)
		lawtest.Close(t, fn.MatMul(fn.MatMul(a, p), a), a, 1e-12)
		lawtest.Close(t, fn.MatMul(fn.MatMul(p, a), p), p, 1e-12)
		gram := fn.MatMul(a, transposed(a))
		w, v := linalg.Eigh(gram)
		lawtest.Close(t, fn.MatMul(fn.Mul(v, fn.ExpandDims(w, -2)), transposed(v)), gram, 1e-13)
		orthonormal(t, v)
		n := a.Dim(-2)
		positive := fn.Add(gram, fn.Eye(trace.Float64, n))
		l := linalg.Cholesky(positive)
		lawtest.Close(t, fn.MatMul(l, transposed(l)), positive, 1e-13)
		lawtest.Close(t, fn.MatMul(positive, linalg.Inv(positive)), fn.BroadcastTo(fn.Eye(trace.Float64, n), gram.Shape()...), 1e-11)
		_, logarithm := linalg.SlogDet(positive)
		if n < 50 {
			lawtest.Close(t, fn.Log(linalg.Det(positive)), logarithm, 1e-13)
		}
	}
}

func orthonormal(t *testing.T, q value) {
	t.Helper()
	gram := fn.MatMul(transposed(q), q)
	lawtest.Close(t, gram, fn.BroadcastTo(fn.Eye(q.DType(), q.Dim(-1)), gram.Shape()...), 1e-13)
}

// A batch has the bits of its matrices one by one, and a compiled function those of the
// function, in both dtypes.
func TestBits(t *testing.T) {
	for _, c := range unary {
		for _, d := range []trace.DType{trace.Float32, trace.Float64} {
			a := regular(normal(3, d, append([]int{5}, c.shape...)...))
			batch := transforms.Vmap(c.f)(a)
			for i := range 5 {
				one := fn.Index(a, i)
				want := c.f(one)
				lawtest.Close(t, fn.Index(batch, i), want, 0)
				lawtest.Close(t, transforms.Jit(c.f)(one), want, 0)
			}
		}
	}
}
