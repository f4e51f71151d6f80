package fn

import (
	"fmt"

	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/trace"
)

// This file holds the piecewise linear activations, and hard swish.

// HardTanh is x between low and high, and the nearer bound beyond. Its derivative at the
// bounds is 0, while that of [Clamp] is 1. PyTorch's bounds are -1 and 1. HardTanh panics
// with a *trace.Error unless low < high.
func HardTanh(x trace.Value, low, high float64) trace.Value { return activate(hardTanh{low, high}, x) }

type hardTanh struct{ Low, High float64 }

func (hardTanh) Name() string                         { return "hardtanh" }
func (f hardTanh) At(x float64) float64               { return limited(x, f.Low, f.High) }
func (f hardTanh) Deriv(x, _ trace.Value) trace.Value { return between(x, f.Low, f.High) }
func (f hardTanh) Loop(x, y *trace.Array)             { limit(x, y, f.Low, f.High) }

func (f hardTanh) Check() error {
	if !(f.Low < f.High) {
		return fmt.Errorf("the lower bound %v is not below the upper bound %v", f.Low, f.High)
	}
	return nil
}

// limited is x between the bounds, and the nearer bound beyond; NaN for NaN.
func limited(x, low, high float64) float64 {
	switch {
	case x <= low:
		return low
	case x >= high:
		return high
	}
	return x
}

// limit is limited for arrays.
func limit(x, y *trace.Array, low, high float64) {
	low, high = inDType(low, x.DType()), inDType(high, x.DType())
	if x.DType() == trace.Float32 {
		kelementwise.Clamp(trace.Elems[float32](y), trace.Elems[float32](x), float32(low), float32(high))
		return
	}
	kelementwise.Clamp(trace.Elems[float64](y), trace.Elems[float64](x), low, high)
}

// ReLU6 is min(max(x, 0), 6). Its derivative at 0 and at 6 is 0.
func ReLU6(x trace.Value) trace.Value { return activate(relu6{}, x) }

type relu6 struct{}

func (relu6) Name() string                       { return "relu6" }
func (relu6) At(x float64) float64               { return limited(x, 0, 6) }
func (relu6) Deriv(x, _ trace.Value) trace.Value { return between(x, 0, 6) }
func (relu6) Loop(x, y *trace.Array)             { limit(x, y, 0, 6) }

func (relu6) Sign(x trace.Sign) trace.Sign { return clamped(x, 0, 6) }

// HardSigmoid is min(max(x + 3, 0), 6) / 6. Its derivative is 1/6 for -3 < x < 3, else 0.
func HardSigmoid(x trace.Value) trace.Value { return activate(hardSigmoid{}, x) }

type hardSigmoid struct{}

func (hardSigmoid) Name() string         { return "hardsigmoid" }
func (hardSigmoid) At(x float64) float64 { return limited(x+3, 0, 6) / 6 }
func (hardSigmoid) Loop(x, y *trace.Array) {
	byKernel(x, y, kelementwise.HardSigmoid, kelementwise.HardSigmoid)
}

func (hardSigmoid) Deriv(x, _ trace.Value) trace.Value {
	return Mask(between(x, -3, 3), FullLike(x, 1.0/6))
}

func (hardSigmoid) Sign(x trace.Sign) trace.Sign { return share(x) }

// HardSwish is x·min(max(x + 3, 0), 6) / 6. Its derivative is x/3 + 1/2 for -3 < x < 3.
// From -3 down it is 0, and from 3 up it is 1 (as in PyTorch since 2.7).
//
// Howard et al., "Searching for MobileNetV3", ICCV 2019.
func HardSwish(x trace.Value) trace.Value { return activate(hardSwish{}, x) }

type hardSwish struct{}

func (hardSwish) Name() string { return "hardswish" }
func (hardSwish) Loop(x, y *trace.Array) {
	byKernel(x, y, kelementwise.HardSwish, kelementwise.HardSwish)
}

func (hardSwish) At(x float64) float64 {
	switch {
	case x <= -3:
		return 0
	case x >= 3:
		return x
	}
	return x * (x + 3) / 6
}

func (hardSwish) Deriv(x, _ trace.Value) trace.Value {
	ramp := Add(Mul(x, Scalar(1.0/3)), Scalar(0.5))
	return Where(between(x, -3, 3), ramp, either(above(x, 0), x, 1, 0))
}

// HardShrink is x for |x| > bound, else 0. Its derivative at ±bound is 0. PyTorch's bound
// is 0.5. HardShrink panics with a *trace.Error if bound < 0.
func HardShrink(x trace.Value, bound float64) trace.Value { return activate(hardShrink{bound}, x) }

type hardShrink struct{ Bound float64 }

func (hardShrink) Name() string                         { return "hardshrink" }
func (f hardShrink) Check() error                       { return checkBound(f.Bound) }
func (f hardShrink) Deriv(x, _ trace.Value) trace.Value { return beyond(x, f.Bound) }

func (f hardShrink) Loop(x, y *trace.Array) {
	f.Bound = inDType(f.Bound, x.DType())
	onFloat(x.DType(), at[float32, hardShrink], at[float64, hardShrink])(f, x, y)
}

func (f hardShrink) At(x float64) float64 {
	if -f.Bound <= x && x <= f.Bound {
		return 0
	}
	return x
}

// Softshrink is x - bound for x > bound, x + bound for x < -bound, else 0. Its derivative
// at ±bound is 0. PyTorch's bound is 0.5. Softshrink panics with a *trace.Error if bound
// < 0.
func Softshrink(x trace.Value, bound float64) trace.Value { return activate(softshrink{bound}, x) }

type softshrink struct{ Bound float64 }

func (softshrink) Name() string                         { return "softshrink" }
func (f softshrink) Check() error                       { return checkBound(f.Bound) }
func (f softshrink) Deriv(x, _ trace.Value) trace.Value { return beyond(x, f.Bound) }

func (f softshrink) Loop(x, y *trace.Array) {
	f.Bound = inDType(f.Bound, x.DType())
	onFloat(x.DType(), at[float32, softshrink], at[float64, softshrink])(f, x, y)
}

func (f softshrink) At(x float64) float64 {
	switch {
	case x > f.Bound:
		return x - f.Bound
	case x < -f.Bound:
		return x + f.Bound
	}
	return 0 * x // NaN for NaN
}

// beyond reports where |x| > bound, elementwise. It is true for NaN too, whose value is
// kept.
func beyond(x trace.Value, bound float64) trace.Value {
	return Not(trace.Bind1(within{-bound, bound, false}, x))
}

func checkBound(bound float64) error {
	if !(bound >= 0) {
		return fmt.Errorf("the bound %v is not at least 0", bound)
	}
	return nil
}
