package heatmap

import (
	"fmt"
	"image"
	"image/color"
	"math"
)

// Overlay blends a heat map with the input that it explains. The input is drawn in gray,
// so that every color in the result is relevance:
//
//	(1 - opacity)·gray(input) + opacity·heat, rounded to 8 bits.
//
// The two must be of the same size, see [Upscale]. An opacity of 0 gives the gray input,
// 1 the heat map. Transparent parts of the heat map lower the opacity accordingly. A
// transparent input counts as lying on black.
func Overlay(input, heat image.Image, opacity float64) (*image.NRGBA, error) {
	if !(opacity >= 0 && opacity <= 1) {
		return nil, fmt.Errorf("heatmap: Overlay: opacity %v is not in 0..1", opacity)
	}
	in, on := input.Bounds(), heat.Bounds()
	if in.Size() != on.Size() {
		return nil, fmt.Errorf("heatmap: Overlay: the input has %d by %d pixels and the heat map %d by %d; scale one of them",
			in.Dx(), in.Dy(), on.Dx(), on.Dy())
	}
	blend := image.NewNRGBA(image.Rect(0, 0, in.Dx(), in.Dy()))
	for y := range in.Dy() {
		for x := range in.Dx() {
			grey := color.GrayModel.Convert(input.At(in.Min.X+x, in.Min.Y+y)).(color.Gray)
			heat := color.NRGBAModel.Convert(heat.At(on.Min.X+x, on.Min.Y+y)).(color.NRGBA)
			blend.SetNRGBA(x, y, over(grey, heat, opacity))
		}
	}
	return blend, nil
}

func over(grey color.Gray, heat color.NRGBA, opacity float64) color.NRGBA {
	a := opacity * float64(heat.A) / 255
	mix := func(v uint8) uint8 {
		return uint8(math.Round(float64((1-a)*float64(grey.Y)) + float64(a*float64(v))))
	}
	return color.NRGBA{R: mix(heat.R), G: mix(heat.G), B: mix(heat.B), A: 255}
}
