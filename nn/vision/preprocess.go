package vision

import (
	"fmt"
	"image"
	"math"

	"golang.org/x/image/draw"

	"github.com/pullback-go/pullback/trace"
)

// The mean and the standard deviation of ImageNet's colors on a scale from 0 to 1. Nearly
// all models that were trained on ImageNet are given images normalized by these.
var (
	ImageNetMean = []float64{0.485, 0.456, 0.406}
	ImageNetStd  = []float64{0.229, 0.224, 0.225}
)

// Preprocess makes the input of a model from an image. In this order it
//
//   - lays the image over the background, if it is transparent,
//   - takes the channels,
//   - resizes them, to Size or by the shorter side,
//   - cuts out the middle,
//   - scales the numbers, which are from 0 to 255, to 0..1,
//   - subtracts the mean and divides by the standard deviation.
//
// The zero value takes the image as it is, as RGB from 0 to 1. In JSON, fields have their
// names in lower case, and those that are 0 may be left out:
//
//	{"short": 256, "filter": "bicubic", "crop": [224, 224],
//	 "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
//
// Resizing is that of PIL, and with it torchvision's: equal images give equal pixels. A
// JPEG may be decoded to slightly other pixels here and there.
type Preprocess struct {
	// Short is the length to which the shorter side is resized. The longer one keeps the
	// ratio, rounded down.
	Short int
	// Size is the height and width to which the image is resized, whatever its ratio. If
	// one of them is 0, that side keeps the ratio, rounded down. Only one of Short and
	// Size may be given.
	Size Size
	// Filter is used to resize.
	Filter Filter
	// Crop is the height and width of the middle to cut out. The image must not be
	// smaller.
	Crop Size
	// Channels are those of the result.
	Channels Channels
	// Layout is the order of its axes.
	Layout Layout
	// Scale is a factor for the numbers; 0 means 1/255, and 1 leaves them as they are.
	Scale float64
	// Mean is subtracted, and then Std divided by. Each has a number for every channel, one for
	// all, or none, which means 0 and 1.
	Mean, Std []float64
	// Background has red, green and blue of what transparent images lie on.
	Background [3]uint8
}

// Size is a height and a width in pixels. The zero Size stands for none.
type Size struct{ Height, Width int }

// Layout is the order of the axes of a batch of images.
type Layout int

// The layouts.
const (
	NCHW Layout = iota // batch, channels, height, width, as in PyTorch
	NHWC               // batch, height, width, channels, as in TensorFlow
)

var layoutNames = []string{"nchw", "nhwc"}

// String returns the name, such as nchw.
func (l Layout) String() string { return nameOf(l, "Layout", layoutNames) }

// MarshalText returns the name.
func (l Layout) MarshalText() ([]byte, error) { return textOf(l, "layout", layoutNames) }

// UnmarshalText reads the name. The error for another one lists those that there are.
func (l *Layout) UnmarshalText(text []byte) error { return readName(l, text, "layout", layoutNames) }

// Apply returns the image as f32[1 c h w], or as f32[1 h w c] in the layout NHWC. The
// error says which field does not fit, or in which way the image does not.
func (p Preprocess) Apply(img image.Image) (trace.Value, error) {
	r, err := p.seen(img, p.Channels)
	if err != nil {
		return trace.Value{}, err
	}
	shape := []int{1, r.channels, r.h, r.w}
	pixel, channel := 1, r.h*r.w // distances in the result
	if p.Layout == NHWC {
		shape = []int{1, r.h, r.w, r.channels}
		pixel, channel = r.channels, 1
	}
	data, tables := make([]float32, len(r.pix)), p.tables()
	for i, v := range r.pix {
		k := i % r.channels
		data[i/r.channels*pixel+k*channel] = tables[k][v]
	}
	return trace.New(data, shape...), nil
}

// seen returns channels of what the model gets to see, from 0 to 255.
func (p Preprocess) seen(img image.Image, c Channels) (raster, error) {
	fit, err := p.fit(img.Bounds())
	if err != nil {
		return raster{}, err
	}
	return rasterOf(img, c, p.Background).resized(fit.resized.Y, fit.resized.X, p.Filter).part(fit.crop), nil
}

