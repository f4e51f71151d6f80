package heatmap

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"os"
	"time"
)

// WritePNG writes img to a file. A palette is kept. If img cannot be encoded, no new file
// is left behind.
func WritePNG(path string, img image.Image) error {
	var file bytes.Buffer
	if err := png.Encode(&file, img); err != nil {
		return fmt.Errorf("heatmap: %s: %w", path, err)
	}
	return writeFile(path, &file)
}

// WriteGIF writes an animation that shows the frames in order, each for delay, and starts
// again. The frames must have one size. The delay is kept in hundredths of a second.
// Frames with a palette keep it. Other frames keep their colors if they have at most 256
// different ones; otherwise the colors are made coarser until they do.
func WriteGIF(path string, frames []image.Image, delay time.Duration) error {
	animation, err := animate(frames, delay)
	if err != nil {
		return fmt.Errorf("heatmap: %s: %w", path, err)
	}
	var file bytes.Buffer
	if err := gif.EncodeAll(&file, animation); err != nil {
		return fmt.Errorf("heatmap: %s: %w", path, err)
	}
	return writeFile(path, &file)
}

func writeFile(path string, file *bytes.Buffer) error {
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		return fmt.Errorf("heatmap: %w", err)
	}
	return nil
}

func animate(frames []image.Image, delay time.Duration) (*gif.GIF, error) {
	hundredths := (delay + 5*time.Millisecond) / (10 * time.Millisecond)
	if delay < 0 || hundredths > 0xffff {
		return nil, fmt.Errorf("delay %v is not in 0..655.35s", delay)
	}
	if len(frames) == 0 {
		return nil, fmt.Errorf("no frames, want at least one")
	}
	size := frames[0].Bounds().Size()
	g := &gif.GIF{}
	for i, f := range frames {
		if s := f.Bounds().Size(); s != size {
			return nil, fmt.Errorf("frame %d has %d by %d pixels, frame 0 has %d by %d; scale one of them", i, s.X, s.Y, size.X, size.Y)
		}
		g.Image = append(g.Image, paletted(f))
		g.Delay = append(g.Delay, int(hundredths))
	}
	return g, nil
}

// paletted returns img at the origin with a palette of at most 256 colors.
func paletted(img image.Image) *image.Paletted {
	if p, ok := img.(*image.Paletted); ok {
		moved := *p
		moved.Rect = p.Rect.Sub(p.Rect.Min)
		return &moved
	}
	for drop := 0; ; drop++ {
		if p, ok := posterize(img, drop); ok {
			return p
		}
	}
}

// posterize draws img without the lower bits of its colors. It reports whether 256 colors
// are enough for that.
func posterize(img image.Image, drop int) (*image.Paletted, bool) {
	b := img.Bounds()
	p := image.NewPaletted(image.Rect(0, 0, b.Dx(), b.Dy()), nil)
	entry := map[color.NRGBA]uint8{}
	for y := range b.Dy() {
		for x := range b.Dx() {
			c := color.NRGBAModel.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA)
			c = color.NRGBA{R: coarse(c.R, drop), G: coarse(c.G, drop), B: coarse(c.B, drop), A: coarse(c.A, drop)}
			i, known := entry[c]
			if !known {
				if len(entry) == 256 {
					return nil, false
				}
				i = uint8(len(entry))
				entry[c] = i
				p.Palette = append(p.Palette, c)
			}
			p.SetColorIndex(x, y, i)
		}
	}
	return p, true
}

// coarse replaces the last bits of v by its first ones, so that 0 and 255 stay the same.
func coarse(v uint8, drop int) uint8 {
	kept := v >> drop << drop
	return kept | kept>>(8-drop)
}
