package sheet

import (
	"image"
	"image/draw"
	"strconv"
	"strings"

	"github.com/pullback-go/pullback/rules/heatmap"
)

// Sizes of a sheet in pixels.
const (
	leastSide = 144  // of an image; smaller ones are enlarged
	width     = 1200 // about
	mostCols  = 4
)

// Of draws groups of panels, whose images have about one size. Small images are enlarged.
// Each group begins a new row.
func Of(groups [][]heatmap.Panel) (image.Image, error) {
	first := groups[0][0].Image
	scale := Enlargement(first)
	cols := max(1, min(len(groups[0]), mostCols, width/max(1, first.Bounds().Dx()*scale)))
	var panels []heatmap.Panel
	for _, group := range groups {
		for _, p := range group {
			panels = append(panels, heatmap.Panel{Image: p.Image, Caption: ascii(p.Caption)})
		}
		for len(panels)%cols != 0 && len(groups) > 1 {
			panels = append(panels, heatmap.Panel{Image: image.NewNRGBA(image.Rect(0, 0, 1, 1))})
		}
	}
	return heatmap.Sheet{Cols: cols, Scale: scale}.Image(panels)
}

// Enlargement returns the whole factor by which a small image is enlarged.
func Enlargement(img image.Image) int {
	size := img.Bounds().Size()
	return max(1, leastSide/max(size.X, size.Y))
}

// ascii replaces characters that the font does not have.
func ascii(text string) string {
	var b strings.Builder
	for _, r := range text {
		if ' ' <= r && r <= '~' {
			b.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRuneToASCII(r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}

// Stack draws images one below the other, on white.
func Stack(images []image.Image) image.Image {
	size := image.Point{}
	for _, img := range images {
		size = image.Pt(max(size.X, img.Bounds().Dx()), size.Y+img.Bounds().Dy())
	}
	all := image.NewNRGBA(image.Rectangle{Max: size})
	draw.Draw(all, all.Rect, image.White, image.Point{}, draw.Src)
	y := 0
	for _, img := range images {
		draw.Draw(all, all.Rect.Add(image.Pt(0, y)), img, img.Bounds().Min, draw.Src)
		y += img.Bounds().Dy()
	}
	return all
}
