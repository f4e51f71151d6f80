package elementwise

import (
	"math"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
)

// The functions of this file take slices of one length; dst may be src. With vector
// instructions an element's bits do not depend on its place or its neighbours, but are
// not always those that package math would give. Without them, results are those of
// package math where that is accurate enough. Either way errors are bounded in units in
// the last place of the exact result (ulp).

// Sqrt is dst = √src, correctly rounded; NaN below 0.
func Sqrt[T array.Float](dst, src []T) { evaluate("elementwise.Sqrt", sqrtOf, dst, src) }

// Reciprocal is dst = 1/src, correctly rounded.
func Reciprocal[T array.Float](dst, src []T) {
	evaluate("elementwise.Reciprocal", reciprocalOf, dst, src)
}

// Round is dst = the whole number nearest to src, of two the even one.
func Round[T array.Float](dst, src []T) { evaluate("elementwise.Round", roundOf, dst, src) }

// Floor is dst = the largest whole number that is not above src.
func Floor[T array.Float](dst, src []T) { evaluate("elementwise.Floor", floorOf, dst, src) }

// Ceil is dst = the smallest whole number that is not below src.
func Ceil[T array.Float](dst, src []T) { evaluate("elementwise.Ceil", ceilOf, dst, src) }

// Trunc is dst = src without its fraction.
func Trunc[T array.Float](dst, src []T) { evaluate("elementwise.Trunc", truncOf, dst, src) }

// Exp is dst = e^src, within 1 ulp, and gradually 0 below the smallest normal number.
func Exp[T array.Float](dst, src []T) { evaluate("elementwise.Exp", expOf, dst, src) }

// Log is dst = log src, within 1 ulp: -Inf of 0, NaN below.
func Log[T array.Float](dst, src []T) { evaluate("elementwise.Log", logOf, dst, src) }

// Tanh is dst = tanh src, within 2.5 ulp, and odd: tanh -x has the bits of -tanh x.
func Tanh[T array.Float](dst, src []T) { evaluate("elementwise.Tanh", tanhOf, dst, src) }

// Sigmoid is dst = 1 / (1 + e^-src), within 2.5 ulp.
func Sigmoid[T array.Float](dst, src []T) { evaluate("elementwise.Sigmoid", sigmoidOf, dst, src) }

// Expm1 is dst = e^src - 1, within 2 ulp.
func Expm1[T array.Float](dst, src []T) { evaluate("elementwise.Expm1", expm1Of, dst, src) }

// SiLU is dst = src / (1 + e^-src), within 3.5 ulp; 0 at -Inf.
func SiLU[T array.Float](dst, src []T) { evaluate("elementwise.SiLU", siluOf, dst, src) }

// Erf is dst = erf src, within 3 ulp, and odd.
func Erf[T array.Float](dst, src []T) { evaluate("elementwise.Erf", erfOf, dst, src) }

// NormalCDF is dst = Φ(src) = erfc(-src/√2) / 2, within 6 ulp, in the tails too.
func NormalCDF[T array.Float](dst, src []T) { evaluate("elementwise.NormalCDF", normalCDFOf, dst, src) }

// NormalDensity is dst = φ(src) = e^(-src²/2) / √(2π), within 3 ulp.
func NormalDensity[T array.Float](dst, src []T) {
	evaluate("elementwise.NormalDensity", normalDensityOf, dst, src)
}

// GELU is dst = src·Φ(src), within 6.5 ulp; 0 at -Inf.
func GELU[T array.Float](dst, src []T) { evaluate("elementwise.GELU", geluOf, dst, src) }

// GELUTanh is dst = src·sigmoid(2u) = src·(1 + tanh u)/2 with u = √(2/π)·(src + 0.044715
// src³); 0 at -Inf. Its error is that of SiLU and that of u, of which the exponential
// makes as many ulp as 2u is large.
func GELUTanh[T array.Float](dst, src []T) { evaluate("elementwise.GELUTanh", geluTanhOf, dst, src) }

// realFunction is a function of one number that has kernels.
type realFunction int

const (
	sqrtOf realFunction = iota
	reciprocalOf
	roundOf
	floorOf
	ceilOf
	truncOf
	expOf
	logOf
	tanhOf
	sigmoidOf
	expm1Of
	siluOf
	erfOf
	normalCDFOf
	normalDensityOf
	geluOf
	geluTanhOf
	functions // how many there are
)

// at is the function's value.
func (f realFunction) at(x float64) float64 {
	if f <= truncOf {
		return f.exact(x)
	}
	switch f {
	case expOf:
		return exp(x, 0)
	case logOf:
		return log(x)
	case tanhOf:
		return math.Tanh(x)
	case expm1Of:
		return math.Expm1(x)
	case erfOf:
		return math.Erf(x)
	case normalDensityOf:
		return normalDensity(x)
	case sigmoidOf, normalCDFOf:
		return f.share(x)
	}
	if x < -1000 {
		return math.Copysign(0, -1) // where a product would be of infinity and 0
	}
	return x * f.share(x)
}

// exact is the value of a function that needs no approximation.
func (f realFunction) exact(x float64) float64 {
	switch f {
	case sqrtOf:
		return math.Sqrt(x)
	case reciprocalOf:
		return 1 / x
	case roundOf:
		return math.RoundToEven(x)
	case floorOf:
		return math.Floor(x)
	case ceilOf:
		return math.Ceil(x)
	}
	return math.Trunc(x)
}

// share is a function between 0 and 1: the function itself, or what it multiplies its
// argument with.
func (f realFunction) share(x float64) float64 {
	switch f {
	case normalCDFOf, geluOf:
		return normalCDF(x)
	case geluTanhOf:
		x = 2 * geluScale * (x + geluCubic*x*x*x)
	}
	e := exp(-math.Abs(x), 0) // which does not overflow
	if x >= 0 {
		return 1 / (1 + e)
	}
	return e / (1 + e)
}

const (
	geluScale = 0.797884560802865355879892119868763736951717 // √(2/π)
	geluCubic = 0.044715
)

func evaluate[T array.Float](fn string, f realFunction, dst, src []T) {
	array.WantLen(fn, "src", len(src), len(dst))
	parallel.Split(len(dst), Grain/4, evaluation[T]{f, dst, src})
}

type evaluation[T array.Float] struct {
	f        realFunction
	dst, src []T
}

func (e evaluation[T]) Run(lo, hi int) {
	dst, src := e.dst[lo:hi], e.src[lo:hi]
	if evaluateVectors(e.f, dst, src) {
		return
	}
	for i, v := range src {
		dst[i] = T(e.f.at(float64(v)))
	}
}
