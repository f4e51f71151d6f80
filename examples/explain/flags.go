package main

import (
	"flag"
	"fmt"
	"image"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/pullback-go/pullback/examples/internal/digits"
	"github.com/pullback-go/pullback/examples/internal/flags"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/trace"
)

// options are the checked values of the flags.
type options struct {
	x       trace.Value // f32[1 1 8 8]
	class   int         // -1 for the network's own choice
	methods []method
	colors  heatmap.ColorMap
	out     string
}

func parse(args []string, w io.Writer) (o options, err error) {
	f := flag.NewFlagSet("explain", flag.ContinueOnError)
	picture := f.String("image", "0", "a `digit` from 0 to 9 for an embedded image, or an image file of 8 by 8 pixels, white on black")
	class := f.String("class", "top", "the `class` to explain, 0 to 9, or top for the network's own choice")
	composite := f.String("composite", "", "the rules: "+strings.Join(rules.Names(), ", ")+", or none")
	attributor := f.String("attributor", "", "how they are used: "+strings.Join(attributors(), ", "))
	cmap := f.String("cmap", "bwr", "the color map: "+strings.Join(heatmap.Names(), ", ")+", or one in their language")
	f.StringVar(&o.out, "o", "explain.png", "the `picture` to write")
	if err := flags.Parse(f, args, w); err != nil {
		return o, err
	}
	if err := flags.File("o", o.out); err != nil {
		return o, err
	}
	if o.x, err = read(*picture); err != nil {
		return o, err
	}
	if o.class, err = parseClass(*class); err != nil {
		return o, err
	}
	if o.colors, err = heatmap.Named(*cmap); err != nil {
		return o, fmt.Errorf("-cmap: %w", err)
	}
	o.methods, err = chosen(*composite, *attributor)
	return o, err
}

func parseClass(s string) (int, error) {
	if s == "top" {
		return -1, nil
	}
	k, err := strconv.Atoi(s)
	if err != nil || k < 0 || k > 9 {
		return 0, fmt.Errorf("-class %s: want a class from 0 to 9, or top", flags.Quote(s))
	}
	return k, nil
}

// read returns the embedded image of a digit, or reads a file.
func read(picture string) (trace.Value, error) {
	var img image.Image
	digit, err := strconv.Atoi(picture)
	if err == nil {
		img, err = digits.Image(digit)
	} else {
		img, err = heatmap.ReadSized(picture, digits.Side, digits.Side)
	}
	if err != nil {
		return trace.Value{}, fmt.Errorf("-image: %w", err)
	}
	x, err := digits.Input(img, trace.Float32)
	if err != nil {
		return x, fmt.Errorf("-image: %w", err)
	}
	return x, nil
}

// chosen returns the methods to draw: all of the sheet, or the one that the flags name.
func chosen(composite, attributor string) ([]method, error) {
	if composite == "" && attributor == "" {
		return sheet()
	}
	if attributor == "" {
		attributor = "gradient"
	}
	if !slices.Contains(attributors(), attributor) {
		return nil, fmt.Errorf("-attributor %s: want one of %s", flags.Quote(attributor), strings.Join(attributors(), ", "))
	}
	m, err := newMethod(attributor, composite)
	return []method{m}, err
}
