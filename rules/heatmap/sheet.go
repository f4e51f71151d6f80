package heatmap

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// A Panel is one image of a [Sheet] with the text above it.
type Panel struct {
	Image   image.Image
	Caption string
}

// Sheet lays out images with captions, row by row in cells of one size. Each image is in
// the middle of its cell. The zero value is ⌊√n⌋ panels wide for n panels, black on
// white.
type Sheet struct {
	Cols  int  // panels in a row; zero: ⌊√n⌋
	Scale int  // factor by which images are enlarged, see [Upscale]; zero: 1
	Dark  bool // white on black
}

// sheetGap is the space in pixels around every cell, and half of that between a caption
// and its image.
const sheetGap = 6

// Image draws the panels. A caption is one line of ASCII with characters of 7 by 13
// pixels. Any other character is drawn as a replacement mark. A cell is as wide as the
// widest image or caption.
func (s Sheet) Image(panels []Panel) (*image.NRGBA, error) {
	scaled, err := s.scaled(panels)
	if err != nil {
		return nil, err
	}
	l, caption := cells(scaled)
	rows, cols, err := Grid{Cols: s.Cols}.size(l)
	if err != nil {
		return nil, err
	}
	sheet := image.NewNRGBA(image.Rect(0, 0, cols*l.w+sheetGap, rows*l.h+sheetGap))
	ink, paper := s.colors()
	draw.Draw(sheet, sheet.Rect, paper, image.Point{}, draw.Src)
	for i, p := range scaled {
		corner := image.Pt(i%cols*l.w+sheetGap, i/cols*l.h+sheetGap)
		write(sheet, ink, corner, l.w-sheetGap, p.Caption)
		paste(sheet, corner.Add(image.Pt(0, caption)), l.w-sheetGap, p.Image)
	}
	return sheet, nil
}

// cells returns the number and size of the cells, each with a gap to the left and above,
// and the height of the captions in them.
func cells(panels []Panel) (l layout, caption int) {
	l.n = len(panels)
	for _, p := range panels {
		size := p.Image.Bounds().Size()
		l.w = max(l.w, size.X, font.MeasureString(basicfont.Face7x13, p.Caption).Ceil())
		l.h = max(l.h, size.Y)
		if p.Caption != "" {
			caption = basicfont.Face7x13.Height + sheetGap/2
		}
	}
	l.w, l.h = l.w+sheetGap, l.h+caption+sheetGap
	return l, caption
}

func (s Sheet) scaled(panels []Panel) ([]Panel, error) {
	if len(panels) == 0 {
		return nil, fmt.Errorf("heatmap: Sheet: no panels, want at least one")
	}
	scaled := make([]Panel, len(panels))
	for i, p := range panels {
		if p.Image == nil {
			return nil, fmt.Errorf("heatmap: Sheet: panel %d, %q, has no image; give it one, or leave it out", i, p.Caption)
		}
		large, err := p.Image, error(nil)
		if s.Scale != 0 {
			large, err = Upscale(p.Image, s.Scale)
		}
		if err != nil {
			return nil, fmt.Errorf("heatmap: Sheet: panel %d, %q: %w", i, p.Caption, err)
		}
		scaled[i] = Panel{large, p.Caption}
	}
	return scaled, nil
}

func (s Sheet) colors() (ink, paper *image.Uniform) {
	if s.Dark {
		return image.NewUniform(color.White), image.NewUniform(color.Black)
	}
	return image.NewUniform(color.Black), image.NewUniform(color.White)
}

// write draws text in the middle of a line of the given width.
func write(dst draw.Image, ink image.Image, corner image.Point, width int, text string) {
	face := basicfont.Face7x13
	left := (width - font.MeasureString(face, text).Ceil()) / 2
	pen := font.Drawer{Dst: dst, Src: ink, Face: face, Dot: fixed.P(corner.X+left, corner.Y+face.Ascent)}
	pen.DrawString(text)
}

// paste draws img in the middle of a line of the given width.
func paste(dst draw.Image, corner image.Point, width int, img image.Image) {
	size := img.Bounds().Size()
	at := corner.Add(image.Pt((width-size.X)/2, 0))
	draw.Draw(dst, image.Rectangle{Min: at, Max: at.Add(size)}, img, img.Bounds().Min, draw.Over)
}
