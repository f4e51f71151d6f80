package random

import (
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// TruncatedNormal draws from the standard normal distribution between lower and upper, which
// broadcast to the shape and may be infinite. Numbers have the dtype of the limits, f64 if
// both are plain numbers. It is NaN where lower > upper. Between limits that are both more than
// 37 from 0 on one side, numbers are at the limit that is nearer to 0. The derivative with
// respect to the limits is that of the inverse distribution function at a fixed u: with the
// normal density φ,
//
//	dx = ((1-u) φ(lower) dlower + u φ(upper) dupper)/φ(x).
func TruncatedNormal(key, lower, upper trace.Value, shape ...int) trace.Value {
	defer trace.Naming("truncated_normal", key, lower, upper)
	lower, upper = parameters("truncated_normal", lower, upper)
	return trace.Bind(truncatedNormal{}, key, spreadOver(key, lower, shape), spreadOver(key, upper, shape))[0]
}

// truncatedNormal draws between the limits of operands 1 and 2. The second output is the u
// of each number.
type truncatedNormal struct{}

func (truncatedNormal) Name() string { return "truncated_normal" }

func (truncatedNormal) Infer(in []trace.Type) ([]trace.Type, error) {
	return []trace.Type{in[1], in[1]}, checkDraws(in)
}

func (truncatedNormal) Eval(in, out []*trace.Array) {
	lower, upper := in[1].Float64s(), in[2].Float64s()
	x, u := make([]float64, len(lower)), make([]float64, len(lower))
	eachDraw(in[0], len(x), 4, func(i int, w *words) {
		u[i] = w.uniform()
		x[i] = quantileBetween(lower[i], upper[i], u[i])
	})
	store(out[0], x)
	store(out[1], u)
}

// quantileBetween is below which the part u of the normal distribution between the limits
// lies.
func quantileBetween(lower, upper, u float64) float64 {
	switch {
	case !(lower <= upper):
		return math.NaN()
	case lower > 0: // small probabilities are accurate
		return -quantileBetween(-upper, -lower, 1-u)
	}
	low, high := math.Erfc(-lower/math.Sqrt2), math.Erfc(-upper/math.Sqrt2)
	if high == 0 {
		return upper
	}
	x := -math.Sqrt2 * math.Erfcinv(low+u*(high-low))
	return min(max(x, lower), upper)
}

func (truncatedNormal) UsesKeys() {}

func (truncatedNormal) VJP(in, out, ct []trace.Value, want []bool) []trace.Value {
	x, u := out[0], out[1]
	cts := make([]trace.Value, 3)
	if want[1] {
		cts[1] = fn.Mul(ct[0], fn.Mul(fn.Sub(fn.Scalar(1), u), densityRatio(in[1], x)))
	}
	if want[2] {
		cts[2] = fn.Mul(ct[0], fn.Mul(u, densityRatio(in[2], x)))
	}
	return cts
}

// densityRatio is φ(limit)/φ(x), 0 for infinite limits.
func densityRatio(limit, x trace.Value) trace.Value {
	finite := fn.IsFinite(limit)
	limit = fn.Mask(finite, limit)
	return fn.Mask(finite, fn.Exp(fn.Mul(fn.Mul(fn.Sub(x, limit), fn.Add(x, limit)), fn.Scalar(0.5))))
}

func (op truncatedNormal) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}
