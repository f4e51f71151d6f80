package heatmap

import (
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A tensor is an entry of a safetensors file; data is little-endian.
type tensor struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
	data    []byte
}

func readTensors(t testing.TB, name string) map[string]tensor {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(plain)
	if err != nil {
		t.Fatal(err)
	}
	start := 8 + int(binary.LittleEndian.Uint64(raw))
	tensors := map[string]tensor{}
	if err := json.Unmarshal(raw[8:start], &tensors); err != nil {
		t.Fatal(err)
	}
	for name, x := range tensors {
		x.data = raw[start+x.Offsets[0] : start+x.Offsets[1]]
		tensors[name] = x
	}
	return tensors
}

func readCases[C any](t testing.TB, name string) (cases []C) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

func (x tensor) float64s(t testing.TB) []float64 {
	t.Helper()
	if x.DType != "F64" {
		t.Fatalf("dtype %q, want F64", x.DType)
	}
	values := make([]float64, len(x.data)/8)
	for i := range values {
		values[i] = math.Float64frombits(binary.LittleEndian.Uint64(x.data[8*i:]))
	}
	return values
}

func (x tensor) float32s() []float32 {
	values := make([]float32, len(x.data)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(x.data[4*i:]))
	}
	return values
}

func expectClose(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range want {
		if d := math.Abs(got[i] - want[i]); !(d <= 1e-9) {
			t.Fatalf("%s: element %d: got %v, want %v", what, i, got[i], want[i])
		}
	}
}

func expectBytes(t *testing.T, what string, got, want []uint8) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d bytes, want %d", what, len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%s: byte %d: got %d, want %d", what, i, got[i], want[i])
		}
	}
}

// rgbBytes returns three bytes for every pixel.
func rgbBytes(img image.Image) (rgb []uint8) {
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			rgb = append(rgb, c.R, c.G, c.B)
		}
	}
	return rgb
}

type mapCase struct {
	ID, Name, Source, Points, Colors string
	Error                            bool
	Palettes                         []struct {
		Level   float64
		Palette string
	}
}

