package main

import (
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/trace"
)

// Sizes of a sheet in pixels.
const (
	leastSide  = 144  // of an image; smaller ones are enlarged
	sheetWidth = 1200 // about
	mostCols   = 4
)

// sheet draws an input beside its heat maps. If several outputs are explained, each has
// its rows.
func (d drawing) sheet(r *result) (image.Image, error) {
	in, err := d.inputImage(r)
	if err != nil {
		return nil, err
	}
	var rows [][]heatmap.Panel
	for _, target := range targetsOf(r.heats) {
		caption := "input"
		if r.targets() > 1 {
			caption = target
		}
		panels := []heatmap.Panel{{Image: in, Caption: ascii(caption)}}
		for _, h := range r.heats {
			if h.Target != target {
				continue
			}
			img, err := d.heat(h.r, r.shown)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", r.name, h.Method, err)
			}
			panels = append(panels, heatmap.Panel{Image: img, Caption: ascii(h.Method)})
		}
		rows = append(rows, panels)
	}
	cols := columns(rows[0], in.Bounds().Dx()*enlargement(in))
	return sheetOf(rows, cols, enlargement(in))
}

// columns returns how many panels stand side by side.
func columns(panels []heatmap.Panel, width int) int {
	return max(1, min(len(panels), mostCols, sheetWidth/max(1, width)))
}

// sheetOf lays out groups of panels. Each group begins a new row.
func sheetOf(rows [][]heatmap.Panel, cols, scale int) (image.Image, error) {
	var panels []heatmap.Panel
	for _, row := range rows {
		panels = append(panels, row...)
		for len(panels)%cols != 0 && len(rows) > 1 {
			panels = append(panels, heatmap.Panel{Image: image.NewNRGBA(image.Rect(0, 0, 1, 1))})
		}
	}
	return heatmap.Sheet{Cols: cols, Scale: scale}.Image(panels)
}

// stack draws images one below the other, on white.
func stack(images []image.Image) image.Image {
	size := image.Point{}
	for _, img := range images {
		size = image.Pt(max(size.X, img.Bounds().Dx()), size.Y+img.Bounds().Dy())
	}
	all := image.NewNRGBA(image.Rectangle{Max: size})
	draw.Draw(all, all.Rect, image.White, image.Point{}, draw.Src)
	y := 0
	for _, img := range images {
		draw.Draw(all, all.Rect.Add(image.Pt(0, y)), img, img.Bounds().Min, draw.Src)
		y += img.Bounds().Dy()
	}
	return all
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

// enlargement returns the whole factor by which a small image is enlarged.
func enlargement(img image.Image) int {
	size := img.Bounds().Size()
	return max(1, leastSide/max(size.X, size.Y))
}

// ascii replaces characters that the font does not have.
func ascii(text string) string {
	quoted := strconv.QuoteToASCII(text)
	return quoted[1 : len(quoted)-1]
}

// inputImage returns the picture of the input, which is a map of gray of an array.
func (d drawing) inputImage(r *result) (image.Image, error) {
	if r.shown != nil {
		return r.shown, nil
	}
	values, shape := plane(r.x, nil)
	return heatmap.Config{Map: heatmap.Must(heatmap.Named("gray"))}.Image(values, shape)
}

// heat draws relevance. The image of the input, if there is one, has its size.
func (d drawing) heat(r trace.Value, shown image.Image) (image.Image, error) {
	values, shape := plane(r, shown)
	c := heatmap.Config{Map: d.colors, Level: d.level}
	switch d.norm {
	case "symmetric":
		c.Symmetric = true
	case "absolute":
		for i, v := range values {
			values[i] = math.Abs(v)
		}
		if slices.Max(values) > 0 {
			c.VMin = new(float64)
		}
	}
	if c.Level == 0 {
		c.Level = math.SmallestNonzeroFloat64 // which 0 does not mean to a Config
	}
	return c.Image(values, shape)
}

// plane returns values as an image of height and width. Of v[1 c h w] and v[1 h w c] it
// adds up the channels; which axis they are on, the image of the input tells. Arrays of
// other shapes are cut into rows along their last axis.
func plane(v trace.Value, shown image.Image) (values []float64, shape []int) {
	v = fn.Cast(v, trace.Float64)
	if v.Rank() == 4 {
		axis := 1
		if shown != nil && image.Pt(v.Dim(2), v.Dim(1)) == shown.Bounds().Size() && v.Dim(3) != shown.Bounds().Dx() {
			axis = 3
		}
		v = fn.Sum(v, axis)
	}
	w := 1
	if v.Rank() > 0 {
		w = v.Dim(-1)
	}
	return v.Float64s(), []int{v.Size() / w, w}
}

// writePNG writes an image as a whole or not at all.
func writePNG(path string, img image.Image) error {
	return writeFile(path, func(w io.Writer) error { return png.Encode(w, img) })
}
