package attribute

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Upsampling says how to bring a map from the positions of a layer to the positions of
// the input.
type Upsampling uint8

// The ways to bring m values to n positions. Position i of n lies at (i + 1/2)·m/n - 1/2
// among the m, so the borders of both coincide.
const (
	// NoUpsampling leaves the map as it is.
	NoUpsampling Upsampling = iota
	// Nearest repeats values: position i has value ⌊i·m/n⌋.
	Nearest
	// Linear interpolates between the two nearest values along each axis, which is
	// bilinear for images. Beyond the outermost values it is constant.
	Linear
)

// to brings r[n p...] to the positions of x[n c s...].
func (u Upsampling) to(name string, x, r Value) Value {
	if u == NoUpsampling {
		return r
	}
	if x.Rank() != r.Rank()+1 {
		panic(trace.Errorf("attribute.%s: a map %v cannot be upsampled to the input %v: want x[n c s...] with as many places as the layer has axes of them",
			name, r.Type(), x.Type()))
	}
	c := fn.ResizeConfig{Size: x.Shape()[2:], Mode: fn.ResizeLinear}
	if u == Nearest {
		c.Mode, c.Coordinates, c.Rounding = fn.ResizeNearest, fn.Asymmetric, fn.RoundFloor
	}
	for i := range c.Size {
		c.Axes = append(c.Axes, i+1)
	}
	return fn.Resize(r, c)
}
