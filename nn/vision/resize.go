package vision

import (
	"image"
	"math"
)

// Filter is the way in which pixels are weighted when an image is resized. When it gets
// smaller, the filter is widened accordingly, so that all pixels count.
type Filter int

// The filters.
const (
	Bilinear Filter = iota // a triangle over 2 pixels
	Bicubic                // Keys' cubic with a = -1/2 over 4 pixels
	Box                    // the mean of the pixels that are covered
	Lanczos                // a windowed sinc over 6 pixels
)

var filterNames = []string{"bilinear", "bicubic", "box", "lanczos"}

// String returns the name, such as bilinear.
func (f Filter) String() string { return nameOf(f, "Filter", filterNames) }

// MarshalText returns the name.
func (f Filter) MarshalText() ([]byte, error) { return textOf(f, "filter", filterNames) }

// UnmarshalText reads the name. The error for another one lists those that there are.
func (f *Filter) UnmarshalText(text []byte) error { return readName(f, text, "filter", filterNames) }

// support returns half the width of the filter.
func (f Filter) support() float64 { return [...]float64{1, 2, 0.5, 3}[f] }

// at returns the weight of a pixel at a distance from the center.
func (f Filter) at(x float64) float64 {
	switch a := math.Abs(x); f {
	case Bicubic:
		switch {
		case a < 1:
			return (1.5*a-2.5)*a*a + 1
		case a < 2:
			return ((-0.5*a+2.5)*a-4)*a + 2
		}
	case Box:
		if x > -0.5 && x <= 0.5 {
			return 1
		}
	case Lanczos:
		if a < 3 {
			return sinc(x) * sinc(x/3)
		}
	default:
		return max(0, 1-a)
	}
	return 0
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// raster is an image of 8 bits per channel: pix[h w channels].
type raster struct {
	h, w, channels int
	pix            []uint8
}

// resized returns the image with other lengths. It computes as PIL does: the rows first,
// then the columns, with weights of 22 bits after the point and rounding to 8 bits after
// either. The results are equal to the bit.
//
// (Package draw of golang.org/x/image has such kernels, too. But it leaves out both pixels
// at the edge of a box, where PIL takes one of them, and it cuts off overshoots only at
// the end: results may differ by many levels.)
func (r raster) resized(h, w int, f Filter) raster {
	if w != r.w {
		// Rows lie one after the other, so all of them are lines of one kind.
		out := raster{r.h, w, r.channels, make([]uint8, r.h*w*r.channels)}
		weights := weightsOf(r.w, w, f)
		for y := range r.h {
			line(out.pix[y*w*r.channels:], r.pix[y*r.w*r.channels:], weights, r.channels)
		}
		r = out
	}
	if h != r.h {
		// A column of whole rows is a line whose pixels have w·channels channels.
		out := raster{h, r.w, r.channels, make([]uint8, h*r.w*r.channels)}
		line(out.pix, r.pix, weightsOf(r.h, h, f), r.w*r.channels)
		r = out
	}
	return r
}

// part returns the pixels in a rectangle.
func (r raster) part(in image.Rectangle) raster {
	out := raster{in.Dy(), in.Dx(), r.channels, make([]uint8, 0, in.Dx()*in.Dy()*r.channels)}
	for y := in.Min.Y; y < in.Max.Y; y++ {
		row := r.pix[y*r.w*r.channels:]
		out.pix = append(out.pix, row[in.Min.X*r.channels:in.Max.X*r.channels]...)
	}
	return out
}

// window has the weights of the pixels that one resized pixel depends on.
type window struct {
	from    int
	weights []int32
}

const (
	weightBits = 22
	half       = 1 << (weightBits - 1)
)

// weightsOf returns the windows of the pixels of a line that gets another length.
func weightsOf(length, resized int, f Filter) []window {
	scale := float64(length) / float64(resized)
	stretch := max(scale, 1)
	support := f.support() * stretch
	out := make([]window, resized)
	var weights []float64
	for i := range out {
		center := (float64(i) + 0.5) * scale
		from := max(0, int(center-support+0.5))
		to := min(length, int(center+support+0.5))
		weights = weights[:0]
		sum := 0.0
		for j := from; j < to; j++ {
			w := f.at((float64(j) - center + 0.5) * (1 / stretch))
			weights, sum = append(weights, w), sum+w
		}
		out[i] = window{from, make([]int32, len(weights))}
		for j, w := range weights {
			out[i].weights[j] = int32(math.Round(w / sum * (1 << weightBits)))
		}
	}
	return out
}

// line computes the pixels of a line, each of them with the given number of channels.
func line(out, in []uint8, windows []window, channels int) {
	for i, w := range windows {
		to, from := out[i*channels:(i+1)*channels], in[w.from*channels:]
		for c := range to {
			sum := int32(half)
			for j, weight := range w.weights {
				sum += int32(from[j*channels+c]) * weight
			}
			to[c] = uint8(min(max(sum>>weightBits, 0), 255))
		}
	}
}
