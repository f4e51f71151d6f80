package fn

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// ResizeConfig says how [Resize] samples. A list has an entry for each of Axes.
type ResizeConfig struct {
	// Axes are the axes to resize. By default they are the spatial axes of x[n c s...].
	Axes []int
	// Size is the new length of each axis. By default it is Scale times the old one,
	// rounded down.
	Size []int
	// Scale is the new length divided by the old one, as the coordinates use it. By
	// default it follows from Size.
	Scale []float64
	Mode  ResizeMode
	// Coordinates says which place of an old axis an element of the new one stands for.
	Coordinates ResizeCoordinates
	// Rounding says which element is nearest to a place.
	Rounding ResizeRounding
	// CubicA is the coefficient a of Keys' cubic kernel. 0 means -0.75, as in PyTorch.
	CubicA float64
	// ExcludeOutside leaves elements outside of the axis out of ResizeLinear and
	// ResizeCubic, and makes the other weights add up to 1. Otherwise the element at the
	// border stands for all beyond it.
	ExcludeOutside bool
	// Antialias widens the kernels of ResizeLinear and ResizeCubic where the axis shrinks,
	// so that every old element counts.
	Antialias bool
	// Low and High are where the new axis begins and ends, for CropAndResize: 0 is the
	// first element of the old axis, 1 the last. Extrapolation is the value of elements
	// that stand for a place outside of the old axis.
	Low, High     []float64
	Extrapolation float64
}

// ResizeMode says of which elements [Resize] makes one.
type ResizeMode uint8

const (
	ResizeNearest ResizeMode = iota // the nearest one
	ResizeLinear                    // the two around it, by their distance
	ResizeCubic                     // the four around it, by Keys' cubic convolution
)

// ResizeCoordinates maps element i of an axis of m elements to a place on an axis of n
// elements. The scale s is m/n, but where it is given; then s·n takes the place of m.
type ResizeCoordinates uint8

// The names are those of ONNX.
const (
	HalfPixel          ResizeCoordinates = iota // (i + ½)/s - ½
	HalfPixelSymmetric                          // HalfPixel, with both borders equally far away where s·n is not whole
	PyTorchHalfPixel                            // HalfPixel, but 0 for m = 1
	AlignCorners                                // i·(n-1)/(m-1), and 0 for m = 1
	Asymmetric                                  // i/s
	TFHalfPixelForNN                            // (i + ½)/s
	CropAndResize                               // (low + i·(high-low)/(m-1))·(n-1), and their middle for m = 1
)

// ResizeRounding makes an index of a place.
type ResizeRounding uint8

const (
	RoundPreferFloor ResizeRounding = iota // the nearest, of two the lower
	RoundPreferCeil                        // the nearest, of two the higher
	RoundFloor                             // the next below
	RoundCeil                              // the next above
)

// Resize samples x at as many places of an axis as its new length says, separately for
// each axis. With ResizeNearest x has any dtype, otherwise floats. It is linear in x, but
// for extrapolated elements. PyTorch's interpolate has the modes nearest (Coordinates:
// Asymmetric, Rounding: RoundFloor), bilinear and bicubic, with Coordinates:
// PyTorchHalfPixel or AlignCorners. The zero value of each option is ONNX's default.
//
// Keys, "Cubic Convolution Interpolation for Digital Image Processing", IEEE Transactions
// on Acoustics, Speech, and Signal Processing 29(6), 1981.
func Resize(x trace.Value, c ResizeConfig) trace.Value {
	defer trace.Naming("resize", x)
	lines := c.lines(x)
	y := x
	for _, l := range lines {
		y = l.resize(y)
	}
	for _, l := range lines {
		if outside := l.outside(); slices.Contains(outside, true) {
			beyond := BroadcastIn(trace.New(outside), y.Shape(), l.Axis)
			y = Where(beyond, FullLike(y, c.Extrapolation), y)
		}
	}
	return y
}

// lines checks a config against x and returns what it says of each axis.
func (c ResizeConfig) lines(x trace.Value) []sampling {
	axes := ends(c.Axes, x.Rank())
	if len(axes) == 0 && x.Rank() > 2 {
		axes = allAxes(x.Rank())[2:]
	}
	if err := checkNamed(sortedAxes(axes, x.Rank()), x.Type()); err != nil {
		refuse("resize", []trace.Value{x}, "%v", err)
	}
	if err := c.check(len(axes)); err != nil {
		refuse("resize", []trace.Value{x}, "%v", err)
	}
	if c.Mode != ResizeNearest && !x.DType().IsFloat() {
		refuse("resize", []trace.Value{x}, "%v", wantFloats(x.Type()))
	}
	out := make([]sampling, len(axes))
	for i, a := range axes {
		l := sampling{Axis: a, In: x.Dim(a), Mode: c.Mode, Coordinates: c.Coordinates, Rounding: c.Rounding,
			A: c.CubicA, ExcludeOutside: c.ExcludeOutside, Antialias: c.Antialias, High: 1}
		if l.A == 0 {
			l.A = -0.75
		}
		if c.Coordinates == CropAndResize && len(c.Low) > 0 {
			l.Low, l.High = c.Low[i], c.High[i]
		}
		if len(c.Scale) > 0 {
			l.Scale = c.Scale[i]
			l.Out = int(min(float64(l.In)*l.Scale, longest))
		}
		if len(c.Size) > 0 {
			l.Out = c.Size[i]
		}
		if err := l.check(); err != nil {
			refuse("resize", []trace.Value{x}, "axis %d: %v", a, err)
		}
		if limit := trace.MemoryLimit(); l.Out > limit/32 { // for places and weights
			refuse("resize", []trace.Value{x}, "axis %d: a length of %d needs more memory than the %d bytes of this process", a, l.Out, limit)
		}
		out[i] = l
	}
	return out
}

// check reports options that are wrong whatever the array. axes is the number of axes to
// resize.
func (c ResizeConfig) check(axes int) error {
	if len(c.Size) == 0 && len(c.Scale) == 0 {
		return errors.New("neither Size nor Scale is given: give one of them")
	}
	if c.Mode > ResizeCubic || c.Coordinates > CropAndResize || c.Rounding > RoundCeil {
		return fmt.Errorf("mode %d, coordinates %d or rounding %d does not exist: use the constants of package fn", c.Mode, c.Coordinates, c.Rounding)
	}
	if len(c.Low) != len(c.High) {
		return fmt.Errorf("%d entries of Low and %d of High: give one of each for each axis", len(c.Low), len(c.High))
	}
	for _, n := range []int{len(c.Size), len(c.Scale), len(c.Low)} {
		if n != 0 && n != axes {
			return fmt.Errorf("a list has %d entries for %d axes: give one for each", n, axes)
		}
	}
	for _, v := range slices.Concat(c.Scale, c.Low, c.High, []float64{c.CubicA}) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%v is not a finite number", v)
		}
	}
	return nil
}
