package elementwise

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// sizes3 are arrays [outer n inner], with empty ones, and past every block, strip and
// grain.
var sizes3 = [][3]int{
	{1, 1, 1}, {2, 3, 4}, {5, 7, 1}, {1, 9, 6}, {0, 3, 2}, {3, 0, 2}, {3, 2, 0}, {2, 127, 3}, {2, 128, 3}, {3, 129, 2}, {1, 40000, 1},
	{2, 33000, 1}, {1, 20000, 3}, {3, 300, 70}, {2, 5, 5000}, {300, 90, 1}, {40, 11, 50},
}

// column is x[o, :, r] of x[outer n inner].
func column[E any](x []E, o, n, inner, r int) []E {
	c := make([]E, n)
	for i := range c {
		c[i] = x[(o*n+i)*inner+r]
	}
	return c
}

// eachColumn calls f with every column of x[outer n inner] and its number o·inner + r.
func eachColumn[E any](x []E, s [3]int, f func(at int, column []E)) {
	for o := range s[0] {
		for r := range s[2] {
			f(o*s[2]+r, column(x, o, s[1], s[2], r))
		}
	}
}

func eachSize(t *testing.T, f func(t *testing.T, r *rand.Rand, s [3]int)) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, s := range sizes3 {
		t.Run(fmt.Sprint(s), func(t *testing.T) { f(t, r, s) })
	}
}

func TestSum(t *testing.T) {
	eachSize(t, checkSum[float32])
	eachSize(t, checkSum[float64])
}

func checkSum[T array.Float](t *testing.T, r *rand.Rand, s [3]int) {
	x := kerneltest.Normals[T](r, s[0]*s[1]*s[2])
	sum := kerneltest.Garbage[T](s[0] * s[2])
	Sum(sum, x, s[0], s[1], s[2])
	eachColumn(x, s, func(at int, c []T) {
		total, size := 0.0, 1.0
		for _, v := range c {
			total += float64(v)
			size += math.Abs(float64(v))
		}
		if d := math.Abs(float64(sum[at]) - total); !(d <= 20*kerneltest.Eps[T]()*size) {
			t.Fatalf("sum %d: got %v, want %v", at, sum[at], total)
		}
	})
}

func TestProd(t *testing.T) {
	eachSize(t, checkProd[float32])
	eachSize(t, checkProd[float64])
}

func checkProd[T array.Float](t *testing.T, r *rand.Rand, s [3]int) {
	x := kerneltest.Normals[T](r, s[0]*s[1]*s[2])
	for i, v := range x {
		x[i] = 1 + v/1000 // so that the product of many is not 0
	}
	prod := kerneltest.Garbage[T](s[0] * s[2])
	Prod(prod, x, s[0], s[1], s[2])
	eachColumn(x, s, func(at int, c []T) {
		product := 1.0
		for _, v := range c {
			product *= float64(v)
		}
		if d := math.Abs(float64(prod[at]) - product); !(d <= 3*kerneltest.Eps[T]()*float64(len(c)+1)*product) {
			t.Fatalf("product %d: got %v, want %v", at, prod[at], product)
		}
	})
}

// TestSumIsAccurate adds up so many tenths that one running sum is off by more than a
// hundredth.
func TestSumIsAccurate(t *testing.T) {
	const n = 1 << 21
	x := make([]float32, n)
	Fill(x, 0.1)
	for _, inner := range []int{1, 2} {
		y := make([]float32, inner)
		Sum(y, x, 1, n/inner, inner)
		want := float64(float32(0.1)) * float64(n/inner)
		for _, v := range y {
			if d := math.Abs(float64(v)/want - 1); !(d <= 2e-6) {
				t.Errorf("inner %d: got %v, want %v", inner, v, want)
			}
		}
	}
}

func TestSumInt(t *testing.T) {
	eachSize(t, checkInts[int32])
	eachSize(t, checkInts[int64])
}

// checkInts wants exact integer results, modulo overflow.
func checkInts[T int32 | int64](t *testing.T, r *rand.Rand, s [3]int) {
	x := make([]T, s[0]*s[1]*s[2])
	for i := range x {
		x[i] = T(r.Uint64())
	}
	sum, prod := make([]T, s[0]*s[2]), make([]T, s[0]*s[2])
	Fill(sum, 9)
	Fill(prod, 9)
	Sum(sum, x, s[0], s[1], s[2])
	Prod(prod, x, s[0], s[1], s[2])
	eachColumn(x, s, func(at int, c []T) {
		total, product := T(0), T(1)
		for _, v := range c {
			total, product = total+v, product*v
		}
		if sum[at] != total || prod[at] != product {
			t.Fatalf("column %d: got %v and %v, want %v and %v", at, sum[at], prod[at], total, product)
		}
	})
}

