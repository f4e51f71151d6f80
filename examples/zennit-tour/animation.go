package main

import (
	"fmt"
	"image"
	"io"
	"math"
	"path/filepath"
	"time"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/attribute"
)

func animation() piece {
	return piece{
		name: "animation", title: "an animation: SmoothGrad as it takes more samples",
		about: [2]string{
			"From the gradient, N = 1, to the mean of 64: each frame adds to the noise of the one before. Ends are those of the last frame.",
			"Any frames of one size go the same way, as the steps of an attack on an explanation (examples/adversarial).",
		},
		zennit: `
for n in (1, 2, 4, 8, 16, 32, 64):  # and a program of your own to make a GIF of it
    SmoothGrad(model, noise_level=0.2, n_iter=n)`,
		here: `
attribute.SmoothGrad(model, target, attribute.SmoothGradConfig{NoiseLevel: 0.2, N: n, Noise: noise})
heatmap.WriteGIF("smoothgrad.gif", frames, 600*time.Millisecond)`,
		run: runAnimation,
	}
}

func runAnimation(w io.Writer, dir string) error {
	net, x, err := subject(3)
	if err != nil {
		return err
	}
	const most = 64
	noise := random.Normal(random.Key(0), trace.Float64, most-1, 1, 1, 8, 8)
	smooth := func(n int) trace.Value {
		c := attribute.SmoothGradConfig{NoiseLevel: 0.2, N: n, Noise: fn.Slice(noise, fn.SliceConfig{Stop: []int{n - 1}})}
		return attribute.SmoothGrad(net.Apply, attribute.Class(3), c)(x)
	}
	last := smooth(most)
	high := largest(fn.Abs(last))
	low := -high
	var frames []image.Image
	for n := 1; n <= most; n *= 2 {
		r := smooth(n)
		apart := math.Sqrt(total(fn.Square(fn.Sub(r, last))) / total(fn.Square(last)))
		fmt.Fprintf(w, "N = %2d  distance to the last %s\n", n, number(apart))
		f, err := frame(fmt.Sprintf("N = %2d", n), x, r, heatmap.Config{VMin: &low, VMax: &high})
		if err != nil {
			return err
		}
		frames = append(frames, f)
	}
	fmt.Fprintf(w, "wrote smoothgrad.gif, %d frames\n", len(frames))
	return heatmap.WriteGIF(filepath.Join(dir, "smoothgrad.gif"), frames, 600*time.Millisecond)
}

// frame draws a map and its overlay on the input side by side.
func frame(caption string, x, r trace.Value, c heatmap.Config) (image.Image, error) {
	heat, err := c.Image(r.Float64s(), []int{8, 8})
	if err != nil {
		return nil, err
	}
	input, err := grayImage(x)
	if err != nil {
		return nil, err
	}
	blend, err := heatmap.Overlay(input, sheer(heat, r), 0.8)
	if err != nil {
		return nil, err
	}
	return heatmap.Sheet{Cols: 2, Scale: pixel}.Image([]heatmap.Panel{{Image: heat, Caption: caption}, {Image: blend, Caption: "on the input"}})
}
