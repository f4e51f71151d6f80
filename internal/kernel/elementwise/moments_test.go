package elementwise

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

func TestMoments(t *testing.T) { kerneltest.EachFloat(t, testMoments[float32], testMoments[float64]) }

func testMoments[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 70 {
		x := kerneltest.Normals[T](r, n)
		want, squares := 0.0, 0.0
		for i := range x {
			x[i] += 3
			want += float64(x[i])
		}
		want /= float64(n)
		for _, v := range x {
			squares += (float64(v) - want) * (float64(v) - want)
		}
		mean, variance := Moments(x)
		if n == 0 {
			if mean == mean || variance == variance {
				t.Errorf("of nothing: got %v and %v, want NaN", mean, variance)
			}
			continue
		}
		if !(math.Abs(mean-want) <= 1e-14) || !(math.Abs(variance-squares/float64(n)) <= 1e-14) {
			t.Errorf("of %d: got %v and %v, want %v and %v", n, mean, variance, want, squares/float64(n))
		}
		x[r.IntN(n)] = T(math.NaN())
		if mean, variance = Moments(x); mean == mean || variance == variance {
			t.Errorf("of %d with a NaN: got %v and %v", n, mean, variance)
		}
	}
}

func TestStandardize(t *testing.T) {
	kerneltest.EachFloat(t, testStandardize[float32], testStandardize[float64])
}

func testStandardize[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const mean, gain = -0.7, 1.3
	for n := range 40 {
		x, scale, bias, want := kerneltest.Specials[T](r, n), kerneltest.Specials[T](r, n), kerneltest.Normals[T](r, n), make([]T, n)
		for i, v := range x {
			scaled := (float64(v) - mean) * gain * float64(scale[i])
			want[i] = T(scaled + float64(bias[i]))
		}
		got := kerneltest.Garbage[T](n + 9)
		Standardize(got[:n], x, scale, bias, mean, gain)
		kerneltest.WantAlike(t, "Standardize", got, want)
		Standardize(x, x, scale, bias, mean, gain)
		kerneltest.WantAlike(t, "Standardize in place", x, want)
	}
}

func TestExpSum(t *testing.T) { kerneltest.EachFloat(t, testExpSum[float32], testExpSum[float64]) }

// testExpSum goes past the parts in which a sum alone is taken.
func testExpSum[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{0, 1, 2, 3, 4, 5, 7, 8, 13, 127, 128, 129, 300} {
		x := kerneltest.Normals[T](r, n)
		if n > 4 {
			x[1], x[4] = T(math.Inf(-1)), -2000
		}
		const shift = 1.25
		got, total := kerneltest.Garbage[T](n+9), 0.0
		sum := ExpSum(got[:n], x, shift)
		for i, v := range x {
			e := math.Exp(float64(v) - shift)
			total += e
			if d := math.Abs(float64(got[i]) - e); !(d <= 3*kerneltest.Eps[T]()*e) {
				t.Fatalf("element %d of %d: got %v, want %v", i, n, got[i], e)
			}
		}
		if got[n] == got[n] {
			t.Fatalf("more than %d elements were written", n)
		}
		alone := ExpSum(nil, x, shift)
		if !(math.Abs(sum-total) <= 1e-14*total) || !(math.Abs(alone-total) <= 1e-14*total) {
			t.Fatalf("the sum of %d: got %v, and %v alone, want %v", n, sum, alone, total)
		}
		ExpSum(x, x, shift)
		kerneltest.SameBits(t, x, got[:n], "in place")
	}
	for _, shift := range []float64{math.NaN(), math.Inf(-1)} {
		if sum := ExpSum(nil, []T{0, T(math.Inf(-1))}, shift); sum < math.MaxFloat64 {
			t.Errorf("shifted by %v: got the sum %v", shift, sum)
		}
	}
}

// TestMomentsExactly has whole numbers, whose mean and variance are known: of 1 to n they
// are (n+1)/2 and (n²-1)/12.
func TestMomentsExactly(t *testing.T) {
	kerneltest.EachFloat(t, testMomentsExactly[float32], testMomentsExactly[float64])
}

