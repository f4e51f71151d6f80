package linalg_test

import (
	"fmt"
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/linalg"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// The solution of a system, and how it changes with the matrix.
func ExampleSolve() {
	a := trace.New([]float64{2, 1, 1, 3}, 2, 2)
	b := trace.New([]float64{3, 5}, 2)
	first := func(a trace.Value) trace.Value { return fn.Index(linalg.Solve(a, b), 0) }
	fmt.Printf("%.3f\n%.3f\n", linalg.Solve(a, b), transforms.Grad(first)(a))
	// Output:
	// [0.800 1.400]
	// [[-0.480 -0.840] [0.160 0.280]]
}

// The logarithm of a normal density, from a Cholesky decomposition.
func ExampleCholesky() {
	logDensity := func(cov trace.Value) trace.Value {
		l := linalg.Cholesky(cov)
		z := linalg.SolveTriangular(l, trace.New([]float64{1, -1}, 2), linalg.TriangularConfig{Lower: true})
		_, logDet := linalg.SlogDet(l)
		return fn.Neg(fn.Add(logDet, fn.Mul(fn.Scalar(0.5), fn.SumAll(fn.Square(z)))))
	}
	cov := trace.New([]float64{2, 0.5, 0.5, 1}, 2, 2)
	fmt.Printf("%.3f\n%.3f\n", logDensity(cov), transforms.Grad(logDensity)(cov))
	// Output:
	// -1.423
	// [[0.082 -0.469] [-0.469 0.449]]
}

// The rank that a matrix has but for noise.
func ExampleSVD() {
	a := trace.New([]float64{1, 2, 2, 4.001, 3, 6}, 3, 2)
	_, s, _ := linalg.SVD(a)
	fmt.Printf("%.4f\n", s)
	// Output:
	// [8.3671 0.0004]
}

// A rotation is the exponential of what turns.
func ExampleExpm() {
	turn := trace.New([]float64{0, -math.Pi / 2, math.Pi / 2, 0}, 2, 2)
	fmt.Printf("%.3f\n", fn.Add(linalg.Expm(turn), fn.Scalar(0)))
	fmt.Printf("%.3f\n", linalg.Det(trace.New([]float64{1, 2, 3, 4}, 2, 2)))
	// Output:
	// [[0.000 -1.000] [1.000 0.000]]
	// -2.000
}

// A program of a decomposition, read from text.
func ExampleOps() {
	p, err := trace.Parse([]byte(`program(a f64[2 2])
  b f64[2 2] = linalg.cholesky(a)
  return b
`), linalg.Ops()...)
	fmt.Println(err, p.Apply(trace.New([]float64{4, 2, 2, 5}, 2, 2)))
	// Output: <nil> [f64[2 2] [[2 0] [1 2]]]
}
