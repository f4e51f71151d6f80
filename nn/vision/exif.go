package vision

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"
)

// Orientation returns the orientation, from 1 to 8, that the EXIF data of a JPEG file give
// for its picture; [Upright] undoes it. The file is read from its beginning. Where it does
// not say, or is no JPEG, the orientation is 1, upright.
//
// CIPA DC-008, "Exchangeable image file format for digital still cameras: Exif".
func Orientation(file io.Reader) int {
	// The data come within the first two segments, of at most 64 kB each.
	head, _ := io.ReadAll(io.LimitReader(file, 256<<10)) // of a short file, all of it
	if !bytes.HasPrefix(head, []byte{0xff, 0xd8}) {
		return 1
	}
	for rest := head[2:]; len(rest) >= 4 && rest[0] == 0xff; {
		kind, length := rest[1], int(binary.BigEndian.Uint16(rest[2:]))
		if length < 2 || 2+length > len(rest) || kind == 0xda {
			return 1 // the picture begins, or the file is cut off
		}
		if tiff, ok := bytes.CutPrefix(rest[4:2+length], []byte("Exif\x00\x00")); ok && kind == 0xe1 {
			return orientationOf(tiff)
		}
		rest = rest[2+length:]
	}
	return 1
}

// orientationOf finds the tag Orientation in the first directory of TIFF data.
func orientationOf(tiff []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	if bytes.HasPrefix(tiff, []byte("MM")) {
		order = binary.BigEndian
	}
	const header, entry = 8, 12 // bytes
	if len(tiff) < header {
		return 1
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < entry {
			break
		}
		const orientation, short = 0x0112, 3
		tag, typ, value := order.Uint16(entries), order.Uint16(entries[2:]), order.Uint16(entries[8:])
		if tag == orientation && typ == short && value >= 1 && value <= 8 {
			return int(value)
		}
		entries = entries[entry:]
	}
	return 1
}

// Upright returns an image turned and mirrored so that it looks as the camera saw it,
// given the orientation that its file states. An orientation of 1, or one that EXIF does
// not have, returns the image itself.
func Upright(img image.Image, orientation int) image.Image {
	if orientation < 2 || orientation > 8 {
		return img
	}
	b := img.Bounds()
	at, w, h := pixelsOf(img), b.Dx(), b.Dy()
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	if orientation >= 5 { // rows become columns
		out = image.NewNRGBA(image.Rect(0, 0, h, w))
	}
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			fromX, fromY := x, y
			if orientation >= 5 {
				fromX, fromY = y, x
			}
			// Which of the old axes run backward, by orientation from 1 to 8.
			if [...]bool{false, true, true, false, false, false, true, true}[orientation-1] {
				fromX = w - 1 - fromX
			}
			if [...]bool{false, false, true, true, false, true, true, false}[orientation-1] {
				fromY = h - 1 - fromY
			}
			out.SetNRGBA(x, y, at(b.Min.X+fromX, b.Min.Y+fromY))
		}
	}
	return out
}
