package linalg

import (
	"math"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Det is the determinant of square matrices, [...] for a[... n n]; 1 where n is 0. Its
// derivatives are those of a polynomial, so singular matrices have them too: of every order
// for matrices of rank n-2 or more, and right up to the second for any. (Third and higher
// ones come out as 0 below that rank.)
//
// Complete pivoting puts the matrix into blocks, the last of two rows. With s the Schur
// complement of the first, the determinant is that of the first times s₀₀s₁₁ - s₀₁s₁₀.
func Det(a trace.Value) trace.Value {
	defer trace.Naming("det", a)
	mustBe("det", wantSquare, a)
	n := a.Dim(-1)
	switch n {
	case 0:
		return fn.FillAs(a, shaped(a.Type()), 1)
	case 1:
		return fn.Squeeze(a, -2, -1)
	case 2:
		return det2(a)
	}
	p := trace.Bind(pivoting{}, a)
	rows, columns, sign, regular := p[0], p[1], p[2], p[3]
	a = fn.TakeAlong(a, fn.Expand(rows, -1, n), -2)
	a = fn.TakeAlong(a, fn.Expand(columns, -2, n), -1)
	first, last := fn.Span(0, n-2), fn.Span(n-2, n)
	first11 := fn.At(a, fn.Rest, first, first)
	whole := fn.Expand(fn.Expand(fn.Greater(regular, fn.Scalar(0)), -1, n-2), -1, n-2)
	first11 = fn.Where(whole, first11, identity(a, n-2))
	f := factored(first11)
	right := solveLU(first11, f, fn.At(a, fn.Rest, first, last))
	s := fn.Sub(fn.At(a, fn.Rest, last, last), product(fn.At(a, fn.Rest, last, first), right))
	return fn.Mul(fn.Mul(sign, regular), fn.Mul(trace.Bind1(detOp{}, first11, f.lu, f.order), det2(s)))
}

// det2 is the determinant of matrices of two rows.
func det2(a trace.Value) trace.Value {
	at := func(i, j int) trace.Value { return fn.At(a, fn.Rest, i, j) }
	return fn.Sub(fn.Mul(at(0, 0), at(1, 1)), fn.Mul(at(0, 1), at(1, 0)))
}

// SlogDet is the sign of the determinant of square matrices a[... n n], 1, -1 or 0, and the
// logarithm of its magnitude, both [...]. They are 0 and -Inf for singular matrices, where
// there is no derivative: it is NaN. The sign has none either; that of the logarithm is
// tr(a⁻¹ da).
func SlogDet(a trace.Value) (sign, logarithm trace.Value) {
	defer trace.Naming("slogdet", a)
	f := factored(a)
	out := trace.Bind(slogDet{}, a, f.lu, f.order)
	return out[0], out[1]
}

// pivoting looks for an order of rows and of columns such that eliminating in this order
// takes the largest element that is left as the next pivot. The outputs are both orders, the
// sign of the permutations, and 1, or 0 if all that is left is 0 with more than two rows to
// go. None has a derivative.
type pivoting struct{}

func (pivoting) Name() string { return "complete_pivoting" }

func (pivoting) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantSquare(in[0]); err != nil {
		return nil, err
	}
	shape, one := in[0].Shape, shaped(in[0])
	order := trace.TypeOf(trace.Int64, shape[:len(shape)-1]...)
	return []trace.Type{order, order, one, one}, nil
}

func (pivoting) Eval(in, out []*trace.Array) {
	n, _ := sides(in[0].Type())
	eachMatrix(batches(in[0].Type()), n*n*n, in, out, func(in, out [][]float64) {
		a, rows, columns := slices.Clone(in[0]), out[0], out[1]
		for i := range n {
			rows[i], columns[i] = float64(i), float64(i)
		}
		out[2][0], out[3][0] = 1, 1
		for k := range n - 2 {
			i, j := largest(a, n, k)
			if a[i*n+j] == 0 {
				out[3][0] = 0
				return
			}
			if i != k {
				rows[i], rows[k], out[2][0] = rows[k], rows[i], -out[2][0]
				for c := range n {
					a[i*n+c], a[k*n+c] = a[k*n+c], a[i*n+c]
				}
			}
			if j != k {
				columns[j], columns[k], out[2][0] = columns[k], columns[j], -out[2][0]
				for r := range n {
					a[r*n+j], a[r*n+k] = a[r*n+k], a[r*n+j]
				}
			}
			eliminate(a, n, k)
		}
	})
}

