// Package sheet draws inputs beside their relevance.
package sheet

import (
	"flag"
	"fmt"
	"image"
	"math"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/examples/internal/flags"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/trace"
)

// Drawing is the group of flags that say how relevance becomes colors.
type Drawing struct {
	Colors heatmap.ColorMap
	Level  float64
	Norm   string

	name string // of the colors
}

// norms lists the values of Drawing.Norm.
func norms() []string { return []string{"symmetric", "absolute", "unaligned"} }

// Register adds the flags.
func (d *Drawing) Register(f *flag.FlagSet) {
	f.StringVar(&d.name, "cmap", "bwr", "the `colors` of relevance: "+strings.Join(heatmap.Names(), ", ")+", or a map such as 00f,80:fff,f00")
	f.Float64Var(&d.Level, "level", 1, "the `contrast` of the color map")
	f.StringVar(&d.Norm, "relevance-norm", "symmetric", "the `norm`, which says what the ends of the color map are: symmetric (around 0), absolute (of the amount, from 0) or unaligned (smallest and largest)")
}

// Check checks the parsed flags.
func (d *Drawing) Check(*flag.FlagSet) error {
	var err error
	if d.Colors, err = heatmap.Named(d.name); err != nil {
		return fmt.Errorf("-cmap: %w", err)
	}
	if !slices.Contains(norms(), d.Norm) {
		return fmt.Errorf("-relevance-norm %s: want one of %s", flags.Quote(d.Norm), strings.Join(norms(), ", "))
	}
	return flags.Finite("level", d.Level)
}

// Input returns the picture of an input, which is its image, or a map of gray of an array.
func (d Drawing) Input(x trace.Value, shown image.Image) (image.Image, error) {
	if shown != nil {
		return shown, nil
	}
	values, shape := plane(x, nil)
	return heatmap.Config{Map: heatmap.Must(heatmap.Named("gray"))}.Image(values, shape)
}

// Heat draws relevance. The image of the input, if there is one, has its size.
func (d Drawing) Heat(r trace.Value, shown image.Image) (image.Image, error) {
	values, shape := plane(r, shown)
	c := heatmap.Config{Map: d.Colors, Level: d.Level}
	switch d.Norm {
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
