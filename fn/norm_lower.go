package fn

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// Lower merges constant parameters into a factor and a summand for each channel.
func (op batchNorm) Lower(in []trace.Value, constant []bool) []trace.Value {
	if slices.Contains(constant[1:], false) {
		return nil
	}
	gain := Mul(in[3], Rsqrt(Add(in[2], Scalar(op.Epsilon))))
	shift := Sub(in[4], Mul(in[1], gain))
	each := func(v trace.Value) trace.Value { return BroadcastIn(v, in[0].Shape(), op.Axis) }
	return []trace.Value{Add(Mul(in[0], each(gain)), each(shift))}
}
