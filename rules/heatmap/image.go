package heatmap

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
)

// Config says how values become colors. The zero value maps the smallest value to blue,
// the largest to red, and the value halfway between to white.
type Config struct {
	Map   ColorMap // the colors of one-channel data; zero: bwr
	Level float64  // contrast, see [ColorMap.Palette]; zero: 1

	// The values at the ends of the map are the smallest and the largest of the data.
	// With Symmetric they are -m and m for the largest absolute value m, so that 0 is in
	// the middle. VMin and VMax replace either. Values outside take the color of the end.
	Symmetric  bool
	VMin, VMax *float64

	// With a Grid, the first axis counts images, and each image has its own ends. Fill is
	// a color in 0..255: a position on the palette, or the value of every channel.
	Grid *Grid
}

// Image draws data of the given shape: [h w], [c h w] or [h w c] with 1 or 3 channels c.
// With a Grid the shape is [n h w], [n c h w] or [n h w c]. If both axes could be the
// channels, the last one is. A value v becomes
//
//	255·(v - vmin) / (vmax - vmin), clipped to 0..255 and truncated (not rounded) to a byte.
//
// In one channel this is a position on the palette of the map, and the result is an
// *image.Paletted. In three channels these are the parts of a color, and the result is an
// *image.NRGBA. If vmin equals vmax, as in a constant map without given ends, every value
// is 127, the middle. A map of zeros with Symmetric is such a case, and agrees with the
// zeros in other maps. NaN and infinities are errors that name the position.
func (c Config) Image(data []float64, shape []int) (image.Image, error) {
	return imageOf(c, data, shape)
}

// Image32 is [Config.Image] for float32. It calculates in float32.
func (c Config) Image32(data []float32, shape []int) (image.Image, error) {
	return imageOf(c, data, shape)
}

// ImageBytes is [Config.Image] for bytes. It uses them as they are and ignores Symmetric,
// VMin and VMax.
func (c Config) ImageBytes(data []uint8, shape []int) (image.Image, error) {
	l, err := c.layout(len(data), shape)
	if err != nil {
		return nil, err
	}
	return c.compose(data, l)
}

func imageOf[T float32 | float64](c Config, data []T, shape []int) (image.Image, error) {
	l, err := c.layout(len(data), shape)
	if err != nil {
		return nil, err
	}
	if err := checkFinite(data, shape); err != nil {
		return nil, err
	}
	levels := make([]uint8, len(data))
	size := len(data) / l.n
	for i := range l.n {
		one := data[i*size : (i+1)*size]
		lo, hi, err := ends(c, one)
		if err != nil {
			return nil, err
		}
		for j, v := range one {
			levels[i*size+j] = level(v, lo, hi)
		}
	}
	return c.compose(levels, l)
}

// layout checks the Config and interprets the shape.
func (c Config) layout(values int, shape []int) (layout, error) {
	if err := c.check(); err != nil {
		return layout{}, err
	}
	if err := checkSize(values, shape); err != nil {
		return layout{}, err
	}
	return layoutOf(shape, c.Grid != nil)
}

func (c Config) check() error {
	if math.IsNaN(c.Level) {
		return fmt.Errorf("heatmap: Config: Level is NaN; 0 or 1 leave the map as it is")
	}
	for _, end := range []struct {
		name string
		v    *float64
	}{{"VMin", c.VMin}, {"VMax", c.VMax}} {
		if end.v != nil && (math.IsNaN(*end.v) || math.IsInf(*end.v, 0)) {
			return fmt.Errorf("heatmap: Config: %s is %v, want a finite number, or nil to take it from the data", end.name, *end.v)
		}
	}
	if c.VMin != nil && c.VMax != nil && *c.VMin >= *c.VMax {
		return fmt.Errorf("heatmap: Config: VMin %v is not below VMax %v; give the smaller as VMin", *c.VMin, *c.VMax)
	}
	return nil
}

// palette returns the palette of the Config's map and level.
func (c Config) palette() color.Palette {
	if c.Level == 0 {
		return c.Map.Palette(1)
	}
	return c.Map.Palette(c.Level)
}

// ends returns the values at the ends of the map for one image.
func ends[T float32 | float64](c Config, one []T) (lo, hi T, err error) {
	lo, hi = slices.Min(one), slices.Max(one)
	if c.Symmetric {
		lo, hi = around(lo, hi)
	}
	if c.VMin != nil {
		lo = T(*c.VMin)
	}
	if c.VMax != nil {
		hi = T(*c.VMax)
	}
	switch {
	case math.IsInf(float64(lo), 0) || math.IsInf(float64(hi), 0):
		return 0, 0, fmt.Errorf("heatmap: Config: VMin or VMax is too large for the %T data", lo)
	case lo > hi:
		return 0, 0, fmt.Errorf("heatmap: Config: a map from VMin %v to VMax %v, one of them from the data; "+
			"give both or change the other", lo, hi)
	}
	return lo, hi, nil
}

// compose makes the image from levels 0..255.
func (c Config) compose(levels []uint8, l layout) (image.Image, error) {
	grid := Grid{Rows: 1, Cols: 1}
	if c.Grid != nil {
		grid = *c.Grid
	}
	tiled, shape, err := tile(levels, l, grid)
	if err != nil {
		return nil, err
	}
	frame := image.Rect(0, 0, shape[1], shape[0])
	if l.c == 1 {
		return &image.Paletted{Pix: tiled, Stride: shape[1], Rect: frame, Palette: c.palette()}, nil
	}
	img := image.NewNRGBA(frame)
	for i := range shape[0] * shape[1] {
		copy(img.Pix[4*i:], tiled[3*i:3*i+3])
		img.Pix[4*i+3] = 255
	}
	return img, nil
}
