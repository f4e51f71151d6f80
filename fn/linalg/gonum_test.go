package linalg_test

import (
	"fmt"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/pullback-go/pullback/fn/linalg"
	"github.com/pullback-go/pullback/trace"
)

// Matrices go to gonum and back, and share their elements where they can.
func TestGonum(t *testing.T) {
	m := mat.NewDense(2, 3, []float64{1, 2, 3, 4, 5, 6})
	x := linalg.FromMatrix(m)
	if x.String() != "f64[2 3] [[1 2 3] [4 5 6]]" || &trace.Elems[float64](x.Array())[0] != &m.RawMatrix().Data[0] {
		t.Errorf("got %v, not shared", x)
	}
	if back := linalg.Dense(x); !mat.Equal(back, m) || &back.RawMatrix().Data[0] != &m.RawMatrix().Data[0] {
		t.Errorf("got %v", mat.Formatted(back))
	}
	for want, of := range map[string]mat.Matrix{
		"f64[2 2] [[2 3] [5 6]]":       m.Slice(0, 2, 1, 3),
		"f64[3 2] [[1 4] [2 5] [3 6]]": m.T(),
		"f64[2 2] [[1 2] [2 3]]":       mat.NewSymDense(2, []float64{1, 2, 0, 3}),
		"f64[3] [1 2 3]":               mat.NewVecDense(3, []float64{1, 2, 3}),
		"f64[2] [2 5]":                 m.ColView(1),
		"f64[2 2] [[7 0] [0 8]]":       mat.NewDiagDense(2, []float64{7, 8}),
	} {
		if got := linalg.FromMatrix(of).String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if v := linalg.VecDense(trace.New([]float32{1, 2})); !mat.Equal(v, mat.NewVecDense(2, []float64{1, 2})) {
		t.Errorf("got %v", v)
	}
	for text, call := range map[string]func(){
		"dense(f64[2]): want two axes":                                                func() { linalg.Dense(trace.New([]float64{1, 2})) },
		"dense(f64[0 2]): want two axes, with":                                        func() { linalg.Dense(trace.New([]float64{}, 0, 2)) },
		"vec_dense(f64[]): want one axis":                                             func() { linalg.VecDense(trace.Scalar(1.0)) },
		"FromMatrix of nil: give a matrix":                                            func() { linalg.FromMatrix(nil) },
		"the elements of f64[2] were asked for, which is a value known by type alone": func() { linalg.VecDense(trace.Unknown(trace.TypeOf(trace.Float64, 2))) },
	} {
		if err := trace.Try(call); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("got %v, want %q", err, text)
		}
	}
}

func ExampleDense() {
	var square mat.Dense
	m := linalg.Dense(trace.New([]float64{1, 1, 0, 1}, 2, 2))
	square.Mul(m, m)
	fmt.Println(linalg.FromMatrix(&square))
	// Output: f64[2 2] [[1 2] [0 1]]
}
