package vision

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
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
// not have, returns the image itself; the others return a view of it.
func Upright(img image.Image, orientation int) image.Image {
	if orientation < 2 || orientation > 8 {
		return img
	}
	return turned{img, orientation}
}

// turned is a view of an image that has one of the orientations 2 to 8.
type turned struct {
	image.Image
	orientation int
}

// swapped reports whether rows become columns.
func (t turned) swapped() bool { return t.orientation >= 5 }

func (t turned) Bounds() image.Rectangle {
	size := t.Image.Bounds().Size()
	if t.swapped() {
		size = image.Pt(size.Y, size.X)
	}
	return image.Rectangle{Max: size}
}

func (t turned) At(x, y int) color.Color {
	if t.swapped() {
		x, y = y, x
	}
	b := t.Image.Bounds()
	// Which axes of the image run backward, by orientation from 1 to 8.
	backX := [...]bool{false, true, true, false, false, false, true, true}
	backY := [...]bool{false, false, true, true, false, true, true, false}
	if backX[t.orientation-1] {
		x = b.Dx() - 1 - x
	}
	if backY[t.orientation-1] {
		y = b.Dy() - 1 - y
	}
	return t.Image.At(b.Min.X+x, b.Min.Y+y)
}
