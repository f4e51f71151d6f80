package fn

import (
	"math"

	"github.com/pullback-go/pullback/trace"
)

// Scale is c·x, for floats, and for integers if c is one.
func Scale(x trace.Value, c float64) trace.Value {
	defer trace.Naming("scale", x)
	return Mul(x, Scalar(c))
}

// Shift is x + c, for floats, and for integers if c is one.
func Shift(x trace.Value, c float64) trace.Value {
	defer trace.Naming("shift", x)
	return Add(x, Scalar(c))
}

// ZerosOf returns zeros of a dtype and shape; see [Zeros].
func ZerosOf(d trace.DType, shape ...int) trace.Value { return Zeros(trace.TypeOf(d, shape...)) }

// OnesOf returns ones of a dtype and shape; see [Ones].
func OnesOf(d trace.DType, shape ...int) trace.Value { return Ones(trace.TypeOf(d, shape...)) }

// Arange returns start, start + step, ... before stop. In an integer dtype the three must
// be integers. A step of 0 is an error; one in the wrong direction gives nothing.
func Arange(d trace.DType, start, stop, step float64) trace.Value {
	defer trace.Naming("arange")
	if step == 0 || math.IsNaN(step) || math.IsNaN(start) || math.IsInf(start, 0) || math.IsNaN(stop) || d == trace.Bool {
		refuse("arange", nil, "%v from %v to %v by %v: want finite numbers of a dtype but bool, and a step other than 0", d, start, stop, step)
	}
	n := math.Ceil((stop - start) / step)
	if n > longest {
		refuse("arange", nil, "from %v to %v by %v there are more elements than memory can address", start, stop, step)
	}
	return progression(d, start, step, int(max(n, 0)))
}

// progression returns n elements from start on.
func progression(d trace.DType, start, step float64, n int) trace.Value {
	if d.IsInt() {
		return Cast(Add(Mul(Iota(trace.TypeOf(d.Wide(), n), 0), Scalar(step)), Scalar(start)), d)
	}
	x := Iota(trace.TypeOf(trace.Float64, n), 0)
	return Cast(Add(Mul(x, Scalar(step)), Scalar(start)), d)
}

// Linspace returns n floats that lead from one number to another in equal steps, both
// included. One float is the first number.
func Linspace(d trace.DType, from, to float64, n int) trace.Value {
	defer trace.Naming("linspace")
	if !d.IsFloat() || n < 0 || n > longest {
		refuse("linspace", nil, "%d elements of %v: want a float dtype and a number that is not negative", n, d)
	}
	if n < 2 {
		return progression(d, from, 0, n)
	}
	x := progression(d, from, (to-from)/float64(n-1), n-1)
	return Concat(0, x, FillAs(x, trace.TypeOf(d, 1), to))
}