func TestMaxMin(t *testing.T) {
	eachSize(t, func(t *testing.T, r *rand.Rand, s [3]int) {
		n := s[0] * s[1] * s[2]
		checkMaxMin(t, s, kerneltest.Normals[float32](r, n))
		checkMaxMin(t, s, kerneltest.Normals[float64](r, n))
		checkMaxMin(t, s, kerneltest.SmallInts[int32](r, n))
		checkMaxMin(t, s, kerneltest.SmallInts[int64](r, n))
		checkMaxMin(t, s, kerneltest.FloatsWithNaN[float32](r, n))
		checkMaxMin(t, s, kerneltest.FloatsWithNaN[float64](r, n))
	})
}

func checkMaxMin[T array.Number](t *testing.T, s [3]int, x []T) {
	t.Helper()
	if s[1] == 0 {
		return // an error, which TestPanics has
	}
	high, low := make([]T, s[0]*s[2]), make([]T, s[0]*s[2])
	first, last := make([]int64, s[0]*s[2]), make([]int64, s[0]*s[2])
	Fill(first, -7)
	Fill(last, -7)
	Max(high, x, s[0], s[1], s[2])
	Min(low, x, s[0], s[1], s[2])
	ArgMax(first, x, s[0], s[1], s[2])
	ArgMin(last, x, s[0], s[1], s[2])
	positions := make([]int, s[1])
	for i := range positions {
		positions[i] = i
	}
	eachColumn(x, s, func(at int, c []T) {
		top := kerneltest.FirstBest(positions, func(i int) float64 { return float64(c[i]) })
		bottom := kerneltest.FirstBest(positions, func(i int) float64 { return -float64(c[i]) })
		if !kerneltest.Same(high[at], c[top]) || first[at] != int64(top) {
			t.Fatalf("column %d: got %v at %d, want %v at %d", at, high[at], first[at], c[top], top)
		}
		if !kerneltest.Same(low[at], c[bottom]) || last[at] != int64(bottom) {
			t.Fatalf("column %d: got %v at %d, want %v at %d", at, low[at], last[at], c[bottom], bottom)
		}
	})
}

func TestMaxMinSignedZero(t *testing.T) {
	zeros := []float64{math.Copysign(0, -1), 0, math.Copysign(0, -1)}
	y := []float64{9}
	if Max(y, zeros, 1, 3, 1); math.Signbit(y[0]) {
		t.Errorf("Max of -0, +0, -0 is -0")
	}
	if Min(y, zeros, 1, 3, 1); !math.Signbit(y[0]) {
		t.Errorf("Min of -0, +0, -0 is +0")
	}
}

func TestAnyAll(t *testing.T) {
	eachSize(t, func(t *testing.T, r *rand.Rand, s [3]int) {
		for _, odds := range []int{2, 1000} { // of every other and of few being the exception
			x := make([]bool, s[0]*s[1]*s[2])
			for i := range x {
				x[i] = r.IntN(odds) == 0
			}
			some, none := make([]bool, s[0]*s[2]), make([]bool, s[0]*s[2])
			Any(some, x, s[0], s[1], s[2])
			not := make([]bool, len(x))
			Unary(not, x, func(v bool) bool { return !v })
			All(none, not, s[0], s[1], s[2])
			eachColumn(x, s, func(at int, c []bool) {
				want := false
				for _, v := range c {
					want = want || v
				}
				if some[at] != want || none[at] == want {
					t.Fatalf("column %d: got any %v, all of the opposites %v, want %v and %v", at, some[at], none[at], want, !want)
				}
			})
		}
	})
}

func TestCumSum(t *testing.T) {
	eachSize(t, func(t *testing.T, r *rand.Rand, s [3]int) {
		for _, reverse := range []bool{false, true} {
			checkCumSum(t, s, kerneltest.SmallInts[int32](r, s[0]*s[1]*s[2]), reverse)
			checkCumSum(t, s, kerneltest.Float64s(kerneltest.SmallInts[int64](r, s[0]*s[1]*s[2])), reverse)
		}
	})
}

func checkCumSum[T array.Number](t *testing.T, s [3]int, x []T, reverse bool) {
	t.Helper()
	y := make([]T, len(x))
	Fill(y, 99)
	CumSum(y, x, s[0], s[1], s[2], reverse)
	for o := range s[0] {
		for r := range s[2] {
			got, c := column(y, o, s[1], s[2], r), column(x, o, s[1], s[2], r)
			var total T
			for i := range c {
				if reverse {
					i = len(c) - 1 - i
				}
				if total += c[i]; got[i] != total {
					t.Fatalf("reverse %v: column %d %d, row %d: got %v, want %v", reverse, o, r, i, got[i], total)
				}
			}
		}
	}
	CumSum(x, x, s[0], s[1], s[2], reverse)
	kerneltest.WantEqual(t, x, y)
}

