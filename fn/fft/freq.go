package fft

import (
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// FFTFreq has the frequency of each element of a transform of n elements, for samples at a
// distance: 0, 1, ..., then the negative ones up to -1, over n times the distance. [n] of a
// dtype of floats.
func FFTFreq(d trace.DType, n int, distance float64) trace.Value {
	defer trace.Naming("fft_freq")
	count := wanted("fft_freq", d, n, distance, n)
	late := fn.GreaterEqual(count, fn.Scalar(float64(n/2+n%2)))
	return overLength(d, fn.Where(late, fn.Sub(count, fn.Scalar(float64(n))), count), n, distance)
}

// RFFTFreq has the frequency of each element of [RFFT] of n elements: [n/2+1]. See [FFTFreq].
func RFFTFreq(d trace.DType, n int, distance float64) trace.Value {
	defer trace.Naming("rfft_freq")
	return overLength(d, wanted("rfft_freq", d, n, distance, n/2+1), n, distance)
}

// wanted counts from 0 up to size, if frequencies may be asked for.
func wanted(name string, d trace.DType, n int, distance float64, size int) trace.Value {
	switch {
	case !d.IsFloat():
		trace.Refuse(name, nil, "there are frequencies of f32 and f64, not of %v", d)
	case n < 1:
		trace.Refuse(name, nil, "there are %d elements: want at least 1", n)
	case !(distance != 0) || math.IsInf(distance, 0):
		trace.Refuse(name, nil, "the distance of samples is %v: want a number other than 0", distance)
	}
	return fn.Iota(trace.TypeOf(trace.Float64, size), 0)
}

func overLength(d trace.DType, count trace.Value, n int, distance float64) trace.Value {
	return fn.Cast(fn.Div(count, fn.Scalar(float64(n)*distance)), d)
}

// FFTShift puts the frequency 0, the first element along each of the axes, into the middle,
// place n/2; the negative frequencies come before it. No axes mean all.
func FFTShift(x trace.Value, axes ...int) trace.Value {
	defer trace.Naming("fft_shift", x)
	return shift("fft_shift", x, axes, func(n int) int { return n / 2 })
}

// IFFTShift is the inverse of [FFTShift].
func IFFTShift(x trace.Value, axes ...int) trace.Value {
	defer trace.Naming("ifft_shift", x)
	return shift("ifft_shift", x, axes, func(n int) int { return n - n/2 })
}

func shift(name string, x trace.Value, axes []int, by func(n int) int) trace.Value {
	if len(axes) == 0 {
		for axis := range x.Rank() {
			axes = append(axes, axis)
		}
	}
	for _, axis := range axes {
		axis = place(name, x, axis, Config{})
		x = fn.Roll(x, by(x.Dim(axis)), axis)
	}
	return x
}
