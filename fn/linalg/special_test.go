package linalg_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/linalg"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

var (
	rankOne = trace.New([]float64{1, 2, 2, 4}, 2, 2)
	two     = fn.Ones(trace.TypeOf(trace.Float64, 2))
)

// unfit are functions at matrices that they cannot do with.
var unfit = []struct {
	name string
	f    func(a value) value
	a    value
	want string
}{
	{"solve", func(a value) value { return linalg.Solve(a, two) }, rankOne, "solve: the matrix is singular: use linalg.LstSq or linalg.Pinv"},
	{"inv", linalg.Inv, fn.Stack(0, rankOne, fn.Eye(trace.Float64, 2)), "inv: matrix [0] of the batch is singular"},
	{"inv32", linalg.Inv, fn.Cast(rankOne, trace.Float32), "inv: the matrix is singular"},
	{"matrix_power", func(a value) value { return linalg.MatrixPower(a, -2) }, rankOne, "matrix_power: the matrix is singular"},
	{"cholesky", linalg.Cholesky, trace.New([]float64{1, 2, 2, 1}, 2, 2), "cholesky: the matrix is not positive definite"},
	{"cholesky batch", linalg.Cholesky, fn.Stack(0, fn.Stack(0, fn.Eye(trace.Float64, 2), fn.Neg(fn.Eye(trace.Float64, 2)))), "cholesky: matrix [0 1] of the batch is not"},
	{"solve_triangular", func(a value) value { return linalg.SolveTriangular(a, two, linalg.TriangularConfig{}) }, trace.New([]float64{1, 2, 3, 0}, 2, 2),
		"solve_triangular: the matrix is singular: there is a 0 on its diagonal"},
}

// What a function cannot do with is an error by itself and in a derivative, and NaN in a
// compiled function.
func TestMatricesThatDoNotFit(t *testing.T) {
	for _, c := range unfit {
		scalar := func(a value) value { return fn.SumAll(c.f(a)) }
		for what, call := range map[string]func(){
			"the function": func() { c.f(c.a) },
			"its gradient": func() { transforms.Grad(scalar)(c.a) },
			"its batch":    func() { transforms.Vmap(c.f)(fn.Expand(c.a, 0, 1)) },
			"a traced constant": func() {
				transforms.Grad(func(x value) value { return fn.Mul(x, fn.Cast(scalar(c.a), trace.Float64)) })(trace.Scalar(1.0))
			},
			"its second gradient": func() { transforms.Grad(func(a value) value { return fn.SumAll(transforms.Grad(scalar)(a)) })(c.a) },
		} {
			err := trace.Try(call)
			want := c.want
			if what == "its batch" {
				want = strings.Replace(strings.Replace(want, "[0", "[0 0", 1), "the matrix", "matrix [0] of the batch", 1)
			}
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s of %s: the error is %v, want %s", what, c.name, err, want)
			}
		}
		got := transforms.Jit(c.f)(c.a).Float64s()
		if !math.IsNaN(got[len(got)-1]) && !math.IsNaN(got[0]) {
			t.Errorf("%s is %v in a compiled function", c.name, got)
		}
		if got := transforms.Jit(scalar)(c.a).Float64(); !math.IsNaN(got) {
			t.Errorf("the sum of %s is %v", c.name, got)
		}
	}
}

// In a batch the other matrices have their results.
func TestOneMatrixOfABatchDoesNotFit(t *testing.T) {
	both := fn.Stack(0, rankOne, fn.Mul(fn.Eye(trace.Float64, 2), fn.Scalar(2)))
	got := transforms.Jit(linalg.Inv)(both)
	lawtest.Close(t, fn.Index(got, 1), trace.New([]float64{0.5, 0, 0, 0.5}, 2, 2), 0)
	if !math.IsNaN(got.Float64s()[0]) {
		t.Errorf("the inverse of a singular matrix is %v", fn.Index(got, 0))
	}
}

