package onnx

import (
	"math"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

var imageOperators = map[string]operator{
	"Resize":   one(resize).known(1, 2, 3),
	"Upsample": one(upsample).known(1),
	"GridSample": one(func(c *call) trace.Value {
		return fn.GridSample(c.arg(0), c.arg(1), fn.GridSampleConfig{
			Mode: choice(c, "mode", "linear", gridModes), Padding: choice(c, "padding_mode", "zeros", gridPaddings),
			AlignCorners: c.int("align_corners", 0) != 0,
		})
	}),
}

// Names of what fn.Resize has constants for.
var (
	resizeModes       = map[string]fn.ResizeMode{"nearest": fn.ResizeNearest, "linear": fn.ResizeLinear, "bilinear": fn.ResizeLinear, "cubic": fn.ResizeCubic}
	resizeCoordinates = map[string]fn.ResizeCoordinates{
		"half_pixel": fn.HalfPixel, "half_pixel_symmetric": fn.HalfPixelSymmetric, "pytorch_half_pixel": fn.PyTorchHalfPixel,
		"align_corners": fn.AlignCorners, "asymmetric": fn.Asymmetric, "tf_half_pixel_for_nn": fn.TFHalfPixelForNN, "tf_crop_and_resize": fn.CropAndResize,
	}
	resizeRoundings = map[string]fn.ResizeRounding{
		"round_prefer_floor": fn.RoundPreferFloor, "round_prefer_ceil": fn.RoundPreferCeil, "floor": fn.RoundFloor, "ceil": fn.RoundCeil,
	}
)

// Names of what fn.GridSample has constants for.
var (
	gridModes = map[string]fn.GridMode{
		"linear": fn.GridLinear, "bilinear": fn.GridLinear, "nearest": fn.GridNearest, "cubic": fn.GridCubic, "bicubic": fn.GridCubic,
	}
	gridPaddings = map[string]fn.GridPadding{"zeros": fn.GridZeros, "border": fn.GridBorder, "reflection": fn.GridReflection}
)

// choice returns what an attribute with a fixed set of texts stands for.
func choice[T any](c *call, attribute, otherwise string, of map[string]T) T {
	text := c.text(attribute, otherwise)
	v, ok := of[text]
	if !ok {
		var names []string
		for name := range of {
			names = append(names, name)
		}
		panic(trace.Errorf("%s is %s%s", attribute, quote(text), hint(text, names)))
	}
	return v
}

// resize has operands x, region, scales and sizes; before opset 11 x and scales alone,
// and the coordinates of Upsample.
func resize(c *call) trace.Value {
	x := c.arg(0)
	config := fn.ResizeConfig{
		Mode:        choice(c, "mode", "nearest", resizeModes),
		Coordinates: choice(c, "coordinate_transformation_mode", "half_pixel", resizeCoordinates),
		Rounding:    choice(c, "nearest_mode", "round_prefer_floor", resizeRoundings),
		CubicA:      c.real("cubic_coeff_a", -0.75), ExcludeOutside: c.int("exclude_outside", 0) != 0,
		Antialias: c.int("antialias", 0) != 0, Extrapolation: c.real("extrapolation_value", 0),
	}
	for i := range x.Rank() {
		config.Axes = append(config.Axes, i)
	}
	if c.set("axes") {
		config.Axes = axesOf(c.ints("axes"), x.Rank())
	}
	if c.version < 11 {
		config.Coordinates, config.Rounding = fn.Asymmetric, fn.RoundFloor
		config.Scale = c.reals(1, "the scales")
		return c.resized(x, config)
	}
	if config.Coordinates == fn.CropAndResize {
		region := c.reals(1, "the region")
		if len(region) != 2*len(config.Axes) {
			panic(trace.Errorf("the region has %d numbers, want two for each of %d axes", len(region), len(config.Axes)))
		}
		config.Low, config.High = region[:len(region)/2], region[len(region)/2:]
	}
	if c.has(2) && c.arg(2).Size() > 0 {
		config.Scale = c.reals(2, "the scales")
	} else {
		config.Size = c.numbers(3, "the sizes")
	}
	return c.resized(x, config)
}

// upsample is what Resize was up to opset 9.
func upsample(c *call) trace.Value {
	x := c.arg(0)
	config := fn.ResizeConfig{Mode: choice(c, "mode", "nearest", resizeModes), Coordinates: fn.Asymmetric, Rounding: fn.RoundFloor}
	for i := range x.Rank() {
		config.Axes = append(config.Axes, i)
	}
	if a := c.attrs["scales"]; a != nil {
		for _, s := range a.reals {
			config.Scale = append(config.Scale, float64(s))
		}
	} else {
		config.Scale = c.reals(1, "the scales")
	}
	return c.resized(x, config)
}

// resized leaves out axes that keep their length, so that batch and channels of a float
// image are no part of the sampling. A ratio that is to be kept decides the sizes first.
func (c *call) resized(x trace.Value, config fn.ResizeConfig) trace.Value {
	if n := max(len(config.Scale), len(config.Size)); n != len(config.Axes) {
		panic(trace.Errorf("there are %d scales or sizes, want one for each of %d axes", n, len(config.Axes)))
	}
	if policy := c.text("keep_aspect_ratio_policy", "stretch"); len(config.Size) > 0 && policy != "stretch" {
		config = keepRatio(x, config, policy == "not_larger")
	}
	full := slices.Clone(x.Shape())
	for i, a := range config.Axes {
		if len(config.Size) > 0 {
			full[a] = config.Size[i]
		} else {
			size := math.Floor(config.Scale[i] * float64(full[a]))
			if !(config.Scale[i] > 0 && size < 1<<40) {
				panic(trace.Errorf("the scale %v of axis %d: want a number above 0 that gives a length", config.Scale[i], a))
			}
			full[a] = int(size)
		}
	}
	c.grows(full)
	return fn.Resize(x, config)
}

// keepRatio scales all axes alike, so that none is longer, or none shorter, than asked
// for.
func keepRatio(x trace.Value, config fn.ResizeConfig, notLarger bool) fn.ResizeConfig {
	scale := 0.
	for i, a := range config.Axes {
		s := float64(config.Size[i]) / float64(max(x.Shape()[a], 1))
		if i == 0 || notLarger == (s < scale) {
			scale = s
		}
	}
	size := make([]int, len(config.Size))
	for i, a := range config.Axes {
		size[i] = int(math.Round(scale * float64(x.Shape()[a])))
		config.Scale = append(config.Scale, scale)
	}
	config.Size = size
	return config
}
