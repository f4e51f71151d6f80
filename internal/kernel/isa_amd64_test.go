//go:build !purego

package kernel

import "testing"

// TestVectorsAreUsed: with vector instructions, kernels do whole vectors of what they are
// given, and without them nothing. Plain loops would do the rest, so no result shows it.
func TestVectorsAreUsed(t *testing.T) {
	eachFloat(t, testVectorsAreUsed[float32], testVectorsAreUsed[float64])
	eachISA(t, func(t *testing.T) {
		testWordsAreUsed[int32](t)
		testWordsAreUsed[int64](t)
	})
}

// wholeOf is how many of n elements fill vectors of so many, if there are vectors.
func wholeOf(n, lanes int) int {
	if isa() == plain {
		return 0
	}
	return n / lanes * lanes
}

// second returns the second of two results, as a number.
func second[A any](_ A, n int) int { return n }

func testVectorsAreUsed[T Float](t *testing.T) {
	for _, n := range append([]int{96, 97}, aroundVectors...) {
		x, dst, flags := make([]T, n), make([]T, n), make([]bool, n)
		lanes := 32 / sizeOf[T]()
		for _, k := range []struct {
			name      string
			got, want int
		}{
			{"combine", combineVectors(opMul, dst, x, x), wholeOf(n, lanes)},
			{"mulAdd", mulAddVectors(dst, x, x, x), wholeOf(n, lanes)},
			{"scale", scaleVectors(dst, x, 2), wholeOf(n, lanes)},
			{"clamp", clampVectors(dst, x, 1, 2), wholeOf(n, lanes)},
			{"select", selectVectors(dst, flags, x, x), wholeOf(n, lanes)},
			{"keep", keepVectors(dst, flags, x), wholeOf(n, lanes)},
			{"indicator", indicatorVectors(dst, flags), wholeOf(n, lanes)},
			{"compare", compareVectors(isLess, flags, x, x), wholeOf(n, 32)},
			{"within", withinVectors(flags, x, 0, 1), wholeOf(n, 32)},
			{"sum", second(sumVectors(x)), wholeOf(n, 16)},
			{"squares", second(squaresVectors(x, 1)), wholeOf(n, 16)},
			{"standardize", standardizeVectors(dst, x, x, x, [2]float64{1, 2}), wholeOf(n, 4)},
			{"normalize", normalizeVectors(dst, x, [3]float64{1, 2, 3}), wholeOf(n, 4)},
			{"widen or cast to the same", castVectors(make([]float64, n), x), wholeOf(n, 4) * (8/sizeOf[T]() - 1)},
			{"narrow or cast to the same", castVectors(make([]float32, n), x), wholeOf(n, 4) * (sizeOf[T]()/4 - 1)},
			{"cast to integers", castVectors(make([]int32, n), x), 0},
			{"random", randomVectors(make([]uint64, n), 1, 2, 3), wholeOf(n, 8)},
			{"indices of 32 bits", second(largestIndices(make([]int32, n))), wholeOf(n, 16)},
			{"indices of 64 bits", second(largestIndices(make([]int64, n))), 0},
			{"spread", spreadVectors(make([]T, 2*n+1), x, n%2 == 0), wholeOf(n, lanes)},
			{"four rows", addFourVectors(dst, make([]T, 4*n), n), wholeOf(n, lanes)},
		} {
			if k.got != k.want {
				t.Errorf("%s: of %d elements %d are done, want %d", k.name, n, k.got, k.want)
			}
		}
		for name, done := range map[string]bool{
			"evaluate": evaluateVectors(expOf, dst, x), "reshape": reshapeVectors(leakyOf, dst, x, [3]float64{1}),
			"normals": normalVectors(dst, make([]uint64, n)), "expSum": isExpSum(dst, x), "rows": hasRows[T](),
		} {
			if done != (isa() > plain) {
				t.Errorf("%s of %d elements: done is %v", name, n, done)
			}
		}
	}
}

// TestMaxRowsAreUsed: a row is pooled with vector instructions if there is no NaN in it.
func TestMaxRowsAreUsed(t *testing.T) {
	eachVectorFloat(t, testMaxRowsAreUsed[float32], testMaxRowsAreUsed[float64])
}

