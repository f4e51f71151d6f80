package fn

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// GridSampleConfig says how [GridSample] samples. The zero value is PyTorch's default.
type GridSampleConfig struct {
	Mode    GridMode
	Padding GridPadding
	// AlignCorners makes -1 and 1 the centers of the first and the last element of an
	// axis. Otherwise they are the outer borders of these elements.
	AlignCorners bool
}

// GridMode says of which elements [GridSample] makes one.
type GridMode uint8

const (
	GridLinear  GridMode = iota // the two around it along each axis, by their distance
	GridNearest                 // the nearest one, of two the one with the even index
	GridCubic                   // four along each axis, by Keys' cubic convolution with a = -0.75
)

// GridPadding says what is outside of the array.
type GridPadding uint8

const (
	GridZeros      GridPadding = iota // zeros
	GridBorder                        // the elements at the border, repeated
	GridReflection                    // the array, mirrored at -1 and 1 again and again
)

// GridSample samples x[n c s...] at the places of grid[n o... r], where r is the number of
// the axes s. The result is y[n c o...]. Place [x y] of an image is column x and row y,
// from -1 to 1: the first number belongs to the last axis. x and grid are floats of one
// dtype, and both have derivatives. A place that is NaN gives any element, or NaN.
//
// Jaderberg et al., "Spatial Transformer Networks", NeurIPS 2015.
func GridSample(x, grid trace.Value, c GridSampleConfig) trace.Value {
	defer trace.Naming("grid_sample", x, grid)
	c.check(x, grid)
	both := together(x, grid)
	x, grid = both[0], both[1]
	shape, axes := x.Shape(), x.Rank()-2
	out := slices.Concat(shape[:2], grid.Shape()[1:axes+1])
	n, points := shape[0], volume(out[2:])
	grid = Reshape(grid, n, points, axes)
	samples := []sample{{index: FillAs(grid, trace.TypeOf(trace.Int64, n, points), 0)}}
	for a, size := range shape[2:] {
		place := Reshape(part(grid, 2, axes-1-a, axes-a), n, points)
		samples = combined(samples, c.along(c.unscaled(place, size), size), size)
	}
	rows := Reshape(x, n, shape[1], volume(shape[2:]))
	var y trace.Value
	for _, s := range samples {
		if v := s.of(rows); y.IsAbsent() {
			y = v
		} else {
			y = Add(y, v)
		}
	}
	return Reshape(y, out...)
}

func (c GridSampleConfig) check(x, grid trace.Value) {
	in := []trace.Value{x, grid}
	if x.Rank() < 3 || grid.Rank() != x.Rank() || grid.Dim(-1) != x.Rank()-2 || grid.Dim(0) != x.Dim(0) {
		refuse("grid_sample", in, "want x[n c s...] and grid[n o... r], with as many o as s and r their number")
	}
	if x.DType() != grid.DType() || !x.DType().IsFloat() {
		refuse("grid_sample", in, "want floats of one dtype, use fn.Cast")
	}
	if slices.Contains(x.Shape()[2:], 0) {
		refuse("grid_sample", in, "%v has an empty axis: there is nothing to sample", x.Type())
	}
	if c.Mode > GridCubic || c.Padding > GridReflection {
		refuse("grid_sample", in, "mode %d or padding %d does not exist: use the constants of package fn", c.Mode, c.Padding)
	}
}

// sample is the element that contributes to each place: its index, whether it is inside of
// the array, and its weight. If absent, all are inside, and the weight is 1.
type sample struct{ index, inside, weight trace.Value }

// combined returns each sample along the axes before with each along the next one.
func combined(before, next []sample, size int) []sample {
	var out []sample
	for _, s := range before {
		for _, t := range next {
			index := Add(Mul(s.index, Scalar(float64(size))), t.index)
			out = append(out, sample{index, combine(And, s.inside, t.inside), combine(Mul, s.weight, t.weight)})
		}
	}
	return out
}

