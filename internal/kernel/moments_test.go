package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestMoments(t *testing.T) { eachFloat(t, testMoments[float32], testMoments[float64]) }

func testMoments[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 70 {
		x := normals[T](r, n)
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

func TestStandardize(t *testing.T) { eachFloat(t, testStandardize[float32], testStandardize[float64]) }

func testStandardize[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const mean, gain = -0.7, 1.3
	for n := range 40 {
		x, scale, bias, want := specials[T](r, n), specials[T](r, n), normals[T](r, n), make([]T, n)
		for i, v := range x {
			scaled := (float64(v) - mean) * gain * float64(scale[i])
			want[i] = T(scaled + float64(bias[i]))
		}
		got := garbage[T](n + 9)
		Standardize(got[:n], x, scale, bias, mean, gain)
		wantAlike(t, "Standardize", got, want)
		Standardize(x, x, scale, bias, mean, gain)
		wantAlike(t, "Standardize in place", x, want)
	}
}

func TestExpSum(t *testing.T) { eachFloat(t, testExpSum[float32], testExpSum[float64]) }

// testExpSum goes past the parts in which a sum alone is taken.
func testExpSum[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{0, 1, 2, 3, 4, 5, 7, 8, 13, 127, 128, 129, 300} {
		x := normals[T](r, n)
		if n > 4 {
			x[1], x[4] = T(math.Inf(-1)), -2000
		}
		const shift = 1.25
		got, total := garbage[T](n+9), 0.0
		sum := ExpSum(got[:n], x, shift)
		for i, v := range x {
			e := math.Exp(float64(v) - shift)
			total += e
			if d := math.Abs(float64(got[i]) - e); !(d <= 3*eps[T]()*e) {
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
		sameBits(t, x, got[:n], "in place")
	}
	for _, shift := range []float64{math.NaN(), math.Inf(-1)} {
		if sum := ExpSum(nil, []T{0, T(math.Inf(-1))}, shift); sum < math.MaxFloat64 {
			t.Errorf("shifted by %v: got the sum %v", shift, sum)
		}
	}
}