// tables returns, for each channel, what the 256 levels become.
func (p Preprocess) tables() [][256]float32 {
	scaled := func(v int) float64 {
		if p.Scale == 0 {
			return float64(v) / 255
		}
		return float64(v) * p.Scale
	}
	tables := make([][256]float32, p.Channels.count())
	for k := range tables {
		mean, std := entryOr(p.Mean, k, 0), entryOr(p.Std, k, 1)
		for v := range tables[k] {
			tables[k][v] = float32((scaled(v) - mean) / std)
		}
	}
	return tables
}

// entryOr returns the number for a channel.
func entryOr(list []float64, channel int, otherwise float64) float64 {
	switch len(list) {
	case 0:
		return otherwise
	case 1:
		return list[0]
	}
	return list[channel]
}

// Shown returns the picture that the model gets to see: laid over the background, resized
// and cut out, in color unless the channels are gray. It lies under a heat map over the
// model's input.
func (p Preprocess) Shown(img image.Image) (*image.NRGBA, error) {
	channels := p.Channels
	if channels == BGR {
		channels = RGB
	}
	r, err := p.seen(img, channels)
	if err != nil {
		return nil, err
	}
	out := image.NewNRGBA(image.Rect(0, 0, r.w, r.h))
	for i := range r.w * r.h {
		from, to := r.pix[i*r.channels:(i+1)*r.channels], out.Pix[4*i:]
		to[0], to[1], to[2], to[3] = from[0], from[min(1, len(from)-1)], from[len(from)-1], 255
	}
	return out, nil
}

// Region returns the part of an image with these bounds that the model gets to see, to
// the nearest pixel. A heat map over the model's input belongs there.
func (p Preprocess) Region(bounds image.Rectangle) (image.Rectangle, error) {
	fit, err := p.fit(bounds)
	if err != nil {
		return image.Rectangle{}, err
	}
	// along returns the pixels of the image under those from lo to hi of the resized one.
	along := func(lo, hi, resized, length int) (int, int) {
		ratio := float64(length) / float64(resized)
		first := min(int(math.Round(float64(lo)*ratio)), length-1)
		return first, max(first+1, int(math.Round(float64(hi)*ratio)))
	}
	x0, x1 := along(fit.crop.Min.X, fit.crop.Max.X, fit.resized.X, bounds.Dx())
	y0, y1 := along(fit.crop.Min.Y, fit.crop.Max.Y, fit.resized.Y, bounds.Dy())
	return image.Rect(x0, y0, x1, y1).Add(bounds.Min), nil
}

// Restore returns an image of the size of the original with the heat map in the region
// that the model got to see, and transparent around it. The heat map covers the model's
// input. It may have any size and is scaled smoothly.
func (p Preprocess) Restore(heat image.Image, original image.Rectangle) (*image.RGBA, error) {
	region, err := p.Region(original)
	if err != nil {
		return nil, err
	}
	if heat.Bounds().Empty() {
		return nil, fmt.Errorf("vision: the heat map has no pixels")
	}
	out := image.NewRGBA(image.Rectangle{Max: original.Size()})
	draw.BiLinear.Scale(out, region.Sub(original.Min), heat, heat.Bounds(), draw.Src, nil)
	return out, nil
}

// fit says how an image is resized, and what is cut out of the result.
type fit struct {
	resized image.Point
	crop    image.Rectangle
}

// mostPixels is the number of pixels that an image may have, before and after resizing:
// 16384 by 16384.
const mostPixels = 1 << 28

