package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// The picture of the loss: its size, and the margins around the plot.
const (
	width, height                                  = 640, 400
	marginLeft, marginTop, marginEnd, marginBottom = 56, 16, 16, 32
)

var (
	ink  = color.Gray{0x40}
	pale = color.Gray{0xe0}
	fine = color.NRGBA{0x80, 0xa8, 0xd8, 0xff} // the loss of each step
	bold = color.NRGBA{0x10, 0x40, 0x90, 0xff} // its running mean
)

// plot is a picture with a logarithmic axis for the loss.
type plot struct {
	*image.RGBA
	steps     int
	low, high float64 // powers of ten
}

// drawCurve writes a picture of the loss at each step, with a line for each power of ten,
// and the running mean over an epoch.
func drawCurve(path string, losses []float64, epoch int) error {
	p := newPlot(losses)
	p.grid(epoch)
	p.line(losses, 1, fine)
	p.line(smooth(losses, max(1, epoch)), 2, bold)
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

func newPlot(losses []float64) *plot {
	p := &plot{image.NewRGBA(image.Rect(0, 0, width, height)), len(losses), 0, -10}
	for _, l := range losses {
		if exponent := math.Log10(l); !math.IsInf(exponent, 0) && !math.IsNaN(exponent) {
			p.low, p.high = min(p.low, math.Floor(exponent)), max(p.high, math.Ceil(exponent))
		}
	}
	if !(p.high > p.low) {
		p.high = p.low + 1
	}
	draw.Draw(p, p.Bounds(), image.White, image.Point{}, draw.Src)
	return p
}

// x and y are where a step and a loss are in the picture.
func (p *plot) x(step int) float32 {
	return marginLeft + float32(step)/float32(max(1, p.steps-1))*(width-marginLeft-marginEnd)
}

func (p *plot) y(loss float64) float32 {
	exponent := min(max(math.Log10(loss), p.low), p.high)
	return marginTop + float32((p.high-exponent)/(p.high-p.low))*(height-marginTop-marginBottom)
}

func (p *plot) grid(epoch int) {
	for e := p.low; e <= p.high; e++ {
		y := int(p.y(math.Pow(10, e)))
		draw.Draw(p, image.Rect(marginLeft, y, width-marginEnd, y+1), image.NewUniform(pale), image.Point{}, draw.Src)
		p.text(fmt.Sprintf("%g", math.Pow(10, e)), 4, y+4)
	}
	p.text("loss", marginLeft+4, marginTop+10)
	p.text(fmt.Sprintf("%d steps, %d in an epoch", p.steps, epoch), marginLeft, height-10)
}

func (p *plot) text(s string, x, y int) {
	d := font.Drawer{Dst: p, Src: image.NewUniform(ink), Face: basicfont.Face7x13, Dot: fixed.P(x, y)}
	d.DrawString(s)
}

// line draws a line of some width through all losses.
func (p *plot) line(losses []float64, wide float32, c color.Color) {
	r := vector.NewRasterizer(width, height)
	for i := 1; i < len(losses); i++ {
		x0, y0, x1, y1 := p.x(i-1), p.y(losses[i-1]), p.x(i), p.y(losses[i])
		dx, dy := x1-x0, y1-y0
		length := float32(math.Hypot(float64(dx), float64(dy)))
		if !(length > 0) { // a NaN has no place
			continue
		}
		nx, ny := -dy/length*wide/2, dx/length*wide/2
		r.MoveTo(x0+nx, y0+ny)
		r.LineTo(x1+nx, y1+ny)
		r.LineTo(x1-nx, y1-ny)
		r.LineTo(x0-nx, y0-ny)
		r.ClosePath()
	}
	r.Draw(p, p.Bounds(), image.NewUniform(c), image.Point{})
}

// smooth is the mean of each loss and those before it, at most n in all.
func smooth(losses []float64, n int) []float64 {
	out, sum := make([]float64, len(losses)), 0.0
	for i, l := range losses {
		sum += l
		if i >= n {
			sum -= losses[i-n]
		}
		out[i] = sum / float64(min(i+1, n))
	}
	return out
}
