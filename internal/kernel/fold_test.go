package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// specials returns n numbers of which some are zeros of either sign, infinities and NaN.
func specials[T Float](r *rand.Rand, n int) []T {
	x := normals[T](r, n)
	for i := range x {
		switch r.IntN(12) {
		case 0:
			x[i] = 0
		case 1:
			x[i] = T(math.Copysign(0, -1))
		case 2:
			x[i] = T(math.Inf(r.IntN(2)*2 - 1))
		case 3:
			x[i] = T(math.NaN())
		}
	}
	return x
}

// wantAlike fails unless got and want have the same bits or are both NaN, and nothing follows n elements of got.
func wantAlike[T Float](t *testing.T, what string, got, want []T) {
	t.Helper()
	for i, v := range want {
		if !alike(float64(got[i]), float64(v)) {
			t.Fatalf("%s of %d: element %d: got %v, want %v", what, len(want), i, got[i], v)
		}
	}
	for _, v := range got[len(want):] {
		if v == v {
			t.Fatalf("%s: more than %d elements were written", what, len(want))
		}
	}
}

// clampBounds are some that have kernels of their own, some that nearly have, and NaN.
var clampBounds = [][2]float64{{-0.25, 0.5}, {-0.25, nan}, {0, inf}, {-inf, 0}, {math.Copysign(0, -1), inf}, {-inf, math.Copysign(0, -1)}, {0, 0}, {0, 6}}

func TestThreeOperands(t *testing.T) {
	eachFloat(t, testThreeOperands[float32], testThreeOperands[float64])
}

// testThreeOperands has the kernels that do more than one operation, at each length.
func testThreeOperands[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for n := range 40 {
		a, b, c := specials[T](r, n), specials[T](r, n), specials[T](r, n)
		sum, scaled, clamped := make([]T, n), make([]T, n), make([]T, n)
		const low = -0.25
		for i := range n {
			sum[i], scaled[i] = T(a[i]*b[i])+c[i], low*a[i]
		}
		got := garbage[T](n + 9)
		MulAdd(got[:n], a, b, c)
		wantAlike(t, "MulAdd", got, sum)
		Scale(got[:n], a, low)
		wantAlike(t, "Scale", got, scaled)
		for _, bounds := range clampBounds {
			low, high := T(bounds[0]), T(bounds[1])
			for i, v := range a {
				clamped[i] = min(max(v, low), high)
			}
			Clamp(got[:n], a, low, high)
			wantAlike(t, fmt.Sprint("Clamp to ", bounds), got, clamped)
		}
	}
}

func TestFolds(t *testing.T) { eachFloat(t, testFolds[float32], testFolds[float64]) }

// testFolds reduces lines and columns of each length; the numbers that are summed are whole, so that sums
// are exact.
func testFolds[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for n := 1; n < 75; n++ {
		for _, inner := range []int{1, 3, 19} {
			x, data := wholes[T](r, n*inner), normals[T](r, n*inner)
			if n%3 == 0 {
				data = specials[T](r, n*inner)
			}
			sum, most, least := make([]T, inner), make([]T, inner), make([]T, inner)
			for j := range inner {
				most[j], least[j] = data[j], data[j]
				for i := range n {
					sum[j] += x[i*inner+j]
					most[j], least[j] = max(most[j], data[i*inner+j]), min(least[j], data[i*inner+j])
				}
			}
			got := garbage[T](inner)
			Sum(got, x, 1, n, inner)
			wantAlike(t, "Sum", got, sum)
			Max(got, data, 1, n, inner)
			wantAlike(t, "Max", got, most)
			Min(got, data, 1, n, inner)
			wantAlike(t, "Min", got, least)
		}
	}
}
