package linalg

import (
	"fmt"
	"math"
	"slices"

	"github.com/pullback-go/pullback/fn"
	kparallel "github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/trace"
)

// wantMatrix reports operands that are no matrices of floats.
func wantMatrix(t trace.Type) error {
	if !t.DType.IsFloat() {
		return fmt.Errorf("%v is not a float array: fn.Cast it to f32 or f64", t)
	}
	if t.Rank() < 2 {
		return fmt.Errorf("%v is no matrix: want at least two axes", t)
	}
	return nil
}

// wantSquare reports operands that are no square matrices of floats.
func wantSquare(t trace.Type) error {
	if err := wantMatrix(t); err != nil {
		return err
	}
	if m, n := sides(t); m != n {
		return fmt.Errorf("the matrix is not square: %d rows, %d columns", m, n)
	}
	return nil
}

// mustBe refuses an operand that wantMatrix or wantSquare reports.
func mustBe(name string, want func(t trace.Type) error, a trace.Value) {
	if err := want(a.Type()); err != nil {
		trace.Refuse(name, []trace.Value{a}, "%v", err)
	}
}

// sides are the numbers of rows and columns.
func sides(t trace.Type) (rows, columns int) { return t.Shape[t.Rank()-2], t.Shape[t.Rank()-1] }

// batches are the axes before those of the matrix.
func batches(t trace.Type) []int { return t.Shape[: t.Rank()-2 : t.Rank()-2] }

// shaped is the type of arrays of other matrices, or of vectors or numbers, for the
// matrices of t.
func shaped(t trace.Type, shape ...int) trace.Type {
	return trace.TypeOf(t.DType, slices.Concat(batches(t), shape)...)
}

// transposed exchanges the last two axes.
func transposed(x trace.Value) trace.Value {
	perm := make([]int, x.Rank())
	for i := range perm {
		perm[i] = i
	}
	n := len(perm)
	perm[n-2], perm[n-1] = n-1, n-2
	return fn.Transpose(x, perm...)
}

// product is the product of matrices a, b, and so on.
func product(a trace.Value, more ...trace.Value) trace.Value {
	for _, b := range more {
		a = fn.MatMul(a, b)
	}
	return a
}

// half is x/2.
func half(x trace.Value) trace.Value { return fn.Mul(x, fn.Scalar(0.5)) }

// symmetric is the symmetric part of a matrix.
func symmetric(x trace.Value) trace.Value { return half(fn.Add(x, transposed(x))) }

// identity is the identity matrices of n rows for the matrices of like.
func identity(like trace.Value, n int) trace.Value {
	t := shaped(like.Type(), n, n)
	return fn.Cast(onDiagonal(like, t), t.DType)
}

// onDiagonal is true on the diagonal of matrices of type t.
func onDiagonal(like trace.Value, t trace.Type) trace.Value {
	whole := trace.TypeOf(trace.Int64, t.Shape...)
	return fn.Equal(fn.IotaLike(like, whole, t.Rank()-2), fn.IotaLike(like, whole, t.Rank()-1))
}

// scaleColumns multiplies the columns of x[... m n] by d[... n].
func scaleColumns(x, d trace.Value) trace.Value { return fn.Mul(x, fn.ExpandDims(d, -2)) }

// scaleRows multiplies the rows of x[... m n] by d[... m].
func scaleRows(x, d trace.Value) trace.Value { return fn.Mul(x, fn.ExpandDims(d, -1)) }

// eachMatrix calls f for each matrix of arrays with the given batch axes. f gets the parts
// of the operands, which it must not change, and those of the outputs to write, as float64.
// ops is about how many operations a matrix takes.
func eachMatrix(lead []int, ops int, in, out []*trace.Array, f func(in, out [][]float64)) {
	count := 1
	for _, n := range lead {
		count *= n
	}
	kparallel.Run(count, kparallel.GrainOf(ops), func(lo, hi int) {
		from, to := make([][]float64, len(in)), make([][]float64, len(out))
		for i := lo; i < hi; i++ {
			for k, a := range in {
				from[k] = read(a, i, count)
			}
			for k, a := range out {
				if to[k] = direct(a, i, count); to[k] == nil {
					to[k] = make([]float64, a.Type().Size()/count)
				}
			}
			f(from, to)
			for k, a := range out {
				write(a, i, count, to[k])
			}
		}
	})
}

// direct is part i of count of an array of f64, nil for any other dtype.
func direct(a *trace.Array, i, count int) []float64 {
	if a.DType() != trace.Float64 {
		return nil
	}
	return part[float64](a, i, count)
}

func part[E trace.Elem](a *trace.Array, i, count int) []E {
	n := a.Type().Size() / count
	return trace.Elems[E](a)[i*n : (i+1)*n]
}

func read(a *trace.Array, i, count int) []float64 {
	switch a.DType() {
	case trace.Float32:
		return converted[float64](part[float32](a, i, count))
	case trace.Int64:
		return converted[float64](part[int64](a, i, count))
	}
	return direct(a, i, count)
}

func converted[F, E float32 | float64 | int64](src []E) []F {
	out := make([]F, len(src))
	for i, x := range src {
		out[i] = F(x)
	}
	return out
}

// write puts what was computed for part i of count into an array that is not of f64.
func write(a *trace.Array, i, count int, x []float64) {
	switch a.DType() {
	case trace.Float32:
		copy(part[float32](a, i, count), converted[float32](x))
	case trace.Int64:
		copy(part[int64](a, i, count), converted[int64](x))
	}
}

// isFinite reports whether all elements are numbers.
func isFinite(x []float64) bool {
	for _, v := range x {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// spoil fills outputs with NaN.
func spoil(out ...[]float64) {
	for _, x := range out {
		for i := range x {
			x[i] = math.NaN()
		}
	}
}

// columnsOf solves for a batch of right sides b[size ... n k] by one matrix: the cases become
// further columns.
func columnsOf(b trace.Value, apply func(b trace.Value) trace.Value) trace.Value {
	rank := b.Rank()
	last, first := make([]int, rank), make([]int, rank)
	for i := range last {
		last[i], first[i] = (i+1)%rank, (i+rank-1)%rank
	}
	wide := fn.Transpose(b, last...)
	shape := wide.Shape()
	x := apply(fn.Reshape(wide, slices.Concat(shape[:rank-2], []int{shape[rank-2] * shape[rank-1]})...))
	return fn.Transpose(fn.Reshape(x, shape...), first...)
}

// allBatched gives every operand the batch axis and repeats those that lack it.
func allBatched(size int, in []trace.Value, batched []bool) []trace.Value {
	out := slices.Clone(in)
	for i := range out {
		if !batched[i] {
			out[i] = fn.Expand(out[i], 0, size)
		}
	}
	return out
}

// order is the number of columns of matrices.
func order(t trace.Type) int64 { return int64(t.Shape[t.Rank()-1]) }
