package heatmap

import (
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // so that Read knows the format
	_ "image/jpeg" // so that Read knows the format
	_ "image/png"  // so that Read knows the format
	"io"
	"os"
)

// Limits on the memory that reading an image may take, in bytes.
const (
	mostBytes = 1 << 27  // of any image
	allowance = 12 << 20 // of an image, beyond four times its file
)

// Read reads an image from a PNG, JPEG or GIF file, which must be a regular file. Of an
// animation it reads the first frame. A hostile file cannot use up memory or time: before
// it allocates a pixel, Read refuses an image that would need more than four times the
// file and 12 MB, or more than 2^27 bytes, and a JPEG of more than 100 scans. For an
// image that is known to be larger, use [ReadSized].
func Read(path string) (image.Image, error) { return read(path, request{}) }

// ReadSized reads an image of width by height pixels as [Read] does. It refuses any other
// size before it decodes the image. Since the caller has chosen the size, only the limit
// of 2^27 bytes holds.
func ReadSized(path string, width, height int) (image.Image, error) {
	if width < 1 || height < 1 {
		return nil, fmt.Errorf("heatmap: an image of %d by %d pixels was asked for, want at least 1 by 1", width, height)
	}
	return read(path, request{width: width, height: height})
}

// ReadGray reads a file as [Read] does and returns the values of [Gray] and their shape
// [h w]. The values count toward the memory of the image.
func ReadGray(path string) (values []float64, shape []int, err error) {
	img, err := read(path, request{more: 8})
	if err != nil {
		return nil, nil, err
	}
	values, shape = Gray(img)
	return values, shape, nil
}

// request says which image the caller wants.
type request struct {
	width, height int   // of the image, 0 for any
	more          int64 // bytes for each pixel that the caller makes of the image
}

// read opens a regular file and decodes it. It refuses pipes and devices, which may have
// no end, or never a beginning. If a file grows while it is read, it still ends where it
// did.
func read(path string, want request) (image.Image, error) {
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
	img, err := decode(io.NewSectionReader(file, 0, info.Size()), want)
	if err != nil {
		return nil, fmt.Errorf("heatmap: %s: %w", path, err)
	}
	return img, nil
}

func decode(file *io.SectionReader, want request) (image.Image, error) {
	config, format, err := image.DecodeConfig(file)
	if errors.Is(err, image.ErrFormat) {
		return nil, errFormat
	}
	if err != nil {
		return nil, err
	}
	if err := want.check(file, config, format); err != nil {
		return nil, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	img, _, err := image.Decode(file)
	if err != nil {
		return nil, err
	}
	return img, checkEmpty(img.Bounds().Dx(), img.Bounds().Dy()) // the frame of a GIF may be smaller than its screen
}

var errFormat = errors.New("not a PNG, JPEG or GIF image")

// check refuses an image before it is decoded if it is empty, of another size than
// wanted, or too large.
func (want request) check(file *io.SectionReader, config image.Config, format string) error {
	if err := checkEmpty(config.Width, config.Height); err != nil {
		return err
	}
	sized := want.width > 0
	if sized && (config.Width != want.width || config.Height != want.height) {
		return fmt.Errorf("the image has %d by %d pixels, want %d by %d", config.Width, config.Height, want.width, want.height)
	}
	pixels := int64(config.Width) * int64(config.Height)
	if pixels > mostBytes {
		return fmt.Errorf("the image has %d by %d pixels, each of a byte at least: %d bytes are allowed", config.Width, config.Height, mostBytes)
	}
	need, err := footprint(file, config, format)
	if err != nil {
		return err
	}
	need += want.more * pixels
	if need > mostBytes {
		return fmt.Errorf("the image has %d by %d pixels, which need %d bytes of memory: %d are allowed", config.Width, config.Height, need, mostBytes)
	}
	if most := 4*file.Size() + allowance; need > most && !sized {
		return fmt.Errorf("the image has %d by %d pixels, which need %d bytes of memory: %d are allowed to a file of %d bytes unless its size is asked for (ReadSized)",
			config.Width, config.Height, need, most, file.Size())
	}
	return nil
}

func checkEmpty(width, height int) error {
	if width < 1 || height < 1 {
		return fmt.Errorf("the image has %d by %d pixels, want at least 1 by 1", width, height)
	}
	return nil
}

// Gray returns the brightness of every pixel of img in [0, 1], with shape [h w]: 0.299 R
// + 0.587 G + 0.114 B as in ITU-R BT.601, in 16 bits. An 8-bit gray gives an exact
// multiple of 1/255. Transparent parts count as lying on black.
func Gray(img image.Image) (values []float64, shape []int) {
	b := img.Bounds()
	values = make([]float64, 0, b.Dy()*b.Dx())
	eachPixel(img, func(red, green, blue uint32) {
		grey := (19595*red + 38470*green + 7471*blue + 1<<15) >> 16
		values = append(values, float64(grey)/0xffff)
	})
	return values, []int{b.Dy(), b.Dx()}
}

// RGB returns red, green and blue of every pixel of img in [0, 1], with shape [3 h w].
// Transparent parts count as lying on black.
func RGB(img image.Image) (values []float64, shape []int) {
	b := img.Bounds()
	size := b.Dy() * b.Dx()
	values = make([]float64, 3*size)
	i := 0
	eachPixel(img, func(red, green, blue uint32) {
		for k, v := range [3]uint32{red, green, blue} {
			values[k*size+i] = float64(v) / 0xffff
		}
		i++
	})
	return values, []int{3, b.Dy(), b.Dx()}
}

// eachPixel calls f with red, green and blue of every pixel, row by row, in 16 bits and
// with transparent parts on black. The images of package image provide these without an
// allocation for each pixel.
func eachPixel(img image.Image, f func(red, green, blue uint32)) {
	b := img.Bounds()
	direct, ok := img.(image.RGBA64Image)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if ok {
				c := direct.RGBA64At(x, y)
				f(uint32(c.R), uint32(c.G), uint32(c.B))
				continue
			}
			red, green, blue, _ := img.At(x, y).RGBA()
			f(red, green, blue)
		}
	}
}
