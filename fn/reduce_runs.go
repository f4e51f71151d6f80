package fn

import (
	"sync"

	"github.com/pullback-go/pullback/trace"
)

// pass reduces x[outer n inner] to y[outer inner].
type pass[T any] func(y, x []T, outer, n, inner int)

// reduceNumbers reduces by the pass for the dtype of x.
func reduceNumbers(axes []int, x, y *trace.Array, f32 pass[float32], f64 pass[float64], i32 pass[int32], i64 pass[int64]) {
	switch x.DType() {
	case trace.Float32:
		reduceRuns(axes, x, y, f32)
	case trace.Float64:
		reduceRuns(axes, x, y, f64)
	case trace.Int32:
		reduceRuns(axes, x, y, i32)
	case trace.Int64:
		reduceRuns(axes, x, y, i64)
	}
}

// reduceRuns makes one pass for each run of adjacent axes, the last run first; what lies between two passes is borrowed.
func reduceRuns[T trace.Elem](axes []int, x, y *trace.Array, reduce pass[T]) {
	shape, src, inner := x.Shape(), trace.Elems[T](x), 1
	var held *[]T
	for end := len(shape); ; {
		first := runStart(axes)
		low, high := axes[first], axes[len(axes)-1]+1
		inner *= volume(shape[high:end])
		outer, n := volume(shape[:low]), volume(shape[low:high])
		if first == 0 {
			reduce(trace.Elems[T](y), src, outer, n, inner)
			release(held)
			return
		}
		next := borrow[T](outer * inner)
		reduce(*next, src, outer, n, inner)
		release(held)
		held, src, axes, end = next, *next, axes[:first], low
	}
}

// runStart is the index of the first of the adjacent axes that end the sorted list.
func runStart(axes []int) int {
	i := len(axes) - 1
	for i > 0 && axes[i-1] == axes[i]-1 {
		i--
	}
	return i
}

// scratch holds memory that evaluations have given back, by dtype.
var scratch [trace.Float64 + 1]sync.Pool

// borrow lends n elements of any content until release.
func borrow[T trace.Elem](n int) *[]T {
	if s, ok := scratch[trace.DTypeOf[T]()].Get().(*[]T); ok && cap(*s) >= n {
		*s = (*s)[:n]
		return s
	}
	s := make([]T, n)
	return &s
}

// release takes back what was borrowed, if anything was.
func release[T trace.Elem](s *[]T) {
	if s != nil {
		scratch[trace.DTypeOf[T]()].Put(s)
	}
}
