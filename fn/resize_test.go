package fn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// counted is 1, 2, 3, ... in a shape.
func counted(d trace.DType, shape ...int) trace.Value {
	x := newGrid(shape...)
	for i := range x.elems {
		x.elems[i] = float64(i + 1)
	}
	return fn.Cast(trace.FromArray(trace.ArrayOf(x.elems, shape...)), d)
}

// The values are those that ONNX's specification of Resize gives for the same options.
func TestResizeOfONNX(t *testing.T) {
	sizes := func(n ...int) fn.ResizeConfig { return fn.ResizeConfig{Size: n} }
	scales := func(s float64) fn.ResizeConfig { return fn.ResizeConfig{Scale: []float64{s, s}} }
	linear, cubic := fn.ResizeLinear, fn.ResizeCubic
	tests := []struct {
		name  string
		shape []int
		c     fn.ResizeConfig
		set   func(c *fn.ResizeConfig)
		want  []float64
	}{
		{"nearest", []int{2, 4}, scales(0.6), nil, []float64{1, 3}},
		{"nearest, sizes", []int{2, 4}, sizes(1, 3), nil, []float64{1, 2, 4}},
		{"linear", []int{2, 4}, scales(0.6), func(c *fn.ResizeConfig) { c.Mode = linear }, []float64{2.6666667, 4.3333333}},
		{"linear up", []int{2, 2}, scales(2), func(c *fn.ResizeConfig) { c.Mode = linear },
			[]float64{1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4}},
		{"linear, corners", []int{2, 4}, scales(0.6), func(c *fn.ResizeConfig) { c.Mode, c.Coordinates = linear, fn.AlignCorners }, []float64{1, 3.142857}},
		{"linear, half pixel of PyTorch", []int{4, 4}, sizes(3, 1), func(c *fn.ResizeConfig) { c.Mode, c.Coordinates = linear, fn.PyTorchHalfPixel },
			[]float64{1.6666667, 7, 12.3333333}},
		{"cubic", []int{4, 4}, scales(0.8), func(c *fn.ResizeConfig) { c.Mode = cubic },
			[]float64{1.471191, 2.78125, 4.08252, 6.711426, 8.021484, 9.322754, 11.9165, 13.22656, 14.52783}},
		{"cubic, inside", []int{4, 4}, scales(0.8), func(c *fn.ResizeConfig) { c.Mode, c.CubicA, c.ExcludeOutside = cubic, -0.5, true },
			[]float64{1.368127, 2.669501, 4.013337, 6.573625, 7.875, 9.218835, 11.94897, 13.25034, 14.59418}},
		{"cubic, corners", []int{4, 4}, scales(0.8), func(c *fn.ResizeConfig) { c.Mode, c.Coordinates = cubic, fn.AlignCorners },
			[]float64{1, 2.395192, 3.790383, 6.580766, 7.975958, 9.371149, 12.16153, 13.55672, 14.95192}},
		{"crop", []int{4, 4}, sizes(3, 3), func(c *fn.ResizeConfig) {
			c.Mode, c.Coordinates, c.Extrapolation = linear, fn.CropAndResize, 10
			c.Low, c.High = []float64{0.4, 0.6}, []float64{1.2, 1.7}
		}, []float64{7.6, 10, 10, 12.4, 10, 10, 10, 10, 10}},
	}
	for _, test := range tests {
		if test.set != nil {
			test.set(&test.c)
		}
		for _, d := range []trace.DType{trace.Float32, trace.Float64} {
			x := counted(d, append([]int{1, 1}, test.shape...)...)
			near(t, test.name, fn.Resize(x, test.c).Float64s(), test.want, 1e-6)
		}
	}
}

// placed is the place of the documentation, in plain arithmetic.
func placed(c fn.ResizeCoordinates, i, n, m int, low, high float64) float64 {
	s := float64(m) / float64(n)
	switch at := float64(i); c {
	case fn.PyTorchHalfPixel:
		if m == 1 {
			return 0
		}
	case fn.AlignCorners:
		if m == 1 {
			return 0
		}
		return at * float64(n-1) / float64(m-1)
	case fn.Asymmetric:
		return at / s
	case fn.TFHalfPixelForNN:
		return (at + 0.5) / s
	case fn.CropAndResize:
		if m == 1 {
			return (low + high) / 2 * float64(n-1)
		}
		return (low + at*(high-low)/float64(m-1)) * float64(n-1)
	}
	return (float64(i)+0.5)/s - 0.5
}

