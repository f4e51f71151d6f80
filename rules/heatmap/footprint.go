package heatmap

import (
	"bufio"
	"encoding/binary"
	"image"
	"image/color"
	"io"
)

// footprint is how many bytes the standard library's decoder of a format allocates for an
// image, of at most mostBytes pixels. The configuration alone does not say it: what is
// interlaced is decoded into one image more, transparency widens a grey, and a
// progressive JPEG keeps its coefficients.
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
		return 2 * pixels, nil // one of them for a frame that is interlaced, which it says later
	case "jpeg":
		return jpegBytes(r)
	}
	return 0, errFormat // that of a decoder which the program has added
}

// pngPixel is the number of bytes for a pixel.
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

// palettedPNG is the colour type of a PNG with a palette.
const palettedPNG = 3

// modelBytes is the number of bytes for a pixel of a colour model of package png.
func modelBytes(model color.Model) int64 {
	switch model {
	case color.Gray16Model:
		return 2
	case color.RGBAModel, color.NRGBAModel:
		return 4
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	}
	return 1 // grey, or an index of a palette
}

// hasTransparency reports whether the chunks of a PNG before its pixels have one of the
// name tRNS.
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

// early is the error of a read that found the end.
func early(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
