package attribute

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Target says what to explain of an output y. It maps y to the cotangent, of the same
// type, with which the backward pass starts. Any such function is a Target.
type Target func(y Value) Value

// Output is the output itself as cotangent. It explains half the sum of the output's
// squares, or, through rules that distribute relevance, the output. It depends on the
// output, and derivatives of the attribution include this.
func Output(y Value) Value { return y }

// Ones is a cotangent of ones: it explains the sum of all outputs.
func Ones(y Value) Value { return fn.OnesLike(y) }

// Vector is a given cotangent of the type of y. Axes that it lacks or that have length 1
// are repeated, so that v[k] serves every sample of y[n k].
func Vector(v Value) Target {
	if v.IsAbsent() {
		panic(trace.Errorf("attribute.Vector of an absent value (the zero trace.Value): was a field never set?"))
	}
	return func(y Value) Value {
		defer trace.Naming("attribute.Vector", y)
		if shape, err := fn.BroadcastShapes(v.Shape(), y.Shape()); err != nil || !slices.Equal(shape, y.Shape()) || v.DType() != y.DType() {
			panic(trace.Errorf("attribute.Vector: %v does not fit the output %v: want that type, or one that broadcasts to it", v.Type(), y.Type()))
		}
		return fn.BroadcastTo(v, y.Shape()...)
	}
}

// typeOf returns the type of v, for errors.
func typeOf(v Value) string {
	if v.IsAbsent() {
		return "absent"
	}
	return v.Type().String()
}

// Class is 1 at a class and 0 elsewhere: it explains that class's output. Classes are
// counted from 0 along the last axis of y. One number is the class of all samples.
// Several are one for each sample of y[n k]. Class panics with a *trace.Error if it is
// given none or a negative one. Its Target panics if y does not have a class, or if there
// is not one for each sample.
func Class(classes ...int) Target {
	if len(classes) == 0 || slices.Min(classes) < 0 {
		panic(trace.Errorf("attribute.Class%v: want one class for all samples, or one for each, counted from 0", classes))
	}
	return func(y Value) Value {
		checkClasses(classes, y)
		at := make([]int64, len(classes))
		for i, k := range classes {
			at[i] = int64(k)
		}
		shape := []int{len(at), 1}
		if len(at) == 1 {
			shape = []int{1}
		}
		number := fn.IotaLike(y, trace.TypeOf(trace.Int64, y.Shape()...), y.Rank()-1)
		return fn.Cast(fn.Equal(number, trace.New(at, shape...)), y.DType())
	}
}

func checkClasses(classes []int, y Value) {
	n := len(classes)
	if y.IsAbsent() {
		panic(trace.Errorf("attribute.Class%v: the output is absent (the zero trace.Value): was a field never set?", classes))
	}
	if y.Rank() == 0 || n > 1 && (y.Rank() != 2 || y.Dim(0) != n) {
		panic(trace.Errorf("attribute.Class%v: %d classes do not fit the output %v: want one class for all samples, or one for each of y[n k]", classes, n, y.Type()))
	}
	if k := slices.Max(classes); k >= y.Dim(-1) {
		panic(trace.Errorf("attribute.Class%v: there is no class %d in the output %v, its last axis has %d", classes, k, y.Type(), y.Dim(-1)))
	}
}

// Top is 1 at the largest element along the last axis (the first of equal ones) and 0
// elsewhere: it explains the predicted class of each sample.
func Top(y Value) Value {
	defer trace.Naming("attribute.Top", y)
	if y.Rank() == 0 {
		panic(trace.Errorf("attribute.Top: the output %v has no axis of classes: want y[n k]", y.Type()))
	}
	return fn.OneHot(fn.ArgMax(y, -1), y.Dim(-1), y.DType())
}

// TimesOutput multiplies a cotangent by the output, so that the output is the relevance
// to distribute. It depends on the output, and derivatives of the attribution include
// this.
func TimesOutput(t Target) Target {
	return func(y Value) Value { return fn.Mul(t(y), y) }
}

// OneHotTimesOutput is TimesOutput(Class(classes...)): the output at a class, and 0
// elsewhere.
func OneHotTimesOutput(classes ...int) Target { return TimesOutput(Class(classes...)) }
