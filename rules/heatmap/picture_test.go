package heatmap

import (
	"image"
	"image/color"
	"math"
	"slices"
	"testing"
)

// photo is a color image that does not start at the origin and is partly transparent.
func photo(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(-2, 3, w-2, h+3))
	for i := range img.Pix {
		img.Pix[i] = uint8(37*i + i/5)
	}
	return img
}

// window cuts a w by h image out of a larger one, so that rows are not adjacent in
// memory.
func window(t *testing.T, seed uint64, w, h int) *image.Paletted {
	large := mustImage(t, Config{}, whole(seed, (h+3)*(w+4)), h+3, w+4).(*image.Paletted)
	return large.SubImage(image.Rect(2, 1, w+2, h+1)).(*image.Paletted)
}

func pixel(img image.Image, x, y int) color.NRGBA {
	return color.NRGBAModel.Convert(img.At(img.Bounds().Min.X+x, img.Bounds().Min.Y+y)).(color.NRGBA)
}

func expectPixels(t *testing.T, got image.Image, w, h int, want func(x, y int) color.NRGBA) {
	t.Helper()
	if got.Bounds() != image.Rect(0, 0, w, h) {
		t.Fatalf("bounds %v, want %d by %d from the origin", got.Bounds(), w, h)
	}
	for y := range h {
		for x := range w {
			if g, w := pixel(got, x, y), want(x, y); g != w {
				t.Fatalf("pixel %d, %d: got %v, want %v", x, y, g, w)
			}
		}
	}
}

