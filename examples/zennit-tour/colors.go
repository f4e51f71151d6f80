package main

import (
	"fmt"
	"image"
	"io"
	"path/filepath"

	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/trace"
)

func colors() piece {
	return piece{
		name: "colors", title: "color maps, and swapping them in a finished picture",
		about: [2]string{
			"The eleven maps by name, and one in the color map language: colors at positions, a repeated position for a hard edge.",
			"One channel gives a picture with a palette, so a PNG that was written can get other colors without the relevance.",
		},
		zennit: `
imgify(relevance, symmetric=True, cmap='fff,80:000,f00')
# share/scripts/palette_swap.py heat.png --cmap hot`,
		here: `
m, err := heatmap.Parse("fff,80:000,f00")
img, err := heatmap.Read("heat.png")
swapped, err := heatmap.Recolor(img, m, 1)`,
		run: runColors,
	}
}

func runColors(w io.Writer, dir string) error {
	_, r, err := explained()
	if err != nil {
		return err
	}
	img, err := relevanceImage(r)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "heat.png")
	if err := heatmap.WritePNG(path, img); err != nil {
		return err
	}
	if img, err = heatmap.Read(path); err != nil {
		return err
	}
	var panels []heatmap.Panel
	for _, name := range append(heatmap.Names(), "fff,80:000,f00") {
		p, err := swapped(img, r, name)
		if err != nil {
			return err
		}
		panels = append(panels, p)
		fmt.Fprintf(w, "%-15s %v\n", name, heatmap.Must(heatmap.Named(name)))
	}
	return writeSheet(w, dir, "colors.png", heatmap.Sheet{Cols: 4, Scale: 12}, panels)
}

// swapped gives a picture other colors. It checks that they equal those drawn directly
// from the relevance.
func swapped(img image.Image, r trace.Value, name string) (p heatmap.Panel, err error) {
	m, err := heatmap.Named(name)
	if err != nil {
		return p, err
	}
	other, err := heatmap.Recolor(img, m, 1)
	if err != nil {
		return p, err
	}
	want, err := heatmap.Config{Symmetric: true, Map: m}.Image(r.Float64s(), []int{8, 8})
	if err != nil {
		return p, err
	}
	for y := range 8 {
		for x := range 8 {
			if other.At(x, y) != want.At(x, y) {
				return p, fmt.Errorf("%s: pixel (%d, %d) is %v after swapping, %v from the relevance", name, x, y, other.At(x, y), want.At(x, y))
			}
		}
	}
	return heatmap.Panel{Image: other, Caption: name}, nil
}
