package transforms_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// krylovPair is a tree with 2 + 4 elements.
type krylovPair struct {
	A trace.Value // [2]
	B trace.Value // [2 2]
}

// definite is a symmetric positive definite function of pairs, and its matrix.
func definite() (func(krylovPair) krylovPair, trace.Value) {
	root := random.Normal(random.Key(3), trace.Float64, 6, 6)
	m := fn.Add(fn.MatMul(root, fn.Transpose(root, 1, 0)), fn.Eye(trace.Float64, 6))
	return func(p krylovPair) krylovPair {
		x, tree := transforms.Ravel(p)
		return tree(fn.Dot(m, x))
	}, m
}

func TestCG(t *testing.T) {
	f, m := definite()
	b := krylovPair{random.Normal(random.Key(1), trace.Float64, 2), random.Normal(random.Key(2), trace.Float64, 2, 2)}
	solve := func(b krylovPair) krylovPair { x, _ := transforms.CG(f, b); return x }
	x, info := transforms.CG(f, b)
	want, _ := transforms.Ravel(b)
	got, _ := transforms.Ravel(f(x))
	lawtest.Close(t, got, want, 1e-9)
	if n := trace.Data[int64](info.Steps)[0]; n < 4 || n > 12 || !trace.Data[bool](info.Converged)[0] || !(info.Residual.Float64() < 1e-9) {
		t.Errorf("got %+v", info)
	}
	compiled, _ := transforms.Ravel(transforms.Jit(solve)(b))
	eager, _ := transforms.Ravel(x)
	lawtest.Close(t, compiled, eager, 1e-11)

	damped, _ := transforms.CG(f, b, transforms.CGConfig{Damping: 2})
	v, _ := transforms.Ravel(damped)
	lawtest.Close(t, fn.Add(fn.Dot(m, v), fn.Mul(v, fn.Scalar(2))), want, 1e-9)

	rows := krylovPair{random.Normal(random.Key(4), trace.Float64, 3, 2), random.Normal(random.Key(5), trace.Float64, 3, 2, 2)}
	batch := transforms.Vmap(solve)(rows)
	for i, row := range fn.Rows(rows) {
		one := solve(row)
		lawtest.Close(t, fn.Index(batch.A, i), one.A, 1e-9)
		lawtest.Close(t, fn.Index(batch.B, i), one.B, 1e-9)
	}
}

// The slope of a solution with respect to the matrix is -A⁻¹ dA x.
func TestSlopeOfCG(t *testing.T) {
	a, b := trace.New([]float64{4, 1, 1, 3}, 2, 2), trace.New([]float64{1, 2})
	solve := func(a trace.Value) trace.Value {
		x, _ := transforms.CG(func(x trace.Value) trace.Value { return fn.Dot(a, x) }, b)
		return x
	}
	da := trace.New([]float64{0.5, -1, -1, 2}, 2, 2)
	x, dx := transforms.JVP(solve)(a, da)
	lawtest.Close(t, fn.Dot(a, dx), fn.Neg(fn.Dot(da, x)), 1e-9)
	ct := trace.New([]float64{3, -5})
	back := transforms.Pull(solve, func(trace.Value) trace.Value { return ct })(a)
	lawtest.Close(t, fn.SumAll(fn.Mul(back, da)), fn.SumAll(fn.Mul(ct, dx)), 1e-9)
}

func TestCGThatDoesNotConverge(t *testing.T) {
	b := trace.New([]float64{1, 2})
	f, _ := definite()
	one := krylovPair{b, trace.New([]float64{1, 2, 3, 4}, 2, 2)}
	_, few := transforms.CG(f, one, transforms.CGConfig{Steps: 2})
	if trace.Data[bool](few.Converged)[0] || trace.Data[int64](few.Steps)[0] != 2 {
		t.Errorf("got %+v after two steps", few)
	}
	x, concave := transforms.CG(fn.Neg, b)
	if trace.Data[bool](concave.Converged)[0] || trace.Data[int64](concave.Steps)[0] != 1 {
		t.Errorf("got %+v for a concave function", concave)
	}
	lawtest.Close(t, x, fn.ZerosLike(b), 0)
	zero, none := transforms.CG(func(x trace.Value) trace.Value { return x }, fn.ZerosLike(b))
	if !trace.Data[bool](none.Converged)[0] || trace.Data[int64](none.Steps)[0] != 0 {
		t.Errorf("got %+v for b = 0", none)
	}
	lawtest.Close(t, zero, fn.ZerosLike(b), 0)
}

