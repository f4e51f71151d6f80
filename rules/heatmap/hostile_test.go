package heatmap

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// pngFile is a PNG whose pixels are all zero.
type pngFile struct {
	w, h, depth int
	kind        byte // 0 gray, 2 color, 3 palette, 4 gray with alpha, 6 color with alpha
	interlaced  bool
	chunks      []chunk // between header and pixels
}

type chunk struct {
	name string
	data []byte
}

func (p pngFile) bytes() []byte {
	out := []byte("\x89PNG\r\n\x1a\n")
	write := func(c chunk) {
		out = binary.BigEndian.AppendUint32(out, uint32(len(c.data)))
		named := append([]byte(c.name), c.data...)
		out = append(out, named...)
		out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(named))
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(p.w)), uint32(p.h))
	head = append(head, byte(p.depth), p.kind, 0, 0, 0)
	if p.interlaced {
		head[12] = 1
	}
	write(chunk{"IHDR", head})
	for _, c := range p.chunks {
		write(c)
	}
	var pixels bytes.Buffer
	z := zlib.NewWriter(&pixels)
	_, _ = io.CopyN(z, zeros{}, int64(p.raw()))
	_ = z.Close()
	write(chunk{"IDAT", pixels.Bytes()})
	write(chunk{"IEND", nil})
	return out
}

