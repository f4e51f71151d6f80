package heatmap

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// mostScans is the number of scans a JPEG may have. A progressive one has about ten. Each
// scan costs a pass over the whole image, however few bytes it has.
const mostScans = 100

// Markers of a JPEG. Each follows a byte 0xff.
const (
	sof0, sof2      = 0xc0, 0xc2 // the frame: baseline, progressive; sof1 between them is extended
	rst0, rst7      = 0xd0, 0xd7 // have no length
	soi, eoi, sos   = 0xd8, 0xd9, 0xda
	app14           = 0xee // Adobe's, which says how colors are coded
	longestSegment  = 20   // of the two kinds that are read
	adobeTransform  = 11
	jpegCoefficient = 4 // bytes
)

// jpegBytes returns the number of bytes that the JPEG decoder allocates for an image.
func jpegBytes(r *bufio.Reader) (int64, error) {
	var f jpegFrame
	marker := byte(soi)
	for marker != sos {
		var err error
		if marker, err = nextMarker(r); err != nil {
			return 0, err
		}
		if marker == eoi || rst0 <= marker && marker <= rst7 || marker == soi {
			continue
		}
		segment, err := readSegment(r)
		if err != nil {
			return 0, err
		}
		switch {
		case sof0 <= marker && marker <= sof2:
			if err := f.read(segment, marker == sof2); err != nil {
				return 0, err
			}
		case marker == app14 && len(segment) > adobeTransform:
			f.rgb = f.rgb || segment[adobeTransform] == 0
		}
	}
	return f.bytes(), fewScans(r)
}

// nextMarker skips to a marker, over fill bytes and other data, as the decoder does.
func nextMarker(r *bufio.Reader) (byte, error) {
	before := byte(0)
	for {
		b, err := r.ReadByte()
		if err != nil {
			return 0, early(err)
		}
		if before == 0xff && b != 0 && b != 0xff {
			return b, nil
		}
		before = b
	}
}

// readSegment returns the beginning of a segment and skips the rest.
func readSegment(r *bufio.Reader) ([]byte, error) {
	var length [2]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, early(err)
	}
	n := int64(binary.BigEndian.Uint16(length[:])) - 2
	if n < 0 {
		return nil, errors.New("jpeg: short segment length")
	}
	segment := make([]byte, min(n, longestSegment))
	if _, err := io.ReadFull(r, segment); err != nil {
		return nil, early(err)
	}
	return segment, discard(r, n-int64(len(segment)))
}

// jpegFrame holds what determines the memory for a JPEG.
type jpegFrame struct {
	width, height int64
	parts         [][2]int64 // horizontal and vertical samples of each component in a unit
	progressive   bool
	rgb           bool // may be converted
}

// read reads a frame's segment: precision, height, width, the number of components, and
// for each component its name, its samples and its table.
func (f *jpegFrame) read(segment []byte, progressive bool) error {
	if f.parts != nil || len(segment) < 9 || len(segment) < 6+3*int(segment[5]) {
		return errors.New("jpeg: the frame is there twice, or too short")
	}
	f.progressive = progressive
	f.height, f.width = int64(binary.BigEndian.Uint16(segment[1:])), int64(binary.BigEndian.Uint16(segment[3:]))
	names := ""
	for c := segment[6:]; len(c) >= 3; c = c[3:] {
		names += string(rune(c[0]))
		f.parts = append(f.parts, [2]int64{int64(c[1] >> 4), int64(c[1] & 15)})
	}
	f.rgb = f.rgb || names == "RGB"
	return nil
}

// bytes returns the memory for the samples of all components in whole units, plus their
// coefficients if they come in several scans, plus an image of four bytes a pixel if they
// are converted.
func (f *jpegFrame) bytes() int64 {
	if len(f.parts) == 0 || f.parts[0][0] == 0 || f.parts[0][1] == 0 {
		return 0 // which the decoder refuses
	}
	if len(f.parts) == 1 {
		f.parts[0] = [2]int64{1, 1}
	}
	across, down := 8*f.parts[0][0], 8*f.parts[0][1]
	units := (f.width + across - 1) / across * ((f.height + down - 1) / down)
	total := int64(0)
	for _, p := range f.parts {
		total += 64 * units * p[0] * p[1]
	}
	if f.progressive {
		total *= 1 + jpegCoefficient
	}
	if len(f.parts) == 4 || f.rgb {
		total += 4 * f.width * f.height
	}
	return total
}

// fewScans counts the scans that follow the first. Within the data of a scan, 0xff is
// followed by 0.
func fewScans(r *bufio.Reader) error {
	before := byte(0)
	for n := 1; n <= mostScans; {
		b, err := r.ReadByte()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if before == 0xff && b == sos {
			n++
		}
		before = b
	}
	return fmt.Errorf("the image has more than %d scans", mostScans)
}
