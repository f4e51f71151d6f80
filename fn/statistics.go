package fn

import (
	"math"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// Std is the standard deviation along the named axes, which are dropped: the square root
// of [Var]. Where it is 0, so is its slope.
func Std(x trace.Value, population bool, axes ...int) trace.Value {
	defer trace.Naming("std", x)
	return safeSqrt(Var(x, population, axes...))
}

// safeSqrt is the square root with slope 0 at 0, instead of an infinite one.
func safeSqrt(x trace.Value) trace.Value {
	some := NotEqual(x, Scalar(0))
	return Mask(some, Sqrt(Where(some, x, Scalar(1))))
}

// Quantile is the element of floats below which the fraction q of all elements along the
// named axes lies. The axes are dropped. Between two elements it is interpolated linearly:
// q = 0 is the least, 1 the largest, 0.5 the [Median]. It is NaN where an element is NaN.
// The cotangent goes to the two elements around the place. An empty axis is an error.
func Quantile(x trace.Value, q float64, axes ...int) trace.Value {
	defer trace.Naming("quantile", x)
	if !(q >= 0 && q <= 1) {
		refuse("quantile", []trace.Value{x}, "the fraction %v is not from 0 to 1", q)
	}
	if err := wantFloats(x.Type()); err != nil {
		refuse("quantile", []trace.Value{x}, "%v", err)
	}
	row := rowsOf("quantile", x, axes)
	n := row.Dim(-1)
	if n == 0 {
		refuse("quantile", []trace.Value{x}, "there are no elements along the axes %v", axes)
	}
	sorted := Sort(row, -1)
	place := q * float64(n-1)
	low := math.Floor(place)
	y := Index(Transpose(sorted, rotated(sorted.Rank())...), int(low))
	if part := place - low; part > 0 {
		above := Index(Transpose(sorted, rotated(sorted.Rank())...), int(low)+1)
		y = lerp(y, above, part)
	}
	return Where(Any(IsNaN(row), -1), FullLike(y, math.NaN()), y)
}

// lerp is the place between a and b at the given part of the way, a itself if both are
// the same infinity.
func lerp(a, b trace.Value, part float64) trace.Value {
	way := Sub(b, a)
	y := Add(a, Mul(way, Scalar(part)))
	if part >= 0.5 {
		y = Sub(b, Mul(way, Scalar(1-part)))
	}
	return Where(And(Equal(a, b), IsInf(a)), a, y)
}

// rotated is the permutation that brings the last axis to the front.
func rotated(rank int) []int {
	return slices.Concat([]int{rank - 1}, allAxes(rank-1))
}

// rowsOf brings the named axes together as the last one.
func rowsOf(name string, x trace.Value, axes []int) trace.Value {
	sorted := sortedAxes(axes, x.Rank())
	if err := checkNamed(sorted, x.Type()); err != nil {
		refuse(name, []trace.Value{x}, "%v", err)
	}
	kept := without(allAxes(x.Rank()), sorted)
	return Flatten(Transpose(x, slices.Concat(kept, sorted)...), len(kept))
}

// Median is the [Quantile] 0.5: the element in the middle, or the mean of the two there.
func Median(x trace.Value, axes ...int) trace.Value {
	defer trace.Naming("median", x)
	return Quantile(x, 0.5, axes...)
}

// CountNonzero counts, as i64, the elements other than 0 or false along the named axes,
// which are dropped. NaN counts.
func CountNonzero(x trace.Value, axes ...int) trace.Value {
	defer trace.Naming("count_nonzero", x)
	if x.DType() != trace.Bool {
		x = NotEqual(x, Scalar(0))
	}
	return Sum(Cast(x, trace.Int64), axes...)
}

// Norm is the p-norm of floats along the named axes, which are dropped:
//
//	(Σ |x|^p)^(1/p)
//
// p = +Inf is the largest |x| and -Inf the least; 0 counts the elements other than 0. Its
// slope is 0 where it is 0, and so are those of higher order; the slope of |x| at 0 is 0.
// For p below 0 it is 0, with slope 0, where an element is 0.
func Norm(x trace.Value, p float64, axes ...int) trace.Value {
	defer trace.Naming("norm", x)
	if err := wantFloats(x.Type()); err != nil {
		refuse("norm", []trace.Value{x}, "%v", err)
	}
	switch {
	case math.IsNaN(p):
		refuse("norm", []trace.Value{x}, "the order of the norm is NaN")
	case p == 0:
		return Cast(CountNonzero(x, axes...), x.DType())
	case p == 1:
		return Sum(Abs(x), axes...)
	case p == 2:
		return safeSqrt(Sum(Square(x), axes...))
	case math.IsInf(p, 1):
		return Max(Abs(x), axes...)
	case math.IsInf(p, -1):
		return Min(Abs(x), axes...)
	}
	some := NotEqual(x, Scalar(0))
	each := PowScalar(Abs(Where(some, x, Scalar(1))), p)
	total := Sum(Mask(some, each), axes...)
	fits := NotEqual(total, Scalar(0))
	if p < 0 {
		fits = And(fits, All(some, axes...))
	}
	return Mask(fits, PowScalar(Where(fits, total, Scalar(1)), 1/p))
}

// NormAll is [Norm] over all elements, a scalar.
func NormAll(x trace.Value, p float64) trace.Value {
	defer trace.Naming("norm_all", x)
	return Norm(Reshape(x, -1), p, 0)
}

// Keep is a reduction whose axes are kept, with length 1, so that the result broadcasts
// with x:
//
//	fn.Sub(x, fn.Keep(fn.Mean, x, -1))
//
// A reduction with further arguments is wrapped in a function:
//
//	fn.Keep(func(x trace.Value, axes ...int) trace.Value { return fn.Var(x, true, axes...) }, x, 0)
func Keep(reduce func(x trace.Value, axes ...int) trace.Value, x trace.Value, axes ...int) trace.Value {
	y := reduce(x, axes...)
	for _, a := range sortedAxes(axes, x.Rank()) {
		y = ExpandDims(y, a)
	}
	return y
}

// NanSum is [Sum] without the elements that are NaN, as if they were 0.
func NanSum(x trace.Value, axes ...int) trace.Value {
	defer trace.Naming("nan_sum", x)
	return Sum(Mask(Not(IsNaN(x)), x), axes...)
}

// NanMean is [Mean] without the elements that are NaN. It is NaN if all are.
func NanMean(x trace.Value, axes ...int) trace.Value {
	defer trace.Naming("nan_mean", x)
	return Div(NanSum(x, axes...), counted(x, axes))
}

// counted counts the elements that are not NaN, in the dtype of x.
func counted(x trace.Value, axes []int) trace.Value {
	return Sum(Cast(Not(IsNaN(x)), x.DType()), axes...)
}

// NanVar is [Var] without the elements that are NaN. It is NaN if all are.
func NanVar(x trace.Value, population bool, axes ...int) trace.Value {
	defer trace.Naming("nan_var", x)
	some := Not(IsNaN(x))
	d := Mask(some, Sub(x, Keep(NanMean, x, axes...)))
	n := counted(x, axes)
	if !population {
		n = Sub(n, Scalar(1))
	}
	return Div(Sum(Square(d), axes...), n)
}

// NanStd is the square root of [NanVar], with slope 0 where it is 0.
func NanStd(x trace.Value, population bool, axes ...int) trace.Value {
	defer trace.Naming("nan_std", x)
	return safeSqrt(NanVar(x, population, axes...))
}

// NanMax is [Max] without the elements that are NaN. It is NaN if all are.
func NanMax(x trace.Value, axes ...int) trace.Value {
	defer trace.Naming("nan_max", x)
	return nanExtreme("nan_max", Max, x, math.Inf(-1), axes)
}

// NanMin is [Min] without the elements that are NaN. It is NaN if all are.
func NanMin(x trace.Value, axes ...int) trace.Value {
	defer trace.Naming("nan_min", x)
	return nanExtreme("nan_min", Min, x, math.Inf(1), axes)
}

// nanExtreme puts a worst number in the place of each NaN.
func nanExtreme(name string, of func(trace.Value, ...int) trace.Value, x trace.Value, worst float64, axes []int) trace.Value {
	if err := wantFloats(x.Type()); err != nil {
		refuse(name, []trace.Value{x}, "%v", err)
	}
	missing := IsNaN(x)
	y := of(Where(missing, FullLike(x, worst), x), axes...)
	return Where(All(missing, axes...), FullLike(y, math.NaN()), y)
}