func TestReduceSameBitsOnAnyCores(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, s := range [][3]int{{1, 300000, 1}, {3, 20000, 3}, {200, 300, 1}, {30, 20, 100}} {
		x := kerneltest.Normals[float32](r, s[0]*s[1]*s[2])
		kerneltest.OnCores(t, func() []float32 {
			y := kerneltest.Garbage[float32](s[0]*s[2] + len(x))
			Sum(y[:s[0]*s[2]], x, s[0], s[1], s[2])
			CumSum(y[s[0]*s[2]:], x, s[0], s[1], s[2], false)
			return y
		})
	}
}

// TestFaultB6: running sums of float32 were added up in float32, one by one: a million
// times 0.1 made 100958.
func TestFaultB6(t *testing.T) {
	const n = 1 << 20
	for _, inner := range []int{1, 3} {
		for _, reverse := range []bool{false, true} {
			singles, doubles := make([]float32, n*inner), make([]float64, n*inner)
			Fill(singles, 0.1)
			Fill(doubles, 0.1)
			CumSum(singles, singles, 1, n, inner, reverse)
			CumSum(doubles, doubles, 1, n, inner, reverse)
			for i := range n * inner {
				count := i/inner + 1
				if reverse {
					count = n - i/inner
				}
				if want := float64(float32(0.1)) * float64(count); singles[i] != float32(want) {
					t.Fatalf("inner %d, reverse %v: %d times 0.1 in float32 is %v, want %v", inner, reverse, count, singles[i], want)
				}
				if want := 0.1 * float64(count); !(math.Abs(doubles[i]-want) <= 0x1p-52*want) {
					t.Fatalf("inner %d, reverse %v: %d times 0.1 is %v, want %v", inner, reverse, count, doubles[i], want)
				}
			}
		}
	}
}

// TestFaultB6Ones counts past 2²⁴, where adding 1 to a float32 changes nothing.
func TestFaultB6Ones(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes 160 MB")
	}
	const n = 20_000_000
	x := make([]float32, n)
	Fill(x, 1)
	CumSum(x, x, 1, n, 1, false)
	if x[n-1] != n {
		t.Errorf("%d ones are %v", n, x[n-1])
	}
}

// TestCumSumSpecial: a sum of -0 alone is -0, and what is not finite stays so.
func TestCumSumSpecial(t *testing.T) {
	inf, zero := math.Inf(1), math.Copysign(0, -1)
	for _, c := range [][2][]float64{
		{{zero, zero, 0}, {zero, zero, 0}}, {{1, inf, 2}, {1, inf, inf}}, {{inf, -inf, 1}, {inf, math.NaN(), math.NaN()}},
		{{math.MaxFloat64, math.MaxFloat64, 1}, {math.MaxFloat64, inf, inf}}, {{1, 1e100, 1, -1e100}, {1, 1e100, 1e100, 2}},
	} {
		y := make([]float64, len(c[0]))
		CumSum(y, c[0], 1, len(y), 1, false)
		kerneltest.WantAlike(t, fmt.Sprint(c[0]), y, c[1])
	}
}

// reduceSizes are arrays [outer n inner] on both sides of vectors, of the blocks that are
// reduced at a time, and of strips of columns.
func reduceSizes() [][3]int {
	sizes := [][3]int{{2, 3, 4095}, {1, 2, 4096}, {1, 5, 4097}, {1, 1 << 15, 1}, {2, 1<<15 + 1, 1}, {1, 16385, 2}}
	for _, n := range []int{1, 2, 4, 5, 6, 8, 9, 33, 64, 127, 128, 129, 130, 256, 257, 385} {
		for _, inner := range []int{1, 2, 7, 8, 9, 33} {
			sizes = append(sizes, [3]int{2, n, inner})
		}
	}
	return sizes
}

// TestReduceExactly reduces whole numbers, whose sums are exact in any order, and powers
// of two, whose products are.
func TestReduceExactly(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(7, 8))
		for _, s := range reduceSizes() {
			testReduceExactly[float32](t, r, s)
			testReduceExactly[int64](t, r, s)
			if array.Volume(s[:]) < 1<<12 {
				testReduceExactly[float64](t, r, s)
				testReduceExactly[int32](t, r, s)
			}
		}
	})
}

