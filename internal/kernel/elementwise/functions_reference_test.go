package elementwise

import (
	"math"
	"math/big"
)

// exactly is a function's value, rounded once: package math is an ulp or more off, and at
// the ends of the range far off.
func exactly(f realFunction, x float64) float64 {
	size := math.Abs(x)
	switch {
	case f <= truncOf, x != x, x == 0, x == 1 && f == logOf, math.IsInf(x, 0), f == logOf && x < 0, f != logOf && size > 800:
		return f.at(x)
	case (f == tanhOf || f == expm1Of) && size < 1e-20:
		return x
	}
	return rounded(exactlyBig(f, number().SetFloat64(x), x))
}

func exactlyBig(f realFunction, x *big.Float, small float64) *big.Float {
	switch f {
	case expOf:
		return bigExp(x)
	case expm1Of:
		return number().Sub(bigExp(x), one())
	case logOf:
		return bigLog(small)
	case sigmoidOf:
		return number().Quo(one(), number().Add(bigExp(number().Neg(x)), one()))
	case siluOf:
		return number().Mul(x, exactlyBig(sigmoidOf, x, small))
	case erfOf:
		return bigErf(x)
	case normalCDFOf:
		root := number().Sqrt(number().SetInt64(2))
		return half(bigErfc(number().Quo(number().Neg(x), root)))
	case normalDensityOf:
		return number().Quo(bigExp(half(number().Neg(number().Mul(x, x)))), number().Sqrt(number().Add(bigPi(), bigPi())))
	case geluOf:
		return number().Mul(x, exactlyBig(normalCDFOf, x, small))
	}
	e := bigExp(number().Add(x, x))
	return number().Quo(number().Sub(e, one()), number().Add(e, one()))
}

func rounded(x *big.Float) float64 {
	y, _ := x.Float64()
	return y
}

func one() *big.Float { return number().SetInt64(1) }

func number() *big.Float { return new(big.Float).SetPrec(240) }

func half(x *big.Float) *big.Float { return x.Mul(x, number().SetFloat64(0.5)) }

func bigPi() *big.Float {
	pi, _ := number().SetString("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798")
	return pi
}

// bigExp squares e^(x/2^k), for which a few terms are enough.
func bigExp(x *big.Float) *big.Float {
	k := max(0, x.MantExp(nil)+11)
	small := number().SetMantExp(x, -k)
	sum, term := number().SetInt64(1), number().SetInt64(1)
	for i := int64(1); i < 24; i++ {
		term.Quo(term.Mul(term, small), number().SetInt64(i))
		sum.Add(sum, term)
	}
	for range k {
		sum.Mul(sum, sum)
	}
	return sum
}

// bigErf is a series of positive terms up to 2, and 1 - erfc beyond, with the sign of x.
func bigErf(x *big.Float) *big.Float {
	z := number().Abs(x)
	y := number()
	if z.Cmp(number().SetInt64(2)) > 0 {
		y.Sub(one(), bigErfc(z))
	} else {
		y.Mul(bigErfSeries(z), bigExp(number().Neg(number().Mul(z, z))))
	}
	if x.Sign() < 0 {
		y.Neg(y)
	}
	return y
}

// bigErfSeries is 2/√π Σ 2ⁿ z²ⁿ⁺¹ / (1·3·5···(2n+1)), which is e^(z²) erf z.
func bigErfSeries(z *big.Float) *big.Float {
	square := number().Mul(z, z)
	square.Add(square, square)
	term := number().Quo(number().Add(z, z), number().Sqrt(bigPi()))
	sum := number().Set(term)
	for n := int64(1); n < 120; n++ {
		term.Quo(term.Mul(term, square), number().SetInt64(2*n+1))
		sum.Add(sum, term)
	}
	return sum
}

// bigErfc is a continued fraction beyond 2, and 1 - erf x below.
func bigErfc(x *big.Float) *big.Float {
	if x.Cmp(number().SetInt64(2)) <= 0 {
		return number().Sub(one(), bigErf(x))
	}
	y := number().Set(x)
	for k := int64(300); k > 0; k-- {
		y.Add(x, number().Quo(half(number().SetInt64(k)), y))
	}
	y.Mul(y, number().Sqrt(bigPi()))
	return y.Quo(bigExp(number().Neg(number().Mul(x, x))), y)
}

// bigLog is the logarithm of the mantissa, and of 2 as often as the exponent says.
func bigLog(x float64) *big.Float {
	part, exponent := math.Frexp(x)
	whole := number().Mul(halley(2), number().SetInt64(int64(exponent)))
	return whole.Add(whole, halley(part))
}

// halley is the logarithm by a step of Halley's method, which triples the digits.
func halley(x float64) *big.Float {
	start := math.Log(x)
	e, v := bigExp(number().SetFloat64(start)), number().SetFloat64(x)
	step := number().Quo(number().Sub(v, e), number().Add(v, e))
	return number().Add(number().SetFloat64(start), step.Add(step, step))
}
