package heatmap

import (
	"image"
	"image/color"
	"testing"
)

func mustSheet(t *testing.T, s Sheet, panels ...Panel) *image.NRGBA {
	t.Helper()
	img, err := s.Image(panels)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// opaquePhoto contains neither black nor white.
func opaquePhoto(w, h int, shade uint8) *image.NRGBA {
	img := photo(w, h)
	for i := range img.Pix {
		img.Pix[i] = shade + uint8(i%7)
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

func TestSheetWithoutCaptions(t *testing.T) {
	a, b, c := opaquePhoto(4, 3, 100), opaquePhoto(2, 5, 120), opaquePhoto(4, 5, 140)
	got := mustSheet(t, Sheet{Cols: 2}, Panel{Image: a}, Panel{Image: b}, Panel{Image: c})
	const g = sheetGap
	expectPixels(t, got, 2*4+3*g, 2*5+3*g, func(x, y int) color.NRGBA {
		for _, p := range []struct {
			at  image.Point
			img image.Image
		}{{image.Pt(g, g), a}, {image.Pt(g+4+g+1, g), b}, {image.Pt(g, g+5+g), c}} { // b is in the middle of a cell 4 wide
			if in := image.Pt(x, y).Sub(p.at); in.In(image.Rectangle{Max: p.img.Bounds().Size()}) {
				return pixel(p.img, in.X, in.Y)
			}
		}
		return color.NRGBA{255, 255, 255, 255}
	})
}

// ink returns the smallest rectangle around all pixels of one color.
func ink(img image.Image, of color.NRGBA) (r image.Rectangle) {
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			if pixel(img, x, y) == of {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return r
}

func TestCaptionIsAboveItsImage(t *testing.T) {
	black, white := color.NRGBA{A: 255}, color.NRGBA{255, 255, 255, 255}
	for _, c := range []struct {
		sheet Sheet
		text  color.NRGBA
	}{{Sheet{Cols: 2, Scale: 3}, black}, {Sheet{Cols: 2, Scale: 3, Dark: true}, white}} {
		img := mustSheet(t, c.sheet, Panel{opaquePhoto(20, 4, 100), ""}, Panel{opaquePhoto(20, 4, 100), "Epsilon"})
		const cell = 20*3 + sheetGap
		if size := img.Rect.Size(); size != image.Pt(2*cell+sheetGap, sheetGap+13+sheetGap/2+12+sheetGap) {
			t.Fatalf("size %v", size)
		}
		text := ink(img, c.text)
		if area := image.Rect(cell+sheetGap, sheetGap, 2*cell, sheetGap+13); !text.In(area) || text.Dx() < 6*7 || text.Dy() < 8 {
			t.Errorf("text in %v, want it to fill the middle of %v", text, area)
		}
		if left, right := text.Min.X-cell-sheetGap, 2*cell-text.Max.X; left-right > 2 || right-left > 2 {
			t.Errorf("text %v is not in the middle: %d pixels to the left, %d to the right", text, left, right)
		}
		other := mustSheet(t, c.sheet, Panel{opaquePhoto(20, 4, 100), ""}, Panel{opaquePhoto(20, 4, 100), "Epsilom"})
		if string(img.Pix) == string(other.Pix) {
			t.Error("two captions look the same")
		}
	}
}

func TestCellIsAsWideAsTheWidestCaption(t *testing.T) {
	img := mustSheet(t, Sheet{}, Panel{opaquePhoto(2, 2, 100), "1234567890"})
	if got, want := img.Rect.Dx(), 10*7+2*sheetGap; got != want {
		t.Errorf("width %d, want %d", got, want)
	}
}

func TestCaptionBeyondASCIIIsMarked(t *testing.T) {
	epsilon := mustSheet(t, Sheet{}, Panel{opaquePhoto(2, 2, 100), "ε"})
	blank := mustSheet(t, Sheet{}, Panel{opaquePhoto(2, 2, 100), " "})
	if ink(epsilon, color.NRGBA{A: 255}).Empty() || !ink(blank, color.NRGBA{A: 255}).Empty() {
		t.Error("a character without a glyph must leave a mark, a blank none")
	}
}

func TestSheetErrors(t *testing.T) {
	for _, c := range []struct {
		sheet  Sheet
		panels []Panel
		want   string
	}{
		{Sheet{}, nil, "Sheet: no panels, want at least one"},
		{Sheet{}, []Panel{{photo(2, 2), "a"}, {nil, "b"}}, `Sheet: panel 1, "b", has no image`},
		{Sheet{Scale: -1}, []Panel{{photo(2, 2), "a"}}, `Sheet: panel 0, "a": heatmap: Upscale: factor -1`},
		{Sheet{Cols: -1}, []Panel{{photo(2, 2), "a"}}, "0 rows and -1 columns"},
		{Sheet{Cols: 1 << 28}, []Panel{{photo(2, 2), "a"}}, "pixels are more than"},
	} {
		_, err := c.sheet.Image(c.panels)
		expectError(t, err, "heatmap: ", c.want)
	}
}