// weighed is the weight of a distance: a hat, or Keys' cubic.
func weighed(mode fn.ResizeMode, a, d float64) float64 {
	d = math.Abs(d)
	switch {
	case mode == fn.ResizeLinear:
		return math.Max(1-d, 0)
	case d <= 1:
		return (a+2)*d*d*d - (a+3)*d*d + 1
	case d < 2:
		return a*d*d*d - 5*a*d*d + 8*a*d - 4*a
	}
	return 0
}

// One axis, resized by sums over every element and many beyond the borders.
func TestResizeAgainstSums(t *testing.T) {
	r := rand.New(rand.NewPCG(64, 1))
	for range 300 {
		n, m := 1+r.IntN(6), 1+r.IntN(8)
		c := fn.ResizeConfig{Axes: []int{1}, Size: []int{m}, Mode: fn.ResizeMode(1 + r.IntN(2)), Coordinates: fn.ResizeCoordinates(r.IntN(7)),
			CubicA: []float64{0, -0.5}[r.IntN(2)], ExcludeOutside: r.IntN(2) == 0, Antialias: r.IntN(2) == 0, Low: []float64{r.Float64()}, High: []float64{r.Float64()}}
		a, shrink := -0.75, 1.0
		if c.CubicA != 0 {
			a = c.CubicA
		}
		if c.Antialias {
			shrink = math.Min(1, float64(m)/float64(n))
		}
		x := normalOf(r, trace.TypeOf(trace.Float64, 2, n, 3))
		src, want := gridOf(x), newGrid(2, m, 3)
		eachIndex(want.shape, func(index []int) {
			at := placed(c.Coordinates, index[1], n, m, c.Low[0], c.High[0])
			sum, all := 0.0, 0.0
			for j := -30; j < 30+n; j++ {
				if c.ExcludeOutside && (j < 0 || j >= n) {
					continue
				}
				w := weighed(c.Mode, a, (float64(j)-at)*shrink)
				all += w
				sum += w * *src.at(index[0], min(max(j, 0), n-1), index[2])
			}
			if c.ExcludeOutside || c.Antialias {
				sum /= all
			}
			*want.at(index...) = sum
		})
		want.equals(t, fmt.Sprintf("%+v of %d", c, n), fn.Resize(x, c), 1e-12)
	}
}

// Each rounding, at places on and between elements.
func TestResizeNearest(t *testing.T) {
	x := counted(trace.Int32, 4)
	for rounding, want := range map[fn.ResizeRounding][]float64{
		fn.RoundPreferFloor: {1, 1, 2, 2, 3, 3, 4, 4}, fn.RoundPreferCeil: {1, 2, 2, 3, 3, 4, 4, 4}, fn.RoundFloor: {1, 1, 2, 2, 3, 3, 4, 4}, fn.RoundCeil: {1, 2, 2, 3, 3, 4, 4, 4},
	} {
		y := fn.Resize(x, fn.ResizeConfig{Axes: []int{0}, Scale: []float64{2}, Coordinates: fn.Asymmetric, Rounding: rounding})
		near(t, fmt.Sprint("rounding ", rounding), y.Float64s(), want, 0)
	}
	symmetric := fn.Resize(counted(trace.Float64, 4), fn.ResizeConfig{Axes: []int{-1}, Scale: []float64{0.6}, Mode: fn.ResizeLinear, Coordinates: fn.HalfPixelSymmetric})
	near(t, "symmetric", symmetric.Float64s(), []float64{1 + 2.0/3, 3 + 1.0/3}, 1e-12)
	both := fn.Resize(x, fn.ResizeConfig{Axes: []int{0}, Size: []int{2}, Scale: []float64{0.25}, Coordinates: fn.Asymmetric, Rounding: fn.RoundFloor})
	near(t, "size, and a scale for the coordinates", both.Float64s(), []float64{1, 4}, 0)
	mirror := fn.Resize(x, fn.ResizeConfig{Axes: []int{0}, Size: []int{4}, Coordinates: fn.CropAndResize, Low: []float64{1}, High: []float64{0}})
	near(t, "backward", mirror.Float64s(), []float64{4, 3, 2, 1}, 0)
	none := fn.Resize(f32(2, 3), fn.ResizeConfig{Axes: []int{1}, Size: []int{0}, Mode: fn.ResizeCubic})
	if got := none.Type().String(); got != "f32[2 0]" {
		t.Errorf("no elements: got %s", got)
	}
	if same := fn.Resize(x, fn.ResizeConfig{Axes: []int{0}, Size: []int{4}}); same != x {
		t.Error("an axis that keeps its length was copied")
	}
}

