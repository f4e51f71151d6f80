package linalg

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Expm is the exponential of square matrices a[... n n], 1 + a + a²/2 + ..., by scaling,
// squaring and Padé approximants: Higham, "Functions of Matrices", 2008, algorithm 10.20.
// The cotangent of a is, for the cotangent c of the result, the upper right block of the
// exponential of [[aᵀ c] [0 aᵀ]], by equation 3.16 there.
func Expm(a trace.Value) trace.Value {
	defer trace.Naming("expm", a)
	return trace.Bind1(expm{}, a)
}

type expm struct{}

func (expm) Name() string { return "expm" }

func (expm) Infer(in []trace.Type) ([]trace.Type, error) { return in, wantSquare(in[0]) }

func (expm) Eval(in, out []*trace.Array) {
	n, _ := sides(in[0].Type())
	eachMatrix(batches(in[0].Type()), 16*n*n*n, in, out, func(in, out [][]float64) {
		copy(out[0], exponential(slices.Clone(in[0]), n))
	})
}

// exponential is that of a[n n], NaN if an element is not finite.
func exponential(a []float64, n int) []float64 {
	if !isFinite(a) {
		spoil(a)
		return a
	}
	if n == 0 {
		return a
	}
	var y mat.Dense
	y.Exp(mat.NewDense(n, n, a))
	return y.RawMatrix().Data
}

func (expm) FLOPs(in []trace.Type) int64 { return 16 * cubes(in[0]) }

func (op expm) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	a := transposed(in[0])
	return []trace.Value{trace.Bind1(expmBetween{}, a, ct[0], a)}
}

func (op expm) Batch(_ int, in []trace.Value, _ []bool) []trace.Value { return trace.Bind(op, in[0]) }

// expmBetween is the upper right block of the exponential of [[a e] [0 b]], for a[... m m],
// e[... m n] and b[... n n]: the integral of exp((1-s)a) e exp(sb) over s from 0 to 1. It is
// linear in e, and its derivatives are such blocks too.
type expmBetween struct{}

func (expmBetween) Name() string { return "expm_between" }

func (expmBetween) LinearIn(marked []bool) bool { return !marked[0] && marked[1] && !marked[2] }

func (expmBetween) Infer(in []trace.Type) ([]trace.Type, error) {
	for _, t := range []trace.Type{in[0], in[2]} {
		if err := wantSquare(t); err != nil {
			return nil, err
		}
	}
	if m, n := order(in[0]), order(in[2]); !in[1].Equal(shaped(in[0], int(m), int(n))) {
		return nil, fmt.Errorf("%v does not lie between %v and %v", in[1], in[0], in[2])
	}
	return in[1:2:2], nil
}

func (expmBetween) Eval(in, out []*trace.Array) {
	m, n := sides(in[1].Type())
	k := m + n
	eachMatrix(batches(in[1].Type()), 16*k*k*k, in, out, func(in, out [][]float64) {
		whole := make([]float64, k*k)
		for i := range m {
			copy(whole[i*k:], in[0][i*m:(i+1)*m])
			copy(whole[i*k+m:], in[1][i*n:(i+1)*n])
		}
		for i := range n {
			copy(whole[(m+i)*k+m:], in[2][i*n:(i+1)*n])
		}
		whole = exponential(whole, k)
		for i := range m {
			copy(out[0][i*n:(i+1)*n], whole[i*k+m:])
		}
	})
}

func (expmBetween) FLOPs(in []trace.Type) int64 {
	m, n := sides(in[1])
	return 16 * int64(m+n) * (cubes(in[0]) + cubes(in[2]))
}

func (op expmBetween) VJP(in, _, ct []trace.Value, want []bool) []trace.Value {
	a, b, c := transposed(in[0]), transposed(in[2]), ct[0]
	m, n := a.Dim(-1), b.Dim(-1)
	cts := []trace.Value{{}, trace.Bind1(op, a, c, b), {}}
	if want[0] { // the last block of the exponential of [[a c 0] [0 b e] [0 0 a]]
		rest := stacked(b, transposed(in[1]), a)
		between := trace.Bind1(op, a, fn.Concat(-1, c, fn.ZerosLike(a)), rest)
		cts[0] = fn.At(between, fn.Rest, fn.Every, fn.Span(n, n+m))
	}
	if want[2] { // and of [[b e 0] [0 a c] [0 0 b]]
		rest := stacked(b, transposed(in[1]), a)
		between := trace.Bind1(op, rest, fn.Concat(-2, fn.ZerosLike(b), c), b)
		cts[2] = fn.At(between, fn.Rest, fn.Span(0, n), fn.Every)
	}
	return cts
}

// stacked is the matrix [[a e] [0 b]].
func stacked(a, e, b trace.Value) trace.Value {
	return fn.Concat(-2, fn.Concat(-1, a, e), fn.Concat(-1, fn.ZerosLike(transposed(e)), b))
}

func (op expmBetween) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}