func (p Preprocess) fit(bounds image.Rectangle) (fit, error) {
	if err := p.check(); err != nil {
		return fit{}, fmt.Errorf("vision: preprocessing: %w", err)
	}
	size := bounds.Size()
	if min(size.X, size.Y) < 1 {
		return fit{}, fmt.Errorf("vision: the image has no pixels")
	}
	if int64(size.X) > mostPixels/int64(size.Y) {
		return fit{}, fmt.Errorf("vision: an image of %d by %d pixels is too large", size.X, size.Y)
	}
	size = p.resizedTo(size)
	// The rows are resized first, so an image of the old height is made, too.
	if int64(size.X)*int64(max(size.Y, bounds.Dy())) > mostPixels {
		return fit{}, fmt.Errorf("vision: an image of %d by %d pixels would be resized to %d by %d, which is too large",
			bounds.Dx(), bounds.Dy(), size.X, size.Y)
	}
	f := fit{size, image.Rectangle{Max: size}}
	if (p.Crop != Size{}) {
		if p.Crop.Width > size.X || p.Crop.Height > size.Y {
			return fit{}, fmt.Errorf("vision: %d by %d pixels cannot be cut out of the image's %d by %d: resize it to more",
				p.Crop.Width, p.Crop.Height, size.X, size.Y)
		}
		// A margin that cannot be halved is rounded to the even number, as in torchvision.
		x0 := int(math.RoundToEven(float64(size.X-p.Crop.Width) / 2))
		y0 := int(math.RoundToEven(float64(size.Y-p.Crop.Height) / 2))
		f.crop = image.Rect(x0, y0, x0+p.Crop.Width, y0+p.Crop.Height)
	}
	return f, nil
}

// resizedTo returns the size that an image of a size is resized to.
func (p Preprocess) resizedTo(size image.Point) image.Point {
	to := p.Size
	if p.Short > 0 && size.X <= size.Y {
		to.Width = p.Short
	} else if p.Short > 0 {
		to.Height = p.Short
	}
	switch {
	case to == Size{}:
		return size
	case to.Width == 0:
		to.Width = max(1, int(int64(to.Height)*int64(size.X)/int64(size.Y)))
	case to.Height == 0:
		to.Height = max(1, int(int64(to.Width)*int64(size.Y)/int64(size.X)))
	}
	return image.Pt(to.Width, to.Height)
}

// mostLength is the longest side that can be asked for.
const mostLength = 1 << 20

// check returns an error for the first field that makes no sense.
func (p Preprocess) check() error {
	if p.Short < 0 || p.Short > mostLength {
		return fmt.Errorf("short is %d: want a length from 1 to %d, or 0 for none", p.Short, mostLength)
	}
	if s := p.Size; min(s.Height, s.Width) < 0 || max(s.Height, s.Width) > mostLength {
		return fmt.Errorf("size is [%d, %d]: want lengths from 1 to %d, or 0 for one that keeps the ratio", s.Height, s.Width, mostLength)
	}
	if c := p.Crop; c != (Size{}) && (min(c.Height, c.Width) < 1 || max(c.Height, c.Width) > mostLength) {
		return fmt.Errorf("crop is [%d, %d]: want a height and a width from 1 to %d", c.Height, c.Width, mostLength)
	}
	if p.Short > 0 && p.Size != (Size{}) {
		return fmt.Errorf("short and size are both given: the image can be resized only once")
	}
	if err := checkName(p.Filter, "filter", filterNames); err != nil {
		return err
	}
	if err := checkName(p.Channels, "channels", channelNames); err != nil {
		return err
	}
	if err := checkName(p.Layout, "layout", layoutNames); err != nil {
		return err
	}
	if math.IsNaN(p.Scale) || math.IsInf(p.Scale, 0) {
		return fmt.Errorf("scale is %v: want a finite number", p.Scale)
	}
	if err := checkPerChannel("mean", p.Mean, p.Channels); err != nil {
		return err
	}
	if err := checkPerChannel("std", p.Std, p.Channels); err != nil {
		return err
	}
	for _, s := range p.Std {
		if s <= 0 {
			return fmt.Errorf("std is %v: it must be positive", p.Std)
		}
	}
	return nil
}

func checkPerChannel(what string, list []float64, c Channels) error {
	if n := len(list); n > 1 && n != c.count() {
		return fmt.Errorf("%s has %d numbers: want one for each of %d channels, one for all, or none", what, n, c.count())
	}
	for _, x := range list {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("%s has %v: want finite numbers", what, x)
		}
	}
	return nil
}
