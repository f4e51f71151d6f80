package main

import (
	"fmt"
	"image"
	"image/color"
	"io"
	"math"
	"path/filepath"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

func images() piece {
	return piece{
		name: "images", title: "heat maps: norm, level, overlay, color bar",
		about: [2]string{
			"Symmetric puts 0 in the middle of the colors, a level above 1 shows weak relevance, given ends make pictures comparable.",
			"Overlay lays it on the input in grey, here the more opaque the larger it is; a color bar is an image too, its ends the caption.",
		},
		zennit: `
img = imgify(relevance, symmetric=True, cmap='coldnhot', level=2.0)
img.save('heat.png')`,
		here: `
c := heatmap.Config{Symmetric: true, Map: heatmap.Must(heatmap.Named("coldnhot")), Level: 2}
img, err := c.Image(relevance.Float64s(), []int{8, 8})
blend, err := heatmap.Overlay(input, sheer(img, relevance), 0.8)
bar, err := c.Bar(16, 144)`,
		run: runImages,
	}
}

func runImages(w io.Writer, dir string) error {
	x, r, err := explained()
	if err != nil {
		return err
	}
	coldnhot := heatmap.Must(heatmap.Named("coldnhot"))
	var panels []heatmap.Panel
	for _, c := range []struct {
		caption string
		config  heatmap.Config
	}{
		{"ends of the data", heatmap.Config{}}, {"symmetric", heatmap.Config{Symmetric: true}},
		{"level 2", heatmap.Config{Symmetric: true, Level: 2}}, {"coldnhot", heatmap.Config{Symmetric: true, Map: coldnhot}},
	} {
		heat, err := c.config.Image(r.Float64s(), []int{8, 8})
		if err != nil {
			return err
		}
		low, high := least(r), largest(r)
		if c.config.Symmetric {
			high = max(-low, high)
			low = -high
		}
		if panels, err = withOverlay(panels, c.caption, heat, x, r, c.config, low, high); err != nil {
			return err
		}
	}
	fmt.Fprintf(w, "relevance from %s to %s\n", number(least(r)), number(largest(r)))
	return writeSheet(w, dir, "images.png", heatmap.Sheet{Cols: 3}, panels)
}

// explained returns the image of the 3 and its relevance.
func explained() (x, r trace.Value, err error) {
	net, x, err := subject(3)
	if err != nil {
		return x, r, err
	}
	return x, transforms.Pull(transforms.WithRules(rules.EpsilonGammaBox(fn.Scalar(-1), fn.Scalar(1)), net.Apply), attribute.Class(3))(x), nil
}

const pixel = 18 // side of a digit's pixel in the picture

// withOverlay adds a heat map, its overlay on the input, and its color bar.
func withOverlay(panels []heatmap.Panel, caption string, heat image.Image, x, r trace.Value, c heatmap.Config, low, high float64) ([]heatmap.Panel, error) {
	input, err := grayImage(x)
	if err != nil {
		return nil, err
	}
	blend, err := heatmap.Overlay(input, sheer(heat, r), 0.8)
	if err != nil {
		return nil, err
	}
	bar, err := c.Bar(pixel, 8*pixel)
	if err != nil {
		return nil, err
	}
	for _, p := range []heatmap.Panel{{Image: heat, Caption: caption}, {Image: blend, Caption: "on the input"}} {
		if p.Image, err = heatmap.Upscale(p.Image, pixel); err != nil {
			return nil, err
		}
		panels = append(panels, p)
	}
	return append(panels, heatmap.Panel{Image: bar, Caption: fmt.Sprintf("%.3g to %.3g", low, high)}), nil
}

// sheer makes each pixel of a heat map as opaque as its relevance is large. The input
// shows through where relevance is small.
func sheer(heat image.Image, r trace.Value) image.Image {
	out := image.NewNRGBA(heat.Bounds())
	bound := largest(fn.Abs(r))
	for i, v := range r.Float64s() {
		c := color.NRGBAModel.Convert(heat.At(i%8, i/8)).(color.NRGBA)
		c.A = uint8(255 * math.Abs(v) / bound)
		out.SetNRGBA(i%8, i/8, c)
	}
	return out
}

func writeSheet(w io.Writer, dir, name string, s heatmap.Sheet, panels []heatmap.Panel) error {
	img, err := s.Image(panels)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "wrote %s, %d panels\n", name, len(panels))
	return heatmap.WritePNG(filepath.Join(dir, name), img)
}
