//go:build !purego

package kernel

import "testing"

// TestElementwiseVectorsAreUsed: with vector instructions, kernels do whole vectors of what they are
// given, and without them nothing. Plain loops would do the rest, so no result shows it.
func TestElementwiseVectorsAreUsed(t *testing.T) {
	eachFloat(t, testElementwiseVectorsAreUsed[float32], testElementwiseVectorsAreUsed[float64])
	eachISA(t, func(t *testing.T) {
		testWordsAreUsed[int32](t)
		testWordsAreUsed[int64](t)
	})
}

func testElementwiseVectorsAreUsed[T Float](t *testing.T) {
	for _, n := range append([]int{96, 97}, aroundVectors...) {
		x, dst, flags := make([]T, n), make([]T, n), make([]bool, n)
		lanes := 32 / sizeOf[T]()
		checkDone(t, "combine", n, combineVectors(opMul, dst, x, x), wholeOf(n, lanes))
		checkDone(t, "mulAdd", n, mulAddVectors(dst, x, x, x), wholeOf(n, lanes))
		checkDone(t, "scale", n, scaleVectors(dst, x, 2), wholeOf(n, lanes))
		checkDone(t, "clamp", n, clampVectors(dst, x, 1, 2), wholeOf(n, lanes))
		checkDone(t, "select", n, selectVectors(dst, flags, x, x), wholeOf(n, lanes))
		checkDone(t, "keep", n, keepVectors(dst, flags, x), wholeOf(n, lanes))
		checkDone(t, "indicator", n, indicatorVectors(dst, flags), wholeOf(n, lanes))
		checkDone(t, "compare", n, compareVectors(isLess, flags, x, x), wholeOf(n, 32))
		checkDone(t, "within", n, withinVectors(flags, x, 0, 1), wholeOf(n, 32))
		checkDone(t, "sum", n, second(sumVectors(x)), wholeOf(n, 16))
		checkDone(t, "squares", n, second(squaresVectors(x, 1)), wholeOf(n, 16))
		checkDone(t, "standardize", n, standardizeVectors(dst, x, x, x, [2]float64{1, 2}), wholeOf(n, 4))
		checkDone(t, "normalize", n, normalizeVectors(dst, x, [3]float64{1, 2, 3}), wholeOf(n, 4))
		checkDone(t, "widen or cast to the same", n, castVectors(make([]float64, n), x), wholeOf(n, 4)*(8/sizeOf[T]()-1))
		checkDone(t, "narrow or cast to the same", n, castVectors(make([]float32, n), x), wholeOf(n, 4)*(sizeOf[T]()/4-1))
		checkDone(t, "cast to integers", n, castVectors(make([]int32, n), x), 0)
		checkDone(t, "four rows", n, addFourVectors(dst, make([]T, 4*n), n), wholeOf(n, lanes))
		for name, done := range map[string]bool{
			"evaluate": evaluateVectors(expOf, dst, x), "reshape": reshapeVectors(leakyOf, dst, x, [3]float64{1}), "expSum": isExpSum(dst, x),
		} {
			if done != (isa() > plain) {
				t.Errorf("%s of %d elements: done is %v", name, n, done)
			}
		}
	}
}

func isExpSum[T Float](dst, x []T) bool {
	_, done := expSumVectors(dst, x, 1)
	return done
}

// testWordsAreUsed: integers are moved as words are, and have no arithmetic in vectors.
func testWordsAreUsed[I Integer](t *testing.T) {
	lanes := 32 / sizeOf[I]()
	for _, n := range aroundVectors {
		x, dst, flags := make([]I, n), make([]I, n), make([]bool, n)
		checkDone(t, "combine", n, combineVectors(opAdd, dst, x, x), 0)
		checkDone(t, "scale", n, scaleVectors(dst, x, 2), 0)
		checkDone(t, "compare", n, compareVectors(isLess, flags, x, x), 0)
		checkDone(t, "select", n, selectVectors(dst, flags, x, x), wholeOf(n, lanes))
		checkDone(t, "select of bools", n, selectVectors(flags, flags, flags, flags), 0)
		checkDone(t, "keep", n, keepVectors(dst, flags, x), wholeOf(n, lanes))
		checkDone(t, "cast", n, castVectors(make([]float64, n), x), 0)
		for _, run := range []int{lanes - 1, lanes, lanes + 3} {
			want := 0
			if isa() > plain && run >= lanes {
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

// TestElementwiseVectorsStayInside: an operand that ends before its last element is a panic, as it
// is in plain Go, and not a look at what lies behind it.
func TestElementwiseVectorsStayInside(t *testing.T) {
	eachVectorFloat(t, testElementwiseVectorsStayInside[float32], testElementwiseVectorsStayInside[float64])
}

func testElementwiseVectorsStayInside[T Float](t *testing.T) {
	square := 32 / sizeOf[T]()
	room := func(n int) []T { return make([]T, 4*n+400) }
	checkInside(t, "addFourVectors", 3*40+square, func(x []T) { addFourVectors(room(0)[:square], x, 40) })
	checkInside(t, "fillVectors", 2*7+1, func(x []T) { fillVectors(room(0)[:3*square], x, 7, square) })
}
