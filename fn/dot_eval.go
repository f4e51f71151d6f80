package fn

import (
	"math"

	"slices"

	kgemm "github.com/pullback-go/pullback/internal/kernel/gemm"
	klayout "github.com/pullback-go/pullback/internal/kernel/layout"
	kparallel "github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/trace"
)

func (op dot) Eval(in, out []*trace.Array) {
	switch out[0].DType() {
	case trace.Int32:
		evalDot(op, in[0], in[1], out[0], kgemm.MulInt[int32])
	case trace.Int64:
		evalDot(op, in[0], in[1], out[0], kgemm.MulInt[int64])
	case trace.Float32:
		evalDot(op, in[0], in[1], out[0], kgemm.Mul[float32])
	case trace.Float64:
		evalDot(op, in[0], in[1], out[0], kgemm.Mul[float64])
	}
}

// gemm is c[m n] = a b, with strides.
type gemm[T any] func(m, n, k int, a []T, ars, acs int, b []T, brs, bcs int, c []T, ldc int, accumulate bool)

// side is one operand of a product, viewed as [batch rows cols] with strides.
type side[T any] struct {
	elems                    []T
	batch, rows, cols        int
	perBatch, perRow, perCol int
	held                     *[]T
}

func evalDot[T trace.Elem](op dot, x, y, z *trace.Array, multiply gemm[T]) {
	var room [2][8]int // on the stack, for most products
	a := sideOf[T](x, op.BatchA, appendOthers(room[0][:0], len(x.Shape()), op.ContractA, op.BatchA), op.ContractA)
	b := sideOf[T](y, op.BatchB, op.ContractB, appendOthers(room[1][:0], len(y.Shape()), op.ContractB, op.BatchB))
	multiplyBatch(a, b, trace.Elems[T](z), multiply)
	release(a.held)
	release(b.held)
}

// multiplyBatch multiplies the matrices of two sides pair by pair.
func multiplyBatch[T trace.Elem](a, b side[T], c []T, multiply gemm[T]) {
	if a.batch == 1 {
		multiply(a.rows, b.cols, a.cols, a.elems, a.perRow, a.perCol, b.elems, b.perRow, b.perCol, c, b.cols, false)
		return
	}
	size := a.rows * b.cols
	each := func(lo, hi int) {
		for i := lo; i < hi; i++ {
			multiply(a.rows, b.cols, a.cols, a.elems[min(i*a.perBatch, len(a.elems)):], a.perRow, a.perCol,
				b.elems[min(i*b.perBatch, len(b.elems)):], b.perRow, b.perCol, c[i*size:(i+1)*size], b.cols, false)
		}
	}
	kparallel.Run(a.batch, productsPerBlock(size*a.cols), each)
}

// productsPerBlock returns how many products, each of work multiplications, are worth a
// core of their own. Large products run one after the other, because each is spread over
// the cores by itself.
func productsPerBlock(work int) int {
	const worthwhile, large = 1 << 17, 1 << 22
	if work >= large {
		return math.MaxInt
	}
	return max(1, worthwhile/max(work, 1))
}

// sideOf views an array as [batch rows cols], where each is made of the named axes in
// their order. Axes without an even stride are first copied, in that order, to borrowed
// memory.
func sideOf[T trace.Elem](x *trace.Array, batch, rows, cols []int) side[T] {
	shape := x.Shape()
	s := side[T]{elems: trace.Elems[T](x), batch: lengthOf(shape, batch), rows: lengthOf(shape, rows), cols: lengthOf(shape, cols)}
	var ok [3]bool
	s.perBatch, ok[0] = evenStride(shape, batch)
	s.perRow, ok[1] = evenStride(shape, rows)
	s.perCol, ok[2] = evenStride(shape, cols)
	if ok[0] && ok[1] && ok[2] {
		return s
	}
	s.held = borrow[T](len(s.elems))
	klayout.Permute(*s.held, s.elems, shape, slices.Concat(batch, rows, cols))
	s.elems, s.perBatch, s.perRow, s.perCol = *s.held, s.rows*s.cols, s.cols, 1
	return s
}

// lengthOf returns the product of the lengths of the axes.
func lengthOf(shape, axes []int) int {
	n := 1
	for _, a := range axes {
		n *= shape[a]
	}
	return n
}

// evenStride returns the distance in memory between neighbors along the axes, taken as
// one axis in their order. It reports false if the distance varies.
func evenStride(shape, axes []int) (int, bool) {
	stride, next, started := 1, 0, false
	for i := len(axes) - 1; i >= 0; i-- {
		a := axes[i]
		if shape[a] == 1 {
			continue
		}
		step := volume(shape[a+1:])
		if started && step != next {
			return 0, false
		}
		if !started {
			stride, started = step, true
		}
		next = step * shape[a]
	}
	return stride, true
}
