package fn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// mirrored is a place, in elements, brought between two borders by mirroring it at them.
func mirrored(at, low, high float64) float64 {
	if low == high {
		return low
	}
	for at < low || at > high {
		if at < low {
			at = 2*low - at
		}
		if at > high {
			at = 2*high - at
		}
	}
	return at
}

// padded is a place as the padding moves it.
func padded(at float64, n int, c fn.GridSampleConfig) float64 {
	last := float64(n - 1)
	if c.Padding == fn.GridReflection {
		if c.AlignCorners {
			at = mirrored(at, 0, last)
		} else {
			at = mirrored(at, -0.5, last+0.5)
		}
	}
	if c.Padding != fn.GridZeros {
		at = math.Min(math.Max(at, 0), last)
	}
	return at
}

// weights are those of the elements of an axis of n elements for a place from -1 to 1.
func weights(place float64, n int, c fn.GridSampleConfig) []float64 {
	out := make([]float64, n)
	at := ((place+1)*float64(n) - 1) / 2
	if c.AlignCorners {
		at = (place + 1) / 2 * float64(n-1)
	}
	add := func(i, w float64) {
		if i >= 0 && i < float64(n) {
			out[int(i)] += w
		}
	}
	switch c.Mode {
	case fn.GridNearest:
		add(math.RoundToEven(padded(at, n, c)), 1)
	case fn.GridLinear:
		at = padded(at, n, c)
		for i := math.Floor(at); i <= math.Floor(at)+1; i++ {
			add(i, 1-math.Abs(at-i))
		}
	default:
		for i := math.Floor(at) - 1; i <= math.Floor(at)+2; i++ {
			add(padded(i, n, c), weighed(fn.ResizeCubic, -0.75, at-i))
		}
	}
	return out
}

// Every mode and padding, along one to three axes, with places inside and far outside.
func TestGridSampleAgainstSums(t *testing.T) {
	r := rand.New(rand.NewPCG(70, 1))
	for range 150 {
		axes := 1 + r.IntN(3)
		c := fn.GridSampleConfig{Mode: fn.GridMode(r.IntN(3)), Padding: fn.GridPadding(r.IntN(3)), AlignCorners: r.IntN(2) == 0}
		shape, out := []int{1 + r.IntN(2), 1 + r.IntN(2)}, []int{}
		for range axes {
			shape, out = append(shape, 1+r.IntN(4)), append(out, 1+r.IntN(2))
		}
		x := normalOf(r, trace.TypeOf(trace.Float64, shape...))
		grid := fn.Mul(normalOf(r, trace.TypeOf(trace.Float64, slices.Concat(shape[:1], out, []int{axes})...)), fn.Scalar(1.5))
		want := newGrid(slices.Concat(shape[:2], out)...)
		eachIndex(want.shape, func(o []int) {
			along := make([][]float64, axes)
			for a := range along {
				place := *gridOf(grid).at(slices.Concat(o[:1], o[2:], []int{axes - 1 - a})...)
				along[a] = weights(place, shape[2+a], c)
			}
			eachIndex(shape[2:], func(i []int) {
				w := 1.0
				for a := range i {
					w *= along[a][i[a]]
				}
				*want.at(o...) += w * *gridOf(x).at(slices.Concat(o[:2], i)...)
			})
		})
		want.equals(t, fmt.Sprintf("%+v of %v", c, shape), fn.GridSample(x, grid, c), 1e-12)
	}
}

// Derivatives with respect to the array and to the places, for each mode and padding.
func TestGridSampleLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(71, 1))
	x, grid := normals(r, 1, 2, 3, 4), normals(r, 1, 2, 1, 2)
	for _, c := range []fn.GridSampleConfig{
		{}, {Padding: fn.GridBorder, AlignCorners: true}, {Padding: fn.GridReflection}, {Mode: fn.GridNearest, Padding: fn.GridReflection, AlignCorners: true}, {Mode: fn.GridCubic},
	} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			order := 3
			if testing.Short() && c != (fn.GridSampleConfig{}) {
				order = 1 // the programs of second derivatives are long
			}
			lawtest.LawsWith(t, lawtest.Config{Order: order}, func(in tree) trace.Value { return fn.GridSample(in[0], in[1], c) },
				lawtest.Input{Shape: x.Shape(), Sampler: around(x)}, lawtest.Input{Shape: grid.Shape(), Sampler: around(grid)})
		})
	}
}

// Infinity that is outside does not count, and a place that is no number is no error.
func TestGridSampleOfSpecialNumbers(t *testing.T) {
	x := trace.New([]float32{1, float32(math.Inf(1))}, 1, 1, 2)
	far := trace.New([]float32{-1.5, -0.5, 3, float32(math.Inf(-1)), 1e30}, 1, 5, 1)
	near(t, "zeros", fn.GridSample(x, far, fn.GridSampleConfig{Mode: fn.GridNearest}).Float64s(), []float64{0, 1, 0, 0, 0}, 0)
	border := fn.GridSample(x, far, fn.GridSampleConfig{Mode: fn.GridNearest, Padding: fn.GridBorder}).Float64s()
	near(t, "border", border[:2], []float64{1, 1}, 0)
	for mode := range fn.GridMode(3) {
		for padding := range fn.GridPadding(3) {
			c := fn.GridSampleConfig{Mode: mode, Padding: padding}
			if err := trace.Try(func() { fn.GridSample(x, trace.New([]float32{float32(math.NaN())}, 1, 1, 1), c) }); err != nil {
				t.Errorf("%+v: %v", c, err)
			}
		}
	}
}

func TestGridSampleErrors(t *testing.T) {
	x := f32(1, 2, 3, 4)
	for want, f := range map[string]func(){
		"grid_sample(f32[1 2 3 4], f32[1 5 6 3]): want x[n c s...] and grid[n o... r], with as many o as s and r their number": func() { fn.GridSample(x, f32(1, 5, 6, 3), fn.GridSampleConfig{}) },
		"grid_sample(f32[1 2 3 4], f64[1 5 6 2]): want floats of one dtype, use fn.Cast":                                       func() { fn.GridSample(x, f64(1, 5, 6, 2), fn.GridSampleConfig{}) },
		"grid_sample(f32[1 2 0], f32[1 5 1]): f32[1 2 0] has an empty axis: there is nothing to sample":                        func() { fn.GridSample(f32(1, 2, 0), f32(1, 5, 1), fn.GridSampleConfig{}) },
		"grid_sample(f32[1 2 3 4], f32[1 5 6 2]): mode 0 or padding 5 does not exist: use the constants of package fn":         func() { fn.GridSample(x, f32(1, 5, 6, 2), fn.GridSampleConfig{Padding: 5}) },
	} {
		wantMessage(t, want, f)
	}
	if got := fn.GridSample(f32(0, 2, 3), f32(0, 5, 1), fn.GridSampleConfig{}).Type().String(); got != "f32[0 2 5]" {
		t.Errorf("without images: got %s", got)
	}
}

func ExampleGridSample() {
	x := trace.New([]float32{1, 2, 3, 4}, 1, 1, 2, 2)
	places := trace.New([]float32{-0.5, -0.5, 0, 0, 0.5, 0}, 1, 1, 3, 2)
	fmt.Println(fn.GridSample(x, places, fn.GridSampleConfig{}))
	// Output: f32[1 1 1 3] [[[[1 2.5 3]]]]
}
