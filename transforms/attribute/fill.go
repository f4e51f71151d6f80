package attribute

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Fill maps an input to values that stand for "nothing there": a baseline, or the values
// of occluded elements. Its result has the type of x, or broadcasts to it. It is part of
// the attributor and differentiated with it.
type Fill func(x Value) Value

// Constant fills with a number.
func Constant(c float64) Fill {
	return func(x Value) Value { return fn.FullLike(x, c) }
}

// SampleMean fills with the mean of each sample over all axes but 0.
func SampleMean(x Value) Value {
	defer trace.Naming("attribute.SampleMean", x)
	if x.Rank() < 2 {
		panic(trace.Errorf("attribute.SampleMean: the input %v has no axis beside the batch, axis 0: want x[n ...]", x.Type()))
	}
	if !x.DType().IsFloat() {
		panic(trace.Errorf("attribute.SampleMean: the input is %v: the mean of integers is none; fill with attribute.Constant, as the number of a token", x.Type()))
	}
	return keepAxes(fn.Mean(x, otherAxes(x)...), x)
}

// of returns the fill in the shape of x. Without a fill it returns zeros.
func (f Fill) of(name string, x Value) Value {
	if f == nil {
		return fn.ZerosLike(x)
	}
	v := f(x)
	switch {
	case v.IsWeak() && v.IsConcrete() && v.Rank() == 0:
		return fn.FullLike(x, v.Float64())
	case v.IsWeak():
		v = fn.Cast(v, x.DType())
	}
	if shape, err := fn.BroadcastShapes(v.Shape(), x.Shape()); err != nil || !slices.Equal(shape, x.Shape()) || v.DType() != x.DType() {
		panic(trace.Errorf("attribute.%s: the input %v is filled with %v: want that type, or one that broadcasts to it", name, x.Type(), v.Type()))
	}
	return fn.BroadcastTo(v, x.Shape()...)
}
