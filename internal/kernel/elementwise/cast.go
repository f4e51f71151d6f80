package elementwise

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
)

// Cast converts the elements. From float to float and from integer to float it rounds to
// nearest, and from integer to integer it wraps. From float to integer it drops the
// fraction; what is out of range becomes the nearest end of it, and NaN becomes 0, on
// every machine.
func Cast[D, S array.Number](dst []D, src []S) {
	array.WantLen("elementwise.Cast", "src", len(src), len(dst))
	parallel.Split(len(dst), Grain, cast[D, S]{dst, src})
}

type cast[D, S array.Number] struct {
	dst []D
	src []S
}

func (c cast[D, S]) Run(lo, hi int) {
	lo += castVectors(c.dst[lo:hi], c.src[lo:hi])
	dst, src := c.dst[lo:hi], c.src[lo:hi]
	if isFloat[S]() && !isFloat[D]() {
		truncate(dst, src)
		return
	}
	for i, v := range src {
		dst[i] = D(v)
	}
}

// Narrow is dst = src, rounded, on the caller's goroutine.
func Narrow(dst []float32, src []float64) { cast[float32, float64]{dst, src}.Run(0, len(dst)) }

// truncate casts from float to integer, which Go leaves to the machine where it is out of
// range.
func truncate[D, S array.Number](dst []D, src []S) {
	low := array.Least[D]()
	bound := -S(low) // 2³¹ or 2⁶³, exact in either float type, and the first that is too large
	for i, v := range src {
		switch {
		case v != v:
			dst[i] = 0
		case v >= bound:
			dst[i] = -(low + 1)
		case v < -bound:
			dst[i] = low
		default:
			dst[i] = D(v)
		}
	}
}

func isFloat[T array.Number]() bool {
	half := 0.5
	return T(half) != 0
}