func TestGoldenColorMaps(t *testing.T) {
	tensors := readTensors(t, "cmaps.safetensors.gz")
	var named []string
	for _, c := range readCases[mapCase](t, "cmaps.json") {
		t.Run(c.ID, func(t *testing.T) {
			m, err := Parse(c.Source)
			if c.Error {
				if err == nil {
					t.Fatalf("Parse(%q) gave no error", c.Source)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if c.Name != "" {
				named = append(named, c.Name)
				if m, err = Named(c.Name); err != nil || m.String() != c.Source {
					t.Fatalf("Named(%q) = %q, %v, want %q", c.Name, m, err, c.Source)
				}
			}
			var colors []float64
			for _, x := range tensors[c.Points].float64s(t) {
				rgb := m.At(x)
				colors = append(colors, rgb[:]...)
			}
			expectClose(t, c.Colors, colors, tensors[c.Colors].float64s(t))
			for _, p := range c.Palettes {
				expectBytes(t, p.Palette, paletteBytes(m.Palette(p.Level)), tensors[p.Palette].data)
			}
		})
	}
	if !slices.Equal(named, Names()) {
		t.Errorf("Names() = %v, want %v", Names(), named)
	}
}

func paletteBytes(p color.Palette) (rgb []uint8) {
	for _, c := range p {
		c := c.(color.NRGBA)
		rgb = append(rgb, c.R, c.G, c.B)
	}
	return rgb
}

// A grid in the golden cases is a bool or a height and a width.
type goldenGrid struct {
	set  bool
	size [2]int
}

func (g *goldenGrid) UnmarshalJSON(raw []byte) error {
	set, err := strconv.ParseBool(string(raw))
	if err == nil {
		g.set = set
		return nil
	}
	g.set = true
	return json.Unmarshal(raw, &g.size)
}

type imageCase struct {
	ID, Function, Array, Mode, Indices, RGB, PNG, VMin, VMax, Result string
	Args                                                             struct {
		VMin, VMax *float64
		CMap       string
		Level      float64
		Symmetric  bool
		Grid       goldenGrid
		GridFill   *float64
		Dim        []int
		Shape      []int
		FillValue  *float64 `json:"fill_value"`
	}
}

func (c imageCase) config(t *testing.T) Config {
	m, err := Named(c.Args.CMap)
	if err != nil {
		t.Fatal(err)
	}
	config := Config{Map: m, Level: c.Args.Level, Symmetric: c.Args.Symmetric, VMin: c.Args.VMin, VMax: c.Args.VMax}
	if g := c.Args.Grid; g.set {
		config.Grid = &Grid{Rows: g.size[0], Cols: g.size[1], Fill: c.Args.GridFill}
	}
	return config
}

func TestGoldenImages(t *testing.T) {
	tensors := readTensors(t, "images.safetensors.gz")
	for _, c := range readCases[imageCase](t, "images.json") {
		t.Run(c.ID, func(t *testing.T) {
			switch c.Function {
			case "imgify":
				checkImage(t, c, tensors)
			case "gridify":
				checkTile(t, c, tensors)
			case "interval_norm_bounds":
				x := tensors[c.Array]
				lo, hi, err := Bounds(x.float64s(t), x.Shape, c.Args.Symmetric, c.Args.Dim...)
				if err != nil {
					t.Fatal(err)
				}
				expectClose(t, "lo", lo, tensors[c.VMin].float64s(t))
				expectClose(t, "hi", hi, tensors[c.VMax].float64s(t))
			default:
				t.Fatalf("unknown function %q", c.Function)
			}
		})
	}
}

// imageOfTensor draws x by the method for its dtype.
func imageOfTensor(t *testing.T, config Config, x tensor) (image.Image, error) {
	switch x.DType {
	case "U8":
		return config.ImageBytes(x.data, x.Shape)
	case "F32":
		return config.Image32(x.float32s(), x.Shape)
	}
	return config.Image(x.float64s(t), x.Shape)
}

func checkImage(t *testing.T, c imageCase, tensors map[string]tensor) {
	img, err := imageOfTensor(t, c.config(t), tensors[c.Array])
	if err != nil {
		t.Fatal(err)
	}
	rgb := tensors[c.RGB]
	if size := img.Bounds().Size(); size.Y != rgb.Shape[0] || size.X != rgb.Shape[1] {
		t.Fatalf("size %v, want shape %v", size, rgb.Shape)
	}
	expectBytes(t, "rgb", rgbBytes(img), rgb.data)
	switch c.Mode {
	case "P":
		expectBytes(t, "indices", img.(*image.Paletted).Pix, tensors[c.Indices].data)
	case "RGB":
		if !img.(*image.NRGBA).Opaque() {
			t.Error("not opaque")
		}
	}
	if c.PNG != "" {
		checkPNG(t, filepath.Join("testdata", c.PNG), img.(*image.Paletted))
	}
}

// checkPNG compares img with a file, as drawn and after writing it and reading it back.
func checkPNG(t *testing.T, golden string, img *image.Paletted) {
	path := filepath.Join(t.TempDir(), "img.png")
	if err := WritePNG(path, img); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{golden, path} {
		read, err := Read(file)
		if err != nil {
			t.Fatal(err)
		}
		p, ok := read.(*image.Paletted)
		if !ok {
			t.Fatalf("%s: a %T, want a palette", file, read)
		}
		expectBytes(t, file, p.Pix, img.Pix)
		expectBytes(t, file, rgbBytes(p), rgbBytes(img))
	}
}

func checkTile(t *testing.T, c imageCase, tensors map[string]tensor) {
	x, want := tensors[c.Array], tensors[c.Result]
	g := Grid{Fill: c.Args.FillValue}
	if s := c.Args.Shape; s != nil {
		g.Rows, g.Cols = s[0], s[1]
	}
	var shape []int
	var err error
	if x.DType == "U8" {
		var tiled []uint8
		tiled, shape, err = Tile(x.data, x.Shape, g)
		expectBytes(t, "grid", tiled, want.data)
	} else {
		var tiled []float64
		tiled, shape, err = Tile(x.float64s(t), x.Shape, g)
		expectClose(t, "grid", tiled, want.float64s(t))
	}
	if err != nil || fmt.Sprint(shape) != fmt.Sprint(want.Shape) {
		t.Fatalf("shape %v, error %v, want %v", shape, err, want.Shape)
	}
}

func expectError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not have %q", err, part)
		}
	}
	if strings.ContainsRune(err.Error(), '\n') {
		t.Errorf("error %q is longer than a line", err)
	}
}
