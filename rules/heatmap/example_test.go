package heatmap_test

import (
	"fmt"
	"image"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/pullback-go/pullback/rules/heatmap"
)

// Relevance of either sign: 0 is in the middle of the map.
func ExampleConfig_Image() {
	relevance := []float64{-2, -1, 0, 1, 2, 4}
	img, err := heatmap.Config{Symmetric: true}.Image(relevance, []int{2, 3})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(img.(*image.Paletted).Pix)
	fmt.Println(img.At(0, 0), img.At(2, 0), img.At(2, 1))
	// Output:
	// [63 95 127 159 191 255]
	// {125 125 255 255} {253 253 255 255} {255 0 0 255}
}

// A batch of five maps, each with its own norm, in a grid with one empty place.
func ExampleConfig_Image_grid() {
	batch := make([]float64, 5*28*28)
	for i := range batch {
		batch[i] = float64(i % 29)
	}
	hot := heatmap.Must(heatmap.Named("hot"))
	img, err := heatmap.Config{Map: hot, Grid: &heatmap.Grid{Cols: 3}}.Image(batch, []int{5, 1, 28, 28})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(img.Bounds().Size())
	// Output: (84,56)
}

func ExampleParse() {
	m, err := heatmap.Parse("fff, 80:000, f00")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(m.At(0), m.At(1))
	_, err = heatmap.Parse("fff, 80:black, f00")
	fmt.Println(err)
	// Output:
	// [1 1 1] [1 0 0]
	// heatmap: color map "fff, 80:black, f00": column 9: found "black", want a color of 3 or 6 hexadecimal digits
}

func ExampleNamed() {
	m, err := heatmap.Named("coldnhot")
	fmt.Println(m, err)
	_, err = heatmap.Named("seismik")
	fmt.Println(err)
	// Output:
	// 0ff,00f,80:000,f00,ff0,fff <nil>
	// heatmap: no color map is named "seismik"; the nearest are seismic, coolio, gray; a source such as "00f,80:fff,f00" is also accepted
}

// The same pixels in another map, without the data.
func ExampleRecolor() {
	img, err := heatmap.Config{}.Image([]float64{0, 1, 2, 3}, []int{2, 2})
	if err != nil {
		log.Fatal(err)
	}
	gray, err := heatmap.Recolor(img, heatmap.Must(heatmap.Named("gray")), 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(img.At(1, 0), gray.At(1, 0))
	// Output: {169 169 255 255} {85 85 85 255}
}

// The input with the relevance on it, ten times as large.
func ExampleOverlay() {
	input, err := heatmap.Read(filepath.Join("testdata", "png", "00_label0.png"))
	if err != nil {
		log.Fatal(err)
	}
	relevance := make([]float64, 8*8)
	relevance[3*8+4] = 1
	heat, err := heatmap.Config{Symmetric: true}.Image(relevance, []int{8, 8})
	if err != nil {
		log.Fatal(err)
	}
	blend, err := heatmap.Overlay(input, heat, 0.5)
	if err != nil {
		log.Fatal(err)
	}
	large, err := heatmap.Upscale(blend, 10)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(large.Bounds().Size(), large.At(45, 35))
	// Output: (80,80) {128 0 0 255}
}

// The same relevance at several levels, as a sheet with captions and as an animation.
func ExampleSheet() {
	relevance := []float64{-2, -1, 0, 1, 2, 4}
	var panels []heatmap.Panel
	var frames []image.Image
	for _, level := range []float64{0.5, 1, 2} {
		img, err := heatmap.Config{Symmetric: true, Level: level}.Image(relevance, []int{2, 3})
		if err != nil {
			log.Fatal(err)
		}
		panels = append(panels, heatmap.Panel{Image: img, Caption: fmt.Sprint("level ", level)})
		frames = append(frames, img)
	}
	sheet, err := heatmap.Sheet{Cols: 3, Scale: 20}.Image(panels)
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "heatmap")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	fmt.Println(sheet.Bounds().Size())
	fmt.Println(heatmap.WritePNG(filepath.Join(dir, "levels.png"), sheet))
	fmt.Println(heatmap.WriteGIF(filepath.Join(dir, "levels.gif"), frames, time.Second/2))
	// Output:
	// (213,68)
	// <nil>
	// <nil>
}
