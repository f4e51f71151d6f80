package attribute

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Gradient is the pullback of the target:
//
//	R = J(x)ᵀ target(f(x)),
//
// With rules it is the relevance of x.
//
// Simonyan, Vedaldi and Zisserman, "Deep Inside Convolutional Networks", ICLR workshop
// 2014.
//
// Gradient panics with a *trace.Error if x is not of floats: tokens have no gradient, but
// their embeddings do.
func Gradient(f func(x Value) Value, target Target) func(x Value) Value {
	return gradient("Gradient", f, target)
}

// gradient is Gradient with the attributor's name for errors.
func gradient(name string, f func(x Value) Value, target Target) func(x Value) Value {
	pull := transforms.Pull(f, target)
	return func(x Value) Value {
		wantFloats(name, x)
		return pull(x)
	}
}

// wantFloats refuses an input without a gradient.
func wantFloats(name string, x Value) {
	if x.IsAbsent() {
		panic(trace.Errorf("attribute.%s: the input is absent (the zero trace.Value): was a field never set?", name))
	}
	if !x.DType().IsFloat() {
		panic(trace.Errorf("attribute.%s of an input %v, which has no gradient: explain the function of the embeddings that the tokens stand for, "+
			"or fn.Cast numbers to f32 or f64; attribute.Occlusion takes integers as they are", name, x.Type()))
	}
}

// InputXGradient is the gradient times the input, x ∘ J(x)ᵀ target(f(x)).
//
// Shrikumar et al., "Not Just a Black Box: Learning Important Features Through
// Propagating Activation Differences", 2016.
func InputXGradient(f func(x Value) Value, target Target) func(x Value) Value {
	g := gradient("InputXGradient", f, target)
	return func(x Value) Value { return fn.Mul(x, g(x)) }
}

// SensitivityConfig has the options of [Sensitivity].
type SensitivityConfig struct {
	// SumChannels adds up over axis 1 and removes it: for x[n c h w] the result is [n h
	// w].
	SumChannels bool
}

// Sensitivity is the square of the gradient, (J(x)ᵀ target(f(x)))², elementwise.
//
// Gevrey, Dimopoulos and Lek, "Review and Comparison of Methods to Study the Contribution
// of Variables in Artificial Neural Network Models", Ecological Modelling 160(3), 2003.
func Sensitivity(f func(x Value) Value, target Target, c SensitivityConfig) func(x Value) Value {
	g := gradient("Sensitivity", f, target)
	return func(x Value) Value {
		r := fn.Square(g(x))
		if !c.SumChannels {
			return r
		}
		if x.Rank() < 2 {
			panic(trace.Errorf("attribute.Sensitivity: SumChannels of an input %v, which has no axis 1: want x[n c ...]", x.Type()))
		}
		return fn.Sum(r, 1)
	}
}
