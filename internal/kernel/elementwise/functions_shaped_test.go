package elementwise

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// shapedTests are the functions, their parameters, and the bounds in ulp to which two of
// them agree in float64.
var shapedTests = []struct {
	of    shapedFunction
	name  string
	p     [3]float64
	bound float64
	f32   func(dst, src []float32)
	f64   func(dst, src []float64)
}{
	{leakyOf, "leaky", [3]float64{0.01}, 0,
		func(dst, src []float32) { LeakyReLU(dst, src, 0.01) }, func(dst, src []float64) { LeakyReLU(dst, src, 0.01) }},
	{expBelowOf, "expBelow", [3]float64{1.05, 1.7, 0.6}, 3,
		func(dst, src []float32) { ExpBelow(dst, src, 1.05, 1.7, 0.6) }, func(dst, src []float64) { ExpBelow(dst, src, 1.05, 1.7, 0.6) }},
	{softplusOf, "softplus", [3]float64{2, 8}, 4,
		func(dst, src []float32) { Softplus(dst, src, 2, 8) }, func(dst, src []float64) { Softplus(dst, src, 2, 8) }},
	{logSigmoidOf, "logSigmoid", [3]float64{}, 3, LogSigmoid[float32], LogSigmoid[float64]},
	{hardSigmoidOf, "hardSigmoid", [3]float64{}, 0, HardSigmoid[float32], HardSigmoid[float64]},
	{rsqrtOf, "rsqrt", [3]float64{}, 0, Rsqrt[float32], Rsqrt[float64]},
	{log1pOf, "log1p", [3]float64{}, 2, Log1p[float32], Log1p[float64]},
	{softsignOf, "softsign", [3]float64{}, 0, Softsign[float32], Softsign[float64]},
	{thresholdOf, "threshold", [3]float64{0.5, -2}, 0,
		func(dst, src []float32) { Threshold(dst, src, 0.5, -2) }, func(dst, src []float64) { Threshold(dst, src, 0.5, -2) }},
	{hardSwishOf, "hardSwish", [3]float64{}, 0, HardSwish[float32], HardSwish[float64]},
}

// TestShaped holds the kernels to package math at the edges of formats and functions, and
// beside the bounds of their pieces.
func TestShaped(t *testing.T) {
	points := append(arguments(rand.New(rand.NewPCG(1, 2)), 500), 3, -3, math.Nextafter(3, 0), math.Nextafter(-3, 0), math.Nextafter(-3, -4), math.Nextafter(-1, 0), 1e17, 4, -4, 37, -37)
	for _, f := range shapedTests {
		t.Run(f.name, func(t *testing.T) {
			kerneltest.EachFloat(t, func(t *testing.T) {
				// Float64 is far more accurate than its rounding to float32.
				testShaped(t, points, f.f32, f.bound*0x1p-20, 0x1p-149, 23, func(x float64) float64 { return f.of.at(x, f.p) })
			}, func(t *testing.T) {
				testShaped(t, points, f.f64, f.bound, 0x1p-1074, 52, func(x float64) float64 { return f.of.at(x, f.p) })
			})
		})
	}
}

func testShaped[T array.Float](t *testing.T, points []float64, f func(dst, src []T), bound, least float64, mantissa int, at func(x float64) float64) {
	for n := range 9 {
		x := make([]T, len(points)-n) // of several lengths, so that a point has other neighbours
		for i := range x {
			x[i] = T(points[n+i])
		}
		y := kerneltest.Garbage[T](len(x) + 1)
		f(y[:len(x)], x)
		for i, v := range x {
			want := at(float64(v))
			if kerneltest.Alike(float64(y[i]), float64(T(want))) {
				continue
			}
			if d := math.Abs(float64(y[i])-want) / kerneltest.ULP(want, least, mantissa); !(d <= 0.5+bound) {
				t.Errorf("at %v: got %v, want %v: %.2f ulp", v, y[i], want, d)
			}
		}
		f(x, x)
		kerneltest.WantAlike(t, "in place", y, x) // which looks past the end, too
	}
}

// TestShapedZeros: 0 is not above 0, so that it takes the piece below, and the sign that
// its factor gives it.
func TestShapedZeros(t *testing.T) {
	kerneltest.EachFloat(t, testShapedZeros[float32], testShapedZeros[float64])
}

func testShapedZeros[T array.Float](t *testing.T) {
	minus := T(math.Copysign(0, -1))
	for n := 1; n < 10; n++ {
		for _, c := range []struct {
			name    string
			f       func(dst, src []T)
			x, want T
		}{
			{"LeakyReLU by -2", func(dst, src []T) { LeakyReLU(dst, src, -2) }, 0, minus},
			{"LeakyReLU by -2", func(dst, src []T) { LeakyReLU(dst, src, -2) }, minus, 0},
			{"ExpBelow by -2", func(dst, src []T) { ExpBelow(dst, src, 3, -2, 1) }, 0, minus},
			{"ExpBelow by -2", func(dst, src []T) { ExpBelow(dst, src, 3, -2, 1) }, minus, 0},
			{"Softsign", Softsign[T], minus, minus},
			{"Log1p", Log1p[T], minus, minus},
			{"Threshold of 0", func(dst, src []T) { Threshold(dst, src, 0, 5) }, minus, 5},
			{"Threshold below 0", func(dst, src []T) { Threshold(dst, src, -1, 5) }, minus, minus},
		} {
			x := make([]T, n)
			Fill(x, c.x)
			y := kerneltest.Garbage[T](n)
			c.f(y, x)
			for _, got := range y {
				if !kerneltest.Alike(float64(got), float64(c.want)) {
					t.Fatalf("%s of %d times %v: got %v, want %v", c.name, n, c.x, got, c.want)
				}
			}
		}
	}
}
