package kernel

import "math"

// The functions of this file take slices of one length; dst may be src. With vector instructions an
// element's bits do not depend on its place or its neighbours, but are not always those that package
// math would give: errors are bounded in units in the last place of the exact result (ulp). Without
// them, results are those of package math, rounded once.

// Sqrt is dst = √src, correctly rounded; NaN below 0.
func Sqrt[T Float](dst, src []T) { evaluate("Sqrt", sqrtOf, dst, src) }

// Reciprocal is dst = 1/src, correctly rounded.
func Reciprocal[T Float](dst, src []T) { evaluate("Reciprocal", reciprocalOf, dst, src) }

// Exp is dst = e^src, within 1 ulp, and gradually 0 below the smallest normal number.
func Exp[T Float](dst, src []T) { evaluate("Exp", expOf, dst, src) }

// Log is dst = log src, within 1 ulp: -Inf of 0, NaN below.
func Log[T Float](dst, src []T) { evaluate("Log", logOf, dst, src) }

// Tanh is dst = tanh src, within 2.5 ulp, and odd: tanh -x has the bits of -tanh x.
func Tanh[T Float](dst, src []T) { evaluate("Tanh", tanhOf, dst, src) }

// Sigmoid is dst = 1 / (1 + e^-src), within 2.5 ulp.
func Sigmoid[T Float](dst, src []T) { evaluate("Sigmoid", sigmoidOf, dst, src) }

// realFunction is a function of one number that has kernels.
type realFunction int

const (
	sqrtOf realFunction = iota
	reciprocalOf
	expOf
	logOf
	tanhOf
	sigmoidOf
)

// at is the function's value.
func (f realFunction) at(x float64) float64 {
	switch f {
	case sqrtOf:
		return math.Sqrt(x)
	case reciprocalOf:
		return 1 / x
	case expOf:
		return math.Exp(x)
	case logOf:
		return math.Log(x)
	case tanhOf:
		return math.Tanh(x)
	}
	e := math.Exp(-math.Abs(x)) // which does not overflow
	if x >= 0 {
		return 1 / (1 + e)
	}
	return e / (1 + e)
}

func evaluate[T Float](fn string, f realFunction, dst, src []T) {
	wantLen(fn, "src", len(src), len(dst))
	split(len(dst), elementGrain/4, evaluation[T]{f, dst, src})
}

type evaluation[T Float] struct {
	f        realFunction
	dst, src []T
}

func (e evaluation[T]) run(lo, hi int) {
	dst, src := e.dst[lo:hi], e.src[lo:hi]
	if evaluateVectors(e.f, dst, src) {
		return
	}
	for i, v := range src {
		dst[i] = T(e.f.at(float64(v)))
	}
}