// combine applies f to two values, of which some may be absent.
func combine(f func(a, b trace.Value) trace.Value, a, b trace.Value) trace.Value {
	switch {
	case a.IsAbsent():
		return b
	case b.IsAbsent():
		return a
	}
	return f(a, b)
}

// of returns what the sample contributes, from x[n c size].
func (s sample) of(x trace.Value) trace.Value {
	y := trace.Bind1(take{2, 1}, x, s.index)
	each := func(v trace.Value) trace.Value { return BroadcastIn(v, y.Shape(), 0, 2) }
	if !s.inside.IsAbsent() {
		y = Mask(each(s.inside), y)
	}
	if !s.weight.IsAbsent() {
		y = Mul(y, each(s.weight))
	}
	return y
}

// unscaled returns the places of a grid on an axis, in elements.
func (c GridSampleConfig) unscaled(place trace.Value, size int) trace.Value {
	from1 := Add(place, Scalar(1))
	if c.AlignCorners {
		return Mul(from1, Scalar(float64(size-1)/2))
	}
	return Mul(Sub(Mul(from1, Scalar(float64(size))), Scalar(1)), Scalar(0.5))
}

// inner brings places outside of an axis inside, as the padding says.
func (c GridSampleConfig) inner(at trace.Value, size int) trace.Value {
	last := float64(size - 1)
	if c.Padding == GridReflection {
		low, span := -0.5, float64(size)
		if c.AlignCorners {
			low, span = 0, last
		}
		if span == 0 {
			return ZerosLike(at)
		}
		around := Mod(Sub(at, Scalar(low)), Scalar(2*span))
		at = Sub(Scalar(low+span), Abs(Sub(around, Scalar(span))))
	}
	if c.Padding != GridZeros {
		at = Clamp(at, 0, last)
	}
	return at
}

// along returns the samples along one axis for places on it.
func (c GridSampleConfig) along(at trace.Value, size int) []sample {
	inside := c.Padding != GridZeros // as inner says
	if c.Mode == GridNearest {
		return []sample{element(Round(c.inner(at, size)), trace.Value{}, size, inside)}
	}
	if c.Mode == GridLinear {
		at = c.inner(at, size)
	}
	low := Floor(at)
	part := Sub(at, low)
	if c.Mode == GridLinear {
		return []sample{element(low, Sub(Scalar(1), part), size, inside), element(Add(low, Scalar(1)), part, size, false)}
	}
	var out []sample
	for i, w := range keys(part) {
		out = append(out, element(c.inner(Add(low, Scalar(float64(i-1))), size), w, size, inside))
	}
	return out
}

// element is the sample of the element at a place, which is whole. inside says that all
// places are known to be inside of the axis.
func element(at, weight trace.Value, size int, inside bool) sample {
	last := float64(size - 1)
	s := sample{index: Cast(Clamp(at, 0, last), trace.Int64), weight: weight}
	if !inside {
		s.inside = And(GreaterEqual(at, Scalar(0)), LessEqual(at, Scalar(last)))
	}
	return s
}

// keys returns Keys' weights of the elements at -1, 0, 1 and 2 for a place between 0 and
// 1. See [Resize].
func keys(part trace.Value) [4]trace.Value {
	const a = -0.75
	near := func(d trace.Value) trace.Value { return polynomial(d, 1, 0, -(a + 3), a+2) }
	far := func(d trace.Value) trace.Value { return polynomial(d, -4*a, 8*a, -5*a, a) }
	rest := Sub(Scalar(1), part)
	return [4]trace.Value{far(Add(part, Scalar(1))), near(part), near(rest), far(Add(rest, Scalar(1)))}
}

// polynomial returns the polynomial with these coefficients, the constant one first.
func polynomial(x trace.Value, coefficients ...float64) trace.Value {
	y := FullLike(x, coefficients[len(coefficients)-1])
	for i := len(coefficients) - 2; i >= 0; i-- {
		y = Mul(y, x)
		if k := coefficients[i]; k != 0 {
			y = Add(y, Scalar(k))
		}
	}
	return y
}
