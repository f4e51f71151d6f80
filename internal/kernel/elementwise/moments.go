package elementwise

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
)

// The kernels of this file take one line and compute in float64, whatever its type is.
// They stay on the caller's goroutine.

// Moments is the mean of x and its variance: the mean of (x - mean)². Both are NaN if x
// is empty.
func Moments[T array.Float](x []T) (mean, variance float64) {
	n := float64(len(x))
	sum, done := sumVectors(x)
	for _, v := range x[done:] {
		sum += float64(v)
	}
	mean = sum / n
	squares, done := squaresVectors(x, mean)
	for _, v := range x[done:] {
		d := float64(v) - mean
		squares += float64(d * d) // the conversion rounds: the compiler must not fuse
	}
	return mean, squares / n
}

// Standardize is dst = (x - mean)·gain·scale + bias, elementwise, rounded once.
func Standardize[T array.Float](dst, x, scale, bias []T, mean, gain float64) {
	array.WantLen("elementwise.Standardize", "x", len(x), len(dst))
	array.WantLen("elementwise.Standardize", "scale", len(scale), len(dst))
	array.WantLen("elementwise.Standardize", "bias", len(bias), len(dst))
	for i := standardizeVectors(dst, x, scale, bias, [2]float64{mean, gain}); i < len(dst); i++ {
		scaled := float64((float64(x[i]) - mean) * gain * float64(scale[i]))
		dst[i] = T(scaled + float64(bias[i]))
	}
}

// ExpSum is dst = e^(x - shift), elementwise, within 1 ulp, and returns the sum of what
// was not rounded yet. dst may be x, or nil if only the sum is wanted.
func ExpSum[T array.Float](dst, x []T, shift float64) float64 {
	if dst != nil {
		array.WantLen("elementwise.ExpSum", "x", len(x), len(dst))
		return expSum(dst, x, shift)
	}
	var part [128]T
	sum := 0.0
	for ; len(x) > len(part); x = x[len(part):] {
		sum += expSum(part[:], x[:len(part)], shift)
	}
	return sum + expSum(part[:len(x)], x, shift)
}

func expSum[T array.Float](dst, x []T, shift float64) float64 {
	if sum, done := expSumVectors(dst, x, shift); done {
		return sum
	}
	sum := 0.0
	for i, v := range x {
		e := exp(float64(v)-shift, 0)
		dst[i] = T(e)
		sum += e
	}
	return sum
}
