package picture

import (
	"image"
	"image/color"
	"image/draw"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/vision"
	"github.com/pullback-go/pullback/trace"
)

// Preprocess says how an image of any size becomes the input of a network.
type Preprocess struct {
	vision.Preprocess
	// Cover is the size of the input of a network that takes one size, if nothing else
	// changes the size of images. The largest part of these proportions is cut out of the
	// middle, and resized.
	Cover vision.Size
}

// Sized reports whether a size is given that images are resized or cut to.
func (p Preprocess) Sized() bool {
	none := vision.Size{}
	return p.Short > 0 || p.Size != none || p.Crop != none || p.Cover != none
}

// Check returns an error for values that fit no image. It names the field.
func (p Preprocess) Check() error {
	_, err := p.MarshalJSON()
	return err
}

// cut returns the part of an image that is preprocessed, and how.
func (p Preprocess) cut(img image.Image) (image.Image, vision.Preprocess) {
	v := p.Preprocess
	if p.Cover == (vision.Size{}) {
		return img, v
	}
	v.Size = p.Cover
	b := img.Bounds()
	w := min(b.Dx(), max(1, (b.Dy()*p.Cover.Width+p.Cover.Height/2)/p.Cover.Height))
	h := min(b.Dy(), max(1, (b.Dx()*p.Cover.Height+p.Cover.Width/2)/p.Cover.Width))
	corner := b.Min.Add(image.Pt((b.Dx()-w)/2, (b.Dy()-h)/2))
	return part(img, image.Rectangle{Min: corner, Max: corner.Add(image.Pt(w, h))}), v
}

// part returns a part of an image.
func part(img image.Image, r image.Rectangle) image.Image {
	if r == img.Bounds() {
		return img
	}
	if s, ok := img.(interface {
		SubImage(r image.Rectangle) image.Image
	}); ok {
		return s.SubImage(r)
	}
	out := image.NewNRGBA(image.Rectangle{Max: r.Size()})
	draw.Draw(out, out.Rect, img, r.Min, draw.Src)
	return out
}

// InputSize returns the width and height of the input for an image of a size.
func (p Preprocess) InputSize(size image.Point) image.Point {
	w, h := p.Size.Width, p.Size.Height
	switch {
	case p.Cover != vision.Size{}:
		return image.Pt(p.Cover.Width, p.Cover.Height)
	case p.Crop != vision.Size{}:
		return image.Pt(p.Crop.Width, p.Crop.Height)
	case p.Short > 0 && size.X <= size.Y:
		w = p.Short
	case p.Short > 0:
		h = p.Short
	}
	switch {
	case w == 0 && h == 0:
		return size
	case w == 0:
		w = max(1, size.X*h/size.Y)
	case h == 0:
		h = max(1, size.Y*w/size.X)
	}
	return image.Pt(w, h)
}

// InputChannels is the number of channels of the input.
func (p Preprocess) InputChannels() int {
	if p.Channels == vision.Gray {
		return 1
	}
	return 3
}

// Level returns the input's values for an image of one gray of 0..255. They broadcast to
// the input: [1 c 1 1] or [1 1 1 c].
func (p Preprocess) Level(gray uint8, d trace.DType) trace.Value {
	pixel := image.NewGray(image.Rect(0, 0, 1, 1))
	pixel.SetGray(0, 0, color.Gray{Y: gray})
	v := p.Preprocess
	v.Short, v.Size, v.Crop = 0, vision.Size{}, vision.Size{}
	x, err := v.Apply(pixel)
	if err != nil { // which Check finds
		panic(trace.Errorf("an image of one pixel: %w", err))
	}
	return fn.Cast(x, d)
}

// Input returns the input x and the image that it shows.
func (p Preprocess) Input(img image.Image, d trace.DType) (x trace.Value, shown *image.NRGBA, err error) {
	img, v := p.cut(img)
	if x, err = v.Apply(img); err != nil {
		return x, nil, err
	}
	shown, err = v.Shown(img)
	return fn.Cast(x, d), shown, err
}
