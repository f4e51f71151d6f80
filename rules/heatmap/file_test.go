package heatmap

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
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestWritePNGKeepsPixels(t *testing.T) {
	for name, img := range map[string]image.Image{"palette": window(t, 31, 3, 5), "colour": photo(3, 5)} {
		path := filepath.Join(t.TempDir(), "a.png")
		if err := WritePNG(path, img); err != nil {
			t.Fatal(err)
		}
		read, err := Read(path)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		expectPixels(t, read, 3, 5, func(x, y int) color.NRGBA { return pixel(img, x, y) })
	}
}

func readGIF(t *testing.T, path string) *gif.GIF {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestWriteGIFKeepsFrames(t *testing.T) {
	frames := []image.Image{window(t, 32, 3, 5), window(t, 33, 3, 5), opaquePhoto(3, 5, 60)}
	path := filepath.Join(t.TempDir(), "a.gif")
	if err := WriteGIF(path, frames, 125*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	g := readGIF(t, path)
	if !slices.Equal(g.Delay, []int{13, 13, 13}) || g.LoopCount != 0 || len(g.Image) != 3 {
		t.Fatalf("delays %v, loop count %d, %d frames", g.Delay, g.LoopCount, len(g.Image))
	}
	for i, f := range frames {
		expectPixels(t, g.Image[i], 3, 5, func(x, y int) color.NRGBA { return pixel(f, x, y) })
	}
	first, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	expectPixels(t, first, 3, 5, func(x, y int) color.NRGBA { return pixel(frames[0], x, y) })
}

// A picture with more than 256 colors loses only as many bits as necessary. Black and
// white stay the same.
func TestWriteGIFMakesColorsCoarser(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 40, 40))
	for y := range 40 {
		for x := range 40 {
			img.SetNRGBA(x, y, color.NRGBA{uint8(x * 255 / 39), uint8(y * 255 / 39), uint8(x * 255 / 39), 255})
		}
	}
	path := filepath.Join(t.TempDir(), "a.gif")
	if err := WriteGIF(path, []image.Image{img}, 0); err != nil {
		t.Fatal(err)
	}
	got := readGIF(t, path).Image[0]
	for i, v := range rgbBytes(got) {
		if d := math.Abs(float64(v) - float64(rgbBytes(img)[i])); d >= 16 { // 4 bits for x and y: 256 colors
			t.Fatalf("byte %d is off by %v", i, d)
		}
	}
	if pixel(got, 0, 0) != (color.NRGBA{A: 255}) || pixel(got, 39, 39) != (color.NRGBA{255, 255, 255, 255}) {
		t.Errorf("black and white became %v and %v", pixel(got, 0, 0), pixel(got, 39, 39))
	}
}

func TestWriteErrors(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.gif")
	two := []image.Image{photo(3, 5), photo(5, 3)}
	for _, c := range []struct {
		err  error
		want string
	}{
		{WriteGIF(path, nil, 0), "no frames, want at least one"},
		{WriteGIF(path, two, 0), "frame 1 has 5 by 3 pixels, frame 0 has 3 by 5"},
		{WriteGIF(path, two[:1], -time.Second), "delay -1s is not in 0..655.35s"},
		{WriteGIF(path, two[:1], time.Hour), "delay 1h0m0s is not"},
		{WriteGIF(path, []image.Image{image.NewNRGBA(image.Rect(0, 0, 1<<16, 1))}, 0), "too large"},
		{WritePNG(path, image.NewNRGBA(image.Rectangle{})), "invalid image size"},
	} {
		expectError(t, c.err, "heatmap: "+path+": ", c.want)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("an error left a file behind")
	}
	expectError(t, WritePNG(dir, photo(2, 2)), "heatmap: ", dir)
	expectError(t, WriteGIF(filepath.Join(dir, "no", "a.gif"), two[:1], 0), "heatmap: ", "a.gif")
}

