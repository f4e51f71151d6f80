package vision_test

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/nn/vision"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// pictures are a test image, 40 by 32 pixels with smooth parts, hard edges, noise and
// transparency, and what PIL 9.4 and torchvision 0.14.1 make of it.
func pictures(t *testing.T) map[string]Value {
	t.Helper()
	tensors, err := safetensors.Read("testdata/images.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	return tensors
}

// picture returns the test image, opaque or not.
func picture(t *testing.T, opaque bool) *image.NRGBA {
	t.Helper()
	v := pictures(t)["source"]
	img := image.NewNRGBA(image.Rect(0, 0, v.Dim(1), v.Dim(0)))
	for i, x := range trace.Data[uint8](v) {
		img.Pix[i] = x
		if opaque && i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

// apply is Apply of a Preprocess that fits.
func apply(t *testing.T, p vision.Preprocess, img image.Image) Value {
	t.Helper()
	v, err := p.Apply(img)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Every filter gives exactly PIL's pixels, for larger and smaller sizes.
func TestResizingIsPILs(t *testing.T) {
	img, n := picture(t, true), 0
	for key, want := range pictures(t) {
		filter, size, ok := strings.Cut(key, " ")
		if !ok {
			continue
		}
		n++
		p := vision.Preprocess{Layout: vision.NHWC, Scale: 1}
		if err := p.Filter.UnmarshalText([]byte(filter)); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscanf(size, "%dx%d", &p.Size.Height, &p.Size.Width); err != nil {
			t.Fatal(err)
		}
		got := apply(t, p, img)
		if !slices.Equal(got.Float64s(), want.Float64s()) {
			t.Errorf("%s: got %v, want %v", key, got, want)
		}
	}
	if n != 20 {
		t.Errorf("got %d sizes, want 20", n)
	}
}

// A whole preprocessing gives torchvision's numbers, computed in float64.
func TestPreprocessingIsTorchvisions(t *testing.T) {
	want := pictures(t)
	for name, c := range map[string]struct {
		p   vision.Preprocess
		img image.Image
	}{
		"rgb": {vision.Preprocess{Short: 25, Filter: vision.Bicubic, Crop: vision.Size{Height: 20, Width: 24},
			Mean: vision.ImageNetMean, Std: vision.ImageNetStd}, picture(t, true)},
		"tall": {vision.Preprocess{Short: 21, Crop: vision.Size{Height: 12, Width: 8}}, vision.Upright(picture(t, true), 8)},
		"gray": {vision.Preprocess{Size: vision.Size{Height: 28, Width: 28}, Filter: vision.Lanczos, Channels: vision.Gray,
			Mean: []float64{0.1307}, Std: []float64{0.3081}}, picture(t, true)},
		"alpha": {vision.Preprocess{Size: vision.Size{Height: 30, Width: 33}, Channels: vision.BGR, Layout: vision.NHWC, Scale: 1,
			Mean: []float64{103.939, 116.779, 123.68}, Background: [3]uint8{255, 128, 0}}, picture(t, false)},
	} {
		got := apply(t, c.p, c.img)
		if shape := append([]int{1}, want[name].Shape()...); !slices.Equal(got.Shape(), shape) || got.DType() != trace.Float32 {
			t.Errorf("%s: got %v, want f32%v", name, got.Type(), shape)
			continue
		}
		lawtest.Close(t, got, fn.Reshape(want[name], got.Shape()...), 1e-7)
	}
}

// The zero Preprocess takes any kind of image as it is. A part of an image is an image
// whose pixels do not begin at 0.
func TestPreprocessOfAllKindsOfImages(t *testing.T) {
	src := picture(t, true)
	part := image.Rect(3, 5, 9, 12)
	rgba, gray := image.NewRGBA(src.Rect), image.NewGray(src.Rect)
	paletted := image.NewPaletted(src.Rect, color.Palette{color.Black, color.NRGBA{200, 100, 50, 255}})
	deep := image.NewNRGBA64(src.Rect)
	for y := range src.Rect.Dy() {
		for x := range src.Rect.Dx() {
			c := src.NRGBAAt(x, y)
			rgba.Set(x, y, c)
			gray.SetGray(x, y, color.Gray{c.R})
			paletted.SetColorIndex(x, y, c.R&1)
			deep.Set(x, y, c)
		}
	}
	for name, img := range map[string]interface {
		image.Image
		SubImage(image.Rectangle) image.Image
	}{"nrgba": src, "rgba": rgba, "gray": gray, "paletted": paletted, "deep": deep} {
		v := apply(t, vision.Preprocess{}, img.SubImage(part))
		if !slices.Equal(v.Shape(), []int{1, 3, 7, 6}) {
			t.Fatalf("%s: got %v", name, v.Type())
		}
		for i, got := range v.Float64s() {
			c := color.NRGBAModel.Convert(img.At(part.Min.X+i%6, part.Min.Y+i/6%7)).(color.NRGBA)
			if want := float64(float32([]uint8{c.R, c.G, c.B}[i/42]) / 255); got != want {
				t.Errorf("%s: number %d is %v, want %v", name, i, got, want)
				break
			}
		}
	}
	clear := apply(t, vision.Preprocess{Background: [3]uint8{0, 51, 255}}, image.NewAlpha(image.Rect(0, 0, 1, 1)))
	if got := clear.Float64s(); got[0] != 0 || math.Abs(got[1]-0.2) > 1e-7 || got[2] != 1 {
		t.Errorf("a transparent pixel is %v, want the background", got)
	}
}

// What lies under the middle of the model's input lies in the middle of the region, and a
// heat map that is drawn back covers the region alone.
func TestRegionAndRestore(t *testing.T) {
	for _, c := range []struct {
		p      vision.Preprocess
		bounds image.Rectangle
		want   image.Rectangle
	}{
		{vision.Preprocess{}, image.Rect(2, 3, 12, 33), image.Rect(2, 3, 12, 33)},
		{vision.Preprocess{Size: vision.Size{Height: 7, Width: 5}}, image.Rect(0, 0, 100, 30), image.Rect(0, 0, 100, 30)},
		{vision.Preprocess{Short: 256, Crop: vision.Size{Height: 224, Width: 224}}, image.Rect(0, 0, 1024, 512), image.Rect(288, 32, 736, 480)},
		{vision.Preprocess{Short: 10, Crop: vision.Size{Height: 10, Width: 10}}, image.Rect(5, 5, 25, 45), image.Rect(5, 15, 25, 35)},
		{vision.Preprocess{Crop: vision.Size{Height: 2, Width: 3}}, image.Rect(0, 0, 8, 5), image.Rect(2, 2, 5, 4)},
		{vision.Preprocess{Size: vision.Size{Height: 100, Width: 100}, Crop: vision.Size{Height: 1, Width: 1}}, image.Rect(0, 0, 1, 2), image.Rect(0, 1, 1, 2)},
	} {
		got, err := c.p.Region(c.bounds)
		if err != nil || got != c.want {
			t.Errorf("%+v of %v: got %v, %v, want %v", c.p, c.bounds, got, err, c.want)
		}
		heat := image.NewUniform(color.NRGBA{255, 0, 0, 255})
		drawn, err := c.p.Restore(&image.RGBA{Pix: slices.Repeat([]uint8{255, 0, 0, 255}, 9), Stride: 12, Rect: image.Rect(0, 0, 3, 3)}, c.bounds)
		if err != nil || drawn.Rect != (image.Rectangle{Max: c.bounds.Size()}) {
			t.Fatalf("got %v, %v", drawn, err)
		}
		for y := range drawn.Rect.Dy() {
			for x := range drawn.Rect.Dx() {
				want := color.RGBA{}
				if image.Pt(x, y).Add(c.bounds.Min).In(c.want) {
					want = color.RGBAModel.Convert(heat.C).(color.RGBA)
				}
				if got := drawn.RGBAAt(x, y); got != want {
					t.Fatalf("%v in %v: (%d, %d) is %v, want %v", c.want, c.bounds, x, y, got, want)
				}
			}
		}
	}
	if _, err := (vision.Preprocess{}).Restore(&image.Gray{}, image.Rect(0, 0, 2, 2)); err == nil || err.Error() != "vision: the heat map has no pixels" {
		t.Errorf("got %v", err)
	}
}

// The picture that a model sees has the pixels of the input.
func TestShown(t *testing.T) {
	for _, channels := range []vision.Channels{vision.RGB, vision.BGR, vision.Gray} {
		p := vision.Preprocess{Short: 20, Crop: vision.Size{Height: 11, Width: 17}, Channels: channels, Layout: vision.NHWC, Scale: 1, Background: [3]uint8{9, 99, 199}}
		img := picture(t, false)
		shown, err := p.Shown(img)
		if err != nil || shown.Rect != image.Rect(0, 0, 17, 11) {
			t.Fatalf("got %v, %v", shown, err)
		}
		x := apply(t, p, img)
		for i, got := range x.Float64s() {
			n := x.Dim(3)
			c := shown.NRGBAAt(i/n%17, i/n/17)
			rgb := []uint8{c.R, c.G, c.B}
			if channels == vision.BGR {
				slices.Reverse(rgb)
			}
			if want := float64(rgb[i%n]); got != want || c.A != 255 || n == 1 && (c.G != c.R || c.B != c.R) {
				t.Fatalf("%v: number %d is %v, the picture has %v", channels, i, got, c)
			}
		}
	}
}

// A side that is 0 keeps the ratio.
func TestOneSidedSizes(t *testing.T) {
	img := picture(t, true) // 40 by 32
	for want, size := range map[string]vision.Size{"[1 3 48 60]": {Height: 48}, "[1 3 5 7]": {Width: 7}, "[1 3 1 1]": {Width: 1}} {
		if got := fmt.Sprint(apply(t, vision.Preprocess{Size: size}, img).Shape()); got != want {
			t.Errorf("%v: got %s, want %s", size, got, want)
		}
	}
}

func TestPreprocessErrors(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 40, 30))
	for want, p := range map[string]vision.Preprocess{
		"vision: preprocessing: short is -1: want a length from 1 to 1048576, or 0 for none":                                         {Short: -1},
		"vision: preprocessing: scale is +Inf: want a finite number":                                                                 {Scale: math.Inf(1)},
		"vision: preprocessing: crop is [5, -3]: want a height and a width from 1 to 1048576":                                        {Crop: vision.Size{Height: 5, Width: -3}},
		"vision: preprocessing: short and size are both given: the image can be resized only once":                                   {Short: 4, Size: vision.Size{Height: 4, Width: 4}},
		"vision: preprocessing: filter is 4, which is none of bilinear, bicubic, box, lanczos":                                       {Filter: 4},
		"vision: preprocessing: channels is -1, which is none of rgb, bgr, gray":                                                     {Channels: -1},
		"vision: preprocessing: layout is 9, which is none of nchw, nhwc":                                                            {Layout: 9},
		"vision: preprocessing: mean has 2 numbers: want one for each of 3 channels, one for all, or none":                           {Mean: []float64{1, 2}},
		"vision: preprocessing: std has 3 numbers: want one for each of 1 channels, one for all, or none":                            {Std: []float64{1, 2, 3}, Channels: vision.Gray},
		"vision: preprocessing: std is [0]: it must be positive":                                                                     {Std: []float64{0}},
		"vision: preprocessing: mean has NaN: want finite numbers":                                                                   {Mean: []float64{math.NaN()}},
		"vision: 41 by 2 pixels cannot be cut out of the image's 40 by 30: resize it to more":                                        {Crop: vision.Size{Height: 2, Width: 41}},
		"vision: an image of 40 by 30 pixels would be resized to 1398101 by 1048576, which is too large":                             {Short: 1 << 20},
		"vision: an image of 40 by 30 pixels would be resized to 1048576 by 1048576, which is too large":                             {Size: vision.Size{Height: 1 << 20, Width: 1 << 20}},
		"vision: preprocessing: size is [9223372036854775807, 1]: want lengths from 1 to 1048576, or 0 for one that keeps the ratio": {Size: vision.Size{Height: math.MaxInt, Width: 1}},
		"vision: preprocessing: short is 9223372036854775807: want a length from 1 to 1048576, or 0 for none":                        {Short: math.MaxInt},
		"vision: preprocessing: crop is [1, -9223372036854775808]: want a height and a width from 1 to 1048576":                      {Crop: vision.Size{Height: 1, Width: math.MinInt}},
		"vision: preprocessing: filter is 9223372036854775807, which is none of bilinear, bicubic, box, lanczos":                     {Filter: math.MaxInt},
	} {
		for what, err := range map[string]error{
			"Apply": second(p.Apply(img)), "Region": second(p.Region(img.Rect)), "Restore": second(p.Restore(img, img.Rect)), "Shown": second(p.Shown(img)),
		} {
			if err == nil || err.Error() != want {
				t.Errorf("%s of %+v: got %v, want %s", what, p, err, want)
			}
		}
	}
	for want, img := range map[string]image.Image{
		"vision: the image has no pixels":                                     image.NewGray(image.Rect(3, 3, 3, 9)),
		"vision: an image of 2000000000 by 2000000000 pixels is too large":    image.NewUniform(color.Black),
		"vision: an image of 2000000000 by 1 pixels is too large":             claimed{image.NewUniform(color.Black), image.Rect(0, 0, 2e9, 1)},
		"vision: an image of 3 by 9223372036854775807 pixels is too large":    claimed{image.NewUniform(color.Black), image.Rect(0, 0, 3, math.MaxInt)},
		"vision: the image has no pixels (of a rectangle that overflows int)": claimed{image.NewUniform(color.Black), image.Rect(math.MinInt, 0, math.MaxInt, 1)},
	} {
		want, _, _ = strings.Cut(want, " (")
		if _, err := (vision.Preprocess{Size: vision.Size{Height: 1, Width: 1}}).Apply(img); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// claimed is an image with bounds that it claims.
type claimed struct {
	image.Image
	bounds image.Rectangle
}

func (c claimed) Bounds() image.Rectangle { return c.bounds }

func second[T any](_ T, err error) error { return err }

// An image of extreme ratio is refused, or resized to one row.
func TestPreprocessOfThinImages(t *testing.T) {
	narrow := image.NewGray(image.Rect(0, 0, 1, 100_000))
	if _, err := (vision.Preprocess{Short: 256}).Apply(narrow); err == nil || !strings.Contains(err.Error(), "which is too large") {
		t.Errorf("got %v", err)
	}
	if v := apply(t, vision.Preprocess{Size: vision.Size{Height: 1, Width: 1}}, narrow); v.Size() != 3 {
		t.Errorf("got %v", v.Type())
	}
}

func TestPreprocessFor(t *testing.T) {
	for _, name := range vision.Names() {
		p, err := vision.PreprocessFor(name)
		if err != nil {
			t.Fatal(err)
		}
		if v := apply(t, p, picture(t, true)); name == "lenet" && !slices.Equal(v.Shape(), []int{1, 1, 32, 32}) ||
			name == "efficientnet_b7" && !slices.Equal(v.Shape(), []int{1, 3, 600, 600}) {
			t.Errorf("%s: got %v", name, v.Type())
		}
		if len(p.Mean) > 0 {
			p.Mean[0] = 7
			if again, _ := vision.PreprocessFor(name); again.Mean[0] != 0.485 {
				t.Error("what the caller changed is changed for all")
			}
		}
	}
	if p, err := vision.PreprocessFor("convnext_small"); err != nil || p.Short != 230 || p.Crop.Width != 224 || p.Filter != vision.Bilinear {
		t.Errorf("got %+v, %v", p, err)
	}
	if _, err := vision.PreprocessFor("vgg"); err == nil || !strings.Contains(err.Error(), `no model is named "vgg"`) {
		t.Errorf("got %v", err)
	}
}
