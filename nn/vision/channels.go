package vision

import (
	"image"
	"image/color"
	"image/draw"
)

// Channels says which channels of an image a model gets, and in which order.
type Channels int

// The channels.
const (
	RGB  Channels = iota // red, green, blue
	BGR                  // blue, green, red
	Gray                 // one channel, 0.299 red + 0.587 green + 0.114 blue
)

var channelNames = []string{"rgb", "bgr", "gray"}

// String returns the name, such as rgb.
func (c Channels) String() string { return nameOf(c, "Channels", channelNames) }

// MarshalText returns the name.
func (c Channels) MarshalText() ([]byte, error) { return textOf(c, "channels", channelNames) }

// UnmarshalText reads the name. The error for another one lists those that there are.
func (c *Channels) UnmarshalText(text []byte) error {
	return readName(c, text, "channels", channelNames)
}

// count returns the number of channels.
func (c Channels) count() int {
	if c == Gray {
		return 1
	}
	return 3
}

// of returns the channels of a color.
func (c Channels) of(rgb [3]uint8) [3]uint8 {
	switch c {
	case BGR:
		return [3]uint8{rgb[2], rgb[1], rgb[0]}
	case Gray:
		// The weights, in units of 2⁻¹⁶, and the rounding are PIL's.
		r, g, b := uint32(rgb[0]), uint32(rgb[1]), uint32(rgb[2])
		return [3]uint8{uint8((19595*r + 38470*g + 7471*b + 1<<15) >> 16)}
	}
	return rgb
}

// rasterOf returns the channels of an image that lies over a background.
func rasterOf(img image.Image, c Channels, background [3]uint8) raster {
	b, n := img.Bounds(), c.count()
	r := raster{b.Dy(), b.Dx(), n, make([]uint8, 0, b.Dy()*b.Dx()*n)}
	at := pixelsOf(img)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			rgb := c.of(over(at(x, y), background))
			r.pix = append(r.pix, rgb[:n]...)
		}
	}
	return r
}

// pixelsOf returns a function that reads the pixels of an image. Package draw converts
// opaque images faster than one color after the other.
func pixelsOf(img image.Image) func(x, y int) color.NRGBA {
	if plain, ok := img.(*image.NRGBA); ok {
		return plain.NRGBAAt
	}
	if o, ok := img.(interface{ Opaque() bool }); ok && o.Opaque() {
		copied := image.NewRGBA(img.Bounds())
		draw.Draw(copied, copied.Rect, img, copied.Rect.Min, draw.Src)
		return func(x, y int) color.NRGBA {
			return color.NRGBA(copied.RGBAAt(x, y)) // alike, without transparency
		}
	}
	return func(x, y int) color.NRGBA { return color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA) }
}

// over returns a color over an opaque one, rounded to 8 bits.
func over(c color.NRGBA, background [3]uint8) [3]uint8 {
	mix := func(v, under uint8) uint8 {
		return uint8((uint32(v)*uint32(c.A) + uint32(under)*(255-uint32(c.A)) + 127) / 255)
	}
	return [3]uint8{mix(c.R, background[0]), mix(c.G, background[1]), mix(c.B, background[2])}
}
