package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"image"

	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/trace"
)

// imageCase is an array and the result of one of three functions on it.
type imageCase struct {
	ID       string
	Function string
	Array    string
	Args     json.RawMessage
	Mode     string
	Indices  string
	RGB      string
	PNG      string
	VMin     string
	VMax     string
	Result   string
}

// drawing verifies one case about images.
func (s *suite) drawing(c imageCase) error {
	a, err := s.tensor(c.Array)
	if err != nil {
		return err
	}
	switch c.Function {
	case "imgify":
		return s.imgify(c, a)
	case "gridify":
		return s.gridify(c, a)
	case "interval_norm_bounds":
		return s.bounds(c, a)
	}
	return fmt.Errorf("function %q is not supported", c.Function)
}

// imgifyArgs are the arguments of a heat map.
type imgifyArgs struct {
	VMin, VMax *float64
	CMap       string
	Level      *float64
	Symmetric  bool
	Grid       gridShape
	GridFill   *float64
}

// gridShape is false, true, or [rows, columns].
type gridShape struct{ *heatmap.Grid }

func (g *gridShape) UnmarshalJSON(b []byte) error {
	var on bool
	if json.Unmarshal(b, &on) == nil {
		if on {
			g.Grid = &heatmap.Grid{}
		}
		return nil
	}
	var rows, cols int
	if err := pair(b, &rows, &cols); err != nil {
		return err
	}
	g.Grid = &heatmap.Grid{Rows: rows, Cols: cols}
	return nil
}

// imgify draws an array and compares pixels and colors.
func (s *suite) imgify(c imageCase, a trace.Value) error {
	var args imgifyArgs
	if err := decode(c.Args, &args); err != nil {
		return err
	}
	m, err := heatmap.Named(args.CMap)
	if err != nil {
		return err
	}
	if c.RGB == "" {
		return errors.New("it has no colours to compare with")
	}
	conf := heatmap.Config{Map: m, Symmetric: args.Symmetric, VMin: args.VMin, VMax: args.VMax}
	if conf.Grid = args.Grid.Grid; conf.Grid != nil {
		conf.Grid.Fill = args.GridFill
	}
	if args.Level != nil {
		conf.Level = *args.Level
	}
	if conf.Level == 0 && args.Level != nil {
		return errors.New("level 0 means 1 in a heatmap.Config and is not supported")
	}
	img, err := draw(conf, a)
	if err != nil {
		return err
	}
	return s.comparePixels(c, img)
}

// draw draws an array of any dtype that can be drawn.
func draw(c heatmap.Config, a trace.Value) (image.Image, error) {
	switch a.DType() {
	case trace.Uint8:
		return c.ImageBytes(trace.Data[uint8](a), a.Shape())
	case trace.Float32:
		return c.Image32(trace.Data[float32](a), a.Shape())
	}
	return c.Image(a.Float64s(), a.Shape())
}

// comparePixels compares an image with the indices, the colors and the file of a case.
func (s *suite) comparePixels(c imageCase, img image.Image) error {
	if c.Indices != "" {
		p, ok := img.(*image.Paletted)
		if !ok {
			return errors.New("the image has no palette")
		}
		want, err := s.tensor(c.Indices)
		if err != nil {
			return err
		}
		if err := compareFloats("indices", floats(p.Pix), want.Float64s(), 0); err != nil {
			return err
		}
	}
	if err := s.expect("colours", pixels(img), c.RGB, 0); err != nil || c.PNG == "" {
		return err
	}
	path, err := s.beside(c.PNG)
	if err != nil {
		return err
	}
	want, err := heatmap.ReadSized(path, img.Bounds().Dx(), img.Bounds().Dy())
	if err != nil {
		return err
	}
	return compare("colours of "+c.PNG, pixels(img), pixels(want), 0)
}

// pixels returns red, green and blue, f64[h w 3].
func pixels(img image.Image) trace.Value {
	b := img.Bounds()
	var out []float64
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			out = append(out, rgbBytes(img.At(x, y))...)
		}
	}
	return trace.New(out, b.Dy(), b.Dx(), 3)
}

// gridify lays out a batch.
func (s *suite) gridify(c imageCase, a trace.Value) error {
	var args struct {
		Shape     []int
		FillValue *float64 `json:"fill_value"`
	}
	if err := decode(c.Args, &args); err != nil {
		return err
	}
	g := heatmap.Grid{Fill: args.FillValue}
	if len(args.Shape) == 2 {
		g.Rows, g.Cols = args.Shape[0], args.Shape[1]
	}
	tiled, shape, err := tile(a, g)
	if err != nil {
		return err
	}
	return s.expect("grid", trace.New(tiled, shape...), c.Result, 0)
}

func tile(a trace.Value, g heatmap.Grid) ([]float64, []int, error) {
	if a.DType() != trace.Uint8 {
		return heatmap.Tile(a.Float64s(), a.Shape(), g)
	}
	tiled, shape, err := heatmap.Tile(trace.Data[uint8](a), a.Shape(), g)
	return floats(tiled), shape, err
}

func floats(b []uint8) []float64 {
	out := make([]float64, len(b))
	for i, v := range b {
		out[i] = float64(v)
	}
	return out
}

// bounds compares the smallest and the largest values.
func (s *suite) bounds(c imageCase, a trace.Value) error {
	var args struct {
		Symmetric bool
		Dim       []int
	}
	if err := decode(c.Args, &args); err != nil {
		return err
	}
	lo, hi, err := heatmap.Bounds(a.Float64s(), a.Shape(), args.Symmetric, args.Dim...)
	if err != nil {
		return err
	}
	wantLo, err := s.tensor(c.VMin)
	if err != nil {
		return err
	}
	wantHi, err := s.tensor(c.VMax)
	if err != nil {
		return err
	}
	if err := compareFloats("vmin", lo, wantLo.Float64s(), tolerance64); err != nil {
		return err
	}
	return compareFloats("vmax", hi, wantHi.Float64s(), tolerance64)
}
