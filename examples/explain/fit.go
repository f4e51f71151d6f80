package main

import (
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"maps"
	"slices"
)

// rgb is an opaque color.
type rgb [3]uint8

// brightness is the sum of the three parts.
func (c rgb) brightness() int { return int(c[0]) + int(c[1]) + int(c[2]) }

// distance is the square of the Euclidean one.
func (c rgb) distance(o rgb) int {
	d := 0
	for k := range c {
		part := int(c[k]) - int(o[k])
		d += part * part
	}
	return d
}

// A fitting gives each color of a picture, with the number of its pixels, a position on
// a palette.
type fitting func(colors map[rgb]int, palette []rgb) map[rgb]uint8

// fits has the ways to find positions by name.
func fits() map[string]fitting {
	return map[string]fitting{"nearest": fitNearest, "intensity": fitIntensity, "histogram": fitHistogram}
}

func fitNames() []string { return slices.Sorted(maps.Keys(fits())) }

// fitNearest takes the entry with the nearest color.
func fitNearest(colors map[rgb]int, palette []rgb) map[rgb]uint8 {
	return closest(colors, palette, rgb.distance)
}

// fitIntensity takes the entry with the nearest brightness. It suits palettes that get
// brighter from end to end.
func fitIntensity(colors map[rgb]int, palette []rgb) map[rgb]uint8 {
	return closest(colors, palette, func(a, b rgb) int {
		d := a.brightness() - b.brightness()
		return d * d
	})
}

// closest takes the entry at the least distance, of equally near ones the first.
func closest(colors map[rgb]int, palette []rgb, distance func(a, b rgb) int) map[rgb]uint8 {
	at := map[rgb]uint8{}
	for c := range colors {
		best := 0
		for i, p := range palette {
			if distance(c, p) < distance(c, palette[best]) {
				best = i
			}
		}
		at[c] = uint8(best)
	}
	return at
}

// fitHistogram orders the colors by brightness and spreads them so that all positions
// have about as many pixels. Entry 0 of the palette is the darkest, or else the brightest.
func fitHistogram(colors map[rgb]int, palette []rgb) map[rgb]uint8 {
	order := slices.SortedFunc(maps.Keys(colors), func(a, b rgb) int {
		return cmp.Or(cmp.Compare(a.brightness(), b.brightness()), slices.Compare(a[:], b[:]))
	})
	pixels := 0
	for _, n := range colors {
		pixels += n
	}
	at, before := map[rgb]uint8{}, 0
	for _, c := range order {
		position := uint8((before + colors[c]/2) * 255 / pixels)
		before += colors[c]
		if palette[0].brightness() > palette[len(palette)-1].brightness() {
			position = 255 - position
		}
		at[c] = position
	}
	return at
}

// fit draws the positions of an image's pixels on a palette, with the palette.
func fit(img image.Image, p color.Palette, f fitting) *image.Paletted {
	flat := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(flat, flat.Rect, image.Black, image.Point{}, draw.Src)
	draw.Draw(flat, flat.Rect, img, img.Bounds().Min, draw.Over)
	at := func(i int) rgb { return rgb(flat.Pix[4*i : 4*i+3]) }
	colors := map[rgb]int{}
	for i := range len(flat.Pix) / 4 {
		colors[at(i)]++
	}
	var palette []rgb
	for _, c := range p {
		r, g, b, _ := c.RGBA()
		palette = append(palette, rgb{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8)})
	}
	positions := f(colors, palette)
	out := image.NewPaletted(flat.Rect, p)
	for i := range out.Pix {
		out.Pix[i] = positions[at(i)]
	}
	return out
}
