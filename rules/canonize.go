package rules

import (
	"math"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Canonizer and Replacement are the types of package transforms.
type (
	Canonizer   = transforms.Canonizer
	Replacement = transforms.Replacement
)

// Canonize applies the canonizers to f, one after the other, and returns f in the form
// that rules are made for. The function f itself does not change, and there is nothing to
// undo. Call Canonize before WithRules, because canonizers leave sites alone that have a
// rule:
//
//	canonized := rules.Canonize(model, rules.MergeBatchNorm())
//	relevance := transforms.Pull(transforms.WithRules(composite, canonized), target)
//
// Derivatives with respect to captured values, such as weights, are still right. Residual
// networks need no canonizer for their additions: an addition of two data values is a
// site of its own, and the presets give it [Norm].
//
// Motzkus, Weber and Lapuschkin, "Measurably Stronger Explanation Reliability via Model
// Canonization", ICIP 2022.
func Canonize[P, R any](f func(P) R, canonizers ...Canonizer) func(P) R {
	for i, c := range canonizers {
		if c == nil {
			panic(trace.Errorf("rules.Canonize: canonizer %d is nil", i))
		}
		f = transforms.Rewrite(c, f)
	}
	return f
}

// Difference returns how far apart two functions are at x: the largest difference between
// elements of their results, relative to the largest element of f's. It compares a
// canonized function with the original one: in float64 it is below 1e-9 for canonizers
// that change no values. It is NaN if either result has a NaN. Difference panics with a
// *trace.Error if the results differ in structure or types.
func Difference[P, R any](f, g func(P) R, x P) float64 {
	want, a := trace.Flatten(f(x))
	got, b := trace.Flatten(g(x))
	if a.Key() != b.Key() {
		panic(trace.Errorf("rules.Difference of functions with results of different structure: values at %q and at %q", a.Paths(), b.Paths()))
	}
	apart, largest := 0.0, 0.0
	for i, w := range want {
		if !w.Type().Equal(got[i].Type()) {
			panic(trace.Errorf("rules.Difference of functions with results of different types: %v and %v", w.Type(), got[i].Type()))
		}
		other := got[i].Float64s()
		for j, v := range w.Float64s() {
			largest = math.Max(largest, math.Abs(v))
			apart = math.Max(apart, distance(v, other[j]))
		}
	}
	if apart == 0 {
		return 0
	}
	return apart / largest
}

// distance returns |a - b|, and 0 for equal infinities.
func distance(a, b float64) float64 {
	if a == b {
		return 0
	}
	return math.Abs(a - b)
}