// What an element does not count for does not spoil it, and what is extrapolated gets no
// cotangent.
func TestResizeOfInfinities(t *testing.T) {
	x := trace.New([]float64{math.Inf(1), 1, 2})
	y := fn.Resize(x, fn.ResizeConfig{Axes: []int{0}, Size: []int{5}, Mode: fn.ResizeLinear, Coordinates: fn.AlignCorners})
	near(t, "beside infinity", y.Float64s()[2:], []float64{1, 1.5, 2}, 0)
	crop := func(x trace.Value) trace.Value {
		return fn.Resize(x, fn.ResizeConfig{Axes: []int{0}, Size: []int{3}, Mode: fn.ResizeLinear, Coordinates: fn.CropAndResize,
			Low: []float64{0.5}, High: []float64{1.5}, Extrapolation: 7})
	}
	near(t, "cropped", crop(x).Float64s(), []float64{1, 2, 7}, 0)
	near(t, "cotangent", transforms.Grad(func(x trace.Value) trace.Value { return fn.SumAll(crop(x)) })(x).Float64s(), []float64{0, 1, 1}, 0)
}

func TestResizeErrors(t *testing.T) {
	x := f32(1, 1, 4)
	for want, c := range map[string]fn.ResizeConfig{
		"neither Size nor Scale is given: give one of them":                                   {},
		"a list has 2 entries for 1 axes: give one for each":                                  {Size: []int{1, 2}},
		"axis 3 does not exist: f32[1 1 4] has axes 0 to 2 (or -3 to -1, from the end)":       {Axes: []int{3}, Size: []int{1}},
		"axis 2: it cannot have -1 elements":                                                  {Size: []int{-1}},
		"axis 2: the scale is -2: want more than 0":                                           {Scale: []float64{-2}},
		"NaN is not a finite number":                                                          {Scale: []float64{math.NaN()}},
		"mode 9, coordinates 0 or rounding 0 does not exist: use the constants of package fn": {Size: []int{1}, Mode: 9},
		"1 entries of Low and 0 of High: give one of each for each axis":                      {Size: []int{1}, Low: []float64{1}},
		"axis 2: the scale 1e-09 is too small for 4 elements":                                 {Size: []int{2}, Scale: []float64{1e-9}, Mode: fn.ResizeCubic, Antialias: true},
	} {
		wantMessage(t, "resize(f32[1 1 4]): "+want, func() { fn.Resize(x, c) })
	}
	wantMessage(t, "resize(f32[2]): no axis is named: name at least one", func() { fn.Resize(f32(2), fn.ResizeConfig{Size: []int{1}}) })
	wantMessage(t, "resize(f32[1 1 0]): axis 2: it is empty: there is nothing to sample", func() { fn.Resize(f32(1, 1, 0), fn.ResizeConfig{Size: []int{1}}) })
	wantMessage(t, "resize(i64[1 1 2]): i64[1 1 2] is not a float array: fn.Cast it to f32 or f64", func() {
		fn.Resize(i64(1, 1, 2), fn.ResizeConfig{Size: []int{1}, Mode: fn.ResizeLinear})
	})
}

// Nothing but moves and interpolation is in the program, so rules hand relevance on.
func TestResizeIsShaping(t *testing.T) {
	p := trace.Record(func(in []trace.Value) []trace.Value {
		return []trace.Value{fn.Resize(in[0], fn.ResizeConfig{Size: []int{5, 2}, Mode: fn.ResizeLinear})}
	}, []trace.Type{trace.TypeOf(trace.Float32, 1, 2, 3, 4)})
	for _, e := range p.Eqns {
		if k, ok := e.Op.(trace.Kinded); !ok || !k.Kind().Is(trace.KindShaping) {
			t.Errorf("%s is not of the kind %s", trace.Describe(e.Op), trace.KindShaping)
		}
	}
}

func ExampleResize() {
	x := trace.New([]float32{1, 2, 3, 4}, 1, 1, 2, 2)
	fmt.Println(fn.Resize(x, fn.ResizeConfig{Scale: []float64{1, 2}, Mode: fn.ResizeLinear}))
	// Output: f32[1 1 2 4] [[[[1 1.25 1.75 2] [3 3.25 3.75 4]]]]
}

// The places and weights of an axis are not made before it is known that there is memory.
func TestResizeRefusesLengthsBeyondMemory(t *testing.T) {
	err := trace.Try(func() {
		fn.Resize(fn.Zeros(trace.TypeOf(trace.Float32, 2)), fn.ResizeConfig{Axes: []int{0}, Size: []int{1 << 40}})
	})
	if want := "resize(f32[2]): axis 0: a length of 1099511627776 needs more memory than"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}
