package elementwise

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// TestArgFirst has the best element once, twice, and as a NaN, at every position of rows
// and of columns.
func TestArgFirst(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		testArgFirst(t, 1, 2.5, -3, float32(kerneltest.NaN))
		testArgFirst(t, 1, 2.5, -3, kerneltest.NaN)
		testArgFirst[int32](t, -5, math.MaxInt32, math.MinInt32, 0)
		testArgFirst[int64](t, 1<<53, 1<<53+1, 1<<53-1, 0) // which are one float64
	})
}

// testArgFirst has arrays of one number with others in them. The last of these is NaN, in
// float types.
func testArgFirst[T array.Number](t *testing.T, all, high, low, none T) {
	t.Helper()
	for _, n := range []int{1, 2, 3, 4, 5, 8, 9, 17, 33} {
		for _, inner := range []int{1, 3, 9} {
			x := make([]T, 2*n*inner)
			for at := range n {
				for r := range inner {
					Fill(x, all)
					x[at*inner+r] = high
					x[(n-1)*inner+r] = high // a second time, but where both are the last
					checkArg(t, ArgMax[T], x, n, inner, r, at)
					x[at*inner+r], x[(n-1)*inner+r] = low, low
					checkArg(t, ArgMin[T], x, n, inner, r, at)
					if none != none {
						x[at*inner+r], x[(n-1)*inner+r] = none, none
						x[0*inner+r] = []T{high, none}[bit(at == 0)] // which counts for less than a NaN behind it
						checkArg(t, ArgMax[T], x, n, inner, r, at)
						checkArg(t, ArgMin[T], x, n, inner, r, at)
					}
				}
			}
		}
	}
}

// checkArg wants at in column r of the first array, and 0 in all other columns.
func checkArg[T array.Number](t *testing.T, arg func(y []int64, x []T, outer, n, inner int), x []T, n, inner, r, at int) {
	t.Helper()
	y, check := kerneltest.Fenced(2*inner, int64(-7))
	arg(y, x, 2, n, inner)
	for i, got := range y {
		want := int64(0)
		if i == r {
			want = int64(at)
		}
		if got != want {
			t.Fatalf("[2 %d %d], column %d: got %d, want %d", n, inner, i, got, want)
		}
	}
	check(t, "the best")
}

// TestArgZeros: zeros of either sign are equal, so that the first of them is meant.
func TestArgZeros(t *testing.T) {
	minus := math.Copysign(0, -1)
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, x := range [][]float64{{minus, 0, minus, 0, 0}, {0, minus, 0, minus, minus}} {
			for _, inner := range []int{1, 5} {
				y := make([]int64, inner)
				Fill(y, -1)
				ArgMax(y, x, 1, 5/inner, inner)
				kerneltest.WantEqual(t, y, make([]int64, inner))
				Fill(y, -1)
				ArgMin(y, x, 1, 5/inner, inner)
				kerneltest.WantEqual(t, y, make([]int64, inner))
			}
		}
	})
}

// TestArgOfInfinities: an array of the least number only has a largest element too.
func TestArgOfInfinities(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for n := 1; n < 20; n++ {
			y, x, most := []int64{-1}, make([]float32, n), make([]int32, n)
			Fill(x, float32(-kerneltest.Inf))
			Fill(most, math.MinInt32)
			if ArgMax(y, x, 1, n, 1); y[0] != 0 {
				t.Errorf("ArgMax of %d times -Inf: got %d", n, y[0])
			}
			if ArgMax(y, most, 1, n, 1); y[0] != 0 {
				t.Errorf("ArgMax of %d times the least integer: got %d", n, y[0])
			}
			Fill(x, float32(kerneltest.Inf))
			x[n-1] = math.MaxFloat32
			if ArgMin(y, x, 1, n, 1); y[0] != int64(n-1) {
				t.Errorf("ArgMin of the largest number behind %d times Inf: got %d", n-1, y[0])
			}
		}
	})
	ArgMax(nil, []float32{}, 0, 0, 3)
	ArgMin(nil, []float32{}, 3, 0, 0)
}

// TestArgPastTheGrain: of many rows, each has its own best element.
func TestArgPastTheGrain(t *testing.T) {
	const outer, n, inner = 70, 9, 60
	for _, cores := range []int{1, 3} {
		kerneltest.WithCores(cores, func() {
			x, y := make([]int64, outer*n*inner), make([]int64, outer*inner)
			for i := range y {
				x[(i/inner*n+i%n)*inner+i%inner] = 1
			}
			ArgMax(y, x, outer, n, inner)
			for i, v := range y {
				if v != int64(i%n) {
					t.Fatalf("row %d: got %d, want %d", i, v, i%n)
				}
			}
		})
	}
}

// TestArgMaxGivesBack runs what borrows more than a small class has, after which no span
// is lent: it would never be free again.
func TestArgMaxGivesBack(t *testing.T) {
	x, most := make([]float32, 80_000), make([]int64, 40_000)
	before := scratch.Lent()
	ArgMax(most, x, 1, 2, 40_000)
	if got := scratch.Lent(); got != before {
		t.Errorf("%d spans are lent, before there were %d", got, before)
	}
}
