package main

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/rules/heatmap"
)

// ramp is a heat map of all positions on a color map.
func ramp(t *testing.T, name string) *image.Paletted {
	t.Helper()
	values := make([]float64, 256)
	for i := range values {
		values[i] = float64(i)
	}
	img, err := heatmap.Config{Map: heatmap.Must(heatmap.Named(name))}.Image(values, []int{16, 16})
	if err != nil {
		t.Fatal(err)
	}
	return img.(*image.Paletted)
}

// flat is an image without its palette.
func flat(img *image.Paletted) image.Image {
	out := image.NewNRGBA(img.Rect)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			out.Set(x, y, img.At(x, y))
		}
	}
	return out
}

// Of a picture in the colors of a map, the nearest color gives back each value, and
// another map gives it the colors it would have had.
func TestPaletteFit(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, from := range heatmap.Names() {
		img := ramp(t, from)
		if err := writePNG("in.png", flat(img)); err != nil {
			t.Fatal(err)
		}
		must(t, ".", "palette-fit", "-source-cmap", from, "-cmap", from, "in.png", "same.png")
		same := readPNG(t, "same.png")
		for i, v := range img.Pix {
			if got, want := same.Palette[same.Pix[i]], img.Palette[v]; rgbOf(got) != rgbOf(want) {
				t.Errorf("%s: position %d has the color %v, want %v", from, v, got, want)
			}
		}
	}
	if err := writePNG("in.png", flat(ramp(t, "bwr"))); err != nil {
		t.Fatal(err)
	}
	must(t, ".", "palette-fit", "-cmap", "coldnhot", "-invert", "in.png", "other.png")
	other, want := readPNG(t, "other.png"), ramp(t, "coldnhot")
	for i, at := range []int{255, 255 - 90} {
		if got := other.Pix[[]int{0, 90}[i]]; int(got) < at-1 || int(got) > at+1 {
			t.Errorf("the position is %d, want %d", got, at)
		}
	}
	if rgbOf(other.Palette[7]) != rgbOf(want.Palette[7]) {
		t.Errorf("got the color %v, want %v", other.Palette[7], want.Palette[7])
	}
}

func rgbOf(c color.Color) [3]uint32 {
	r, g, b, _ := c.RGBA()
	return [3]uint32{r, g, b}
}

func readPNG(t *testing.T, path string) *image.Paletted {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	p, ok := img.(*image.Paletted)
	if !ok {
		t.Fatalf("%s: a %T", path, img)
	}
	return p
}

// On a map that gets brighter, brightness tells the position. Spread evenly, the
// positions of a ramp stay as they are.
func TestFitByBrightness(t *testing.T) {
	img := ramp(t, "gray")
	for name, f := range fits() {
		fitted := fit(flat(img), img.Palette, f)
		for i, v := range fitted.Pix {
			if d := int(v) - int(img.Pix[i]); d < -1 || d > 1 {
				t.Errorf("%s: position %d is fitted at %d", name, img.Pix[i], v)
			}
		}
	}
	white := ramp(t, "wred") // from white to red
	if fitted := fit(flat(white), white.Palette, fitHistogram); fitted.Pix[0] > 5 || fitted.Pix[255] < 250 {
		t.Errorf("got the ends %d and %d", fitted.Pix[0], fitted.Pix[255])
	}
}

func TestPaletteSwap(t *testing.T) {
	t.Chdir(t.TempDir())
	before, want := ramp(t, "bwr"), ramp(t, "hot")
	for _, path := range []string{"a.png", "b.png"} {
		if err := writePNG(path, before); err != nil {
			t.Fatal(err)
		}
	}
	must(t, ".", "palette-swap", "-cmap", "hot", "a.png", "b.png")
	for _, path := range []string{"a.png", "b.png"} {
		got := readPNG(t, path)
		for i, v := range before.Pix {
			if got.Pix[i] != v || rgbOf(got.Palette[v]) != rgbOf(want.Palette[v]) {
				t.Fatalf("%s: pixel %d is %d of the color %v, want %d of %v", path, i, got.Pix[i], got.Palette[v], v, want.Palette[v])
			}
		}
	}
	if err := writePNG("c.png", flat(before)); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := runIn(t, ".", "palette-swap", "c.png"); code != exitFailed || !strings.Contains(errs, "c.png: heatmap: Recolor") {
		t.Errorf("exit code %d, %s", code, errs)
	}
}

func TestShowColorMaps(t *testing.T) {
	dir := t.TempDir()
	if out := must(t, dir, "show-cmaps"); out != "wrote cmaps.png\n" {
		t.Errorf("got %q", out)
	}
	all, err := heatmap.Read("cmaps.png")
	if err != nil {
		t.Fatal(err)
	}
	must(t, dir, "show-cmaps", "-o", "two.png", "bwr", "000,fff")
	two, err := heatmap.Read("two.png")
	if err != nil || two.Bounds().Dy() >= all.Bounds().Dy() {
		t.Errorf("got %v of two maps, %v of all, %v", two.Bounds(), all.Bounds(), err)
	}
}
