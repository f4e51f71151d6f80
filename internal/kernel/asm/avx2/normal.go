package avx2

import "math"

// The normal distribution and the error function. For z >= 0,
//
//	(1 + 2z) e^(z²) erfc z = F((z - 4) / (z + 4))
//
// with a smooth F, which a polynomial approximates on all of [-1, 1]: so erfc keeps its
// relative accuracy down to where it underflows. The form is that of Shepherd and
// Laframboise, "Chebyshev Approximation of (1 + 2x) exp(x²) erfc x in 0 ≤ x < ∞",
// Mathematics of Computation 36, 1981; the coefficients are Chebyshev interpolation at 60
// points with 40 digits, cut off where what is left is below 2e-17, or 2e-9.

// tail64 is F in powers of its argument.
var tail64 = []float64{
	1.23299511862555251, -0.139621116840562292, 0.015379652102619604, 0.0680970542546690878, -0.101039066036300554, 0.0937328349990944081,
	-0.066330365812186977, 0.0371675155265556702, -0.0161977340597992662, 0.00503197006765748892, -0.000757773261373095633, -0.000199257146610911884,
	0.000150621490012404722, -0.0000243977464224364164, -0.000011221287012353485, 5.70660441489573347e-6, 2.91973337796301215e-7, -8.21093904256056799e-7,
	7.74699272701794193e-8, 1.06338556185948837e-7, -2.05606492756992017e-8, -1.23468660438235286e-8, 3.16958819156481723e-9, 9.31174497823257279e-10,
	-2.65959969024268941e-10,
}

// tail32 is F to the accuracy of float32.
var tail32 = []float64{
	1.2329951174, -0.13962111385, 0.015379768723, 0.068096941417, -0.10104094077, 0.093734073444,
	-0.066319044089, 0.037161482871, -0.016230391983, 0.0050472292831, -0.00070913278725, -0.00022040449439,
	0.00011420817284, -8.6253033529e-6,
}

// head64 is erf(z) / z in powers of z², for |z| <= 1.
var head64 = []float64{
	1.12837916709551257, -0.376126389031835435, 0.112837916709451297, -0.0268661706432569943, 0.00522397760726994529, -0.000854832598254322506,
	0.000120552951126670011, -0.000014924740785377575, 1.64474711905946181e-6, -1.62088298568102008e-7, 1.37215204063510944e-8, -7.7985438505499469e-10,
}

// head32 is head64 to the accuracy of float32.
var head32 = []float64{
	1.1283791659, -0.37612626904, 0.11283597463, -0.026854328796, 0.0051893119427, -0.00080188549928,
	7.8824971101e-5,
}

func (f format) tail() []float64 {
	if f.size == 4 {
		return tail32
	}
	return tail64
}

func (f format) head() []float64 {
	if f.size == 4 {
		return head32
	}
	return head64
}

// magnitude is |x|, and sign its sign. Beyond a bound, where functions have come to their
// ends, it is the bound; NaN stays.
func (f format) magnitude(x vec, bound float64) (size, sign vec) {
	sign = do(f.and, f.sign(), x)
	return do(f.min, do(f.xor, sign, x), do(f.load, f.number(bound))), sign
}

// gauss is e^(-s z²), of the square with its rounding error: e^(-s z²) = e^(-s q) (1 - s
// e) for z² = q + e.
func (f format) gauss(z vec, s float64) vec {
	q := do(f.mul, z, z)
	e := do(f.xor, f.sign(), q)
	f.fma231(z, z, e)
	y := f.exp(do(f.mul, f.number(-s), q))
	e = do(f.mul, f.number(-s), e)
	f.fma213(y, y, e)
	return e
}

// tailOf is erfc z for z >= 0, given e^(-z²).
func (f format) tailOf(z, gauss vec) vec {
	t := do(f.div, do(f.add, f.number(4), z), do(f.sub, f.number(4), z))
	y := do(f.mul, gauss, f.hornerInTwo(t, f.tail()...))
	width := f.constant(1)
	f.fma231(f.number(2), z, width)
	return do(f.div, width, y)
}

// erf is z·head(z²) up to 1, and 1 - erfc z beyond, with the sign of x.
func (f format) erf(x vec) vec {
	z, sign := f.magnitude(x, f.furthest()/2)
	large := do(f.sub, f.tailOf(z, f.gauss(z, 1)), f.constant(1))
	small := do(f.mul, z, f.horner(do(f.mul, z, z), f.head()...))
	near := do(f.compare, less, f.number(1), z)
	return do(f.or, sign, f.pick(near, small, large))
}

// furthest is where the density of the normal distribution has come to 0.
func (f format) furthest() float64 {
	if f.size == 4 {
		return 16
	}
	return 40
}

// normalCDF is erfc(-x/√2) / 2, by the tail of |x|, and (1 + erf(x/√2)) / 2 where that
// does not cancel.
func (f format) normalCDF(x vec) vec {
	a, sign := f.magnitude(x, f.furthest())
	z := do(f.mul, f.number(math.Sqrt2/2), a)
	tail := f.tailOf(z, do(f.mul, f.number(0.5), f.gauss(a, 0.5)))
	far := f.pick(sign, tail, do(f.sub, tail, f.constant(1)))
	erf := do(f.mul, z, f.horner(do(f.mul, z, z), f.head()...))
	near := f.constant(0.5)
	f.fma231(f.number(0.5), do(f.or, sign, erf), near)
	return f.pick(do(f.compare, less, f.number(0.5), z), near, far)
}

// normalDensity is e^(-x²/2) / √2π.
func (f format) normalDensity(x vec) vec {
	a, _ := f.magnitude(x, f.furthest())
	return do(f.mul, f.number(1/math.Sqrt(2*math.Pi)), f.gauss(a, 0.5))
}

// gelu is x·Φ(x), with x no further below 0 than where Φ vanishes.
func (f format) gelu(x vec) vec {
	return do(f.mul, f.normalCDF(x), do(f.max, x, do(f.load, f.number(-f.furthest()))))
}

// times is x·y(x) for a y that vanishes below -1000.
func (f format) times(y func(x vec) vec) func(x vec) vec {
	return func(x vec) vec {
		x = do(f.max, x, do(f.load, f.number(-1000)))
		return do(f.mul, y(x), x)
	}
}

// gate is the logistic function of 2√(2/π)·(x + 0.044715 x³).
func (f format) gate(x vec) vec {
	const scale, cubic = 2 * 0.797884560802865355879892119868763736951717, 0.044715
	inner := do(f.mul, f.number(scale*cubic), do(f.mul, x, x))
	return f.sigmoid(do(f.mul, x, do(f.add, f.number(scale), inner)))
}

// expm1 is 2^n (e^r - 1) + 2^n - 1, with half of 2^n, which is always in range, and the
// sign of x.
func (f format) expm1(x vec) vec {
	low, high := -20.0, 89.0
	if f.size == 8 {
		low, high = -40, 710
	}
	sign := do(f.and, f.sign(), x)
	n, r := f.reduce(do(f.max, do(f.min, x, do(f.load, f.number(high))), do(f.load, f.number(low))))
	y := f.horner(r, f.inverseFactorials(2)...)
	f.fma213(r, do(f.mul, r, r), y)
	half := f.wholePower(do(f.sub, f.number(1), n))
	t := do(f.sub, f.number(0.5), half)
	f.fma231(half, y, t)
	return do(f.or, sign, do(f.add, t, t))
}
