//go:build !purego

package pool

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestPoolVectorsAreUsed: with vector instructions, kernels do whole vectors of what they
// are given, and without them nothing. Plain loops would do the rest, so no result shows
// it.
func TestPoolVectorsAreUsed(t *testing.T) {
	kerneltest.EachFloat(t, testPoolVectorsAreUsed[float32], testPoolVectorsAreUsed[float64])
}

func testPoolVectorsAreUsed[T array.Float](t *testing.T) {
	for _, n := range append([]int{96, 97}, kerneltest.AroundVectors...) {
		kerneltest.WantDone(t, "spread", n, spreadVectors(make([]T, 2*n+1), make([]T, n), n%2 == 0), kerneltest.WholeOf(n, 32/array.SizeOf[T]()))
	}
	if got := hasRows[T](); got != (cpu.InUse() > cpu.Plain) {
		t.Errorf("rows: done is %v", got)
	}
}

// TestMaxRowsAreUsed: a row is pooled with vector instructions if there is no NaN in it.
func TestMaxRowsAreUsed(t *testing.T) {
	kerneltest.EachVectorFloat(t, testMaxRowsAreUsed[float32], testMaxRowsAreUsed[float64])
}

func testMaxRowsAreUsed[T array.Float](t *testing.T) {
	for stride := 1; stride <= 2; stride++ {
		const outputs, taps = 21, 3
		x, y, index := kerneltest.Counting[T](2*outputs+taps), make([]T, outputs), make([]int32, outputs)
		r := row{0, outputs, 0, stride, taps, 0}
		if !maxRows(y, index, x, []int64{0}, 1, outputs, &r) {
			t.Errorf("stride %d: a row of numbers is not pooled", stride)
		}
		for o, v := range y {
			if last := o*stride + taps - 1; v != x[last] || int(index[o]) != last {
				t.Errorf("stride %d: output %d is %v at %d, want %v at %d", stride, o, v, index[o], x[last], last)
			}
		}
		for _, at := range []int{0, 9, (outputs-1)*stride + taps - 1} {
			x[at] = T(kerneltest.NaN)
			if maxRows(y, index, x, []int64{0}, 1, outputs, &r) {
				t.Errorf("stride %d: a row with a NaN at %d is pooled", stride, at)
			}
			x[at] = 1
		}
	}
}

func TestSpreadStaysInside(t *testing.T) {
	kerneltest.EachVectorFloat(t, testSpreadStaysInside[float32], testSpreadStaysInside[float64])
}

func testSpreadStaysInside[T array.Float](t *testing.T) {
	square := 32 / array.SizeOf[T]()
	kerneltest.WantInside(t, "spreadTwo", 2*square, func(x []T) { spreadTwo(x, make([]T, square), true) })
}