// largest finds the element of the largest magnitude from row and column k on; NaN is none.
func largest(a []float64, n, k int) (i, j int) {
	i, j = k, k
	for r := k; r < n; r++ {
		for c := k; c < n; c++ {
			if math.Abs(a[r*n+c]) > math.Abs(a[i*n+j]) {
				i, j = r, c
			}
		}
	}
	return i, j
}

// eliminate subtracts multiples of row k from those below it.
func eliminate(a []float64, n, k int) {
	for r := k + 1; r < n; r++ {
		by := a[r*n+k] / a[k*n+k]
		for c := k; c < n; c++ {
			a[r*n+c] -= by * a[k*n+c]
		}
	}
}

func (pivoting) FLOPs(in []trace.Type) int64 { return cubes(in[0]) }

func (pivoting) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return make([]trace.Value, 1) }

func (op pivoting) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(op, in[0])
}

// detOp is the determinant of a regular matrix, whose factors are given.
type detOp struct{}

func (detOp) Name() string { return "lu_det" }

func (detOp) Infer(in []trace.Type) ([]trace.Type, error) {
	return []trace.Type{shaped(in[0])}, wantFactors(in)
}

func (detOp) Eval(in, out []*trace.Array) {
	n, _ := sides(in[0].Type())
	eachMatrix(batches(in[0].Type()), n, in[1:], out, func(in, out [][]float64) {
		det := signOf(in[1])
		for i := range n {
			det *= in[0][i*n+i]
		}
		out[0][0] = det
	})
}

// signOf is 1 for an even permutation, else -1.
func signOf(order []float64) float64 {
	seen, sign := make([]bool, len(order)), 1.0
	for i := range order {
		for j := i; !seen[j]; j = int(order[j]) {
			seen[j], sign = true, -sign
		}
		sign = -sign // of a cycle of n, n-1 exchanges
	}
	return sign
}

func (detOp) VJP(in, out, ct []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{scaledInverse(in, fn.Mul(ct[0], out[0])), {}, {}}
}

// scaledInverse is a⁻ᵀ times a number for each matrix.
func scaledInverse(in []trace.Value, by trace.Value) trace.Value {
	n := in[0].Dim(-1)
	inverse := trace.Bind1(solveOp{Transposed: true}, in[0], in[1], in[2], identity(in[0], n))
	return fn.Mul(fn.ExpandDims(fn.ExpandDims(by, -1), -1), inverse)
}

func (op detOp) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}

// slogDet is the sign of a determinant and the logarithm of its magnitude, of a matrix whose
// factors are given.
type slogDet struct{}

func (slogDet) Name() string { return "lu_slogdet" }

func (slogDet) Infer(in []trace.Type) ([]trace.Type, error) {
	return []trace.Type{shaped(in[0]), shaped(in[0])}, wantFactors(in)
}

func (slogDet) Eval(in, out []*trace.Array) {
	n, _ := sides(in[0].Type())
	eachMatrix(batches(in[0].Type()), n, in[1:], out, func(in, out [][]float64) {
		sign, sum := signOf(in[1]), 0.0
		for i := range n {
			switch d := in[0][i*n+i]; {
			case d < 0:
				sign, sum = -sign, sum+math.Log(-d)
			case d > 0:
				sum += math.Log(d)
			case d == 0:
				sign, sum = 0, math.Inf(-1)
			default:
				sign, sum = d, d
			}
		}
		out[0][0], out[1][0] = sign, sum
	})
}

func (slogDet) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{scaledInverse(in, ct[1]), {}, {}}
}

func (op slogDet) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}
