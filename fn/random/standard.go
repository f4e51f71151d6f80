package random

import (
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// The draws of this file are functions of one uniform number each, of 53 bits: the inverse
// of the distribution function. They are computed in f64, and rounded for f32. Multiply by a
// scale and add a location, and the draw has derivatives with respect to these.

// Exponential draws from the exponential distribution of mean 1, with density exp(-x) for
// x > 0: -log(1-u).
func Exponential(key trace.Value, d trace.DType, shape ...int) trace.Value {
	return inverted("exponential", key, d, shape, exponential)
}

func exponential(u trace.Value) trace.Value { return fn.Neg(fn.Log1p(fn.Neg(u))) }

// Gumbel draws from the standard Gumbel distribution, with distribution function
// exp(-exp(-x)): -log of an [Exponential] number.
func Gumbel(key trace.Value, d trace.DType, shape ...int) trace.Value {
	return inverted("gumbel", key, d, shape, func(u trace.Value) trace.Value { return fn.Neg(fn.Log(exponential(u))) })
}

// Logistic draws from the logistic distribution, with distribution function 1/(1+exp(-x)):
// log(u/(1-u)).
func Logistic(key trace.Value, d trace.DType, shape ...int) trace.Value {
	return inverted("logistic", key, d, shape, func(u trace.Value) trace.Value {
		return fn.Sub(fn.Log(u), fn.Log1p(fn.Neg(u)))
	})
}

// Laplace draws from the Laplace distribution, with density exp(-|x|)/2.
func Laplace(key trace.Value, d trace.DType, shape ...int) trace.Value {
	return inverted("laplace", key, d, shape, func(u trace.Value) trace.Value {
		v := fn.Sub(fn.Mul(u, fn.Scalar(2)), fn.Scalar(1))
		return fn.Mul(fn.Sign(v), exponential(fn.Abs(v)))
	})
}

// Cauchy draws from the Cauchy distribution, with density 1/(π(1+x²)): tan π(u-1/2).
func Cauchy(key trace.Value, d trace.DType, shape ...int) trace.Value {
	return inverted("cauchy", key, d, shape, func(u trace.Value) trace.Value {
		return fn.Tan(fn.Mul(fn.Sub(u, fn.Scalar(0.5)), fn.Scalar(math.Pi)))
	})
}

// inverted is the inverse of a distribution function at uniform numbers between 2⁻⁵⁴ and
// 1-2⁻⁵³.
func inverted(name string, key trace.Value, d trace.DType, shape []int, inverse func(u trace.Value) trace.Value) trace.Value {
	defer trace.Naming(name, key)
	if !d.IsFloat() {
		trace.Refuse(name, []trace.Value{key}, "there are %s numbers of floats, as f32, not of %v", name, d)
	}
	u := Uniform(key, trace.Float64, shape...)
	inside := fn.Add(fn.Mul(u, fn.Scalar(1-0x1p-53)), fn.Scalar(0x1p-54))
	return fn.Cast(inverse(inside), d)
}

// Rademacher draws 1 and -1, with equal probabilities, in any dtype of numbers.
func Rademacher(key trace.Value, d trace.DType, shape ...int) trace.Value {
	defer trace.Naming("rademacher", key)
	if !d.IsFloat() && !d.IsInt() {
		trace.Refuse("rademacher", []trace.Value{key}, "there are rademacher numbers of integers and floats, not of %v", d)
	}
	negative := fn.Less(Bits(key, shape...), fn.Scalar(0))
	return fn.Cast(fn.Where(negative, fn.FillAs(negative, trace.TypeOf(trace.Int64, negative.Shape()...), -1), fn.Scalar(1)), d)
}
