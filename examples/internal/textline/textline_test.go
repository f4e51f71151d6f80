package textline_test

import (
	"image"
	"slices"
	"testing"

	"golang.org/x/image/draw"

	"github.com/pullback-go/pullback/examples/internal/network"
	"github.com/pullback-go/pullback/examples/internal/textline"
)

// The network knows the line, and the same line turned once more.
func TestBothWays(t *testing.T) {
	net, err := network.TextLine()
	if err != nil {
		t.Fatal(err)
	}
	line, err := textline.Image()
	if err != nil {
		t.Fatal(err)
	}
	pixels := image.NewNRGBA(line.Bounds())
	draw.Draw(pixels, pixels.Rect, line, line.Bounds().Min, draw.Src)
	for turn, want := range []string{"turned", "upright"} {
		x, _, err := net.Image(pixels)
		if err != nil {
			t.Fatal(err)
		}
		p := net.Apply(x).Float64s()
		if best := slices.Index(p, slices.Max(p)); textline.Labels()[best] != want || !(p[best] > 0.99) {
			t.Errorf("turned %d times: got %v, want %s", turn, p, want)
		}
		rotate(pixels)
	}
}

// rotate turns an image by 180 degrees.
func rotate(img *image.NRGBA) {
	for i, j := 0, len(img.Pix)-4; i < j; i, j = i+4, j-4 {
		for k := range 4 {
			img.Pix[i+k], img.Pix[j+k] = img.Pix[j+k], img.Pix[i+k]
		}
	}
}
