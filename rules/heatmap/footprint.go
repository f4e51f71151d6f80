package heatmap

import (
	"bufio"
	"encoding/binary"
	"image"
	"image/color"
	"io"
)

// footprint returns the number of bytes that the standard library's decoder of a format
// allocates for an image of at most mostBytes pixels. The configuration alone does not
// tell: an interlaced image is decoded into one more image, transparency widens a gray,
// and a progressive JPEG keeps its coefficients.
func footprint(file *io.SectionReader, config image.Config, format string) (int64, error) {
	pixels := int64(config.Width) * int64(config.Height)
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	r := bufio.NewReader(file)
	switch format {
	case "png":
		each, err := pngPixel(r, config.ColorModel)
		return each * pixels, err
	case "gif":
		return 2 * pixels, nil // one for a frame that is interlaced, which the file says later
	case "jpeg":
		return jpegBytes(r)
	}
	return 0, errFormat // the format of a decoder that the program has added
}

// pngPixel returns the number of bytes for a pixel.
func pngPixel(r *bufio.Reader, model color.Model) (int64, error) {
	const start = 8 + 8 + 13 + 4 // the signature, and the chunk IHDR
	var head [start]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, early(err)
	}
	each := modelBytes(model)
	if each <= 2 && head[start-8] != palettedPNG {
		clear, err := hasTransparency(r)
		if err != nil {
			return 0, err
		}
		if clear {
			each *= 4
		}
	}
	if interlaced := head[start-5] != 0; interlaced {
		each *= 2
	}
	return each, nil
}

// palettedPNG is the color type of a PNG with a palette.
const palettedPNG = 3

// modelBytes returns the number of bytes for a pixel of a color model of package png.
func modelBytes(model color.Model) int64 {
	switch model {
	case color.Gray16Model:
		return 2
	case color.RGBAModel, color.NRGBAModel:
		return 4
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	}
	return 1 // gray, or an index into a palette
}

// hasTransparency reports whether a PNG has a chunk tRNS before its pixels.
func hasTransparency(r *bufio.Reader) (bool, error) {
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return false, early(err)
		}
		switch string(head[4:]) {
		case "tRNS":
			return true, nil
		case "IDAT", "IEND":
			return false, nil
		}
		if err := discard(r, int64(binary.BigEndian.Uint32(head[:4]))+4); err != nil {
			return false, err
		}
	}
}

func discard(r *bufio.Reader, n int64) error {
	_, err := io.CopyN(io.Discard, r, n)
	return early(err)
}

// early returns io.ErrUnexpectedEOF for io.EOF.
func early(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
