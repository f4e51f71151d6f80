package optim

import (
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Schedule is a learning rate as a function of the number of steps before, an i64 scalar.
// It returns a float scalar, and is traced with the step. A closure over a value makes a
// rate that is data, one for each member of a batch of trainings, say.
type Schedule func(count Value) Value

// Constant is one rate for all steps.
func Constant(rate float64) Schedule { return func(Value) Value { return fn.Scalar(rate) } }

// elapsed is how much of some steps is over, from 0 to 1.
func elapsed(count Value, steps int) Value {
	return fn.Clamp(fn.Div(fn.Cast(count, trace.Float64), fn.Scalar(float64(max(steps, 1)))), 0, 1)
}

// Linear goes from one rate to another in some steps, and stays there.
func Linear(from, to float64, steps int) Schedule {
	return func(count Value) Value { return mixedRates(from, to, elapsed(count, steps)) }
}

// mixedRates goes from one rate to another as part goes from 0 to 1.
func mixedRates(from, to float64, part Value) Value {
	return fn.Add(scale(fn.Sub(fn.Scalar(1), part), from), scale(part, to))
}

// halfCosine goes from 0 to 1 as part does, along half a wave.
func halfCosine(part Value) Value {
	return scale(fn.Sub(fn.Scalar(1), fn.Cos(scale(part, math.Pi))), 0.5)
}

// Cosine goes from one rate to another in some steps along half a cosine wave, and stays
// there.
//
// Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR
// 2017.
func Cosine(from, to float64, steps int) Schedule {
	return func(count Value) Value { return mixedRates(from, to, halfCosine(elapsed(count, steps))) }
}

// Exponential multiplies a rate by a factor in every so many steps, smoothly.
func Exponential(rate, factor float64, every int) Schedule {
	return func(count Value) Value {
		t := fn.Div(fn.Cast(count, trace.Float64), fn.Scalar(float64(max(every, 1))))
		return scale(fn.Pow(fn.Scalar(factor), t), rate)
	}
}

// Piecewise multiplies a rate by a factor at each of the given steps.
func Piecewise(rate, factor float64, at ...int) Schedule {
	return func(count Value) Value {
		v := fn.Cast(fn.Scalar(rate), trace.Float64)
		for _, step := range at {
			after := fn.GreaterEqual(count, fn.FullLike(count, float64(step)))
			v = fn.Where(after, scale(v, factor), v)
		}
		return v
	}
}

// OneCycle rises from peak/25 to peak in the first three tenths of the steps, and falls to
// peak/250000 in the rest, along half cosine waves, as PyTorch's OneCycleLR does.
//
// Smith and Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large
// Learning Rates", 2017.
func OneCycle(peak float64, steps int) Schedule {
	low, top, end := peak/25, 0.3*float64(steps)-1, float64(steps-1)
	return func(count Value) Value {
		t := fn.Cast(count, trace.Float64)
		phase := func(from, to float64) Value {
			return halfCosine(fn.Clamp(scale(fn.Sub(t, fn.Scalar(from)), 1/math.Max(to-from, 1e-300)), 0, 1))
		}
		rise, fall := mixedRates(low, peak, phase(0, top)), mixedRates(peak, low/1e4, phase(top, end))
		return fn.Where(fn.LessEqual(t, fn.FullLike(t, top)), rise, fall)
	}
}

// Warmup rises to the first rate of a schedule in some steps, in equal parts, and follows
// the schedule from there.
func Warmup(steps int, then Schedule) Schedule {
	return func(count Value) Value {
		first := fn.Cast(then(fn.ZerosLike(count)), trace.Float64)
		part := elapsed(fn.Add(count, fn.OnesLike(count)), steps)
		after := fn.GreaterEqual(count, fn.FullLike(count, float64(steps)))
		return fn.Where(after, fn.Cast(then(fn.ClampMin(fn.Sub(count, fn.FullLike(count, float64(steps))), 0)), trace.Float64), fn.Mul(first, part))
	}
}
