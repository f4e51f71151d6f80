package kernel

import "math"

// The functions of this file have parameters or pieces. They take slices of one length; dst may be src. They are computed in float64
// and rounded once, within 4 ulp of the exact value in float64.

// LeakyReLU is dst = src where src > 0, else slope·src.
func LeakyReLU[T Float](dst, src []T, slope float64) {
	reshape("LeakyReLU", leakyOf, dst, src, [3]float64{slope})
}

// ExpBelow is dst = above·src where src > 0, else below·(e^(rate·src) - 1).
func ExpBelow[T Float](dst, src []T, above, below, rate float64) {
	reshape("ExpBelow", expBelowOf, dst, src, [3]float64{above, below, rate})
}

// Softplus is dst = log(1 + e^(beta·src)) / beta, and src where beta·src > threshold.
func Softplus[T Float](dst, src []T, beta, threshold float64) {
	reshape("Softplus", softplusOf, dst, src, [3]float64{beta, threshold})
}

// LogSigmoid is dst = -log(1 + e^-src).
func LogSigmoid[T Float](dst, src []T) { reshape("LogSigmoid", logSigmoidOf, dst, src, [3]float64{}) }

// HardSigmoid is dst = min(max(src + 3, 0), 6) / 6.
func HardSigmoid[T Float](dst, src []T) {
	reshape("HardSigmoid", hardSigmoidOf, dst, src, [3]float64{})
}

// HardSwish is dst = src·min(max(src + 3, 0), 6) / 6.
func HardSwish[T Float](dst, src []T) { reshape("HardSwish", hardSwishOf, dst, src, [3]float64{}) }

// shapedFunction is a function with at most three parameters.
type shapedFunction int

const (
	leakyOf shapedFunction = iota
	expBelowOf
	softplusOf
	logSigmoidOf
	hardSigmoidOf
	hardSwishOf
)

// at is the function's value.
func (f shapedFunction) at(x float64, p [3]float64) float64 {
	switch f {
	case leakyOf:
		if x > 0 {
			return x
		}
		return p[0] * x
	case expBelowOf:
		if x > 0 {
			return p[0] * x
		}
		return p[1] * math.Expm1(p[2]*x)
	case softplusOf:
		u := p[0] * x
		if u > p[1] {
			return x
		}
		return (max(u, 0) + logOnePlusExp(u)) / p[0]
	case logSigmoidOf:
		return min(x, 0) - logOnePlusExp(x)
	case hardSigmoidOf:
		return min(max(x+3, 0), 6) / 6
	}
	switch {
	case x <= -3:
		return 0
	case x >= 3:
		return x
	}
	return x * (x + 3) / 6
}

// logOnePlusExp is log(1 + e^-|u|), whose exponential does not overflow.
func logOnePlusExp(u float64) float64 { return math.Log1p(math.Exp(-math.Abs(u))) }

func reshape[T Float](fn string, f shapedFunction, dst, src []T, p [3]float64) {
	wantLen(fn, "src", len(src), len(dst))
	split(len(dst), elementGrain/4, reshaping[T]{f, dst, src, p})
}

type reshaping[T Float] struct {
	f        shapedFunction
	dst, src []T
	p        [3]float64
}

func (r reshaping[T]) run(lo, hi int) {
	dst, src := r.dst[lo:hi], r.src[lo:hi]
	if reshapeVectors(r.f, dst, src, r.p) {
		return
	}
	for i, v := range src {
		dst[i] = T(r.f.at(float64(v), r.p))
	}
}
