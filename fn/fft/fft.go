package fft

import (
	"fmt"
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Norm says where the factor 1/n goes that makes a transform and its inverse cancel.
type Norm uint8

const (
	// Backward divides the inverse transform by n.
	Backward Norm = iota
	// Ortho divides both transforms by the root of n, so that they keep lengths.
	Ortho
	// Forward divides the transform by n.
	Forward
)

// String returns the name that NumPy gives the norm.
func (m Norm) String() string {
	if names := [...]string{"backward", "ortho", "forward"}; int(m) < len(names) {
		return names[m]
	}
	return fmt.Sprintf("Norm(%d)", uint8(m))
}

// Config has the options of a transform.
type Config struct {
	// N is the number of elements that are transformed, and of the result: of the axis, the
	// first ones, with zeros after them if it has fewer. 0 means the length of the axis; for
	// [IRFFT], with m elements, 2(m-1).
	N int
	// Norm is Backward, unless it is set.
	Norm Norm
}

// FFT is the transform y_k = Σ_j x_j exp(-2πi jk/n) along an axis of the complex array re + i
// im. An absent im, the zero Value, is zero.
func FFT(re, im trace.Value, axis int, c Config) (trace.Value, trace.Value) {
	defer trace.Naming("fft", re, im)
	return along("fft", re, im, axis, c, false)
}

// IFFT is the inverse of [FFT], x_j = 1/n Σ_k y_k exp(2πi jk/n).
func IFFT(re, im trace.Value, axis int, c Config) (trace.Value, trace.Value) {
	defer trace.Naming("ifft", re, im)
	return along("ifft", re, im, axis, c, true)
}

// FFT2 is [FFT] along the last two axes.
func FFT2(re, im trace.Value, m Norm) (trace.Value, trace.Value) {
	defer trace.Naming("fft2", re, im)
	re, im = along("fft2", re, im, -1, Config{Norm: m}, false)
	return along("fft2", re, im, -2, Config{Norm: m}, false)
}

// IFFT2 is the inverse of [FFT2].
func IFFT2(re, im trace.Value, m Norm) (trace.Value, trace.Value) {
	defer trace.Naming("ifft2", re, im)
	re, im = along("ifft2", re, im, -1, Config{Norm: m}, true)
	return along("ifft2", re, im, -2, Config{Norm: m}, true)
}

// RFFT is [FFT] of a real array: the elements 0 to n/2 of the result. The others are the
// complex conjugates of these, in reverse order.
func RFFT(x trace.Value, axis int, c Config) (re, im trace.Value) {
	defer trace.Naming("rfft", x)
	axis = place("rfft", x, axis, c)
	x = cut(x, axis, c.N)
	if x.Dim(axis) == 0 {
		trace.Refuse("rfft", []trace.Value{x}, "axis %d has no elements", axis)
	}
	out := trace.Bind(halfTransform{axis}, x)
	by := factor(c.Norm, x.Dim(axis), false)
	return scaled(out[0], by), scaled(out[1], by)
}

// IRFFT is the inverse of [RFFT], a real array of N elements, from elements 0 to N/2 of a
// transform. The length of the axis does not say whether N is even, as it is unless it is
// set. The imaginary part of element 0, and of element N/2 if N is even, is not used.
func IRFFT(re, im trace.Value, axis int, c Config) trace.Value {
	defer trace.Naming("irfft", re, im)
	axis = place("irfft", re, axis, c)
	re, im = complexOf(re, im)
	if c.N == 0 {
		c.N = 2 * (re.Dim(axis) - 1)
	}
	if c.N < 1 {
		trace.Refuse("irfft", []trace.Value{re, im}, "axis %d has %d elements, which is too few for an even N: set N", axis, re.Dim(axis))
	}
	used := c.N/2 + 1
	x := trace.Bind1(realTransform{axis, c.N}, cut(re, axis, used), cut(im, axis, used))
	return scaled(x, factor(c.Norm, c.N, true))
}

// along transforms a complex array.
func along(name string, re, im trace.Value, axis int, c Config, inverse bool) (trace.Value, trace.Value) {
	axis = place(name, re, axis, c)
	re, im = complexOf(re, im)
	re, im = cut(re, axis, c.N), cut(im, axis, c.N)
	out := trace.Bind(transform{axis, inverse}, re, im)
	by := factor(c.Norm, re.Dim(axis), inverse)
	return scaled(out[0], by), scaled(out[1], by)
}

// complexOf is a pair of values of one type.
func complexOf(re, im trace.Value) (trace.Value, trace.Value) {
	if im.IsAbsent() {
		return re, fn.ZerosLike(re)
	}
	return re, im
}

// place is the axis counted from the first.
func place(name string, x trace.Value, axis int, c Config) int {
	rank := x.Rank()
	if axis < -rank || axis >= rank {
		trace.Refuse(name, []trace.Value{x}, "there is no axis %d", axis)
	}
	if c.N < 0 {
		trace.Refuse(name, []trace.Value{x}, "N is %d: want at least 1, or 0 for the length of the axis", c.N)
	}
	if c.Norm > Forward {
		trace.Refuse(name, []trace.Value{x}, "there is no norm %v: want Backward, Ortho or Forward", c.Norm)
	}
	return (axis + rank) % rank
}

// cut leaves n elements of an axis, or fills it up with zeros. With n = 0 it leaves all.
func cut(x trace.Value, axis, n int) trace.Value {
	if n == 0 || n == x.Dim(axis) {
		return x
	}
	high := make([]int, x.Rank())
	high[axis] = n - x.Dim(axis)
	return fn.Pad(x, fn.PadConfig{High: high})
}

// factor is what a transform of n elements is multiplied by.
func factor(m Norm, n int, inverse bool) float64 {
	switch {
	case n == 0:
		return 1
	case m == Ortho:
		return 1 / math.Sqrt(float64(n))
	case (m == Forward) != inverse:
		return 1 / float64(n)
	}
	return 1
}

func scaled(x trace.Value, by float64) trace.Value {
	if by == 1 {
		return x
	}
	return fn.Mul(x, fn.Scalar(by))
}
