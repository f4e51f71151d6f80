package picture_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/pullback-go/pullback/examples/internal/picture"
)

const much = 1 << 30

func gradient(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, color.NRGBA{R: uint8(40 * x), G: uint8(50 * y), B: 7, A: 255})
		}
	}
	return img
}

func encoded(t testing.TB, encode func(w io.Writer, img image.Image) error, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A lossless file gives back each pixel, another one the size.
func TestDecode(t *testing.T) {
	img := gradient(5, 4)
	for name, c := range map[string]struct {
		file  []byte
		exact bool
	}{
		"png":  {encoded(t, png.Encode, img), true},
		"bmp":  {encoded(t, bmp.Encode, img), true},
		"tiff": {encoded(t, func(w io.Writer, i image.Image) error { return tiff.Encode(w, i, nil) }, img), true},
		"jpeg": {encoded(t, func(w io.Writer, i image.Image) error { return jpeg.Encode(w, i, nil) }, img), false},
		"gif":  {encoded(t, func(w io.Writer, i image.Image) error { return gif.Encode(w, i, nil) }, img), false},
		"webp": {webp, false},
	} {
		got, err := picture.Decode(c.file, much)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if name != "webp" && got.Bounds().Size() != img.Rect.Size() {
			t.Errorf("%s: %v, want %v", name, got.Bounds(), img.Rect)
		}
		for y := range 4 {
			for x := range 5 {
				if want := color.NRGBAModel.Convert(img.At(x, y)); c.exact && color.NRGBAModel.Convert(got.At(x, y)) != want {
					t.Errorf("%s: the pixel %d, %d is %v, want %v", name, x, y, got.At(x, y), want)
				}
			}
		}
	}
}

// webp is one pixel, a lossless file of 26 bytes.
var webp = []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")

// bomb is a PNG of a few bytes that claims to have a size.
func bomb(w, h uint32) []byte {
	head := []byte("IHDR\x00\x00\x00\x00\x00\x00\x00\x00\x08\x06\x00\x00\x00")
	binary.BigEndian.PutUint32(head[4:], w)
	binary.BigEndian.PutUint32(head[8:], h)
	file := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	return binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(head))
}

func TestHostileImages(t *testing.T) {
	scans := encoded(t, func(w io.Writer, i image.Image) error { return jpeg.Encode(w, i, nil) }, gradient(8, 8))
	scans = append(scans, bytes.Repeat([]byte{0xff, 0xda}, 200)...)
	for _, c := range []struct {
		file []byte
		want string
	}{
		{bomb(60000, 60000), "the image has 60000 by 60000 pixels, and decoding a pixel of a png takes up to 16 bytes: 1073741824 bytes are allowed"},
		{bomb(1<<31-1, 1<<31-1), "dimension overflow"},
		{bomb(0, 5), "png"},
		{scans, "the JPEG has 201 scans, 100 are allowed"},
		{[]byte("hello"), "not a BMP, GIF, JPEG, PNG, TIFF or WebP image"},
		{nil, "not a BMP"},
		{bomb(5, 5), "EOF"},
	} {
		if _, err := picture.Decode(c.file, much); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.png")
	if err := os.WriteFile(path, encoded(t, png.Encode, gradient(3, 2)), 0o600); err != nil {
		t.Fatal(err)
	}
	if img, err := picture.Read(path, much); err != nil || img.Bounds().Dx() != 3 {
		t.Errorf("got %v, %v", img, err)
	}
	for _, c := range []struct {
		path  string
		limit int64
		want  string
	}{
		{path, 10, "x.png: the file has"}, {path, 95, "x.png: "}, {dir, much, "not a regular file"}, {os.DevNull, much, "not a regular file"}, {path + "x", much, "x.pngx"},
	} {
		if _, err := picture.Read(c.path, c.limit); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.path, err, c.want)
		}
	}
}

// npy writes the header of a file of version 1.
func npy(header, data string) []byte {
	return append(binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(header))), header+data...)
}

func TestDecodeNPY(t *testing.T) {
	for _, c := range []struct {
		file []byte
		want string
	}{
		{npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }\n", "\x00\x00\x80\x3f\x00\x00\x00\xc0"), "f32[2 1] [[1] [-2]]"},
		{npy("{'descr': '<f8', 'fortran_order': False, 'shape': (), }\n", "\x00\x00\x00\x00\x00\x00\xf0\x3f"), "f64[] 1"},
		{npy("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }\n", "\x00\x01\xff"), "i32[3] [0 1 255]"},
		{npy("{'descr': '|i1', 'fortran_order': False, 'shape': (1,), }\n", "\xff"), "i32[1] [-1]"},
		{npy("{'descr': '<i2', 'fortran_order': False, 'shape': (1,), }\n", "\xfe\xff"), "i32[1] [-2]"},
		{npy("{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }\n", "\x05\x00\x00\x00\x00\x00\x00\x00"), "i64[1] [5]"},
		{npy("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }\n", "\x00\x01"), "bool[2] [false true]"},
		{append([]byte("\x93NUMPY\x02\x00\x38\x00\x00\x00"), "{'descr': '|u1', 'fortran_order': False, 'shape': (1,)}\n\x07"...), "i32[1] [7]"},
	} {
		v, err := picture.DecodeNPY(c.file)
		if err != nil || v.String() != c.want {
			t.Errorf("%q: got %v, %v, want %s", c.file, v, err, c.want)
		}
	}
	for _, c := range []struct {
		file []byte
		want string
	}{
		{[]byte("hello, world"), "not a .npy file"},
		{npy("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", "1234"), "big-endian"},
		{npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", "1234"), "Fortran order"},
		{npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", "12345678"), `the dtype is "c8"`},
		{npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "1234"), "shape [2] of f4: 4 bytes of data"},
		{npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0,), }", ""), "want lengths of at least 1"},
		{npy("{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999, 9999999999), }", ""), "fits into memory"},
		{npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", ""), "no dtype of numbers"},
		{[]byte("\x93NUMPY\x01\x00\xff\xff  "), "cut off"},
		{[]byte("\x93NUMPY\x09\x00\x00\x00  "), "version 9"},
	} {
		if _, err := picture.DecodeNPY(c.file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want %s", c.file, err, c.want)
		}
	}
}

func FuzzDecodeNPY(f *testing.F) {
	f.Add(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }\n", "\x00\x00\x80\x3f\x00\x00\x00\xc0"))
	f.Fuzz(func(t *testing.T, file []byte) {
		v, err := picture.DecodeNPY(file)
		if (err == nil) == v.IsAbsent() {
			t.Errorf("got %v, %v", v, err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add(encoded(f, png.Encode, gradient(3, 2)))
	f.Add(webp)
	f.Fuzz(func(t *testing.T, file []byte) {
		img, err := picture.Decode(file, 1<<20)
		if (err == nil) != (img != nil && !img.Bounds().Empty()) {
			t.Errorf("got %v, %v", img, err)
		}
	})
}
