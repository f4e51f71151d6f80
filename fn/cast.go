package fn

import "github.com/pullback-go/pullback/trace"

// Cast converts the elements of x to a dtype. To a float dtype it rounds to the nearest
// value. From float to integer it drops the fraction; a number out of range becomes the
// nearest end of the range, and NaN becomes 0. Between integers it wraps. True becomes 1.
// To bool, everything but 0 becomes true, NaN included.
//
// From float to float Cast is linear. Every other conversion has no derivative: its
// cotangent is zero.
func Cast(x trace.Value, d trace.DType) trace.Value { return trace.Convert(x, d) }

// cast is the operation of [Cast].
type cast = trace.Cast
