package elementwise

import "math"

// The functions of this file are those of package math that are not accurate enough on
// every machine: the exponential, the logarithm of numbers below the smallest normal one,
// and what is made of them for large arguments.

// ln2High and ln2Low add up to log 2. The first has so few bits that its product with an
// exponent is exact.
const (
	ln2High = 0x1.62e42feep-1
	ln2Low  = math.Ln2 - ln2High
)

// exp is e^(x + rest), within 1 ulp, for a rest that is small against the last place of x
// or near it.
func exp(x, rest float64) float64 {
	switch {
	case x > 710:
		return math.Exp(x) // infinity
	case !(x > -746):
		return math.Exp(x) // 0, or NaN
	}
	k := math.RoundToEven(x / math.Ln2)
	high, low := x-k*ln2High, k*ln2Low
	r := high - low
	rest += (high - r) - low
	power := math.Expm1(r)
	return math.Ldexp(1+(power+(rest+rest*power)), int(k))
}

// log is the natural logarithm.
func log(x float64) float64 {
	if !(x > 0 && x < 0x1p-1022) {
		return math.Log(x)
	}
	part, exponent := math.Frexp(x) // of a subnormal number too
	if part < math.Sqrt2/2 {
		part, exponent = 2*part, exponent-1
	}
	k := float64(exponent)
	return k*ln2High + (math.Log(part) + k*ln2Low)
}

// normalDensity is e^(-x²/2) / √(2π). What is lost of x² is as much as the exponential is
// large in the tails.
func normalDensity(x float64) float64 {
	square := x * x
	lost := math.FMA(x, x, -square)
	if lost-lost != 0 {
		lost = 0 // where the square is infinite, or x is no number
	}
	return exp(-0.5*square, -0.5*lost) / math.Sqrt(2*math.Pi)
}

// normalCDF is erfc(-x/√2) / 2, with what is lost of the quotient.
func normalCDF(x float64) float64 {
	const high, low = 0x1.6a09e667f3bcdp-1, -0x1.bdd3413b26456p-55 // 1/√2
	z := -x * high
	tail := math.Erfc(z)
	if z > 0.5 && tail > 0 {
		lost := math.FMA(-x, high, -z) - x*low
		tail -= tail * lost * tailSlope(z, tail)
	}
	return 0.5 * tail
}

// tailSlope is how fast erfc falls at z, relative to its value there: 2/√π e^(-z²) / erfc
// z.
func tailSlope(z, tail float64) float64 {
	if z < 5 {
		return 2 / math.Sqrt(math.Pi) * math.Exp(-z*z) / tail
	}
	u := 1 / (2 * z * z) // both may be subnormal: erfc z = e^(-z²) / (z √π) · (1 - u + 3 u² - ...)
	return 2 * z / (1 - u*(1-3*u*(1-5*u)))
}