// The golden bytes were taken from the data that the files were made from.
func TestReadGrayOfDigits(t *testing.T) {
	want := readTensors(t, "images.safetensors.gz")["digits/bytes"].data
	for i, name := range []string{"00_label0.png", "03_label1.png"} {
		values, shape, err := ReadGray(filepath.Join("testdata", "png", name))
		if err != nil || !slices.Equal(shape, []int{8, 8}) {
			t.Fatalf("%s: shape %v, error %v", name, shape, err)
		}
		for j, v := range values {
			if v != float64(want[64*i+j])/255 {
				t.Errorf("%s: value %d is %v, want %d/255", name, j, v, want[64*i+j])
			}
		}
	}
}

func TestGrayWeighsColors(t *testing.T) {
	img := image.NewNRGBA(image.Rect(7, 8, 10, 10))
	colors := []color.NRGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 255, 255}, {200, 100, 50, 0}, {60, 60, 60, 255}}
	for i, c := range colors {
		img.SetNRGBA(7+i%3, 8+i/3, c)
	}
	values, shape := Gray(img)
	if !slices.Equal(shape, []int{2, 3}) {
		t.Fatalf("shape %v", shape)
	}
	for i, want := range []float64{0.299, 0.587, 0.114, 1, 0, 60. / 255} {
		if d := math.Abs(values[i] - want); !(d <= 1e-4) {
			t.Errorf("%v: %v, want %v", colors[i], values[i], want)
		}
	}
}

func TestReadJPEG(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.jpg")
	var file bytes.Buffer
	flat := image.NewGray(image.Rect(0, 0, 9, 5))
	for i := range flat.Pix {
		flat.Pix[i] = 51
	}
	if err := jpeg.Encode(&file, flat, nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	values, shape, err := ReadGray(path)
	if err != nil || !slices.Equal(shape, []int{5, 9}) {
		t.Fatalf("shape %v, error %v", shape, err)
	}
	for _, v := range values {
		if d := math.Abs(v - 0.2); !(d <= 2./255) {
			t.Fatalf("%v, want 0.2", v)
		}
	}
}

// bomb is a PNG file that claims w by h pixels and has no data for them.
func bomb(w, h uint32, size int) []byte {
	file := []byte("\x89PNG\r\n\x1a\n")
	chunk := func(name string, data []byte) {
		file = binary.BigEndian.AppendUint32(file, uint32(len(data)))
		named := append([]byte(name), data...)
		file = append(file, named...)
		file = binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(named))
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	chunk("IHDR", append(header, 16, 6, 0, 0, 0)) // 16 bits of red, green, blue and alpha
	chunk("IDAT", make([]byte, size))
	return file
}

func TestReadRefusesHostileFiles(t *testing.T) {
	for _, c := range []struct {
		w, h uint32
		size int64 // of the file, filled up with zeros
		want string
	}{
		{1600, 1000, 55, "the image has 1600 by 1000 pixels, which need 12800000 bytes of memory: 12583132 are allowed to a file of 55 bytes unless its size is asked for (ReadSized)"},
		{1 << 12, 1<<12 + 1, 64 << 20, "the image has 4096 by 4097 pixels, which need 134250496 bytes of memory: 134217728 are allowed"},
		{1 << 15, 1 << 15, 1 << 20, "the image has 32768 by 32768 pixels, each of a byte at least: 134217728 bytes are allowed"},
		{math.MaxInt32, math.MaxInt32, 1 << 10, "png: unsupported feature: dimension overflow"},
		{1, math.MaxInt32, 1 << 10, "the image has 1 by 2147483647 pixels"},
	} {
		path := filepath.Join(t.TempDir(), "bomb.png")
		if err := os.WriteFile(path, bomb(c.w, c.h, 10), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, c.size); err != nil {
			t.Fatal(err)
		}
		used := allocated(func() {
			_, err := Read(path)
			expectError(t, err, "heatmap: "+path+": ", c.want)
		})
		if used > 100_000 {
			t.Errorf("%d by %d pixels: used %d bytes of memory", c.w, c.h, used)
		}
	}
}

// The limit admits the image that compresses best: one color of a palette of two.
func TestReadTakesTheDensestFile(t *testing.T) {
	img := image.NewPaletted(image.Rect(0, 0, 4096, 3072), color.Palette{color.Black, color.White})
	var file bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&file, img); err != nil {
		t.Fatal(err)
	}
	read, err := decode(section(file.Bytes()), request{})
	if err != nil || read.Bounds() != img.Rect {
		t.Errorf("a file of %d bytes: %v", file.Len(), err)
	}
}

