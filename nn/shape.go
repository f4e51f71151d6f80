package nn

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Flatten merges the last axes into one. Its kind is shape.flatten.
type Flatten struct {
	Path string
	// From is the first axis to flatten; 0 means 1, so that the batch stays.
	From int
}

// Apply maps x[n ...] to [n m].
func (l Flatten) Apply(x trace.Value) trace.Value {
	from := l.From
	if from == 0 {
		from = 1
	}
	return applyPlain(trace.KindShaping+".flatten", l.Path, func(x trace.Value) trace.Value { return fn.Flatten(x, from) }, x)
}

// Permute reorders the axes: axis i of the result is axis Axes[i] of x, see
// [fn.Transpose]. Its kind is shape.permute.
type Permute struct {
	Path string
	Axes []int
}

// Apply maps x to the same elements in another order.
func (l Permute) Apply(x trace.Value) trace.Value {
	return applyPlain(trace.KindShaping+".permute", l.Path, func(x trace.Value) trace.Value { return fn.Transpose(x, l.Axes...) }, x)
}

// Identity returns its input. Its kind is identity.
type Identity struct{ Path string }

// Apply returns x.
func (l Identity) Apply(x trace.Value) trace.Value {
	return applyPlain("identity", l.Path, func(x trace.Value) trace.Value { return x }, x)
}

// Sum adds up along an axis, as a layer that composites know. Its kind is sum. Stack the
// values to add along a new last axis.
type Sum struct {
	Path string
	// Axis is the axis to add along. The result does not have it. A negative one counts
	// from the end. 0, which would be the batch, means the last.
	Axis int
}

// Apply adds up one axis of x.
func (l Sum) Apply(x trace.Value) trace.Value {
	axis := l.Axis
	if axis == 0 {
		axis = -1
	}
	return applyPlain(trace.KindSum, l.Path, func(x trace.Value) trace.Value { return fn.Sum(x, axis) }, x)
}

// Upsample resizes the spatial axes of x[n c s...], see [fn.Resize]. PyTorch's
// nearest mode is {Scale: ..., Coordinates: fn.Asymmetric, Rounding: fn.RoundFloor}. Its
// kind is shape.resize.
type Upsample struct {
	Path   string
	Config fn.ResizeConfig
}

// Apply maps x[n c s...] to [n c ...].
func (l Upsample) Apply(x trace.Value) trace.Value {
	return applyPlain(trace.KindShaping+".resize", l.Path, func(x trace.Value) trace.Value { return fn.Resize(x, l.Config) }, x)
}

// PixelShuffle turns groups of channels into pixels, see [fn.PixelShuffle]. Its kind is
// shape.pixel_shuffle.
type PixelShuffle struct {
	Path   string
	Factor int // pixels along each side that one pixel becomes
}

// Apply maps x[n c·f² h w] to [n c h·f w·f].
func (l PixelShuffle) Apply(x trace.Value) trace.Value {
	return applyPlain(trace.KindShaping+".pixel_shuffle", l.Path, func(x trace.Value) trace.Value { return fn.PixelShuffle(x, l.Factor) }, x)
}
