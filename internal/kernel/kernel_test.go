package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// eps is the unit roundoff of T.
func eps[T Float]() float64 {
	var t T
	if _, single := any(t).(float32); single {
		return 0x1p-24
	}
	return 0x1p-53
}

// normals returns n standard normal numbers.
func normals[T Float](r *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(r.NormFloat64())
	}
	return x
}

// garbage returns n elements that no kernel may leave in its output.
func garbage[T Float](n int) []T {
	x := make([]T, n)
	Fill(x, T(math.NaN()))
	return x
}

// wantClose fails unless got is within tol of want, relative to the largest magnitude wanted.
func wantClose[T Float](t *testing.T, got, want []T, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d elements, want %d", len(got), len(want))
	}
	scale := 1.0
	for _, w := range want {
		scale = max(scale, math.Abs(float64(w)))
	}
	for i := range got {
		if d := math.Abs(float64(got[i]) - float64(want[i])); !(d <= tol*scale) {
			t.Fatalf("element %d: got %v, want %v (off by %.2g, tolerance %.2g)", i, got[i], want[i], d/scale, tol)
		}
	}
}

// sameBits fails unless the two slices hold the same bits.
func sameBits[T Float](t *testing.T, got, want []T, what string) {
	t.Helper()
	for i := range want {
		if math.Float64bits(float64(got[i])) != math.Float64bits(float64(want[i])) {
			t.Fatalf("%s: element %d: got %v, want %v", what, i, got[i], want[i])
		}
	}
}

// onCores runs f under several numbers of cores, which must give the same bits.
func onCores[T Float](t *testing.T, f func() []T) {
	t.Helper()
	var want []T
	withCores(1, func() { want = f() })
	for _, cores := range []int{2, 3} {
		withCores(cores, func() { sameBits(t, f(), want, fmt.Sprint("GOMAXPROCS ", cores)) })
	}
}

// float64s converts to float64.
func float64s[T Number](x []T) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// atMost is how many cases to draw: fewer in short mode.
func atMost(full, short int) int {
	if testing.Short() {
		return short
	}
	return full
}
