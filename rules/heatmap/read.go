package heatmap

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/gif"  // so that Read knows the format
	_ "image/jpeg" // so that Read knows the format
	_ "image/png"  // so that Read knows the format
	"io"
	"os"
)

// Read reads an image from a PNG, JPEG or GIF file; of an animation the first frame. It refuses a file that promises more pixels
// than its own size makes likely, or more than 2^27, before it makes room for them, so that a hostile file cannot use up the memory.
func Read(path string) (image.Image, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("heatmap: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("heatmap: %s: not a regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("heatmap: %w", err)
	}
	defer file.Close()
	img, err := decode(file, info.Size())
	if err != nil {
		return nil, fmt.Errorf("heatmap: %s: %w", path, err)
	}
	return img, nil
}

// ReadGray reads a file as [Read] does and returns the values of [Gray] and their shape [h w].
func ReadGray(path string) (values []float64, shape []int, err error) {
	img, err := Read(path)
	if err != nil {
		return nil, nil, err
	}
	values, shape = Gray(img)
	return values, shape, nil
}

func decode(r io.ReadSeeker, size int64) (image.Image, error) {
	config, _, err := image.DecodeConfig(r)
	if errors.Is(err, image.ErrFormat) {
		return nil, fmt.Errorf("not a PNG, JPEG or GIF image")
	}
	if err != nil {
		return nil, err
	}
	if err := checkEmpty(config.Width, config.Height); err != nil {
		return nil, err
	}
	if limit := pixelLimit(size); int64(config.Width) > limit/int64(config.Height) {
		return nil, fmt.Errorf("the image claims %d by %d pixels, more than the %d allowed to a file of %d bytes",
			config.Width, config.Height, limit, size)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	img, _, err := image.Decode(r)
	if err != nil {
		return nil, err
	}
	return img, checkEmpty(img.Bounds().Dx(), img.Bounds().Dy()) // the frame of a GIF may be smaller than its screen
}

func checkEmpty(width, height int) error {
	if width < 1 || height < 1 {
		return fmt.Errorf("the image has %d by %d pixels, want at least 1 by 1", width, height)
	}
	return nil
}

// pixelLimit is the number of pixels that a file of that many bytes may claim. Of the formats PNG packs closest, with 1032 bytes
// of eight pixels each in a byte, so what claims more is cut off or a lie. A plain image may come near to that up to 2^24 pixels;
// beyond it has to have a byte for 32 pixels, as every photograph has.
func pixelLimit(size int64) int64 {
	size = min(size, 1<<40)
	return min(8*1032*size, max(1<<24, 32*size), 1<<27)
}

// Gray returns the brightness of every pixel of img in [0, 1], with shape [h w]: 0.299 R + 0.587 G + 0.114 B, as ITU-R BT.601
// has it, in 16 bits. A grey of 8 bits is a multiple of 1/255, exactly. Transparent parts count as lying on black.
func Gray(img image.Image) (values []float64, shape []int) {
	b := img.Bounds()
	values = make([]float64, 0, b.Dy()*b.Dx())
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			grey := color.Gray16Model.Convert(img.At(x, y)).(color.Gray16)
			values = append(values, float64(grey.Y)/0xffff)
		}
	}
	return values, []int{b.Dy(), b.Dx()}
}

// RGB returns red, green and blue of every pixel of img in [0, 1], with shape [3 h w]. Transparent parts count as lying on black.
func RGB(img image.Image) (values []float64, shape []int) {
	b := img.Bounds()
	size := b.Dy() * b.Dx()
	values = make([]float64, 3*size)
	for i := range size {
		red, green, blue, _ := img.At(b.Min.X+i%b.Dx(), b.Min.Y+i/b.Dx()).RGBA()
		for k, v := range [3]uint32{red, green, blue} {
			values[k*size+i] = float64(v) / 0xffff
		}
	}
	return values, []int{3, b.Dy(), b.Dx()}
}
