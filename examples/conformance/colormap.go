package main

import (
	"errors"
	"fmt"
	"image/color"

	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/trace"
)

// colorMapCase is the source of a color map with its colors, or an invalid source.
type colorMapCase struct {
	ID       string
	Name     string
	Source   string
	Points   string
	Colors   string
	Palettes []struct {
		Level   float64
		Palette string
	}
	Error     bool
	ErrorType string `json:"error_type"`
}

// colorMap verifies one case of the color map language. A named map must be equal to the
// one of the source.
func (s *suite) colorMap(c colorMapCase) error {
	m, err := heatmap.Parse(c.Source)
	if c.Error {
		if err == nil {
			return fmt.Errorf("the source %q is taken, want an error", c.Source)
		}
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.colors(m, c); err != nil || c.Name == "" {
		return err
	}
	named, err := heatmap.Named(c.Name)
	if err != nil {
		return err
	}
	return s.colors(named, c)
}

// colors compares the colors at points, and the palettes.
func (s *suite) colors(m heatmap.ColorMap, c colorMapCase) error {
	points, err := s.tensor(c.Points)
	if err != nil {
		return err
	}
	var got []float64
	for _, x := range points.Float64s() {
		rgb := m.At(x)
		got = append(got, rgb[:]...)
	}
	if err := s.expect("colours", trace.New(got, points.Size(), 3), c.Colors, tolerance64); err != nil {
		return err
	}
	if len(c.Palettes) == 0 {
		return errors.New("it has no palettes to compare with")
	}
	for _, p := range c.Palettes {
		got := paletteBytes(m.Palette(p.Level))
		if err := s.expect(fmt.Sprintf("palette of level %v", p.Level), trace.New(got, len(got)/3, 3), p.Palette, 0); err != nil {
			return err
		}
	}
	return nil
}

// paletteBytes returns red, green and blue of each color.
func paletteBytes(p color.Palette) []float64 {
	var out []float64
	for _, c := range p {
		out = append(out, rgbBytes(c)...)
	}
	return out
}

func rgbBytes(c color.Color) []float64 {
	r, g, b, _ := c.RGBA()
	return []float64{float64(r >> 8), float64(g >> 8), float64(b >> 8)}
}