// NaN and infinities in a matrix give NaN, and no error.
func TestMatricesWithNaN(t *testing.T) {
	for _, c := range unary {
		for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			a := regular(normal(1, trace.Float64, c.shape...))
			data := a.Float64s()
			data[len(data)-1] = x
			got := c.f(trace.New(data, c.shape...)).Float64s()
			if last := got[len(got)-1]; !math.IsNaN(last) && !elementwise(c.name) {
				t.Errorf("%s with %v is %v", c.name, x, got)
			}
		}
	}
}

// elementwise are functions in some of which only parts of the result depend on an element,
// or which are made of products and sums.
func elementwise(name string) bool {
	for _, prefix := range []string{"Norm", "Det", "MatrixPower3", "QRWide"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func TestEmptyMatrices(t *testing.T) {
	empty, none := fn.Zeros(trace.TypeOf(trace.Float64, 0, 0)), fn.Zeros(trace.TypeOf(trace.Float64, 0, 3, 3))
	for _, c := range unary {
		shape := append([]int{0}, c.shape...)
		f := transforms.Vmap(c.f)
		if got := f(fn.Zeros(trace.TypeOf(trace.Float64, shape...))); got.Dim(0) != 0 {
			t.Errorf("%s of no matrices is %v", c.name, got)
		}
	}
	for name, f := range map[string]func(a value) value{
		"inv": linalg.Inv, "cholesky": linalg.Cholesky, "eigvalsh": linalg.Eigvalsh, "expm": linalg.Expm, "pinv": linalg.Pinv,
		"svd": three(linalg.SVD), "full": three(linalg.SVDFull), "qr": one(linalg.QR), "eigh": one(linalg.Eigh),
		"power": func(a value) value { return linalg.MatrixPower(a, 3) }, "solve": func(a value) value { return linalg.Solve(a, a) },
	} {
		for _, a := range []value{empty, none} {
			got := f(a)
			gradient := transforms.Grad(func(a value) value { return fn.SumAll(f(a)) })(a)
			if got.Size() != 0 || !gradient.Type().Equal(a.Type()) {
				t.Errorf("%s of %v is %v, its gradient %v", name, a.Type(), got, gradient)
			}
		}
	}
	if got := linalg.Det(empty).Float64(); got != 1 {
		t.Errorf("the determinant is %v, want 1", got)
	}
	if s, l := linalg.SlogDet(empty); s.Float64() != 1 || l.Float64() != 0 {
		t.Errorf("slogdet is %v, %v", s, l)
	}
	for _, shape := range [][]int{{0, 3}, {3, 0}} {
		u, s, vt := linalg.SVDFull(fn.Zeros(trace.TypeOf(trace.Float64, shape...)))
		orthonormal(t, u)
		orthonormal(t, vt)
		if s.Size() != 0 || u.Dim(0) != shape[0] || vt.Dim(0) != shape[1] {
			t.Errorf("%v: %v %v %v", shape, u.Type(), s.Type(), vt.Type())
		}
	}
}

// Determinants of singular matrices have the derivatives of the polynomial: of every order
// down to rank n-2, and two below that.
func TestDetOfSingularMatrices(t *testing.T) {
	for rank := range 5 {
		order := 3
		if rank < 2 {
			order = 2
		}
		t.Run("rank"+string(rune('0'+rank)), func(t *testing.T) {
			low := fn.Dot(normal(7, trace.Float64, 4, rank), normal(8, trace.Float64, rank, 4))
			lawtest.LawsWith(t, lawtest.Config{Order: order}, func(in []value) value { return linalg.Det(in[0]) },
				lawtest.Input{Shape: []int{4, 4}, Sampler: constant(low.Float64s())})
		})
	}
}

func constant(x []float64) lawtest.Sampler {
	return func(*rand.Rand, int) []float64 { return append([]float64(nil), x...) }
}

// Functions that do not depend on the choice of eigenvectors have gradients where
// eigenvalues are equal.
func TestEqualEigenvalues(t *testing.T) {
	a := fn.Add(fn.Eye(trace.Float64, 3), fn.Full(trace.TypeOf(trace.Float64, 3, 3), 0.5)) // 1, 1, 2.5
	root := func(a value) value {
		w, v := linalg.Eigh(a)
		return fn.MatMul(fn.Mul(v, fn.ExpandDims(fn.Sqrt(w), -2)), transposed(v))
	}
	ct := normal(2, trace.Float64, 3, 3)
	got := transforms.Grad(func(a value) value { return fn.SumAll(fn.Mul(ct, fn.Square(root(a)))) })(a)
	if !(fn.SumAll(fn.Abs(got)).Float64() < 100) {
		t.Errorf("the gradient is %v", got)
	}
	// d tr(a^½) = tr(a^-½ da)/2
	trace1 := func(a value) value { return fn.SumAll(fn.Sqrt(linalg.Eigvalsh(a))) }
	lawtest.Close(t, transforms.Grad(trace1)(a), fn.Mul(linalg.Inv(root(a)), fn.Scalar(0.5)), 1e-12)
	nuclear := func(a value) value { return linalg.Norm(a, linalg.Nuclear) }
	lawtest.Close(t, transforms.Grad(nuclear)(fn.Eye(trace.Float64, 3)), fn.Eye(trace.Float64, 3), 1e-12)
	frobenius := func(a value) value { return linalg.Norm(a, linalg.Frobenius) }
	lawtest.Close(t, transforms.Grad(frobenius)(fn.Zeros(a.Type())), fn.Zeros(a.Type()), 0)
}

// The pseudo-inverse of a matrix whose rank is not full, and least squares.
func TestPinvOfLowRank(t *testing.T) {
	a := fn.MatMul(normal(1, trace.Float64, 5, 2), normal(2, trace.Float64, 2, 3))
	p := linalg.Pinv(a)
	lawtest.Close(t, fn.MatMul(fn.MatMul(a, p), a), a, 1e-13)
	lawtest.Close(t, transposed(fn.MatMul(a, p)), fn.MatMul(a, p), 1e-13)
	lawtest.Close(t, transposed(fn.MatMul(p, a)), fn.MatMul(p, a), 1e-13)
	if got := linalg.PinvWith(fn.Eye(trace.Float64, 2), 1); fn.SumAll(fn.Abs(got)).Float64() != 0 {
		t.Errorf("with a limit of 1: %v", got)
	}
	lawtest.Laws(t, func(x value) value {
		left := fn.Add(normal(1, trace.Float64, 4, 2), fn.Mul(fn.Scalar(0.1), x))
		return linalg.Pinv(fn.MatMul(left, normal(2, trace.Float64, 2, 3)))
	}, lawtest.Between(-1, 1), 4, 2)
}

func TestErrors(t *testing.T) {
	a := fn.Eye(trace.Float64, 3)
	for _, c := range []struct {
		call func()
		want string
	}{
		{func() { linalg.Solve(tall, right) }, "solve(f64[4 2], f64[3]): the matrix is not square: 4 rows, 2 columns"},
		{func() { linalg.Solve(a, two) }, "solve(f64[3 3], f64[2]): the right side has 2 rows, the matrix 3"},
		{func() { linalg.Solve(a, fn.Cast(right, trace.Float32)) }, "dtypes differ: f64 and f32; convert one of them with fn.Cast"},
		{func() { linalg.Solve(fn.Expand(a, 0, 2), fn.Expand(a, 0, 3)) }, "batch axes: "},
		{func() { linalg.Inv(right) }, "inv(f64[3]): f64[3] is no matrix: want at least two axes"},
		{func() { linalg.Det(fn.Cast(a, trace.Int32)) }, "det(i32[3 3]): i32[3 3] is not a float array: fn.Cast it to f32 or f64"},
		{func() { linalg.Norm(a, 9) }, "norm(f64[3 3]): there is no norm Order(9): want Frobenius, Nuclear, One, Two or Inf"},
		{func() { linalg.Norm(fn.Zeros(trace.TypeOf(trace.Float64, 0, 2)), linalg.Two) }, "a matrix without elements has no norm 2"},
		{func() { linalg.PinvWith(a, math.NaN()) }, "pinv(f64[3 3]): the limit is NaN: want at least 0"},
	} {
		if err := trace.Try(c.call); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v, want %s", err, c.want)
		}
	}
}
