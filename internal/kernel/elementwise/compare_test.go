package elementwise

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// tied returns numbers of which many are equal, zeros of either sign, infinite or NaN.
func tied[T array.Float](r *rand.Rand, n int) []T {
	x := kerneltest.FloatsWithNaN[T](r, n)
	for i, v := range kerneltest.Specials[T](r, n) {
		if r.IntN(3) == 0 {
			x[i] = v
		}
	}
	return x
}

// wantBools fails unless got begins with what want says of each index, and nothing
// follows n elements of got.
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
	kerneltest.EachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		for n := range 140 {
			checkComparisons(t, tied[float32](r, n), tied[float32](r, n))
			checkComparisons(t, tied[float64](r, n), tied[float64](r, n))
			checkComparisons(t, kerneltest.SmallInts[int32](r, n), kerneltest.SmallInts[int32](r, n))
			checkComparisons(t, kerneltest.SmallInts[int64](r, n), kerneltest.SmallInts[int64](r, n))
		}
		long := tied[float32](r, 3*Grain+5)
		checkComparisons(t, long[1:], long[:len(long)-1])
	})
}

func checkComparisons[T array.Number](t *testing.T, a, b []T) {
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

func TestWithin(t *testing.T) { kerneltest.EachFloat(t, testWithin[float32], testWithin[float64]) }

func testWithin[T array.Float](t *testing.T) {
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

// TestComparisonsAreAnOrder has numbers of which the places in their order are known,
// some of them equal, some neighbours that are one number in a narrower type.
func TestComparisonsAreAnOrder(t *testing.T) {
	minus := math.Copysign(0, -1)
	kerneltest.EachISA(t, func(t *testing.T) {
		checkOrder(t, []float64{-kerneltest.Inf, -math.MaxFloat64, -1, -0x1p-1022, -0x1p-1074, minus, 0, 0x1p-1074, 0x1p-1022, 1, 1 + 0x1p-52, kerneltest.Inf},
			[]int{0, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10}, kerneltest.NaN)
		checkOrder(t, []float32{float32(-kerneltest.Inf), -math.MaxFloat32, -1, -0x1p-126, -0x1p-149, float32(minus), 0, 0x1p-149, 1, 1 + 0x1p-23, float32(kerneltest.Inf)},
			[]int{0, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9}, float32(kerneltest.NaN))
		checkOrder(t, []int32{math.MinInt32, math.MinInt32 + 1, -1, 0, 1, 1 << 24, 1<<24 + 1, math.MaxInt32}, []int{0, 1, 2, 3, 4, 5, 6, 7}, 0)
		checkOrder(t, []int64{math.MinInt64, -1 << 32, -1, 0, 1, 1 << 53, 1<<53 + 1, math.MaxInt64}, []int{0, 1, 2, 3, 4, 5, 6, 7}, 0)
	})
}

// checkOrder compares every two numbers, and each with none if that is NaN.
func checkOrder[T array.Number](t *testing.T, numbers []T, places []int, none T) {
	t.Helper()
	for i := range numbers {
		for j := range numbers {
			d := places[i] - places[j]
			checkRelations(t, numbers[i], numbers[j], [4]bool{d == 0, d != 0, d < 0, d <= 0})
		}
		if none != none {
			checkRelations(t, numbers[i], none, [4]bool{false, true, false, false})
			checkRelations(t, none, numbers[i], [4]bool{false, true, false, false})
			checkRelations(t, none, none, [4]bool{false, true, false, false})
		}
	}
}

// checkRelations wants what is said of a and b: whether they are equal, unequal, less,
// and at most. They stand among zeros, in vectors of bools and behind them.
func checkRelations[T array.Number](t *testing.T, a, b T, want [4]bool) {
	t.Helper()
	const n = 67
	x, y, got := make([]T, n), make([]T, n), make([]bool, n)
	for i, compare := range []func(dst []bool, a, b []T){Equal[T], NotEqual[T], Less[T], LessEqual[T]} {
		zeros := i == 0 || i == 3
		for _, at := range []int{17, 63, 65} {
			x[at], y[at] = a, b
			Fill(got, !zeros)
			compare(got, x, y)
			x[at], y[at] = 0, 0
			for j, v := range got {
				w := zeros
				if j == at {
					w = want[i]
				}
				if v != w {
					t.Fatalf("comparison %d of %v and %v, element %d: got %v, want %v", i, a, b, j, v, w)
				}
			}
		}
	}
}

// TestWithinTheBounds: both bounds are within, and their neighbours outside are not.
func TestWithinTheBounds(t *testing.T) {
	kerneltest.EachFloat(t, func(t *testing.T) {
		for _, b := range [][2]float32{{-1, 2}, {0x1p-149, 0x1p-126}, {-0x1p-149, 0x1p-149}, {-math.MaxFloat32, math.MaxFloat32}} {
			checkWithin(t, b[0], b[1], math.Nextafter32(b[0], float32(-kerneltest.Inf)), math.Nextafter32(b[1], float32(kerneltest.Inf)))
		}
	}, func(t *testing.T) {
		for _, b := range [][2]float64{{-1, 2}, {0x1p-1074, 0x1p-1022}, {-0x1p-1074, 0x1p-1074}, {-math.MaxFloat64, math.MaxFloat64}} {
			checkWithin(t, b[0], b[1], math.Nextafter(b[0], -kerneltest.Inf), math.Nextafter(b[1], kerneltest.Inf))
		}
	})
}

func checkWithin[T array.Float](t *testing.T, low, high, below, above T) {
	t.Helper()
	x := []T{low, below, high, above, T(kerneltest.NaN), (low + high) / 2}
	want := []bool{true, false, true, false, false, true}
	for _, n := range kerneltest.AroundVectors {
		line := make([]T, n)
		for i := range line {
			line[i] = x[i%len(x)]
		}
		got := trues(n + 3)
		Within(got[:n], line, low, high)
		wantBools(t, "Within", n, got, func(i int) bool { return want[i%len(x)] })
	}
	got := []bool{true}
	if Within(got, x[:1], high, low); got[0] {
		t.Errorf("%v is within %v and %v", low, high, low)
	}
}
