package heatmap

import (
	"fmt"
	"image"
)

// Upscale enlarges img by a whole factor without smoothing: a pixel becomes factor by
// factor pixels of its color. An image with a palette keeps it. Any other image becomes
// an *image.NRGBA of 8 bits.
func Upscale(img image.Image, factor int) (image.Image, error) {
	if factor < 1 {
		return nil, fmt.Errorf("heatmap: Upscale: factor %d, want at least 1", factor)
	}
	b := img.Bounds()
	if err := checkPixels("Upscale", b.Dy(), factor, b.Dx(), factor); err != nil {
		return nil, err
	}
	frame := image.Rect(0, 0, b.Dx()*factor, b.Dy()*factor)
	if p, ok := img.(*image.Paletted); ok {
		return upscalePaletted(p, frame, factor), nil
	}
	large := image.NewNRGBA(frame)
	for y := range frame.Dy() {
		for x := range frame.Dx() {
			large.Set(x, y, img.At(b.Min.X+x/factor, b.Min.Y+y/factor))
		}
	}
	return large, nil
}

func upscalePaletted(p *image.Paletted, frame image.Rectangle, factor int) *image.Paletted {
	large := image.NewPaletted(frame, p.Palette)
	for y := range frame.Dy() {
		for x := range frame.Dx() {
			large.SetColorIndex(x, y, p.ColorIndexAt(p.Rect.Min.X+x/factor, p.Rect.Min.Y+y/factor))
		}
	}
	return large
}
