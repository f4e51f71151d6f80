package fn

import (
	"fmt"
	"math"

	"github.com/pullback-go/pullback/internal/kernel"
	"github.com/pullback-go/pullback/trace"
)

// Clamp is x, but lo below lo and hi above hi, elementwise, for floats and integers; NaN stays. A bound may be infinite, which is
// no bound; for integers a finite bound must be whole. Its derivative is 1 from lo to hi, the bounds included, else 0. It panics
// with a *trace.Error if lo > hi or one of them is NaN.
func Clamp(x trace.Value, lo, hi float64) trace.Value {
	return trace.Bind1(clamp{lo, hi}, x)
}

// ClampMin is Clamp(x, lo, +Inf).
func ClampMin(x trace.Value, lo float64) trace.Value { return Clamp(x, lo, math.Inf(1)) }

// ClampMax is Clamp(x, -Inf, hi).
func ClampMax(x trace.Value, hi float64) trace.Value { return Clamp(x, math.Inf(-1), hi) }

// Positive is the positive part x⁺ = max(x, 0), with derivative 1 at 0 (unlike [ReLU]), so that x = x⁺ + x⁻ holds for values
// and the parts of an input of 0 have a relevance that depends on it.
func Positive(x trace.Value) trace.Value { return ClampMin(x, 0) }

// Negative is the negative part x⁻ = min(x, 0), with derivative 1 at 0.
func Negative(x trace.Value) trace.Value { return ClampMax(x, 0) }

type clamp struct{ Low, High float64 }

func (clamp) Name() string { return "clamp" }

func (op clamp) Infer(in []trace.Type) ([]trace.Type, error) {
	if !(op.Low <= op.High) {
		return nil, fmt.Errorf("the lower bound %v is not at most the upper bound %v", op.Low, op.High)
	}
	if d := in[0].DType; d.IsInt() {
		for _, b := range []float64{op.Low, op.High} {
			if !math.IsInf(b, 0) && !fits(b, d) {
				return nil, fmt.Errorf("the bound %v is not an %v: fn.Cast the array to a float dtype first", b, d)
			}
		}
	}
	return in[:1:1], wantNumbers(in[0])
}

func (op clamp) Eval(in, out []*trace.Array) {
	onNumber(out[0].DType(), clampWhole[int32], clampWhole[int64], clampFloat[float32], clampFloat[float64])(op, in[0], out[0])
}

func clampFloat[T float32 | float64](op clamp, x, y *trace.Array) {
	kernel.Clamp(trace.Elems[T](y), trace.Elems[T](x), T(op.Low), T(op.High))
}

func clampWhole[T int32 | int64](op clamp, x, y *trace.Array) {
	bounds := [2]float64{op.Low, op.High}
	var ends [2]T
	kernel.Cast(ends[:], bounds[:]) // an infinite bound becomes the end of the dtype
	kernel.Clamp(trace.Elems[T](y), trace.Elems[T](x), ends[0], ends[1])
}

func (op clamp) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{Mask(trace.Bind1(within{op.Low, op.High, false}, in[0]), ct[0])}
}

func (op clamp) Batch(_ int, in []trace.Value, _ []bool) []trace.Value { return trace.Bind(op, in[0]) }

// above reports where x > bound, elementwise, for floats.
func above(x trace.Value, bound float64) trace.Value { return between(x, bound, math.Inf(1)) }

// between reports where low < x < high, elementwise, for floats. An infinite bound is none.
func between(x trace.Value, low, high float64) trace.Value {
	return trace.Bind1(within{low, high, true}, x)
}

// within asks whether an element lies between two bounds, and in the interval that includes them unless it is Open. An infinite
// bound is none; NaN lies nowhere.
type within struct {
	Low, High float64
	Open      bool
}

func (within) Name() string { return "within" }

func (op within) Infer(in []trace.Type) ([]trace.Type, error) {
	return []trace.Type{trace.TypeOf(trace.Bool, in[0].Shape...)}, wantFloats(in[0])
}

func (op within) Eval(in, out []*trace.Array) {
	y := trace.Elems[bool](out[0])
	if in[0].DType() == trace.Float32 {
		low, high := float32(op.Low), float32(op.High)
		if op.Open {
			low, high = math.Nextafter32(low, float32(math.Inf(1))), math.Nextafter32(high, float32(math.Inf(-1)))
		}
		kernel.Within(y, trace.Elems[float32](in[0]), unlessInf(low, op.Low), unlessInf(high, op.High))
		return
	}
	low, high := op.Low, op.High
	if op.Open {
		low, high = math.Nextafter(low, math.Inf(1)), math.Nextafter(high, math.Inf(-1))
	}
	kernel.Within(y, trace.Elems[float64](in[0]), unlessInf(low, op.Low), unlessInf(high, op.High))
}

// unlessInf is the bound, moved inward or not, or the given bound if that is infinite.
func unlessInf[T float32 | float64](moved T, given float64) T {
	if math.IsInf(given, 0) {
		return T(given)
	}
	return moved
}

func (within) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return make([]trace.Value, 1) }

func (op within) Batch(_ int, in []trace.Value, _ []bool) []trace.Value { return trace.Bind(op, in[0]) }