// raw returns the number of bytes before compression: for each row one and its pixels.
func (p pngFile) raw() int {
	bits := p.depth * map[byte]int{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[p.kind]
	if !p.interlaced {
		return p.h * (1 + (bits*p.w+7)/8)
	}
	total := 0
	for _, pass := range [][4]int{{8, 0, 8, 0}, {8, 4, 8, 0}, {4, 0, 8, 4}, {4, 2, 4, 0}, {2, 0, 4, 2}, {2, 1, 2, 0}, {1, 0, 2, 1}} {
		w, h := (p.w-pass[1]+pass[0]-1)/pass[0], (p.h-pass[3]+pass[2]-1)/pass[2]
		if w > 0 && h > 0 {
			total += h * (1 + (bits*w+7)/8)
		}
	}
	return total
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// jpegFile is a JPEG whose coefficients are all zero. Its only code is a single zero bit.
type jpegFile struct {
	w, h        int
	comps       [][2]byte // samples across and down
	names       string
	adobe       int // 1 + the transform of Adobe's marker, 0 for no marker
	progressive bool
	scans       int // of the first component's other coefficients, if progressive
}

func (j jpegFile) bytes() []byte {
	out := []byte{0xff, 0xd8}
	segment := func(marker byte, data ...byte) {
		out = append(out, 0xff, marker)
		out = binary.BigEndian.AppendUint16(out, uint16(len(data)+2))
		out = append(out, data...)
	}
	if j.adobe > 0 {
		segment(0xee, append([]byte("Adobe\x00\x64\x00\x00\x00\x00"), byte(j.adobe-1))...)
	}
	segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...)
	frame := []byte{8, byte(j.h >> 8), byte(j.h), byte(j.w >> 8), byte(j.w), byte(len(j.comps))}
	for i, c := range j.comps {
		frame = append(frame, j.name(i), c[0]<<4|c[1], 0)
	}
	marker, eob := byte(0xc0), byte(0)
	if j.progressive {
		marker, eob = 0xc2, 0xe0 // the end of 2^14 blocks, and 14 bits
	}
	segment(marker, frame...)
	one := append([]byte{1}, make([]byte, 15)...)
	segment(0xc4, append(append([]byte{0x00}, one...), 0)...)
	segment(0xc4, append(append([]byte{0x10}, one...), eob)...)
	scan := []byte{byte(len(j.comps))}
	for i := range j.comps {
		scan = append(scan, j.name(i), 0)
	}
	last := byte(63)
	if j.progressive {
		last = 0
	}
	segment(0xda, append(scan, 0, last, 0)...)
	out = append(out, make([]byte, j.blocks()/4+8)...) // two bits for each block
	for range j.scans {
		segment(0xda, 1, j.name(0), 0, 1, 63, 0)
		out = append(out, make([]byte, j.blocks()>>13+3)...)
	}
	return append(out, 0xff, 0xd9)
}

func (j jpegFile) name(i int) byte {
	if j.names != "" {
		return j.names[i]
	}
	return byte(i + 1)
}

func (j jpegFile) blocks() int {
	n := 0
	for _, c := range j.comps {
		n += int(c[0]) * int(c[1])
	}
	across, down := 8*int(j.comps[0][0]), 8*int(j.comps[0][1])
	if len(j.comps) == 1 {
		n, across, down = 1, 8, 8
	}
	return n * ((j.w + across - 1) / across) * ((j.h + down - 1) / down)
}

func gifFile(w, h, frames int, interlaced bool) []byte {
	g := &gif.GIF{}
	for range frames {
		g.Image = append(g.Image, image.NewPaletted(image.Rect(0, 0, w, h), palette.Plan9[:2]))
		g.Delay = append(g.Delay, 1)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		panic(err)
	}
	file := b.Bytes()
	if interlaced {
		at := bytes.Index(file, []byte{',', 0, 0, 0, 0, byte(w), byte(w >> 8)})
		file[at+9] |= 0x40
	}
	return file
}

// allocated returns the memory that f allocates, garbage included.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func footprintOf(t *testing.T, file *io.SectionReader) int64 {
	t.Helper()
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	config, format, err := image.DecodeConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	n, err := footprint(file, config, format)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// held returns the memory of an image.
func held(img image.Image) int64 {
	switch img := img.(type) {
	case *image.Gray:
		return int64(len(img.Pix))
	case *image.Gray16:
		return int64(len(img.Pix))
	case *image.Paletted:
		return int64(len(img.Pix))
	case *image.RGBA:
		return int64(len(img.Pix))
	case *image.NRGBA:
		return int64(len(img.Pix))
	case *image.RGBA64:
		return int64(len(img.Pix))
	case *image.NRGBA64:
		return int64(len(img.Pix))
	case *image.CMYK:
		return int64(len(img.Pix))
	case *image.YCbCr:
		return int64(len(img.Y) + len(img.Cb) + len(img.Cr))
	}
	panic(fmt.Sprintf("%T", img))
}

// A file of a few KB once took some 100 MB, because pixels were counted, not bytes, and
// only from the configuration.
func TestFaultC4MemoryIsAtMostFourTimesTheFile(t *testing.T) {
	text := chunk{"tEXt", append([]byte("Comment\x00"), bytes.Repeat([]byte("x"), 3<<20)...)}
	full, half := [][2]byte{{1, 1}, {1, 1}, {1, 1}}, [][2]byte{{2, 2}, {1, 1}, {1, 1}}
	dir := t.TempDir()
	for name, file := range map[string][]byte{
		"PNG of 1 bit":                 pngFile{w: 4096, h: 4096, depth: 1}.bytes(),
		"PNG of 16 bits":               pngFile{w: 2048, h: 2048, depth: 16, kind: 6}.bytes(),
		"PNG of 16 bits with texts":    pngFile{w: 2048, h: 2048, depth: 16, kind: 6, chunks: []chunk{text}}.bytes(),
		"PNG of 11500 with texts":      bombWithText(11500, text),
		"PNG with a long profile":      pngFile{w: 8, h: 8, depth: 8, chunks: []chunk{{"iCCP", text.data}, {"zTXt", text.data}, text}}.bytes(),
		"PNG interlaced":               pngFile{w: 1500, h: 1500, depth: 8, kind: 2, interlaced: true}.bytes(),
		"PNG of a grey with no colour": pngFile{w: 1500, h: 1500, depth: 1, chunks: []chunk{{"tRNS", []byte{0, 0}}}}.bytes(),
		"GIF":                          gifFile(4000, 4000, 1, false),
		"GIF interlaced":               gifFile(3000, 3000, 1, true),
		"GIF of many frames":           gifFile(1000, 1000, 40, false),
		"JPEG":                         jpegFile{w: 4000, h: 4000, comps: half}.bytes(),
		"JPEG progressive":             jpegFile{w: 2000, h: 2000, comps: full, progressive: true}.bytes(),
		"JPEG of inks":                 jpegFile{w: 1500, h: 1500, comps: [][2]byte{{1, 1}, {1, 1}, {1, 1}, {1, 1}}, adobe: 1}.bytes(),
	} {
		path := filepath.Join(dir, "a")
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		const decoder = 256 << 10 // the decoder's memory beside the image
		for how, read := range map[string]func(string) error{
			"Read":     func(path string) error { _, err := Read(path); return err },
			"ReadGray": func(path string) error { _, _, err := ReadGray(path); return err },
		} {
			var err error
			used := allocated(func() { err = read(path) })
			t.Logf("%-8s %-28s %8d bytes, %10d used: %.80v", how, name, len(file), used, err)
			if most := uint64(4*len(file) + allowance + decoder); used > most {
				t.Errorf("%s of %s: used %d bytes for a file of %d", how, name, used, len(file))
			}
		}
	}
}

// bombWithText is a 16-bit PNG that claims n by n pixels. It has a text and no pixels.
func bombWithText(n int, text chunk) []byte {
	whole := pngFile{w: n, h: n, depth: 16, kind: 6, chunks: []chunk{text}}
	whole.h = 1
	file := whole.bytes()
	binary.BigEndian.PutUint32(file[20:], uint32(n))
	binary.BigEndian.PutUint32(file[29:], crc32.ChecksumIEEE(file[12:29]))
	return file
}

// If the requested size differs from the header's, the image is refused, however large it
// is. If it agrees, the image is read, however well it is compressed.
func TestFaultC4SizeIsCheckedBeforeDecoding(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.png")
	file := pngFile{w: 2048, h: 2048, depth: 16, kind: 6}.bytes()
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	used := allocated(func() {
		_, err := ReadSized(path, 8, 8)
		expectError(t, err, "heatmap: "+path+": the image has 2048 by 2048 pixels, want 8 by 8")
	})
	if used > 100_000 {
		t.Errorf("used %d bytes to say that the size is another", used)
	}
	img, err := ReadSized(path, 2048, 2048)
	if err != nil || img.Bounds() != image.Rect(0, 0, 2048, 2048) {
		t.Errorf("got %v", err)
	}
	_, err = ReadSized(path, 0, 8)
	expectError(t, err, "heatmap: an image of 0 by 8 pixels was asked for, want at least 1 by 1")
}

// Decoders allocate what footprint returns, for each way in which the formats differ.
func TestFaultC4FootprintIsWhatDecodersTake(t *testing.T) {
	type file struct {
		name string
		data []byte
	}
	var files []file
	for _, kind := range []struct {
		kind   byte
		depths []int
		clear  []byte
	}{{0, []int{1, 2, 4, 8, 16}, []byte{0, 0}}, {2, []int{8, 16}, make([]byte, 6)}, {3, []int{1, 2, 4, 8}, []byte{0}}, {4, []int{8, 16}, nil}, {6, []int{8, 16}, nil}} {
		for _, depth := range kind.depths {
			p := pngFile{w: 601, h: 407, depth: depth, kind: kind.kind}
			if p.kind == palettedPNG {
				p.chunks = []chunk{{"PLTE", make([]byte, 6)}}
			}
			for range 2 {
				files = append(files, file{fmt.Sprintf("%+v", p), p.bytes()})
				p.interlaced = true
				files = append(files, file{fmt.Sprintf("%+v", p), p.bytes()})
				if p.interlaced = false; kind.clear == nil {
					break
				}
				p.chunks = append(p.chunks, chunk{"tRNS", kind.clear})
			}
		}
	}
	for _, progressive := range []bool{false, true} {
		for _, j := range []jpegFile{
			{comps: [][2]byte{{1, 1}}}, {comps: [][2]byte{{2, 2}}},
			{comps: [][2]byte{{1, 1}, {1, 1}, {1, 1}}}, {comps: [][2]byte{{2, 1}, {1, 1}, {1, 1}}}, {comps: [][2]byte{{2, 2}, {1, 1}, {1, 1}}},
			{comps: [][2]byte{{4, 2}, {1, 1}, {1, 1}}}, {comps: [][2]byte{{4, 1}, {1, 1}, {1, 1}}}, {comps: [][2]byte{{1, 2}, {1, 1}, {1, 1}}},
			{comps: [][2]byte{{1, 1}, {1, 1}, {1, 1}}, names: "RGB"}, {comps: [][2]byte{{1, 1}, {1, 1}, {1, 1}}, adobe: 1},
			{comps: [][2]byte{{1, 1}, {1, 1}, {1, 1}, {1, 1}}, adobe: 1}, {comps: [][2]byte{{2, 2}, {1, 1}, {1, 1}, {2, 2}}, adobe: 3},
		} {
			j.w, j.h, j.progressive = 601, 407, progressive
			files = append(files, file{fmt.Sprintf("%+v", j), j.bytes()})
			j.w, j.h = 1, 60001
			files = append(files, file{fmt.Sprintf("%+v", j), j.bytes()})
		}
	}
	files = append(files, file{"GIF", gifFile(601, 407, 3, false)}, file{"GIF interlaced", gifFile(601, 407, 3, true)})
	for _, f := range files {
		need := footprintOf(t, section(f.data))
		var img image.Image
		used := int64(allocated(func() {
			var err error
			if img, _, err = image.Decode(bytes.NewReader(f.data)); err != nil {
				t.Errorf("%s: %v", f.name, err)
			}
		}))
		if img == nil {
			continue
		}
		if room := need/8 + 256<<10; used > need+room || held(img) > need {
			t.Errorf("%s: %d bytes are used and %d held, footprint says %d", f.name, used, held(img), need)
		}
	}
}

// A scan of 14 bytes costs a pass over the whole image.
func TestFaultC4ManyScans(t *testing.T) {
	j := jpegFile{w: 1000, h: 1000, comps: [][2]byte{{1, 1}}, progressive: true, scans: 20}
	if _, err := decode(section(j.bytes()), request{}); err != nil {
		t.Error(err)
	}
	j.scans = 100_000
	_, err := decode(section(j.bytes()), request{})
	expectError(t, err, "the image has more than 100 scans")
}

// The pixels of a bare image.Image are the same, whichever way they are read.
func TestGrayOfAnyImage(t *testing.T) {
	img := image.NewNRGBA(image.Rect(1, 2, 8, 7))
	for i := range img.Pix {
		img.Pix[i] = uint8(37 * i)
	}
	type plain struct{ image.Image }
	grey, _ := Gray(img)
	red, _ := RGB(img)
	for i, v := range grey {
		x, y := 1+i%7, 2+i/7
		if want := float64(color.Gray16Model.Convert(img.At(x, y)).(color.Gray16).Y) / 0xffff; v != want {
			t.Errorf("pixel %d, %d is %v, want %v", x, y, v, want)
		}
		if r, _, _, _ := img.At(x, y).RGBA(); red[i] != float64(r)/0xffff {
			t.Errorf("red of pixel %d, %d is %v, want %v", x, y, red[i], float64(r)/0xffff)
		}
	}
	if slow, _ := Gray(plain{img}); fmt.Sprint(slow) != fmt.Sprint(grey) {
		t.Errorf("got %v\nand %v", slow, grey)
	}
	if slow, _ := RGB(plain{img}); fmt.Sprint(slow) != fmt.Sprint(red) {
		t.Errorf("got %v\nand %v", slow, red)
	}
	if n := testing.AllocsPerRun(3, func() { Gray(img) }); n > 3 {
		t.Errorf("%v allocations for an image, want one for all pixels", n)
	}
}
