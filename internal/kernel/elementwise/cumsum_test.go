package elementwise

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// cumSizes are arrays [outer n inner] of one strip of columns and of several, which end
// within a strip or with it.
var cumSizes = [][3]int{{1, 1, 1}, {3, 5, 1}, {2, 4, 3}, {2, 3, 255}, {1, 3, 256}, {2, 3, 257}, {1, 2, 513}, {1, 9, 8}, {3, 1, 300}}

// eachRun calls f with the positions of every column of x[outer n inner], in the order
// in which they are added up.
func eachRun(s [3]int, reverse bool, f func(at []int)) {
	for o := range s[0] {
		for r := range s[2] {
			at := make([]int, s[1])
			for i := range at {
				at[i] = (o*s[1]+i)*s[2] + r
			}
			if reverse {
				slices.Reverse(at)
			}
			f(at)
		}
	}
}

// TestCumSumIntegers: integers wrap, in a slice of their own and in place.
func TestCumSumIntegers(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		testCumSumIntegers[int32](t)
		testCumSumIntegers[int64](t)
	})
}

func testCumSumIntegers[I array.Integer](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, s := range cumSizes {
		for _, reverse := range []bool{false, true} {
			x, want := make([]I, array.Volume(s[:])), make([]I, array.Volume(s[:]))
			for i := range x {
				x[i] = I(r.Uint64())
			}
			eachRun(s, reverse, func(at []int) {
				total := new(big.Int)
				for _, i := range at {
					want[i] = wrapped[I](total.Add(total, big.NewInt(int64(x[i]))))
				}
			})
			y, check := kerneltest.Fenced(len(x), I(77))
			CumSum(y, x, s[0], s[1], s[2], reverse)
			kerneltest.WantEqual(t, y, want)
			check(t, "CumSum")
			CumSum(x, x, s[0], s[1], s[2], reverse)
			kerneltest.WantEqual(t, x, want)
		}
	}
}

// TestCumSumIsAccurate: each running sum is off by little more than its own rounding,
// also where much of what was added cancels.
func TestCumSumIsAccurate(t *testing.T) {
	kerneltest.EachFloat(t, testCumSumIsAccurate[float32], testCumSumIsAccurate[float64])
}

func testCumSumIsAccurate[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, s := range [][3]int{{1, 300, 1}, {2, 40, 3}, {1, 5, 257}} {
		for _, reverse := range []bool{false, true} {
			x := kerneltest.Normals[T](r, array.Volume(s[:]))
			eachRun(s, reverse, func(at []int) {
				for i := 0; i+2 < len(at); i += 3 { // a large number that goes again
					x[at[i]] *= 1 << 12
					x[at[i+2]] = -x[at[i]]
				}
			})
			y, check := kerneltest.Fenced(len(x), T(77))
			CumSum(y, x, s[0], s[1], s[2], reverse)
			check(t, "CumSum")
			eachRun(s, reverse, func(at []int) {
				total, size := new(big.Float).SetPrec(300), 0.0
				for _, i := range at {
					total.Add(total, big.NewFloat(float64(x[i])))
					size += math.Abs(float64(x[i]))
					want := rounded(total)
					if d := math.Abs(float64(y[i]) - want); !(d <= kerneltest.Eps[T]()*math.Abs(want)*1.001+0x1p-50*kerneltest.Eps[T]()*size) {
						t.Fatalf("%v, reverse %v, element %d: got %v, want %v", s, reverse, i, y[i], want)
					}
				}
			})
			CumSum(x, x, s[0], s[1], s[2], reverse)
			kerneltest.SameBits(t, x, y, "in place")
		}
	}
}

// TestCumSumOfZerosAndInfinities has the special sums of float32, in the last column of
// several and both ways.
func TestCumSumOfZerosAndInfinities(t *testing.T) {
	minus, inf, nan := float32(math.Copysign(0, -1)), float32(kerneltest.Inf), float32(kerneltest.NaN)
	for _, c := range []struct{ x, want, reversed []float32 }{
		{[]float32{minus, minus, 0}, []float32{minus, minus, 0}, []float32{0, 0, 0}},
		{[]float32{1, -1, minus}, []float32{1, 0, 0}, []float32{0, -1, minus}},
		{[]float32{1, inf, 2}, []float32{1, inf, inf}, []float32{inf, inf, 2}},
		{[]float32{inf, -inf, 1}, []float32{inf, nan, nan}, []float32{nan, -inf, 1}},
		{[]float32{nan, 1, 2}, []float32{nan, nan, nan}, []float32{nan, 3, 2}},
		// A sum in float64 does not overflow where its rounding to float32 does.
		{[]float32{math.MaxFloat32, math.MaxFloat32, -math.MaxFloat32}, []float32{math.MaxFloat32, inf, math.MaxFloat32},
			[]float32{math.MaxFloat32, 0, -math.MaxFloat32}},
		{[]float32{0x1p-149, 0x1p-149, -0x1p-148}, []float32{0x1p-149, 0x1p-148, 0}, []float32{0, -0x1p-149, -0x1p-148}},
	} {
		for inner := 1; inner <= 9; inner += 4 {
			x := make([]float32, 3*inner)
			for i, v := range c.x {
				x[i*inner+inner-1] = v
			}
			y := kerneltest.Garbage[float32](len(x))
			CumSum(y, x, 1, 3, inner, false)
			kerneltest.WantAlike(t, "forward", column(y, 0, 3, inner, inner-1), c.want)
			CumSum(y, x, 1, 3, inner, true)
			kerneltest.WantAlike(t, "backward", column(y, 0, 3, inner, inner-1), c.reversed)
		}
	}
}

// TestCumSumOfNothing: arrays without elements are legal, whichever axis has none.
func TestCumSumOfNothing(t *testing.T) {
	for _, s := range [][3]int{{0, 3, 4}, {3, 0, 4}, {3, 4, 0}, {0, 0, 0}} {
		CumSum([]float64{}, []float64{}, s[0], s[1], s[2], false)
		CumSum([]int32{}, nil, s[0], s[1], s[2], true)
	}
}

// TestCumSumSameBitsOnAnyCores has strips and rows enough for several goroutines.
func TestCumSumSameBitsOnAnyCores(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, s := range [][3]int{{1, 70, 1000}, {9, 3000, 1}} {
		for _, reverse := range []bool{false, true} {
			x := kerneltest.Normals[float64](r, array.Volume(s[:]))
			kerneltest.OnCores(t, func() []float64 {
				y := kerneltest.Garbage[float64](len(x))
				CumSum(y, x, s[0], s[1], s[2], reverse)
				return y
			})
		}
	}
}
