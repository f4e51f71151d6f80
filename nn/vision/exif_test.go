package vision_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"testing"
	"testing/iotest"

	"github.com/pullback-go/pullback/nn/vision"
)

// The result for each orientation is that of PIL.
func TestUpright(t *testing.T) {
	img := image.NewGray(image.Rect(5, 6, 8, 8))
	for i := range img.Pix {
		img.Pix[i] = uint8(i)
	}
	for orientation, want := range []string{
		"[[0 1 2] [3 4 5]]", "[[0 1 2] [3 4 5]]", "[[2 1 0] [5 4 3]]", "[[5 4 3] [2 1 0]]", "[[3 4 5] [0 1 2]]",
		"[[0 3] [1 4] [2 5]]", "[[3 0] [4 1] [5 2]]", "[[5 2] [4 1] [3 0]]", "[[2 5] [1 4] [0 3]]", "[[0 1 2] [3 4 5]]",
	} {
		turned := vision.Upright(img, orientation)
		b := turned.Bounds()
		var rows [][]uint32
		for y := b.Min.Y; y < b.Max.Y; y++ {
			var row []uint32
			for x := b.Min.X; x < b.Max.X; x++ {
				_, g, _, _ := turned.At(x, y).RGBA()
				row = append(row, g>>8)
			}
			rows = append(rows, row)
		}
		if got := fmt.Sprint(rows); got != want {
			t.Errorf("orientation %d: got %s, want %s", orientation, got, want)
		}
	}
}

// exif returns the beginning of a JPEG file with EXIF data in either byte order.
func exif(order string, orientation uint8) []byte {
	tiff := []byte("II*\x00\x08\x00\x00\x00\x02\x00" + "\x0f\x01\x02\x00\x01\x00\x00\x00A\x00\x00\x00" + "\x12\x01\x03\x00\x01\x00\x00\x00\x00\x00\x00\x00")
	tiff[len(tiff)-4] = orientation
	if order == "MM" {
		tiff = []byte("MM\x00*\x00\x00\x00\x08\x00\x01" + "\x01\x12\x00\x03\x00\x00\x00\x01\x00\x00\x00\x00")
		tiff[len(tiff)-3] = orientation
	}
	segment := append([]byte("Exif\x00\x00"), tiff...)
	file := append([]byte("\xff\xd8\xff\xe0\x00\x04ab\xff\xe1\x00"), byte(len(segment)+2))
	return append(file, segment...)
}

func TestOrientation(t *testing.T) {
	file, err := os.ReadFile("testdata/orientation6.jpg") // written by PIL
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file io.Reader
		want int
	}{
		"PIL's": {bytes.NewReader(file), 6}, "II": {bytes.NewReader(exif("II", 3)), 3}, "MM": {bytes.NewReader(exif("MM", 8)), 8},
		"0": {bytes.NewReader(exif("II", 0)), 1}, "9": {bytes.NewReader(exif("MM", 9)), 1}, "none": {bytes.NewReader(nil), 1},
		"PNG": {bytes.NewReader([]byte("\x89PNG\r\n\x1a\n")), 1}, "unreadable": {iotest.ErrReader(errors.New("broken")), 1},
		"picture first": {bytes.NewReader(append([]byte("\xff\xd8\xff\xda\x00\x02"), exif("II", 3)[2:]...)), 1},
	} {
		if got := vision.Orientation(c.file); got != c.want {
			t.Errorf("%s: got %d, want %d", name, got, c.want)
		}
	}
	for n := range exif("II", 3) {
		if got := vision.Orientation(bytes.NewReader(exif("II", 3)[:n])); got != 1 {
			t.Errorf("cut off after %d bytes: got %d, want 1", n, got)
		}
	}
}

func FuzzOrientation(f *testing.F) {
	f.Add(exif("II", 3))
	f.Add(exif("MM", 6))
	f.Fuzz(func(t *testing.T, file []byte) {
		if o := vision.Orientation(bytes.NewReader(file)); o < 1 || o > 8 {
			t.Errorf("got %d", o)
		}
	})
}
