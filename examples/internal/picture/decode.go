// Package picture reads images of any common format and arrays for the programs that
// explain them.
package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // so that Decode knows the format
	_ "image/jpeg" // so that Decode knows the format
	_ "image/png"  // so that Decode knows the format
	"io"
	"os"

	_ "golang.org/x/image/bmp"  // so that Decode knows the format
	_ "golang.org/x/image/tiff" // so that Decode knows the format
	_ "golang.org/x/image/webp" // so that Decode knows the format

	"github.com/pullback-go/pullback/nn/vision"
)

// pixelBytes is the most memory that a decoder takes for a pixel: its image, and what it
// keeps until the image is complete, such as the coefficients of a progressive JPEG.
var pixelBytes = map[string]int64{"bmp": 4, "gif": 2, "jpeg": 24, "png": 16, "tiff": 16, "webp": 16}

// mostScans is the number of scans that a JPEG may have. A progressive one has about ten.
// Each costs a pass over the whole image, however few bytes it has.
const mostScans = 100

// Decode decodes a BMP, GIF, JPEG, PNG, TIFF or WebP image. It looks at the size in the
// header first, and refuses an image that would take more than limit bytes of memory. Of
// an animation it decodes the first frame. A photograph is turned as its EXIF data say.
func Decode(file []byte, limit int64) (image.Image, error) {
	config, format, err := image.DecodeConfig(bytes.NewReader(file))
	if errors.Is(err, image.ErrFormat) {
		return nil, errors.New("not a BMP, GIF, JPEG, PNG, TIFF or WebP image")
	}
	if err != nil {
		return nil, err
	}
	w, h := int64(config.Width), int64(config.Height)
	if w < 1 || h < 1 {
		return nil, fmt.Errorf("the image has %d by %d pixels, want at least 1 by 1", w, h)
	}
	if each := pixelBytes[format]; w > limit/each/h {
		return nil, fmt.Errorf("the image has %d by %d pixels, and decoding a pixel of a %s takes up to %d bytes: %d bytes are allowed", w, h, format, each, limit)
	}
	if n := bytes.Count(file, []byte{0xff, 0xda}); format == "jpeg" && n > mostScans {
		return nil, fmt.Errorf("the JPEG has %d scans, %d are allowed", n, mostScans)
	}
	img, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	if img.Bounds().Empty() { // the frame of a GIF may be smaller than its screen
		return nil, errors.New("the first frame has no pixels")
	}
	return vision.Upright(img, vision.Orientation(bytes.NewReader(file))), nil
}

// ReadFile reads a regular file of at most limit bytes. It refuses pipes and devices,
// which may have no end.
func ReadFile(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("%s: the file has %d bytes, %d are allowed", path, info.Size(), limit)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, info.Size())) // a file that grows still ends where it did
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return data, nil
}

// Read reads an image file, see [Decode].
func Read(path string, limit int64) (image.Image, error) {
	file, err := ReadFile(path, limit)
	if err != nil {
		return nil, err
	}
	img, err := Decode(file, limit)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return img, nil
}