func TestArnoldi(t *testing.T) {
	const n, steps = 7, 4
	m := random.Normal(random.Key(3), trace.Float64, n, n)
	start := random.Normal(random.Key(4), trace.Float64, n)
	f := func(x trace.Value) trace.Value { return fn.Dot(m, x) }
	q, h := transforms.Arnoldi(f, start, steps)
	lawtest.Close(t, fn.MatMul(q, fn.Transpose(q, 1, 0)), fn.Eye(trace.Float64, steps), 1e-13)
	lawtest.Close(t, fn.MatMul(fn.MatMul(q, m), fn.Transpose(q, 1, 0)), h, 1e-12)
	for i := range steps {
		for j := range steps {
			if x := h.Float64s()[i*steps+j]; i > j+1 && !(math.Abs(x) < 1e-12) {
				t.Errorf("h[%d %d] is %v", i, j, x)
			}
		}
	}
	// The space of an eigenvector has one dimension.
	q, h = transforms.Arnoldi(func(x trace.Value) trace.Value { return fn.Mul(x, fn.Scalar(3)) }, start, 2)
	lawtest.Close(t, h, trace.New([]float64{3, 0, 0, 0}, 2, 2), 1e-14)
	lawtest.Close(t, fn.Index(q, 1), fn.Zeros(trace.TypeOf(trace.Float64, n)), 0)
}

func TestKrylovErrors(t *testing.T) {
	x := trace.New([]float64{1, 2})
	same := func(x trace.Value) trace.Value { return x }
	for want, f := range map[string]func(){
		"want floats to solve for, got i64[2]":                    func() { transforms.CG(same, trace.New([]int64{1, 2})) },
		"CG: 2 of type transforms.CGConfig: give at most one":     func() { transforms.CG(same, x, transforms.CGConfig{}, transforms.CGConfig{}) },
		"a tolerance of -1 and 0 steps: want neither negative":    func() { transforms.CG(same, x, transforms.CGConfig{Tolerance: -1}) },
		"0 steps from f64[2]: want floats, and at least one step": func() { transforms.Arnoldi(same, x, 0) },
		"Ravel of a tree without values":                          func() { transforms.CG(func(s []trace.Value) []trace.Value { return s }, nil) },
		"CG's function maps 2 elements of f64 to 1 of f64: want a tree like the argument's": func() {
			transforms.CG(func(x trace.Value) trace.Value { return fn.Sum(x, 0) }, x)
		},
	} {
		if err := trace.Try(f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// The influence of a case on a fit is a gradient times the inverse Hessian.
func ExampleCG() {
	loss := func(x trace.Value) trace.Value {
		y := fn.Sub(fn.Square(x), trace.New([]float64{1, 4}))
		return fn.Add(fn.SumAll(fn.Square(y)), fn.Square(fn.SumAll(x)))
	}
	at, g := trace.New([]float64{1, 2}), trace.New([]float64{1, 0})
	x, info := transforms.CG(func(v trace.Value) trace.Value { return transforms.HVP(loss)(at, v) }, g)
	fmt.Printf("%.4f, converged: %v\n", x.Float64s(), info.Converged)
	// Output:
	// [0.1012 -0.0060], converged: bool[] true
}

// The largest eigenvalue of a Hessian is near that of Arnoldi's small matrix.
func ExampleArnoldi() {
	f := func(x trace.Value) trace.Value { return fn.Mul(x, trace.New([]float64{1, 2, 10})) }
	q, h := transforms.Arnoldi(f, trace.New([]float64{1, 1, 1}), 2)
	fmt.Println(q.Type(), h.Type())
	// Output:
	// f64[2 3] f64[2 2]
}
