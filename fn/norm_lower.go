package fn

import (
	"math"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// Lower merges constant parameters into a factor and a summand for each channel, unless one
// is infinite: for a variance of 0 and an eps of 0, say, the sum would be NaN where the
// normalization is infinite. Where it is NaN, both are.
func (op batchNorm) Lower(in, constant []trace.Value) []trace.Value {
	if slices.ContainsFunc(constant[1:], trace.Value.IsAbsent) {
		return nil
	}
	gain, shift := op.affine(constant)
	if anyInfinite(gain) || anyInfinite(Mul(constant[1], gain)) || anyInfinite(shift) {
		return nil
	}
	gain, shift = op.affine(in)
	each := func(v trace.Value) trace.Value { return BroadcastIn(v, in[0].Shape(), op.Axis) }
	return []trace.Value{Add(Mul(in[0], each(gain)), each(shift))}
}

// affine returns the factor and the summand for each channel.
func (op batchNorm) affine(in []trace.Value) (gain, shift trace.Value) {
	gain = Mul(in[3], Rsqrt(Add(in[2], Scalar(op.Epsilon))))
	return gain, Sub(in[4], Mul(in[1], gain))
}

// anyInfinite reports whether a concrete vector has an infinite element.
func anyInfinite(x trace.Value) bool {
	return Any(Equal(Abs(x), Scalar(math.Inf(1))), 0).Float64() == 1
}