func section(file []byte) *io.SectionReader {
	return io.NewSectionReader(bytes.NewReader(file), 0, int64(len(file)))
}

func TestReadErrors(t *testing.T) {
	dir := t.TempDir()
	good, err := os.ReadFile(filepath.Join("testdata", "png", "heatmap.png"))
	if err != nil {
		t.Fatal(err)
	}
	// A screen of one pixel and a frame of 0 by 1; the same screen, 0 by 1.
	frame := []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x00\x00\x01\x00\x00\x02\x01\x2c\x00;")
	screen := slices.Clone(frame)
	screen[6] = 0
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"frame.gif":  {frame, "the image has 0 by 1 pixels, want at least 1 by 1"},
		"screen.gif": {screen, "the image has 0 by 1 pixels, want at least 1 by 1"},
		"text.png":   {[]byte("no image at all"), "not a PNG, JPEG or GIF image"},
		"empty.png":  {nil, "not a PNG, JPEG or GIF image"},
		"short.png":  {good[:len(good)/2], "not enough pixel data"},
		"head.png":   {good[:20], "unexpected EOF"},
		"sum.png":    {append(slices.Clone(good[:len(good)-20]), make([]byte, 20)...), "png: invalid format"},
		"zero.png":   {bomb(0, 5, 10), "png: invalid format"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := ReadGray(path)
		expectError(t, err, "heatmap: "+path+": ", c.want)
	}
	_, err = Read(dir)
	expectError(t, err, "heatmap: "+dir+": not a regular file")
	_, err = Read(filepath.Join(dir, "none.png"))
	expectError(t, err, "heatmap: ", "none.png")
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"heatmap.png", "00_label0.png"} {
		raw, err := os.ReadFile(filepath.Join("testdata", "png", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	var j, g bytes.Buffer
	if err := jpeg.Encode(&j, photo(9, 5), nil); err != nil {
		f.Fatal(err)
	}
	if err := gif.Encode(&g, photo(9, 5), nil); err != nil {
		f.Fatal(err)
	}
	f.Add(j.Bytes())
	f.Add(g.Bytes())
	f.Add(bomb(1<<15, 1<<15, 10))
	f.Add(jpegFile{comps: [][2]byte{{2, 2}, {1, 1}, {1, 1}}, w: 9, h: 20, progressive: true, scans: 3}.bytes())
	f.Add(pngFile{w: 5, h: 7, depth: 2, interlaced: true, chunks: []chunk{{"tRNS", []byte{0, 1}}}}.bytes())
	f.Fuzz(func(t *testing.T, raw []byte) {
		file := section(raw)
		img, err := decode(file, request{})
		if err != nil {
			return
		}
		values, shape := Gray(img)
		if len(values) < 1 || len(values) != shape[0]*shape[1] {
			t.Fatalf("%d values of shape %v", len(values), shape)
		}
		for i, v := range values {
			if !(v >= 0 && v <= 1) {
				t.Fatalf("value %d is %v", i, v)
			}
		}
		limit := int64(4*len(raw) + allowance)
		if need := footprintOf(t, file); need > limit || held(img) > need {
			t.Fatalf("the image holds %d bytes, %d were expected, %d allowed", held(img), need, limit)
		}
	})
}
