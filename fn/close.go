package fn

import (
	"math"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// IsClose is where |a - b| ≤ absolute + relative·|b|, or both are the same infinity. NaN
// is close to nothing. Operands broadcast like those of [Add]. NumPy's defaults are 1e-5
// for relative and 1e-8 for absolute.
func IsClose(a, b trace.Value, relative, absolute float64) trace.Value {
	defer trace.Naming("is_close", a, b)
	if !(relative >= 0 && absolute >= 0) {
		refuse("is_close", []trace.Value{a, b}, "the tolerances %v and %v: want neither negative", relative, absolute)
	}
	if a.DType().IsInt() || a.DType() == trace.Bool {
		a = Cast(a, trace.Float64)
	}
	if b.DType().IsInt() || b.DType() == trace.Bool {
		b = Cast(b, trace.Float64)
	}
	bound := Shift(Scale(Abs(b), relative), absolute)
	near := And(LessEqual(Abs(Sub(a, b)), bound), IsFinite(b))
	return Or(near, Equal(a, b))
}

// AllClose is whether [IsClose] is true for all elements, a bool[].
func AllClose(a, b trace.Value, relative, absolute float64) trace.Value {
	defer trace.Naming("all_close", a, b)
	return All(Reshape(IsClose(a, b, relative, absolute), -1), 0)
}

// ArrayEqual is whether a and b have the same shape and equal elements, a bool[]. NaN is
// equal to nothing.
func ArrayEqual(a, b trace.Value) trace.Value {
	defer trace.Naming("array_equal", a, b)
	if !slices.Equal(a.Shape(), b.Shape()) {
		return FillAs(a, trace.TypeOf(trace.Bool), 0)
	}
	return All(Reshape(Equal(a, b), -1), 0)
}

// NanToNum puts a number in the place of each NaN, and the largest and the least finite
// number in the place of +Inf and -Inf. What it replaces gets no cotangent.
func NanToNum(x trace.Value, nan float64) trace.Value {
	defer trace.Naming("nan_to_num", x)
	if err := wantFloats(x.Type()); err != nil {
		refuse("nan_to_num", []trace.Value{x}, "%v", err)
	}
	_, most := x.DType().Limits()
	x = Where(IsNaN(x), FullLike(x, nan), x)
	x = Where(Equal(x, Scalar(math.Inf(1))), FullLike(x, most), x)
	return Where(Equal(x, Scalar(math.Inf(-1))), FullLike(x, -most), x)
}

// ClampTo limits x to the interval from lo to hi, elementwise: min(max(x, lo), hi).
// Operands broadcast like those of [Add]. Where x is equal to a bound, both share the
// cotangent. [Clamp] has constant bounds.
func ClampTo(x, lo, hi trace.Value) trace.Value {
	defer trace.Naming("clamp_to", x, lo, hi)
	return Minimum(Maximum(x, lo), hi)
}
