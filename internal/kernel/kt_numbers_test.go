package kernel

import (
	"math"
	"math/rand/v2"
)

var nan, inf = math.NaN(), math.Inf(1)

// normals returns n standard normal numbers.
func normals[T Float](r *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(r.NormFloat64())
	}
	return x
}

// wholes returns n small whole numbers, whose products and sums are exact.
func wholes[T Float](r *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(r.IntN(19) - 9)
	}
	return x
}

// garbage returns n elements that no kernel may leave in its output.
func garbage[T Float](n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(math.NaN())
	}
	return x
}

// eps is the unit roundoff of T.
func eps[T Float]() float64 {
	var t T
	if _, single := any(t).(float32); single {
		return 0x1p-24
	}
	return 0x1p-53
}

// float64s converts to float64.
func float64s[T Number](x []T) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// floatsWithNaN returns few different numbers, so that many are equal, with infinities
// and NaNs among them.
func floatsWithNaN[T Float](r *rand.Rand, n int) []T {
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

func smallInts[T int32 | int64](r *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(r.IntN(7) - 3)
	}
	return x
}

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

// plainGemm is the triple loop.
func plainGemm[T Float](m, n, k int, a []T, ars, acs int, b []T, brs, bcs int, c []T, ldc int, accumulate bool) {
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

// winogradLayers are the 3×3 layers of VGG and ResNet at stride 1: channels in and out,
// and the side of the map.
var winogradLayers = [][3]int{{64, 64, 224}, {64, 128, 112}, {128, 128, 112}, {128, 256, 56}, {256, 256, 56},
	{256, 512, 28}, {512, 512, 28}, {512, 512, 14}, {64, 64, 56}, {128, 128, 28}, {256, 256, 14}, {512, 512, 7}}

// dotProduct is Σ a[k] x[k].
func dotProduct(a, x []float64) (sum float64) {
	for k, v := range a {
		sum += v * x[k]
	}
	return sum
}
