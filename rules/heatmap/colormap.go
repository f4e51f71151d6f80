package heatmap

import (
	"image/color"
	"math"
	"sort"
)

// ColorMap is a piecewise linear map from [0, 1] to colors, made by [Parse] or [Named].
// The zero value is the map "bwr": blue, white, red.
type ColorMap struct {
	source string
	stops  []stop
}

// A stop is a color at an index in 0..255.
type stop struct {
	index int
	rgb   [3]uint8
}

var bwr = Must(Parse("00f,80:fff,f00"))

// Must returns m and panics if err is not nil. It wraps [Parse] or [Named] if the source
// is fixed in the program.
func Must(m ColorMap, err error) ColorMap {
	if err != nil {
		panic(err)
	}
	return m
}

func (m ColorMap) orDefault() ColorMap {
	if len(m.stops) == 0 {
		return bwr
	}
	return m
}

// String returns the source text from which m was made; [Parse] reads it back.
func (m ColorMap) String() string { return m.orDefault().source }

// At returns red, green and blue in [0, 1] at x, linearly interpolated between the two
// colors around index 255·x. An x outside [0, 1] counts as the nearer end. At an index
// with several colors, At returns the last one. At panics if x is NaN.
func (m ColorMap) At(x float64) [3]float64 {
	if math.IsNaN(x) {
		panic("heatmap: ColorMap.At(NaN): a color map covers [0, 1]")
	}
	stops := m.orDefault().stops
	at := 255 * x
	above := sort.Search(len(stops), func(i int) bool { return float64(stops[i].index) > at })
	switch above {
	case 0:
		return stops[0].color()
	case len(stops):
		return stops[above-1].color()
	}
	return between(stops[above-1], stops[above], at)
}

func (s stop) color() (rgb [3]float64) {
	for k, v := range s.rgb {
		rgb[k] = float64(v) / 255
	}
	return rgb
}

// between interpolates on the scale of bytes, where the colors are exact.
func between(lo, hi stop, at float64) (rgb [3]float64) {
	span := float64(hi.index - lo.index)
	for k := range rgb {
		a, b := float64(lo.rgb[k]), float64(hi.rgb[k])
		// The conversion prevents a fused multiply-add, so that every platform gives the
		// same palette.
		rgb[k] = (float64((b-a)/span*(at-float64(lo.index))) + a) / 255
	}
	return rgb
}

// Palette returns 256 opaque colors. Entry i is the color at
//
//	x_i = (level·(2i/255 - 1) + 1) / 2,
//
// clipped to [0, 1] and truncated (not rounded) to bytes. A level above 1 steepens the
// map around its middle, and one below 1 flattens it. Level 0 leaves only the middle
// color, and a negative level reverses the map. Palette panics if level is NaN.
func (m ColorMap) Palette(level float64) color.Palette {
	if math.IsNaN(level) {
		panic("heatmap: ColorMap.Palette(NaN): the level must be a number; 1 leaves the map as it is")
	}
	palette := make(color.Palette, 256)
	for i := range palette {
		centred := 2*float64(i)/255 - 1
		rgb := m.At((float64(level*centred) + 1) / 2)
		palette[i] = color.NRGBA{R: cut(rgb[0]), G: cut(rgb[1]), B: cut(rgb[2]), A: 255}
	}
	return palette
}

// cut truncates v in [0, 1] to a byte. It rounds to twelve decimals first, far above the
// rounding errors of At, so that a color that is a whole number of 255ths does not become
// the next lower one.
func cut(v float64) uint8 {
	return uint8(math.RoundToEven(v*255*1e12) / 1e12)
}
