package kerneltest

import (
	"math"
	"math/rand/v2"

	"github.com/pullback-go/pullback/internal/kernel/array"
)

// NaN and Inf are numbers that tests name often.
var NaN, Inf = math.NaN(), math.Inf(1)

// Normals returns n standard normal numbers.
func Normals[T array.Float](r *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(r.NormFloat64())
	}
	return x
}

// Wholes returns n small whole numbers, whose products and sums are exact.
func Wholes[T array.Float](r *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(r.IntN(19) - 9)
	}
	return x
}

// Garbage returns n elements that no kernel may leave in its output.
func Garbage[T array.Float](n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(math.NaN())
	}
	return x
}

// Eps is the unit roundoff of T.
func Eps[T array.Float]() float64 {
	var t T
	if _, single := any(t).(float32); single {
		return 0x1p-24
	}
	return 0x1p-53
}

// Float64s converts to float64.
func Float64s[T array.Number](x []T) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// FloatsWithNaN returns few different numbers, so that many are equal, with infinities
// and NaNs among them.
func FloatsWithNaN[T array.Float](r *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(r.IntN(5) - 2)
		switch r.IntN(20) {
		case 0:
			x[i] = T(math.NaN())
		case 1, 2, 3:
			x[i] = T(math.Inf(-1))
		case 4:
			x[i] = T(math.Inf(1))
		}
	}
	return x
}

// SmallInts returns n small whole numbers, of which many are equal.
func SmallInts[T int32 | int64](r *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(r.IntN(7) - 3)
	}
	return x
}

// Specials returns n numbers of which some are zeros of either sign, infinities and NaN.
func Specials[T array.Float](r *rand.Rand, n int) []T {
	x := Normals[T](r, n)
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

// PlainMul is the triple loop.
func PlainMul[T array.Float](m, n, k int, a []T, ars, acs int, b []T, brs, bcs int, c []T, ldc int, accumulate bool) {
	for i := range m {
		for j := range n {
			total := 0.0
			for l := range k {
				total += float64(a[i*ars+l*acs]) * float64(b[l*brs+j*bcs])
			}
			if accumulate {
				total += float64(c[i*ldc+j])
			}
			c[i*ldc+j] = T(total)
		}
	}
}

// Layers3x3 are the 3×3 layers of VGG and ResNet at stride 1: channels in and out,
// and the side of the map.
var Layers3x3 = [][3]int{{64, 64, 224}, {64, 128, 112}, {128, 128, 112}, {128, 256, 56}, {256, 256, 56},
	{256, 512, 28}, {512, 512, 28}, {512, 512, 14}, {64, 64, 56}, {128, 128, 28}, {256, 256, 14}, {512, 512, 7}}

// Dot is Σ a[k] x[k].
func Dot(a, x []float64) (sum float64) {
	for k, v := range a {
		sum += v * x[k]
	}
	return sum
}
