package elementwise

import (
	"math"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
)

// The functions of this file have parameters or pieces. They take slices of one length;
// dst may be src. They are computed in float64 and rounded once, within 4 ulp of the
// exact value in float64.

// LeakyReLU is dst = src where src > 0, else slope·src.
func LeakyReLU[T array.Float](dst, src []T, slope float64) {
	reshape("elementwise.LeakyReLU", leakyOf, dst, src, [3]float64{slope})
}

// ExpBelow is dst = above·src where src > 0, else below·(e^(rate·src) - 1).
func ExpBelow[T array.Float](dst, src []T, above, below, rate float64) {
	reshape("elementwise.ExpBelow", expBelowOf, dst, src, [3]float64{above, below, rate})
}

// Softplus is dst = log(1 + e^(beta·src)) / beta, and src where beta·src > threshold.
func Softplus[T array.Float](dst, src []T, beta, threshold float64) {
	reshape("elementwise.Softplus", softplusOf, dst, src, [3]float64{beta, threshold})
}

// LogSigmoid is dst = -log(1 + e^-src).
func LogSigmoid[T array.Float](dst, src []T) {
	reshape("elementwise.LogSigmoid", logSigmoidOf, dst, src, [3]float64{})
}

// HardSigmoid is dst = min(max(src + 3, 0), 6) / 6.
func HardSigmoid[T array.Float](dst, src []T) {
	reshape("elementwise.HardSigmoid", hardSigmoidOf, dst, src, [3]float64{})
}

// HardSwish is dst = src·min(max(src + 3, 0), 6) / 6.
func HardSwish[T array.Float](dst, src []T) {
	reshape("elementwise.HardSwish", hardSwishOf, dst, src, [3]float64{})
}

// Rsqrt is dst = 1/√src: +Inf of 0, NaN below.
func Rsqrt[T array.Float](dst, src []T) {
	reshape("elementwise.Rsqrt", rsqrtOf, dst, src, [3]float64{})
}

// Log1p is dst = log(1 + src): -Inf of -1, NaN below.
func Log1p[T array.Float](dst, src []T) {
	reshape("elementwise.Log1p", log1pOf, dst, src, [3]float64{})
}

// Softsign is dst = src / (1 + |src|).
func Softsign[T array.Float](dst, src []T) {
	reshape("elementwise.Softsign", softsignOf, dst, src, [3]float64{})
}

// Threshold is dst = value where src <= threshold, else src.
func Threshold[T array.Float](dst, src []T, threshold, value float64) {
	reshape("elementwise.Threshold", thresholdOf, dst, src, [3]float64{threshold, value})
}

// shapedFunction is a function with at most three parameters.
type shapedFunction int

const (
	leakyOf shapedFunction = iota
	expBelowOf
	softplusOf
	logSigmoidOf
	hardSigmoidOf
	hardSwishOf
	rsqrtOf
	log1pOf
	softsignOf
	thresholdOf
)

// at is the function's value.
func (f shapedFunction) at(x float64, p [3]float64) float64 {
	switch f {
	case softplusOf:
		if u := p[0] * x; !(u > p[1]) {
			return (max(u, 0) + logOnePlusExp(u)) / p[0]
		}
		return x
	case logSigmoidOf:
		return min(x, 0) - logOnePlusExp(x)
	case hardSigmoidOf:
		return min(max(x+3, 0), 6) / 6
	case rsqrtOf:
		return 1 / math.Sqrt(x)
	case log1pOf:
		return math.Log1p(x)
	case softsignOf:
		x = max(min(x, math.MaxFloat64), -math.MaxFloat64) // as infinity over infinity is not a number
		return x / (1 + math.Abs(x))
	}
	return f.piece(x, p)
}

// piece is the value of a function of two or three pieces.
func (f shapedFunction) piece(x float64, p [3]float64) float64 {
	switch {
	case f == leakyOf && !(x > 0):
		return p[0] * x
	case f == expBelowOf && x > 0:
		return p[0] * x
	case f == expBelowOf:
		return p[1] * math.Expm1(p[2]*x)
	case f == thresholdOf && x <= p[0]:
		return p[1]
	case f == hardSwishOf && x <= -3:
		return 0
	case f == hardSwishOf && !(x >= 3):
		return x * (x + 3) / 6
	}
	return x
}

// logOnePlusExp is log(1 + e^-|u|), whose exponential does not overflow.
func logOnePlusExp(u float64) float64 { return math.Log1p(math.Exp(-math.Abs(u))) }

func reshape[T array.Float](fn string, f shapedFunction, dst, src []T, p [3]float64) {
	array.WantLen(fn, "src", len(src), len(dst))
	parallel.Split(len(dst), Grain/4, reshaping[T]{f, dst, src, p})
}

type reshaping[T array.Float] struct {
	f        shapedFunction
	dst, src []T
	p        [3]float64
}

func (r reshaping[T]) Run(lo, hi int) {
	dst, src := r.dst[lo:hi], r.src[lo:hi]
	if reshapeVectors(r.f, dst, src, r.p) {
		return
	}
	for i, v := range src {
		dst[i] = T(r.f.at(float64(v), r.p))
	}
}
