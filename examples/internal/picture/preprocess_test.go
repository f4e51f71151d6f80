package picture_test

import (
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/examples/internal/picture"
	"github.com/pullback-go/pullback/nn/vision"
	"github.com/pullback-go/pullback/trace"
)

// covering is a preprocessing for inputs of one size.
func covering(h, w int) picture.Preprocess {
	return picture.Preprocess{Cover: vision.Size{Height: h, Width: w}}
}

// sized is a preprocessing for a size, or a side.
func sized(h, w int) picture.Preprocess {
	return picture.Preprocess{Preprocess: vision.Preprocess{Size: vision.Size{Height: h, Width: w}}}
}

// resizing is a preprocessing by the shorter side.
func resizing(short, crop int) picture.Preprocess {
	return picture.Preprocess{Preprocess: vision.Preprocess{Short: short, Crop: vision.Size{Height: crop, Width: crop}}}
}

// The input is that of package vision, and the image beside it shows its pixels.
func TestInput(t *testing.T) {
	img := gradient(5, 4)
	for _, v := range []vision.Preprocess{
		{}, {Channels: vision.BGR, Scale: 1, Mean: []float64{1}, Std: []float64{4}}, {Layout: vision.NHWC, Mean: []float64{1, 2, 3}, Std: []float64{4, 5, 6}},
		{Channels: vision.Gray}, {Size: vision.Size{Height: 2, Width: 3}}, {Short: 3, Crop: vision.Size{Height: 2, Width: 2}},
	} {
		x, shown, err := picture.Preprocess{Preprocess: v}.Input(img, trace.Float64)
		if err != nil {
			t.Fatal(err)
		}
		want, err := v.Apply(img)
		if err != nil || x.DType() != trace.Float64 || !slices.Equal(x.Float64s(), want.Float64s()) {
			t.Errorf("%+v: got %v, want %v", v, x, want)
		}
		again, err := vision.Preprocess{Channels: v.Channels, Layout: v.Layout, Scale: v.Scale, Mean: v.Mean, Std: v.Std}.Apply(shown)
		if err != nil || v.Channels != vision.Gray && !slices.Equal(again.Float64s(), want.Float64s()) {
			t.Errorf("%+v: the image shown gives %v, want %v", v, again, want)
		}
	}
}

// An image of one gray has the values of Level.
func TestLevel(t *testing.T) {
	for _, v := range []vision.Preprocess{{}, {Channels: vision.Gray, Scale: 1, Mean: []float64{120}, Std: []float64{120}}, {Mean: []float64{1, 2, 3}, Layout: vision.NHWC}} {
		p := picture.Preprocess{Preprocess: v}
		flat := image.NewGray(image.Rect(0, 0, 1, 1))
		flat.SetGray(0, 0, color.Gray{Y: 90})
		x, _, err := p.Input(flat, trace.Float64)
		if level := p.Level(90, trace.Float64); err != nil || level.String() != x.String() {
			t.Errorf("%+v: got %v, want %v, %v", p, level, x, err)
		}
		p.Short, p.Crop = 256, vision.Size{Height: 224, Width: 224}
		if level := p.Level(90, trace.Float64); level.String() != x.String() {
			t.Errorf("%+v: got %v, want %v", p, level, x)
		}
	}
}

func TestSizes(t *testing.T) {
	img := image.NewGray(image.Rect(10, 20, 110, 60)) // 100 by 40
	for _, c := range []struct {
		p    picture.Preprocess
		w, h int
	}{
		{picture.Preprocess{}, 100, 40}, {resizing(20, 0), 50, 20}, {resizing(20, 16), 16, 16}, {resizing(0, 40), 40, 40},
		{sized(7, 9), 9, 7}, {sized(48, 0), 120, 48}, {sized(0, 50), 50, 20}, {sized(1, 0), 2, 1},
		{covering(8, 8), 8, 8}, {covering(80, 3), 3, 80}, {covering(3, 80), 80, 3}, {covering(40, 100), 100, 40}, {covering(41, 100), 100, 41},
	} {
		x, shown, err := c.p.Input(img, trace.Float32)
		if err != nil || shown.Rect != image.Rect(0, 0, c.w, c.h) || !slices.Equal(x.Shape(), []int{1, 3, c.h, c.w}) {
			t.Errorf("%+v: got %v and %v, %v, want %d by %d", c.p, shown.Rect, x.Type(), err, c.w, c.h)
		}
		if size := c.p.InputSize(img.Rect.Size()); size != image.Pt(c.w, c.h) {
			t.Errorf("%+v: got the size %v, want %d by %d", c.p, size, c.w, c.h)
		}
		if c.p.Sized() == (c.w == 100 && c.h == 40 && c.p.Cover.Height == 0) {
			t.Errorf("%+v: Sized is %v", c.p, c.p.Sized())
		}
	}
}

// Whatever is cut and resized, white in the middle stays in the middle.
func TestMiddleStays(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 90, 30))
	for y := range 30 {
		for x := 30; x < 60; x++ {
			img.Pix[y*90+x] = 255
		}
	}
	for _, p := range []picture.Preprocess{covering(30, 30), covering(15, 13), covering(60, 55), resizing(0, 30), resizing(15, 13)} {
		x, _, err := p.Input(img, trace.Float64)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range x.Float64s() {
			if v < 0.999 {
				t.Errorf("%+v: element %d of the white middle is %v", p, i, v)
				break
			}
		}
	}
}

// view is an image that cannot give parts of itself.
type view struct{ image.Image }

// The part that is cut out is that of the image in any form.
func TestCoverOfViews(t *testing.T) {
	img, p := gradient(7, 4), covering(3, 3)
	want, shown, err := p.Input(img, trace.Float32)
	if err != nil {
		t.Fatal(err)
	}
	got, again, err := p.Input(view{img}, trace.Float32)
	if err != nil || !slices.Equal(got.Float64s(), want.Float64s()) || !slices.Equal(shown.Pix, again.Pix) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestPreprocessErrors(t *testing.T) {
	if err := (picture.Preprocess{Preprocess: vision.Preprocess{Mean: []float64{1, 2}}}).Check(); err == nil || !strings.Contains(err.Error(), "mean") {
		t.Errorf("got %v", err)
	}
	if err := sized(48, 0).Check(); err != nil {
		t.Error(err)
	}
	if _, _, err := resizing(0, 60).Input(gradient(9, 9), trace.Float32); err == nil || !strings.Contains(err.Error(), "60 by 60") {
		t.Errorf("got %v", err)
	}
}
