package heatmap_test

import (
	"image"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pullback-go/pullback/internal/testutil"
	"github.com/pullback-go/pullback/rules/heatmap"
)

// Each error names the function, the values, and what to do.
func TestMessages(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "text.png"), []byte("hello, world"), 0o644); err != nil {
		t.Fatal(err)
	}
	small, wide := image.NewGray(image.Rect(0, 0, 2, 2)), image.NewGray(image.Rect(0, 0, 3, 2))
	if err := heatmap.WritePNG(filepath.Join(dir, "small.png"), small); err != nil {
		t.Fatal(err)
	}
	draw := func(c heatmap.Config, data []float64, shape ...int) func() error {
		return func() error { _, err := c.Image(data, shape); return err }
	}
	parse := func(source string) func() error {
		return func() error { _, err := heatmap.Parse(source); return err }
	}
	read := func(name string) func() error {
		return func() error { _, err := heatmap.Read(filepath.Join(dir, name)); return err }
	}
	num := func(x float64) *float64 { return &x }
	four := []float64{1, 2, 3, 4}
	testutil.Messages(t, map[string]string{dir: "DIR"}, []testutil.Mistake{
		{Does: "draws one axis", Call: draw(heatmap.Config{}, four, 4)},
		{Does: "draws a batch without a Grid", Call: draw(heatmap.Config{}, make([]float64, 24), 2, 3, 2, 2)},
		{Does: "draws two channels", Call: draw(heatmap.Config{}, make([]float64, 8), 2, 2, 2)},
		{Does: "draws a grid of one image", Call: draw(heatmap.Config{Grid: &heatmap.Grid{}}, four, 2, 2)},
		{Does: "draws a grid of two channels", Call: draw(heatmap.Config{Grid: &heatmap.Grid{}}, make([]float64, 16), 2, 2, 2, 2)},
		{Does: "draws a grid of -1 rows", Call: draw(heatmap.Config{Grid: &heatmap.Grid{Rows: -1}}, four, 1, 2, 2)},
		{Does: "fills a grid with half a byte", Call: draw(heatmap.Config{Grid: &heatmap.Grid{Fill: num(0.5)}}, four, 1, 2, 2)},
		{Does: "draws no pixels", Call: draw(heatmap.Config{}, nil, 0, 2)},
		{Does: "draws too large a shape", Call: draw(heatmap.Config{}, four, math.MaxInt, math.MaxInt)},
		{Does: "draws data of another shape", Call: draw(heatmap.Config{}, four, 2, 3)},
		{Does: "draws NaN", Call: draw(heatmap.Config{}, []float64{1, 2, math.NaN(), 4}, 2, 2)},
		{Does: "sets Level to NaN", Call: draw(heatmap.Config{Level: math.NaN()}, four, 2, 2)},
		{Does: "sets VMin to an infinity", Call: draw(heatmap.Config{VMin: num(math.Inf(-1))}, four, 2, 2)},
		{Does: "sets VMin above VMax", Call: draw(heatmap.Config{VMin: num(2), VMax: num(1)}, four, 2, 2)},
		{Does: "sets VMin above all data", Call: draw(heatmap.Config{VMin: num(9)}, four, 2, 2)},
		{Does: "bounds along an axis that is not there", Call: func() error { _, _, err := heatmap.Bounds(four, []int{2, 2}, false, 2); return err }},
		{Does: "tiles one axis", Call: func() error { _, _, err := heatmap.Tile(four, []int{4}, heatmap.Grid{}); return err }},
		{Does: "names a map that is not there", Call: func() error { _, err := heatmap.Named("hott"); return err }},
		{Does: "writes a map of one color", Call: parse("fff")},
		{Does: "writes no map", Call: parse("")},
		{Does: "writes a color of four digits", Call: parse("ffff,000")},
		{Does: "writes indices that fall", Call: parse("80:fff,40:000,ff:f00")},
		{Does: "writes an index of no digits", Call: parse("x:fff,000")},
		{Does: "writes two colors without a comma", Call: parse("fff 000")},
		{Does: "draws a bar of no width", Call: func() error { _, err := heatmap.Config{}.Bar(0, 3); return err }},
		{Does: "enlarges by 0", Call: func() error { _, err := heatmap.Upscale(small, 0); return err }},
		{Does: "recolors an image of many colors", Call: func() error { _, err := heatmap.Recolor(image.NewNRGBA(small.Rect), heatmap.ColorMap{}, 1); return err }},
		{Does: "lays a heat map over another image", Call: func() error { _, err := heatmap.Overlay(small, wide, 0.5); return err }},
		{Does: "lays it on with opacity 2", Call: func() error { _, err := heatmap.Overlay(small, small, 2); return err }},
		{Does: "makes a sheet of nothing", Call: func() error { _, err := heatmap.Sheet{}.Image(nil); return err }},
		{Does: "makes a sheet without an image", Call: func() error { _, err := heatmap.Sheet{}.Image([]heatmap.Panel{{Caption: "a"}}); return err }},
		{Does: "reads a file that is not there", Call: read("none.png")},
		{Does: "reads a folder", Call: read("")},
		{Does: "reads a text", Call: read("text.png")},
		{Does: "reads an image of another size", Call: func() error { _, err := heatmap.ReadSized(filepath.Join(dir, "small.png"), 3, 3); return err }},
		{Does: "asks for an image of no size", Call: func() error { _, err := heatmap.ReadSized(filepath.Join(dir, "small.png"), 0, 3); return err }},
		{Does: "writes into a folder that is not there", Call: func() error { return heatmap.WritePNG(filepath.Join(dir, "none", "a.png"), small) }},
		{Does: "writes a film of nothing", Call: func() error { return heatmap.WriteGIF(filepath.Join(dir, "a.gif"), nil, time.Second) }},
		{Does: "writes a film of images of two sizes", Call: func() error {
			return heatmap.WriteGIF(filepath.Join(dir, "a.gif"), []image.Image{small, wide}, time.Second)
		}},
		{Does: "writes a film that is too slow", Call: func() error {
			return heatmap.WriteGIF(filepath.Join(dir, "a.gif"), []image.Image{small}, time.Hour)
		}},
	}...)
}
