package heatmap

import (
	"fmt"
	"image"
)

// Recolor returns img in the colors of another map. The image must have a palette, as the
// ones [Config.Image] makes from one channel. The result shares the pixels of img. A zero
// m is bwr and a zero level 1, as in a Config.
func Recolor(img image.Image, m ColorMap, level float64) (*image.Paletted, error) {
	c := Config{Map: m, Level: level}
	if err := c.check(); err != nil {
		return nil, err
	}
	p, ok := img.(*image.Paletted)
	if !ok {
		return nil, fmt.Errorf("heatmap: Recolor: a %T has no palette; only an image of one channel can change its map", img)
	}
	recolored := *p
	recolored.Palette = c.palette()
	return &recolored, nil
}

// Bar draws the colors of the Config's map and level in order along the longer side: from
// left to right, or from the bottom up if the bar is higher than wide.
func (c Config) Bar(width, height int) (*image.Paletted, error) {
	if width < 1 || height < 1 {
		return nil, fmt.Errorf("heatmap: Bar: %d by %d pixels, want at least 1 by 1", width, height)
	}
	if err := checkPixels("Bar", 1, height, 1, width); err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	bar := image.NewPaletted(image.Rect(0, 0, width, height), c.palette())
	for y := range height {
		for x := range width {
			at, last := x, width-1
			if height > width {
				at, last = height-1-y, height-1
			}
			bar.SetColorIndex(x, y, uint8((255*at+last/2)/max(last, 1)))
		}
	}
	return bar, nil
}