func TestRecolorIsDrawingWithTheOtherMap(t *testing.T) {
	x := whole(21, 4*5)
	hot := Must(Named("hot"))
	img := mustImage(t, Config{}, x, 4, 5).(*image.Paletted)
	before := rgbBytes(img)
	recolored, err := Recolor(img, hot, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	expectBytes(t, "recolored", rgbBytes(recolored), rgbBytes(mustImage(t, Config{Map: hot, Level: 0.5}, x, 4, 5)))
	expectBytes(t, "original", rgbBytes(img), before)
	if &recolored.Pix[0] != &img.Pix[0] {
		t.Error("the pixels were copied")
	}
	back, err := Recolor(recolored, ColorMap{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	expectBytes(t, "back", rgbBytes(back), before)
	_, err = Recolor(photo(2, 2), hot, 1)
	expectError(t, err, "Recolor: a *image.NRGBA has no palette")
	_, err = Recolor(img, hot, math.NaN())
	expectError(t, err, "Level is NaN")
}

func TestBar(t *testing.T) {
	c := Config{Map: Must(Named("coldnhot")), Level: 0.5}
	want := make([]uint8, 256)
	for i := range want {
		want[i] = uint8(i)
	}
	flat, err := c.Bar(256, 1)
	if err != nil {
		t.Fatal(err)
	}
	expectBytes(t, "flat", flat.Pix, want)
	if !slices.Equal(flat.Palette, c.Map.Palette(0.5)) {
		t.Error("the palette is not that of the config")
	}
	high, err := c.Bar(1, 256)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(want)
	expectBytes(t, "high", high.Pix, want)
	for _, b := range []struct {
		width, height int
		want          []uint8
	}{
		{6, 2, []uint8{0, 51, 102, 153, 204, 255, 0, 51, 102, 153, 204, 255}},
		{3, 3, []uint8{0, 128, 255, 0, 128, 255, 0, 128, 255}},
		{1, 3, []uint8{255, 128, 0}},
		{1, 1, []uint8{0}},
	} {
		bar, err := c.Bar(b.width, b.height)
		if err != nil {
			t.Fatal(err)
		}
		expectBytes(t, "bar", bar.Pix, b.want)
	}
}

func TestBarErrors(t *testing.T) {
	for _, c := range []struct {
		config        Config
		width, height int
		want          string
	}{
		{Config{}, 0, 5, "Bar: 0 by 5 pixels, want at least 1 by 1"},
		{Config{}, 5, -1, "Bar: 5 by -1 pixels"},
		{Config{}, 1 << 20, 1 << 20, "Bar: 1·1048576 by 1·1048576 pixels are more than"},
		{Config{Level: math.NaN()}, 5, 5, "Level is NaN"},
	} {
		_, err := c.config.Bar(c.width, c.height)
		expectError(t, err, "heatmap: ", c.want)
	}
}

func TestUpscaleRepeatsPixels(t *testing.T) {
	for name, img := range map[string]image.Image{"palette": window(t, 22, 3, 5), "colour": photo(3, 5)} {
		t.Run(name, func(t *testing.T) {
			large, err := Upscale(img, 4)
			if err != nil {
				t.Fatal(err)
			}
			expectPixels(t, large, 12, 20, func(x, y int) color.NRGBA { return pixel(img, x/4, y/4) })
			_, was := img.(*image.Paletted)
			if _, is := large.(*image.Paletted); is != was {
				t.Errorf("a %T became a %T", img, large)
			}
			twice, err := Upscale(img, 2)
			if err != nil {
				t.Fatal(err)
			}
			if twice, err = Upscale(twice, 2); err != nil {
				t.Fatal(err)
			}
			expectPixels(t, twice, 12, 20, func(x, y int) color.NRGBA { return pixel(large, x, y) })
		})
	}
}

func TestUpscaleErrors(t *testing.T) {
	for factor, want := range map[int]string{
		0:           "Upscale: factor 0, want at least 1",
		-3:          "Upscale: factor -3",
		1 << 14:     "Upscale: 5·16384 by 3·16384 pixels are more than",
		math.MaxInt: "pixels are more than",
	} {
		_, err := Upscale(photo(3, 5), factor)
		expectError(t, err, "heatmap: ", want)
	}
}

func TestOverlay(t *testing.T) {
	input, heat := photo(3, 5), window(t, 23, 3, 5)
	grey := func(x, y int) color.NRGBA {
		g := color.GrayModel.Convert(input.At(x-2, y+3)).(color.Gray)
		return color.NRGBA{g.Y, g.Y, g.Y, 255}
	}
	for opacity, want := range map[float64]func(x, y int) color.NRGBA{
		0: grey,
		1: func(x, y int) color.NRGBA { return pixel(heat, x, y) },
		0.25: func(x, y int) color.NRGBA {
			g, c := grey(x, y), pixel(heat, x, y)
			mix := func(a, b uint8) uint8 { return uint8((3*int(a) + int(b) + 2) / 4) }
			return color.NRGBA{mix(g.R, c.R), mix(g.G, c.G), mix(g.B, c.B), 255}
		},
	} {
		blend, err := Overlay(input, heat, opacity)
		if err != nil {
			t.Fatal(err)
		}
		expectPixels(t, blend, 3, 5, want)
	}
	clear := image.NewUniform(color.NRGBA{})
	blend, err := Overlay(input, &cropped{clear, input.Rect}, 1)
	if err != nil {
		t.Fatal(err)
	}
	expectPixels(t, blend, 3, 5, grey)
}

// cropped is an image with other bounds.
type cropped struct {
	image.Image
	bounds image.Rectangle
}

func (c *cropped) Bounds() image.Rectangle { return c.bounds }

func TestOverlayErrors(t *testing.T) {
	_, err := Overlay(photo(3, 5), photo(5, 3), 0.5)
	expectError(t, err, "Overlay: the input has 3 by 5 pixels and the heat map 5 by 3; scale one of them")
	for opacity, want := range map[float64]string{-0.1: "opacity -0.1", 1.5: "opacity 1.5", math.NaN(): "opacity NaN"} {
		_, err := Overlay(photo(3, 5), photo(3, 5), opacity)
		expectError(t, err, "heatmap: Overlay: ", want, "is not in 0..1")
	}
}
