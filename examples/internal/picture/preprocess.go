package picture

import (
	"fmt"
	"image"
	"math"

	"golang.org/x/image/draw"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Preprocess says how an image becomes the input of a network. The zero value scales
// pixels to [0, 1] and keeps the size: x[1 3 h w] of red, green and blue.
type Preprocess struct {
	// Resize is the length that the shorter side gets first; 0 leaves it.
	Resize int `json:"resize,omitempty"`
	// Crop is the side of the square that is cut from the middle; 0 cuts nothing.
	Crop int `json:"crop,omitempty"`
	// Height and Width are the size of the input. If both are given, the largest
	// rectangle of that shape is cut from the middle and resized. If one is given, the
	// image is resized with its proportions.
	Height int `json:"height,omitempty"`
	Width  int `json:"width,omitempty"`
	// A pixel v in 0..255 becomes (Scale·v - Mean)/Std. A Scale of 0 means 1/255. Mean
	// and Std have one number, or one for each channel; by default they are 0 and 1.
	Scale float64   `json:"scale,omitempty"`
	Mean  []float64 `json:"mean,omitempty"`
	Std   []float64 `json:"std,omitempty"`
	// Order is rgb, bgr or gray; empty means rgb.
	Order string `json:"order,omitempty"`
	// Layout is nchw or nhwc; empty means nchw.
	Layout string `json:"layout,omitempty"`
}

// Check returns an error for values that fit no image. It names the field.
func (p Preprocess) Check() error {
	const most = 1 << 16
	for _, side := range []struct {
		name string
		n    int
	}{{"resize", p.Resize}, {"crop", p.Crop}, {"height", p.Height}, {"width", p.Width}} {
		if side.n < 0 || side.n > most {
			return fmt.Errorf("%s %d: want 0 to %d pixels", side.name, side.n, most)
		}
	}
	if p.Order != "" && p.Order != "rgb" && p.Order != "bgr" && p.Order != "gray" {
		return fmt.Errorf("order %q: want rgb, bgr or gray", trace.Excerpt(p.Order))
	}
	if p.Layout != "" && p.Layout != "nchw" && p.Layout != "nhwc" {
		return fmt.Errorf("layout %q: want nchw or nhwc", trace.Excerpt(p.Layout))
	}
	for _, list := range []struct {
		name    string
		numbers []float64
	}{{"mean", p.Mean}, {"std", p.Std}, {"scale", []float64{p.Scale}}} {
		if n := len(list.numbers); n > 1 && n != p.Channels() {
			return fmt.Errorf("%s %v: want one number, or one for each of the %d channels", list.name, list.numbers, p.Channels())
		}
		for _, v := range list.numbers {
			if math.IsNaN(v) || math.IsInf(v, 0) || v == 0 && list.name == "std" {
				return fmt.Errorf("%s %v: want finite numbers, and no std of 0", list.name, list.numbers)
			}
		}
	}
	return nil
}

// Channels is the number of channels of the input.
func (p Preprocess) Channels() int {
	if p.Order == "gray" {
		return 1
	}
	return 3
}

// channel returns which of red, green and blue is channel c.
func (p Preprocess) channel(c int) int {
	if p.Order == "bgr" {
		return 2 - c
	}
	return c
}

// value returns the value of a pixel's channel, of 0..255.
func (p Preprocess) value(v float64, c int) float64 {
	scaled := v / 255
	if p.Scale != 0 {
		scaled = v * p.Scale
	}
	return (scaled - pick(p.Mean, c, 0)) / pick(p.Std, c, 1)
}

// pick returns the number for a channel.
func pick(numbers []float64, c int, otherwise float64) float64 {
	switch len(numbers) {
	case 0:
		return otherwise
	case 1:
		return numbers[0]
	}
	return numbers[c]
}

// Level returns the input's values for an image of one gray of 0..255. They broadcast to
// the input: [1 c 1 1] or [1 1 1 c].
func (p Preprocess) Level(gray float64, d trace.DType) trace.Value {
	values := make([]float64, p.Channels())
	for c := range values {
		values[c] = p.value(gray, c)
	}
	shape := []int{1, len(values), 1, 1}
	if p.Layout == "nhwc" {
		shape = []int{1, 1, 1, len(values)}
	}
	return fn.Cast(trace.New(values, shape...), d)
}

// Input returns the input x and the part of the image that it shows.
func (p Preprocess) Input(img image.Image, d trace.DType) (x trace.Value, shown *image.NRGBA) {
	shown = p.fit(img)
	h, w, channels := shown.Rect.Dy(), shown.Rect.Dx(), p.Channels()
	values := make([]float64, channels*h*w)
	for i := range h * w {
		rgb := shown.Pix[4*i : 4*i+3]
		for c := range channels {
			v := float64(rgb[p.channel(c)])
			if channels == 1 {
				v = luma(rgb)
			}
			at := c*h*w + i
			if p.Layout == "nhwc" {
				at = i*channels + c
			}
			values[at] = p.value(v, c)
		}
	}
	shape := []int{1, channels, h, w}
	if p.Layout == "nhwc" {
		shape = []int{1, h, w, channels}
	}
	return fn.Cast(trace.New(values, shape...), d), shown
}

// luma is the brightness in 0..255, as in ITU-R BT.601.
func luma(rgb []uint8) float64 {
	return math.Round((299*float64(rgb[0]) + 587*float64(rgb[1]) + 114*float64(rgb[2])) / 1000)
}

// fit resizes and cuts the image. Transparent parts lie on white.
func (p Preprocess) fit(img image.Image) *image.NRGBA {
	from := img.Bounds()
	if p.Resize > 0 || p.Crop > 0 {
		first := p.first(from.Size())
		img = resized(img, from, first.X, first.Y)
		from = p.cut(img.Bounds())
	}
	size := p.last(from.Size())
	if p.Width > 0 && p.Height > 0 {
		w, h := from.Dx(), from.Dy()
		from = middle(from, min(w, max(1, h*p.Width/p.Height)), min(h, max(1, w*p.Height/p.Width)))
	}
	return resized(img, from, size.X, size.Y)
}

// first returns the size of an image after Resize.
func (p Preprocess) first(size image.Point) image.Point {
	if p.Resize == 0 {
		return size
	}
	short := min(size.X, size.Y)
	return image.Pt(max(1, size.X*p.Resize/short), max(1, size.Y*p.Resize/short))
}

// cut returns what Crop cuts out.
func (p Preprocess) cut(r image.Rectangle) image.Rectangle {
	if p.Crop == 0 {
		return r
	}
	side := min(p.Crop, r.Dx(), r.Dy())
	return middle(r, side, side)
}

// last returns the size of the input, of the size of an image after Crop.
func (p Preprocess) last(size image.Point) image.Point {
	w, h := p.Width, p.Height
	switch {
	case w > 0 && h > 0:
	case h > 0:
		w = max(1, (size.X*h+size.Y/2)/size.Y)
	case w > 0:
		h = max(1, (size.Y*w+size.X/2)/size.X)
	case p.Crop > 0:
		w, h = p.Crop, p.Crop
	default:
		return size
	}
	return image.Pt(w, h)
}

// Size returns the width and height of the input for an image of w by h pixels.
func (p Preprocess) Size(w, h int) image.Point {
	return p.last(p.cut(image.Rectangle{Max: p.first(image.Pt(w, h))}).Size())
}

// middle returns the w by h pixels in the middle of a rectangle.
func middle(r image.Rectangle, w, h int) image.Rectangle {
	corner := r.Min.Add(image.Pt((r.Dx()-w)/2, (r.Dy()-h)/2))
	return image.Rectangle{Min: corner, Max: corner.Add(image.Pt(w, h))}
}

// resized draws a part of an image on white, w by h pixels. A smaller image averages.
func resized(img image.Image, part image.Rectangle, w, h int) *image.NRGBA {
	dst := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.Draw(dst, dst.Rect, image.White, image.Point{}, draw.Src)
	if part.Dx() == w && part.Dy() == h {
		draw.Draw(dst, dst.Rect, img, part.Min, draw.Over)
		return dst
	}
	draw.BiLinear.Scale(dst, dst.Rect, img, part, draw.Over, nil)
	return dst
}
