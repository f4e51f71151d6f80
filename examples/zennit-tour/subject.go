package main

import (
	"fmt"
	"image"
	"io"
	"math"
	"path/filepath"
	"strings"

	"github.com/pullback-go/pullback/examples/internal/digits"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/trace"
)

type function = func(x trace.Value) trace.Value

// subject returns the trained network and the image of a digit, x[1 1 8 8]. Both are in
// float64, so that printed numbers agree everywhere.
func subject(digit int) (net digits.Net, x trace.Value, err error) {
	if net, err = digits.Model(trace.Float64); err != nil {
		return net, x, err
	}
	img, err := digits.Image(digit)
	if err != nil {
		return net, x, err
	}
	x, err = digits.Input(img, trace.Float64)
	return net, x, err
}

// row makes a batch of one from some numbers, [1 n].
func row(v ...float64) trace.Value { return trace.New(v, 1, len(v)) }

func total(x trace.Value) float64   { return fn.SumAll(x).Float64() }
func largest(x trace.Value) float64 { return fn.Max(fn.Reshape(x, -1), 0).Float64() }
func least(x trace.Value) float64   { return fn.Min(fn.Reshape(x, -1), 0).Float64() }

// numbers prints values with at most 6 digits.
func numbers(x trace.Value) string {
	var parts []string
	for _, v := range x.Float64s() {
		parts = append(parts, number(v))
	}
	return strings.Join(parts, " ")
}

func number(v float64) string {
	if math.Abs(v) < 1e-12 { // rounding, or a zero of either sign
		v = 0
	}
	return fmt.Sprintf("%.6g", v)
}

// agree returns an error unless two values are equal within rounding. The tolerance suits
// the relevance of one digit.
func agree(what string, got, want trace.Value) error {
	apart := largest(fn.Abs(fn.Sub(got, want)))
	if !(apart <= 1e-9) {
		return fmt.Errorf("%s: differ by %v", what, apart)
	}
	return nil
}

// relevanceImage draws x[1 1 8 8] with 0 in the middle of the colors.
func relevanceImage(x trace.Value) (image.Image, error) {
	return heatmap.Config{Symmetric: true}.Image(x.Float64s(), []int{8, 8})
}

func grayImage(x trace.Value) (image.Image, error) {
	return heatmap.Config{Map: heatmap.Must(heatmap.Named("gray"))}.Image(x.Float64s(), []int{8, 8})
}

// picture is a sheet of an image and its explanations.
type picture struct {
	panels []heatmap.Panel
	cols   int
}

func (p *picture) add(caption string, draw func(trace.Value) (image.Image, error), x trace.Value) error {
	img, err := draw(x)
	if err != nil {
		return fmt.Errorf("%s: %w", caption, err)
	}
	p.panels = append(p.panels, heatmap.Panel{Image: img, Caption: caption})
	return nil
}

// write writes the sheet with 18 pixels for each pixel of the digit.
func (p *picture) write(w io.Writer, dir, name string) error {
	sheet, err := heatmap.Sheet{Cols: p.cols, Scale: 18}.Image(p.panels)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "wrote %s, %d panels\n", name, len(p.panels))
	return heatmap.WritePNG(filepath.Join(dir, name), sheet)
}
