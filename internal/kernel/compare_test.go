package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// tied returns numbers of which many are equal, zeros of either sign, infinite or NaN.
func tied[T Float](r *rand.Rand, n int) []T {
	x := floatsWithNaN[T](r, n)
	for i, v := range specials[T](r, n) {
		if r.IntN(3) == 0 {
			x[i] = v
		}
	}
	return x
}

// wantBools fails unless got begins with what want says of each index, and nothing follows n elements of got.
func wantBools(t *testing.T, what string, n int, got []bool, want func(i int) bool) {
	t.Helper()
	for i, v := range bytes(got)[:n] {
		if w := bit(want(i)); v != w {
			t.Fatalf("%s of %d: element %d: got the byte %d, want %d", what, n, i, v, w)
		}
	}
	for i, v := range got[n:] {
		if !v {
			t.Fatalf("%s of %d: element %d was written", what, n, n+i)
		}
	}
}

// trues returns n bools that are true.
func trues(n int) []bool {
	x := make([]bool, n)
	Fill(x, true)
	return x
}

// someTrue returns n bools of which some are true.
func someTrue(r *rand.Rand, n int) []bool {
	x := make([]bool, n)
	for i := range x {
		x[i] = r.IntN(2) == 0
	}
	return x
}

func TestComparisons(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		for n := range 140 {
			checkComparisons(t, tied[float32](r, n), tied[float32](r, n))
			checkComparisons(t, tied[float64](r, n), tied[float64](r, n))
			checkComparisons(t, smallInts[int32](r, n), smallInts[int32](r, n))
			checkComparisons(t, smallInts[int64](r, n), smallInts[int64](r, n))
		}
		long := tied[float32](r, 3*elementGrain+5)
		checkComparisons(t, long[1:], long[:len(long)-1])
	})
}

func checkComparisons[T Number](t *testing.T, a, b []T) {
	t.Helper()
	for name, c := range map[string]struct {
		kernel func(dst []bool, a, b []T)
		want   func(a, b T) bool
	}{
		"Equal":     {Equal[T], func(a, b T) bool { return a == b }},
		"NotEqual":  {NotEqual[T], func(a, b T) bool { return a != b }},
		"Less":      {Less[T], func(a, b T) bool { return a < b }},
		"LessEqual": {LessEqual[T], func(a, b T) bool { return a <= b }},
	} {
		got := trues(len(a) + 40)
		c.kernel(got[:len(a)], a, b)
		wantBools(t, name, len(a), got, func(i int) bool { return c.want(a[i], b[i]) })
	}
}

func TestWithin(t *testing.T) { eachFloat(t, testWithin[float32], testWithin[float64]) }

func testWithin[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	infinite := T(math.Inf(1))
	bounds := [][2]T{{0, 1}, {-1, -1}, {1, -1}, {-infinite, 0}, {1, infinite}, {-infinite, infinite}, {T(math.NaN()), 1}, {0, T(math.NaN())}}
	for n := range 140 {
		x := tied[T](r, n)
		for _, b := range bounds {
			got := trues(n + 40)
			Within(got[:n], x, b[0], b[1])
			wantBools(t, "Within", n, got, func(i int) bool { return x[i] >= b[0] && x[i] <= b[1] })
		}
	}
}