func testReduceExactly[T array.Number](t *testing.T, r *rand.Rand, s [3]int) {
	t.Helper()
	results := s[0] * s[2]
	x, powers := make([]T, array.Volume(s[:])), make([]T, array.Volume(s[:]))
	sums, products, highest, lowest := make([]T, results), make([]T, results), make([]T, results), make([]T, results)
	Fill(powers, 1)
	Fill(products, 1)
	Fill(highest, -100)
	Fill(lowest, 100)
	for i := range x {
		x[i] = T(i*i%19+i%3) - 9
	}
	for at := range results {
		o, r0 := at/s[2]*s[1]*s[2], at%s[2]
		for i := range s[1] {
			v := x[o+i*s[2]+r0]
			sums[at] += v
			highest[at] = max(highest[at], v)
			lowest[at] = min(lowest[at], v)
		}
		for range 3 {
			v := []T{2, -1, 4}[r.IntN(3)]
			powers[o+r.IntN(s[1])*s[2]+r0] *= v
			products[at] *= v
		}
	}
	for _, c := range []struct {
		name    string
		run     func(y, x []T, outer, n, inner int)
		x, want []T
	}{{"Sum", Sum[T], x, sums}, {"Prod", Prod[T], powers, products}, {"Max", Max[T], x, highest}, {"Min", Min[T], x, lowest}} {
		y, check := kerneltest.Fenced(results, T(99))
		c.run(y, c.x, s[0], s[1], s[2])
		for i, got := range y {
			if got != c.want[i] {
				t.Fatalf("%s of %T %v: element %d: got %v, want %v", c.name, y, s, i, got, c.want[i])
			}
		}
		check(t, c.name)
	}
}

// TestReduceNothing: a sum of nothing is 0, a product 1, none of nothing holds, and all
// do.
func TestReduceNothing(t *testing.T) {
	testReduceNothing[float32](t)
	testReduceNothing[float64](t)
	testReduceNothing[int32](t)
	testReduceNothing[int64](t)
	some, all := trues(3), make([]bool, 3)
	Any(some, nil, 3, 0, 1)
	All(all, nil, 1, 0, 3)
	kerneltest.WantEqual(t, some, []bool{false, false, false})
	kerneltest.WantEqual(t, all, []bool{true, true, true})
}

func testReduceNothing[T array.Number](t *testing.T) {
	t.Helper()
	y := []T{5, 5, 5, 5}
	Sum(y, nil, 2, 0, 2)
	kerneltest.WantEqual(t, y, make([]T, 4))
	Prod(y, nil, 4, 0, 1)
	kerneltest.WantEqual(t, y, []T{1, 1, 1, 1})
	Max(y[:0], nil, 0, 0, 4)
	Min(y[:0], nil, 4, 0, 0)
	Sum(y[:0], nil, 0, 5, 4)
}

// TestReduceSpecial has a NaN, infinities and zeros of either sign in each place of a row
// and of a column.
func TestReduceSpecial(t *testing.T) {
	kerneltest.EachFloat(t, testReduceSpecial[float32], testReduceSpecial[float64])
}

func testReduceSpecial[T array.Float](t *testing.T) {
	inf, nan, minus := T(kerneltest.Inf), T(kerneltest.NaN), T(math.Copysign(0, -1))
	for _, inner := range []int{1, 9} {
		for _, n := range []int{2, 3, 5, 8, 9, 17, 33, 70}[:8-inner/3] {
			for at := range n {
				for _, c := range []struct {
					all, one             T
					sum, prod, high, low T
				}{
					{1, nan, nan, nan, nan, nan}, {1, inf, inf, inf, inf, 1}, {1, -inf, -inf, -inf, 1, -inf}, {2, 0, T(2*n - 2), 0, 2, 0},
					{0, minus, 0, 0, 0, minus}, {minus, 0, 0, 0, 0, minus},
					{inf, -inf, nan, -inf, inf, -inf}, {-inf, 0, -inf, nan, 0, -inf},
				} {
					x := make([]T, n*inner)
					Fill(x, c.all)
					for r := range inner {
						x[at*inner+r] = c.one
					}
					for _, f := range []struct {
						name string
						run  func(y, x []T, outer, n, inner int)
						want T
					}{{"Sum", Sum[T], c.sum}, {"Prod", Prod[T], c.prod}, {"Max", Max[T], c.high}, {"Min", Min[T], c.low}} {
						y := make([]T, inner)
						f.run(y, x, 1, n, inner)
						for _, got := range y {
							// The sign of a product of zeros depends on how many are
							// negative.
							if !kerneltest.Same(got, f.want) || f.want == 0 && f.name != "Prod" && math.Signbit(float64(got)) != math.Signbit(float64(f.want)) {
								t.Fatalf("%s of %v among %d times %v, inner %d: got %v, want %v", f.name, c.one, n-1, c.all, inner, got, f.want)
							}
						}
					}
				}
			}
		}
	}
}
