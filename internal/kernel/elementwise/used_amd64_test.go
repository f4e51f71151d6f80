//go:build !purego

package elementwise

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestElementwiseVectorsAreUsed: with vector instructions, kernels do whole vectors of
// what they are given, and without them nothing. Plain loops would do the rest, so no
// result shows it.
func TestElementwiseVectorsAreUsed(t *testing.T) {
	kerneltest.EachFloat(t, testElementwiseVectorsAreUsed[float32], testElementwiseVectorsAreUsed[float64])
	kerneltest.EachISA(t, func(t *testing.T) {
		testWordsAreUsed[int32](t)
		testWordsAreUsed[int64](t)
	})
}

func testElementwiseVectorsAreUsed[T array.Float](t *testing.T) {
	for _, n := range append([]int{96, 97}, kerneltest.AroundVectors...) {
		x, dst, flags := make([]T, n), make([]T, n), make([]bool, n)
		lanes := 32 / array.SizeOf[T]()
		kerneltest.WantDone(t, "combine", n, combineVectors(opMul, dst, x, x), kerneltest.WholeOf(n, lanes))
		kerneltest.WantDone(t, "mulAdd", n, mulAddVectors(dst, x, x, x), kerneltest.WholeOf(n, lanes))
		kerneltest.WantDone(t, "scale", n, scaleVectors(dst, x, 2), kerneltest.WholeOf(n, lanes))
		kerneltest.WantDone(t, "clamp", n, clampVectors(dst, x, 1, 2), kerneltest.WholeOf(n, lanes))
		kerneltest.WantDone(t, "select", n, selectVectors(dst, flags, x, x), kerneltest.WholeOf(n, lanes))
		kerneltest.WantDone(t, "keep", n, keepVectors(dst, flags, x), kerneltest.WholeOf(n, lanes))
		kerneltest.WantDone(t, "indicator", n, indicatorVectors(dst, flags), kerneltest.WholeOf(n, lanes))
		kerneltest.WantDone(t, "compare", n, compareVectors(isLess, flags, x, x), kerneltest.WholeOf(n, 32))
		kerneltest.WantDone(t, "within", n, withinVectors(flags, x, 0, 1), kerneltest.WholeOf(n, 32))
		kerneltest.WantDone(t, "sum", n, kerneltest.Second(sumVectors(x)), kerneltest.WholeOf(n, 16))
		kerneltest.WantDone(t, "squares", n, kerneltest.Second(squaresVectors(x, 1)), kerneltest.WholeOf(n, 16))
		kerneltest.WantDone(t, "standardize", n, standardizeVectors(dst, x, x, x, [2]float64{1, 2}), kerneltest.WholeOf(n, 4))
		kerneltest.WantDone(t, "normalize", n, normalizeVectors(dst, x, [3]float64{1, 2, 3}), kerneltest.WholeOf(n, 4))
		kerneltest.WantDone(t, "widen or cast to the same", n, castVectors(make([]float64, n), x), kerneltest.WholeOf(n, 4)*(8/array.SizeOf[T]()-1))
		kerneltest.WantDone(t, "narrow or cast to the same", n, castVectors(make([]float32, n), x), kerneltest.WholeOf(n, 4)*(array.SizeOf[T]()/4-1))
		kerneltest.WantDone(t, "cast to integers", n, castVectors(make([]int32, n), x), 0)
		kerneltest.WantDone(t, "four rows", n, addFourVectors(dst, make([]T, 4*n), n), kerneltest.WholeOf(n, lanes))
		for name, done := range map[string]bool{
			"evaluate": evaluateVectors(expOf, dst, x), "reshape": reshapeVectors(leakyOf, dst, x, [3]float64{1}), "expSum": isExpSum(dst, x),
		} {
			if done != (cpu.InUse() > cpu.Plain) {
				t.Errorf("%s of %d elements: done is %v", name, n, done)
			}
		}
	}
}

func isExpSum[T array.Float](dst, x []T) bool {
	_, done := expSumVectors(dst, x, 1)
	return done
}

// testWordsAreUsed: integers are moved as words are, and have no arithmetic in vectors.
func testWordsAreUsed[I array.Integer](t *testing.T) {
	lanes := 32 / array.SizeOf[I]()
	for _, n := range kerneltest.AroundVectors {
		x, dst, flags := make([]I, n), make([]I, n), make([]bool, n)
		kerneltest.WantDone(t, "combine", n, combineVectors(opAdd, dst, x, x), 0)
		kerneltest.WantDone(t, "scale", n, scaleVectors(dst, x, 2), 0)
		kerneltest.WantDone(t, "compare", n, compareVectors(isLess, flags, x, x), 0)
		kerneltest.WantDone(t, "select", n, selectVectors(dst, flags, x, x), kerneltest.WholeOf(n, lanes))
		kerneltest.WantDone(t, "select of bools", n, selectVectors(flags, flags, flags, flags), 0)
		kerneltest.WantDone(t, "keep", n, keepVectors(dst, flags, x), kerneltest.WholeOf(n, lanes))
		kerneltest.WantDone(t, "cast", n, castVectors(make([]float64, n), x), 0)
		for _, run := range []int{lanes - 1, lanes, lanes + 3} {
			want := 0
			if cpu.InUse() > cpu.Plain && run >= lanes {
				want = n / run
			}
			if n < run { // there is no run
				continue
			}
			if got := fillVectors(dst, x, 1, run); got != want {
				t.Errorf("of %d elements in runs of %d, %d runs are filled, want %d", n, run, got, want)
			}
		}
	}
}

// TestElementwiseVectorsStayInside: an operand that ends before its last element is a
// panic, as it is in plain Go, and not a look at what lies behind it.
func TestElementwiseVectorsStayInside(t *testing.T) {
	kerneltest.EachVectorFloat(t, testElementwiseVectorsStayInside[float32], testElementwiseVectorsStayInside[float64])
}

func testElementwiseVectorsStayInside[T array.Float](t *testing.T) {
	square := 32 / array.SizeOf[T]()
	room := func(n int) []T { return make([]T, 4*n+400) }
	kerneltest.WantInside(t, "addFourVectors", 3*40+square, func(x []T) { addFourVectors(room(0)[:square], x, 40) })
	kerneltest.WantInside(t, "fillVectors", 2*7+1, func(x []T) { fillVectors(room(0)[:3*square], x, 7, square) })
}
