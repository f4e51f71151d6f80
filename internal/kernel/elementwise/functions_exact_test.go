package elementwise

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// ulpsOff is how many units in the last place a number is off what is exact.
func ulpsOff(got float64, exact *big.Float) float64 {
	off := number().Sub(number().SetFloat64(got), exact)
	return math.Abs(rounded(off.Quo(off, number().SetFloat64(kerneltest.ULP(rounded(exact), 0x1p-1074, 52)))))
}

// TestExpWithRest: what a float64 cannot hold of an exponent counts, since e^700 changes
// by hundreds of ulp with the last place of 700.
func TestExpWithRest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 80 {
		x := -745 + 1454*float64(i)/80 + r.Float64()
		rest := (r.Float64() - 0.5) * kerneltest.ULP(x, 0, 52)
		exact := bigExp(number().Add(number().SetFloat64(x), number().SetFloat64(rest)))
		if d := ulpsOff(exp(x, rest), exact); !(d <= 1) {
			t.Errorf("e^(%v + %v): got %v, want %v: %.2f ulp", x, rest, exp(x, rest), rounded(exact), d)
		}
	}
	for _, c := range []struct{ x, want float64 }{
		{0, 1}, {math.Copysign(0, -1), 1}, {kerneltest.Inf, kerneltest.Inf}, {-kerneltest.Inf, 0}, {710, kerneltest.Inf}, {711, kerneltest.Inf}, {1e300, kerneltest.Inf}, {-746, 0}, {-745.2, 0}, {-1e300, 0}, {kerneltest.NaN, kerneltest.NaN},
		{-745, 5e-324}, {709.78, rounded(bigExp(number().SetFloat64(709.78)))}, {math.Ln2, 2},
	} {
		if got := exp(c.x, 0); !kerneltest.Same(got, c.want) && !(math.Abs(got/c.want-1) <= 0x1p-52) {
			t.Errorf("e^%v = %v, want %v", c.x, got, c.want)
		}
	}
}

// TestLogOfPowersOfTwo are multiples of log 2, down to the least number of all.
func TestLogOfPowersOfTwo(t *testing.T) {
	ln2 := halley(2)
	for exponent := -1074; exponent <= 1023; exponent++ {
		exact := number().Mul(ln2, number().SetInt64(int64(exponent)))
		if exponent == 0 {
			if got := log(1); got != 0 {
				t.Errorf("log 1 = %v", got)
			}
			continue
		}
		if got := log(math.Ldexp(1, exponent)); !(ulpsOff(got, exact) <= 1) {
			t.Errorf("log 2^%d = %v, want %v", exponent, got, rounded(exact))
		}
	}
	for x, want := range map[float64]float64{0: -kerneltest.Inf, kerneltest.Inf: kerneltest.Inf, -1: kerneltest.NaN, -5e-324: kerneltest.NaN, -kerneltest.Inf: kerneltest.NaN} {
		if got := log(x); !kerneltest.Same(got, want) {
			t.Errorf("log %v = %v, want %v", x, got, want)
		}
	}
}

// TestTailSlope: both forms of the slope of erfc, below 5 and above, are that of the
// exact function, so that they meet.
func TestTailSlope(t *testing.T) {
	for _, z := range []float64{0.6, 1, 2, 3, 4.9, math.Nextafter(5, 0), 5, 5.1, 7, 12, 26} {
		x := number().SetFloat64(z)
		exact := number().Quo(bigExp(number().Neg(number().Mul(x, x))), number().Mul(bigErfc(x), number().Sqrt(bigPi())))
		want := 2 * rounded(exact)
		tail := rounded(bigErfc(x))
		// It is multiplied with what is lost of z, so that few digits of it count.
		if got := tailSlope(z, tail); !(math.Abs(got-want) <= 2e-4*want) {
			t.Errorf("at %v: got %v, want %v", z, got, want)
		}
	}
}

// TestNormalCDFOfBothSides: below 0 and above it the shares add up to 1, and each is that
// of the exact function.
func TestNormalCDFOfBothSides(t *testing.T) {
	for _, x := range []float64{0, 0.3, 0.7, 0.71, 1, 2, 5, 7, 7.1, 8.2, 20, 37.5, 38.4} {
		low, high := normalCDF(-x), normalCDF(x)
		if !(math.Abs(low+high-1) <= 0x1p-52) || low > 0.5 || high < 0.5 {
			t.Errorf("at %v: got %v below and %v above", x, low, high)
		}
		// A subnormal number has fewer digits, of which one may be lost.
		if d := ulpsOff(low, exactlyBig(normalCDFOf, number().SetFloat64(-x), -x)); !(d <= 6) {
			t.Errorf("at %v: got %v, which is %.2f ulp off", -x, low, d)
		}
		density := normalDensity(x)
		if d := ulpsOff(density, exactlyBig(normalDensityOf, number().SetFloat64(x), x)); !(d <= 3) || normalDensity(-x) != density {
			t.Errorf("at %v: the density is %v, which is %.2f ulp off, and %v below 0", x, density, d, normalDensity(-x))
		}
	}
	for _, c := range []struct{ x, cdf, density float64 }{{kerneltest.Inf, 1, 0}, {-kerneltest.Inf, 0, 0}, {kerneltest.NaN, kerneltest.NaN, kerneltest.NaN}, {1e200, 1, 0}, {-1e200, 0, 0}} {
		if got, density := normalCDF(c.x), normalDensity(c.x); !kerneltest.Same(got, c.cdf) || !kerneltest.Same(density, c.density) {
			t.Errorf("at %v: got %v and %v, want %v and %v", c.x, got, density, c.cdf, c.density)
		}
	}
}
