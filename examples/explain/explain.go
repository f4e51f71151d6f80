package main

import (
	"fmt"
	"image"
	"io"
	"strings"

	"github.com/pullback-go/pullback/examples/internal/digits"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/trace"
)

// explain prints the prediction and the relevance sums, and writes the picture.
func explain(w io.Writer, o options) error {
	net, err := digits.Model(trace.Float32)
	if err != nil {
		return err
	}
	logits := net.Apply(o.x)
	class := predict(w, logits, o.class)
	input, err := draw(heatmap.Config{Map: heatmap.Must(heatmap.Named("gray"))}, o.x)
	if err != nil {
		return err
	}
	panels := []heatmap.Panel{{Image: input, Caption: "image"}}
	fmt.Fprintf(w, "\nrelevance for %d, whose output is %.4f\n", class, fn.Index(fn.Index(logits, 0), class).Float64())
	for _, m := range o.methods {
		r := m.explain(net.Apply, o.x, class)
		fmt.Fprintf(w, "  %-32s sum %+9.4f  smallest %+8.4f  largest %+8.4f\n", m.caption, total(r), extreme(fn.Min, r), extreme(fn.Max, r))
		img, err := draw(heatmap.Config{Map: o.colors, Symmetric: true}, r)
		if err != nil {
			return fmt.Errorf("%s: %w", m.caption, err)
		}
		panels = append(panels, heatmap.Panel{Image: img, Caption: m.caption})
	}
	sheet, err := heatmap.Sheet{Cols: min(4, len(panels)), Scale: 18}.Image(panels)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\nwrote %s\n", o.out)
	return heatmap.WritePNG(o.out, sheet)
}

// predict prints the probabilities and returns the class to explain.
func predict(w io.Writer, logits trace.Value, class int) int {
	p := fn.Softmax(logits, 1).Float64s()
	top := int(fn.ArgMax(logits, 1).Float64())
	fmt.Fprintf(w, "the network reads a %d\n", top)
	for k, v := range p {
		fmt.Fprintf(w, "  %d  %.4f  %s\n", k, v, strings.Repeat("#", int(40*v+0.5)))
	}
	if class < 0 {
		return top
	}
	return class
}

func draw(c heatmap.Config, x trace.Value) (image.Image, error) {
	return c.Image(x.Float64s(), x.Shape()[2:])
}

func total(r trace.Value) float64 { return fn.SumAll(r).Float64() }

func extreme(f func(trace.Value, ...int) trace.Value, r trace.Value) float64 {
	return f(fn.Reshape(r, -1), 0).Float64()
}