func testMomentsExactly[T array.Float](t *testing.T) {
	for _, n := range []int{1, 3, 15, 16, 17, 31, 32, 33, 47, 63, 65, 127} {
		x := kerneltest.Counting[T](n)
		mean, variance := Moments(x)
		if want := float64(n*n-1) / 12; mean != float64(n+1)/2 || !(math.Abs(variance-want) <= 4*0x1p-53*want) {
			t.Errorf("of 1 to %d: got %v and %v, want %v and %v", n, mean, variance, float64(n+1)/2, want)
		}
		Fill(x, 0.75)
		if mean, variance = Moments(x); mean != 0.75 || variance != 0 {
			t.Errorf("of %d times 0.75: got %v and %v", n, mean, variance)
		}
		// The elements are far from 0 and close together: squares of them would cancel.
		for i := range x {
			x[i] = T(1<<20 + i%2)
		}
		ones := float64(n/2) / float64(n)
		mean, variance = Moments(x)
		if want := ones * (1 - ones); !(math.Abs(mean-(1<<20+ones)) <= 1e-9) || !(math.Abs(variance-want) <= 1e-9) {
			t.Errorf("of %d numbers near 2²⁰: got %v and %v, want %v and %v", n, mean, variance, 1<<20+ones, want)
		}
		for at := range n { // one that is larger than all, in every place
			clear(x)
			x[at] = T(n)
			if mean, variance = Moments(x); mean != 1 || variance != float64(n-1) {
				t.Errorf("of %d at place %d of %d: got %v and %v, want 1 and %d", n, at, n, mean, variance, n-1)
			}
		}
		x[n-1] = T(math.Inf(-1))
		if mean, variance = Moments(x); !math.IsInf(mean, -1) || variance == variance {
			t.Errorf("with -Inf: got %v and %v, want -Inf and NaN", mean, variance)
		}
	}
}

// TestStandardizePlaces: each element has a scale and a bias of its own, the gain is of
// all.
func TestStandardizePlaces(t *testing.T) {
	kerneltest.EachFloat(t, testStandardizePlaces[float32], testStandardizePlaces[float64])
}

func testStandardizePlaces[T array.Float](t *testing.T) {
	for _, n := range kerneltest.AroundVectors {
		x, scale, bias := kerneltest.Counting[T](n), make([]T, n), make([]T, n)
		for i := range n {
			scale[i], bias[i] = T(i%5)-2, T(100*i)
		}
		dst, check := kerneltest.Fenced(n, T(-1))
		Standardize(dst, x, scale, bias, 3, 0.5)
		for i, v := range dst {
			if want := float64(i+1-3)*0.5*float64(i%5-2) + float64(100*i); float64(v) != want {
				t.Fatalf("element %d of %d: got %v, want %v", i, n, v, want)
			}
		}
		check(t, "Standardize")
	}
}

// TestExpSumOfOnes counts elements that are the shift, in every length around the parts
// in which a sum alone is taken, with others between them that add nothing.
func TestExpSumOfOnes(t *testing.T) {
	kerneltest.EachFloat(t, testExpSumOfOnes[float32], testExpSumOfOnes[float64])
}

func testExpSumOfOnes[T array.Float](t *testing.T) {
	for _, n := range append([]int{127, 128, 129, 131, 255, 256, 257, 261, 384, 385}, kerneltest.AroundVectors...) {
		x, want := make([]T, n), make([]T, n)
		count := 0
		for i := range x {
			x[i], want[i] = -2.5, 1
			if i%5 == 2 {
				x[i], want[i] = T(math.Inf(-1)), 0
			} else {
				count++
			}
		}
		dst, check := kerneltest.Fenced(n, T(-1))
		if sum, alone := ExpSum(dst, x, -2.5), ExpSum(nil, x, -2.5); sum != float64(count) || alone != sum {
			t.Errorf("of %d: got %v, and %v alone, want %d", n, sum, alone, count)
		}
		kerneltest.WantAlike(t, "ExpSum", dst, want)
		check(t, "ExpSum")
		if n > 0 {
			x[n/2] = T(math.NaN())
			if sum, alone := ExpSum(dst, x, -2.5), ExpSum(nil, x, -2.5); sum == sum || alone == alone || dst[n/2] == dst[n/2] {
				t.Errorf("of %d with a NaN: got %v, and %v alone", n, sum, alone)
			}
			x[n/2] = 2000
			if sum, alone := ExpSum(dst, x, -2.5), ExpSum(nil, x, -2.5); !math.IsInf(sum, 1) || !math.IsInf(alone, 1) || !math.IsInf(float64(dst[n/2]), 1) {
				t.Errorf("of %d with a large number: got %v, and %v alone", n, sum, alone)
			}
		}
	}
}

// TestExpSumIsAccurate holds elements to 1 ulp of the exponential of the difference,
// which is taken in float64.
func TestExpSumIsAccurate(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(7, 8))
		x, y := make([]float64, 61), kerneltest.Garbage[float64](61)
		for i := range x {
			x[i] = 30*r.NormFloat64() - 10
		}
		const shift = 0.1
		ExpSum(y, x, shift)
		for i, v := range x {
			exact := bigExp(number().SetFloat64(v - shift))
			want := rounded(exact)
			off := number().Sub(number().SetFloat64(y[i]), exact)
			if d := math.Abs(rounded(off.Quo(off, number().SetFloat64(kerneltest.ULP(want, 0x1p-1074, 52))))); !(d <= 1) {
				t.Errorf("at %v: got %v, want %v: %.2f ulp", v, y[i], want, d)
			}
		}
	})
}
