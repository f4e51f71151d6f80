package picture_test

import (
	"image"
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/examples/internal/picture"
	"github.com/pullback-go/pullback/trace"
)

// The value of each element is (scale v - mean)/std of one channel of one pixel.
func TestInput(t *testing.T) {
	img := gradient(3, 2)
	for _, c := range []struct {
		p     picture.Preprocess
		shape string
		at    func(x, y, c int) int // of the element
		of    []int                 // red, green and blue of the channels
	}{
		{picture.Preprocess{}, "f64[1 3 2 3]", func(x, y, c int) int { return c*6 + y*3 + x }, []int{0, 1, 2}},
		{picture.Preprocess{Order: "bgr", Scale: 2, Mean: []float64{1}, Std: []float64{4}}, "f64[1 3 2 3]", func(x, y, c int) int { return c*6 + y*3 + x }, []int{2, 1, 0}},
		{picture.Preprocess{Layout: "nhwc", Mean: []float64{1, 2, 3}, Std: []float64{4, 5, 6}}, "f64[1 2 3 3]", func(x, y, c int) int { return y*9 + x*3 + c }, []int{0, 1, 2}},
	} {
		x, shown := c.p.Input(img, trace.Float64)
		if x.Type().String() != c.shape || shown.Rect != img.Rect {
			t.Errorf("%+v: got %v of %v, want %s", c.p, x.Type(), shown.Rect, c.shape)
			continue
		}
		got := x.Float64s()
		for y := range 2 {
			for px := range 3 {
				pixel := img.NRGBAAt(px, y)
				for k, of := range c.of {
					v := float64([]uint8{pixel.R, pixel.G, pixel.B}[of])
					scale, mean, std := 1/255.0, 0.0, 1.0
					if c.p.Scale != 0 {
						scale = c.p.Scale
					}
					if len(c.p.Mean) > 0 {
						mean, std = c.p.Mean[k%len(c.p.Mean)], c.p.Std[k%len(c.p.Std)]
					}
					if want := (scale*v - mean) / std; !(math.Abs(got[c.at(px, y, k)]-want) <= 1e-12) {
						t.Errorf("%+v: channel %d of %d, %d is %v, want %v", c.p, k, px, y, got[c.at(px, y, k)], want)
					}
				}
			}
		}
	}
}

// An image of one gray has the values of Level.
func TestLevel(t *testing.T) {
	for _, p := range []picture.Preprocess{{}, {Order: "gray", Scale: 1. / 120, Mean: []float64{1}}, {Mean: []float64{1, 2, 3}, Layout: "nhwc"}} {
		flat := image.NewGray(image.Rect(0, 0, 1, 1))
		flat.Pix[0] = 90
		x, _ := p.Input(flat, trace.Float64)
		if level := p.Level(90, trace.Float64); !level.Type().Equal(x.Type()) || level.String() != x.String() {
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
		{picture.Preprocess{}, 100, 40},
		{picture.Preprocess{Resize: 20}, 50, 20},
		{picture.Preprocess{Resize: 20, Crop: 16}, 16, 16},
		{picture.Preprocess{Crop: 60}, 60, 60}, // enlarged
		{picture.Preprocess{Height: 48}, 120, 48},
		{picture.Preprocess{Width: 50}, 50, 20},
		{picture.Preprocess{Height: 8, Width: 8}, 8, 8},
		{picture.Preprocess{Resize: 1}, 2, 1},
	} {
		if _, shown := c.p.Input(img, trace.Float32); shown.Rect != image.Rect(0, 0, c.w, c.h) {
			t.Errorf("%+v: got %v, want %d by %d", c.p, shown.Rect, c.w, c.h)
		}
		if size := c.p.Size(100, 40); size != image.Pt(c.w, c.h) {
			t.Errorf("%+v: got the size %v, want %d by %d", c.p, size, c.w, c.h)
		}
	}
}

// Whatever is resized, white in the middle stays in the middle.
func TestMiddleStays(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 90, 30))
	for y := range 30 {
		for x := 30; x < 60; x++ {
			img.Pix[y*90+x] = 255
		}
	}
	for _, p := range []picture.Preprocess{{Height: 15, Width: 15}, {Crop: 30}, {Resize: 15, Crop: 13}, {Resize: 60, Crop: 58, Height: 9, Width: 9}} {
		x, _ := p.Input(img, trace.Float64)
		for i, v := range x.Float64s() {
			if v < 0.999 {
				t.Errorf("%+v: element %d of the white middle is %v", p, i, v)
				break
			}
		}
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		p    picture.Preprocess
		want string
	}{
		{picture.Preprocess{Resize: -1}, "resize -1: want 0 to 65536 pixels"},
		{picture.Preprocess{Crop: 1 << 20}, "crop 1048576"},
		{picture.Preprocess{Order: "rbg"}, `order "rbg": want rgb, bgr or gray`},
		{picture.Preprocess{Layout: "chw"}, `layout "chw": want nchw or nhwc`},
		{picture.Preprocess{Mean: []float64{1, 2}}, "mean [1 2]: want one number, or one for each of the 3 channels"},
		{picture.Preprocess{Std: []float64{0}}, "no std of 0"},
		{picture.Preprocess{Scale: math.Inf(1)}, "scale [+Inf]: want finite numbers"},
	} {
		if err := c.p.Check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v, want %s", c.p, err, c.want)
		}
	}
	if err := (picture.Preprocess{Order: "gray", Mean: []float64{1}, Layout: "nhwc"}).Check(); err != nil {
		t.Error(err)
	}
}