func testMaxRowsAreUsed[T Float](t *testing.T) {
	for stride := 1; stride <= 2; stride++ {
		const outputs, taps = 21, 3
		x, y, index := counting[T](2*outputs+taps), make([]T, outputs), make([]int32, outputs)
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
			x[at] = T(nan)
			if maxRows(y, index, x, []int64{0}, 1, outputs, &r) {
				t.Errorf("stride %d: a row with a NaN at %d is pooled", stride, at)
			}
			x[at] = 1
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
		for _, k := range []struct {
			name      string
			got, want int
		}{
			{"combine", combineVectors(opAdd, dst, x, x), 0},
			{"scale", scaleVectors(dst, x, 2), 0},
			{"compare", compareVectors(isLess, flags, x, x), 0},
			{"select", selectVectors(dst, flags, x, x), wholeOf(n, lanes)},
			{"select of bools", selectVectors(flags, flags, flags, flags), 0},
			{"keep", keepVectors(dst, flags, x), wholeOf(n, lanes)},
			{"cast", castVectors(make([]float64, n), x), 0},
		} {
			if k.got != k.want {
				t.Errorf("%s: of %d elements %d are done, want %d", k.name, n, k.got, k.want)
			}
		}
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
		width, height := transposeVectors(make([]I, n*n+1), make([]I, n*n+1), n+1, n+1, n-n/2, n/2)
		wantWidth, wantHeight := wholeOf(n-n/2, lanes), wholeOf(n/2, lanes)
		if wantWidth*wantHeight == 0 {
			wantWidth, wantHeight = 0, 0
		}
		if width != wantWidth || height != wantHeight {
			t.Errorf("of %d lines of %d, %d of %d are transposed, want %d of %d", n/2, n-n/2, height, width, wantHeight, wantWidth)
		}
	}
	if width, height := transposeVectors(make([]string, 400), make([]string, 400), 20, 20, 16, 16); width != 0 || height != 0 {
		t.Errorf("of strings, %d lines of %d are transposed", height, width)
	}
}

// TestVectorsStayInside: an operand that ends before its last element is a panic, as it
// is in plain Go, and not a look at what lies behind it.
func TestVectorsStayInside(t *testing.T) {
	eachVectorFloat(t, testVectorsStayInside[float32], testVectorsStayInside[float64])
}

func testVectorsStayInside[T Float](t *testing.T) {
	size := sizesOf[T]()
	lanes, square, group := size.lanes(), 32/sizeOf[T](), 2*int(isa())
	// Each takes a slice of so many elements, and needs all of them.
	room := func(n int) []T { return make([]T, 4*n+400) }
	for name, k := range map[string]struct {
		needs int
		run   func(x []T)
	}{
		"dotVectors":           {3 * lanes, func(x []T) { dotVectors(x, room(0)[:3*lanes]) }},
		"dotRows":              {(group-1)*40 + 2*lanes, func(x []T) { dotRows(room(0)[:group], x, 40, room(0)[:2*lanes]) }},
		"addSomeColumns":       {4*50 + 2*lanes, func(x []T) { addSomeColumns(room(0)[:2*lanes], x, 50, room(0)[:5]) }},
		"addProducts, sums":    {3 * lanes, func(x []T) { addProducts(x, room(0), 1, 2, room(0), 3, 4, 5, 3) }},
		"addProducts, a":       {2*5 + 3*7 + lanes, func(x []T) { addProducts(room(0), x, 5, 7, room(0), 1, 1, 4, 3) }},
		"addProducts, x":       {2*5 + 3*7 + lanes, func(x []T) { addProducts(room(0), room(0), 1, 1, x, 5, 7, 4, 3) }},
		"copySteps, dst":       {3 * size.tileCols, func(x []T) { copySteps(x, room(0), size.tileCols, 1, 3) }},
		"copySteps, src":       {2*50 + size.tileCols, func(x []T) { copySteps(room(0), x, size.tileCols, 50, 3) }},
		"transposeSquares, to": {(2*square-1)*30 + square, func(x []T) { transposeSquares(x, 30, room(0), 20, square, 2*square) }},
		"transposeSquares":     {(square-1)*30 + 2*square, func(x []T) { transposeSquares(room(200), 20, x, 30, square, 2*square) }},
		"transposeVectors, to": {(2*square-1)*30 + square, func(x []T) { transposeVectors(x, room(200), 30, 20, square, 2*square) }},
		"transposeVectors":     {(square-1)*30 + 2*square, func(x []T) { transposeVectors(room(200), x, 20, 30, square, 2*square) }},
		"interleave, even":     {2 * square, func(x []T) { interleave(room(0)[:4*square], 4*square, x, room(0)) }},
		"interleave, odd":      {2 * square, func(x []T) { interleave(room(0)[:4*square], 4*square, room(0), x) }},
		"addFourVectors":       {3*40 + square, func(x []T) { addFourVectors(room(0)[:square], x, 40) }},
		"fillVectors":          {2*7 + 1, func(x []T) { fillVectors(room(0)[:3*square], x, 7, square) }},
		"spreadTwo":            {2 * square, func(x []T) { spreadTwo(x, room(0)[:square], true) }},
	} {
		whole := room(k.needs)[:k.needs:k.needs]
		if got := caught(func() { k.run(whole) }); got != nil {
			t.Errorf("%s of %d elements panicked with %v", name, k.needs, got)
		}
		short := whole[: k.needs-1 : k.needs-1]
		if caught(func() { k.run(short) }) == nil {
			t.Errorf("%s of %d elements of %d did not panic", name, k.needs-1, k.needs)
		}
	}
}
