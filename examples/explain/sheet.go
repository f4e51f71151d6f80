package main

import (
	"fmt"
	"image"
	"image/png"
	"io"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/examples/internal/sheet"
	"github.com/pullback-go/pullback/rules/heatmap"
)

// sheet draws an input beside its heat maps. If several outputs are explained, each has
// its rows.
func (r *result) sheet() (image.Image, error) {
	in, err := r.job.drawing.Input(r.x, r.shown)
	if err != nil {
		return nil, err
	}
	var groups [][]heatmap.Panel
	for _, target := range targetsOf(r.heats) {
		caption := "input"
		if r.targets() > 1 {
			caption = target
		}
		panels := []heatmap.Panel{{Image: in, Caption: caption}}
		for _, h := range r.heats {
			if h.Target != target {
				continue
			}
			img, err := r.job.drawing.Heat(h.r, r.shown)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", r.name, h.Method, err)
			}
			panels = append(panels, heatmap.Panel{Image: img, Caption: h.Method})
		}
		groups = append(groups, panels)
	}
	return sheet.Of(groups)
}

// writeMaps writes the input and each heat map. If several outputs are explained, the
// names end in their numbers.
func (r *result) writeMaps(prefix string) error {
	in, err := r.job.drawing.Input(r.x, r.shown)
	if err != nil {
		return err
	}
	if err := writePNG(prefix+".input.png", in); err != nil {
		return err
	}
	targets := targetsOf(r.heats)
	for _, h := range r.heats {
		img, err := r.job.drawing.Heat(h.r, r.shown)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", r.name, h.Method, err)
		}
		name := prefix + "." + strings.ReplaceAll(h.Method, ", ", "-")
		if len(targets) > 1 {
			name += fmt.Sprintf(".%d", slices.Index(targets, h.Target))
		}
		if err := writePNG(name+".png", img); err != nil {
			return err
		}
	}
	return nil
}

// targetsOf lists the outputs that are explained, in their order.
func targetsOf(heats []heat) []string {
	var out []string
	for _, h := range heats {
		if !slices.Contains(out, h.Target) {
			out = append(out, h.Target)
		}
	}
	return out
}

// writePNG writes an image as a whole or not at all.
func writePNG(path string, img image.Image) error {
	return writeFile(path, func(w io.Writer) error { return png.Encode(w, img) })
}
