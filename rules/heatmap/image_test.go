package heatmap

import (
	"image"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// whole returns n whole numbers, on which shifts and scales by powers of two are exact.
func whole(seed uint64, n int) []float64 {
	r := rand.New(rand.NewPCG(seed, 0))
	values := make([]float64, n)
	for i := range values {
		values[i] = float64(r.IntN(2001) - 1000)
	}
	return values
}

func each(values []float64, f func(float64) float64) []float64 {
	mapped := make([]float64, len(values))
	for i, v := range values {
		mapped[i] = f(v)
	}
	return mapped
}

func mustImage(t *testing.T, c Config, data []float64, shape ...int) image.Image {
	t.Helper()
	img, err := c.Image(data, shape)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func levels(t *testing.T, c Config, data []float64, shape ...int) []uint8 {
	t.Helper()
	return mustImage(t, c, data, shape...).(*image.Paletted).Pix
}

func TestImageIgnoresShiftAndScale(t *testing.T) {
	x := whole(1, 5*7)
	expectBytes(t, "4x + 3", levels(t, Config{}, each(x, func(v float64) float64 { return 4*v + 3 }), 5, 7), levels(t, Config{}, x, 5, 7))
	symmetric := Config{Symmetric: true}
	expectBytes(t, "x/8, symmetric", levels(t, symmetric, each(x, func(v float64) float64 { return v / 8 }), 5, 7), levels(t, symmetric, x, 5, 7))
}

func TestSymmetricImageOfNegatedData(t *testing.T) {
	c := Config{Symmetric: true}
	x := append(whole(2, 33), 0, 1000)
	plus, minus := levels(t, c, x, 5, 7), levels(t, c, each(x, func(v float64) float64 { return -v }), 5, 7)
	for i := range x {
		if sum := int(plus[i]) + int(minus[i]); sum != 255 && sum != 254 { // 254 where both are truncated
			t.Errorf("%v is at %d and %v at %d", x[i], plus[i], -x[i], minus[i])
		}
	}
	if plus[33] != 127 || plus[34] != 255 {
		t.Errorf("0 and the largest value are at %d and %d, want 127 and 255", plus[33], plus[34])
	}
}

func TestImage32AgreesWithImage(t *testing.T) {
	x := whole(3, 4*5*6)
	single := make([]float32, len(x))
	for i, v := range x {
		single[i] = float32(v)
	}
	c := Config{VMin: new(-1024.), VMax: new(1024.), Grid: &Grid{}}
	img, err := c.Image32(single, []int{4, 5, 6})
	if err != nil {
		t.Fatal(err)
	}
	expectBytes(t, "float32", img.(*image.Paletted).Pix, levels(t, c, x, 4, 5, 6))
}

func TestChannelsFirstAndLastAgree(t *testing.T) {
	const n, h, w = 4, 5, 7
	first := whole(4, n*3*h*w)
	last := make([]float64, len(first))
	for i := range first {
		at := index(i, []int{n, 3, h, w})
		last[((at[0]*h+at[2])*w+at[3])*3+at[1]] = first[i]
	}
	c := Config{Grid: &Grid{Cols: 3}}
	expectBytes(t, "batch", rgbBytes(mustImage(t, c, last, n, h, w, 3)), rgbBytes(mustImage(t, c, first, n, 3, h, w)))
	one := 3 * h * w
	expectBytes(t, "image", rgbBytes(mustImage(t, Config{}, last[:one], h, w, 3)), rgbBytes(mustImage(t, Config{}, first[:one], 3, h, w)))
}

func TestRGBOfImageGivesTheDataBack(t *testing.T) {
	x := each(whole(5, 3*5*7), func(v float64) float64 { return math.Mod(math.Abs(v), 256) / 255 })
	values, shape := RGB(mustImage(t, Config{VMin: new(0.), VMax: new(1.)}, x, 3, 5, 7))
	if !slices.Equal(shape, []int{3, 5, 7}) {
		t.Fatalf("shape %v", shape)
	}
	for i := range x {
		if d := math.Abs(values[i] - x[i]); !(d <= 1/255.+1e-12) {
			t.Fatalf("value %d is %v, want %v to 1/255", i, values[i], x[i])
		}
	}
}

func TestImageInGridHasItsOwnNorm(t *testing.T) {
	const n, h, w = 5, 3, 4
	x := whole(6, n*h*w)
	for i := range x {
		x[i] *= float64(1 + i/(h*w))
	}
	grid := mustImage(t, Config{Grid: &Grid{Rows: 2}}, x, n, h, w).(*image.Paletted)
	if size := grid.Rect.Size(); size != image.Pt(3*w, 2*h) {
		t.Fatalf("size %v", size)
	}
	for i := range n {
		one := levels(t, Config{}, x[i*h*w:(i+1)*h*w], h, w)
		for j, want := range one {
			if got := grid.ColorIndexAt(i%3*w+j%w, i/3*h+j/w); got != want {
				t.Fatalf("image %d, pixel %d: %d, want %d", i, j, got, want)
			}
		}
	}
}

func TestConstantMapIsTheMiddle(t *testing.T) {
	for _, c := range []struct {
		config Config
		v      float64
		want   uint8
	}{
		{Config{}, 0, 127},
		{Config{}, -7, 127},
		{Config{}, 1e300, 127},
		{Config{Symmetric: true}, 0, 127},
		{Config{Symmetric: true}, math.Copysign(0, -1), 127},
		{Config{Symmetric: true}, 2, 255},
		{Config{Symmetric: true}, -2, 0},
		{Config{VMin: new(1.)}, 1, 127},
		{Config{VMin: new(0.), VMax: new(4.)}, 1, 63},
	} {
		x := []float64{c.v, c.v, c.v, c.v, c.v, c.v}
		expectBytes(t, "gray", levels(t, c.config, x, 2, 3), slices.Repeat([]uint8{c.want}, 6))
		expectBytes(t, "rgb", rgbBytes(mustImage(t, c.config, x, 2, 1, 3)), slices.Repeat([]uint8{c.want}, 6))
	}
}

func TestExtremeValues(t *testing.T) {
	const m = math.MaxFloat64
	expectBytes(t, "float64", levels(t, Config{}, []float64{-m, 0, m, m / 2}, 2, 2), []uint8{0, 127, 255, 191})
	expectBytes(t, "tiny", levels(t, Config{}, []float64{0, 5e-324, 0, 5e-324}, 2, 2), []uint8{0, 255, 0, 255})
	expectBytes(t, "clipped", levels(t, Config{VMin: new(0.), VMax: new(1e-320)}, []float64{-m, 0, m, 1}, 2, 2), []uint8{0, 0, 255, 255})
	const s = math.MaxFloat32
	img, err := Config{}.Image32([]float32{-s, 0, s, s / 2}, []int{2, 2})
	if err != nil {
		t.Fatal(err)
	}
	expectBytes(t, "float32", img.(*image.Paletted).Pix, []uint8{0, 127, 255, 191})
}

func TestImageLeavesTheDataAlone(t *testing.T) {
	x := whole(7, 6)
	kept := slices.Clone(x)
	mustImage(t, Config{Symmetric: true}, x, 2, 3)
	bytes := []uint8{1, 2, 3, 4, 5, 6}
	img, err := Config{}.ImageBytes(bytes, []int{2, 3})
	if err != nil {
		t.Fatal(err)
	}
	img.(*image.Paletted).Pix[0] = 77
	if !slices.Equal(x, kept) || bytes[0] != 1 {
		t.Errorf("the data changed: %v, %v", x, bytes)
	}
}

func TestImageErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(-1)
	six := []float64{1, 2, 3, 4, 5, 6}
	for name, c := range map[string]struct {
		config Config
		data   []float64
		shape  []int
		want   string
	}{
		"NaN":          {Config{}, []float64{1, 2, 3, 4, nan, 6}, []int{2, 3}, "the value at [1 1] is NaN"},
		"infinity":     {Config{VMin: new(0.), VMax: new(1.)}, []float64{1, 2, inf, 4, 5, 6}, []int{2, 3}, "the value at [0 2] is -Inf"},
		"values":       {Config{}, six[:5], []int{2, 3}, "5 values for shape [2 3], which has 6"},
		"no axes":      {Config{}, six[:1], nil, "shape []: an image is [h w], [c h w] or [h w c]"},
		"one axis":     {Config{}, six, []int{6}, "shape [6]: an image is"},
		"empty":        {Config{}, nil, []int{0, 3}, "shape [0 3]: axis 0 has length 0"},
		"negative":     {Config{}, six, []int{-2, -3}, "axis 0 has length -2"},
		"overflow":     {Config{}, nil, []int{math.MaxInt/2 + 1, 4}, "4]: too large"},
		"two channels": {Config{}, six, []int{2, 3, 1, 1}, "shape [2 3 1 1]: set Grid to draw a batch"},
		"batch":        {Config{}, make([]float64, 2*4*5), []int{2, 4, 5}, "set Grid if axis 0 counts images"},
		"grid of one":  {Config{Grid: &Grid{}}, six, []int{2, 3}, "shape [2 3]: a grid takes [n h w]"},
		"grid of 0":    {Config{Grid: &Grid{}}, six, []int{}, "6 values for shape [], which has 1"},
		"grid of five": {Config{Grid: &Grid{}}, six, []int{1, 1, 1, 2, 3}, "a grid takes"},
		"grid, channels": {Config{Grid: &Grid{}}, make([]float64, 2*2*4*5), []int{2, 2, 4, 5},
			"neither axis 1 nor axis 3 is a channel axis of length 1 or 3"},
		"level":     {Config{Level: nan}, six, []int{2, 3}, "Level is NaN"},
		"VMin":      {Config{VMin: &nan}, six, []int{2, 3}, "VMin is NaN"},
		"VMax":      {Config{VMax: &inf}, six, []int{2, 3}, "VMax is -Inf"},
		"no span":   {Config{VMin: new(1.), VMax: new(1.)}, six, []int{2, 3}, "VMin 1 is not below VMax 1"},
		"high VMin": {Config{VMin: new(7.)}, six, []int{2, 3}, "from VMin 7 to VMax 6"},
		"low VMax":  {Config{VMax: new(0.5)}, six, []int{2, 3}, "from VMin 1 to VMax 0.5"},
		"fill":      {Config{Grid: &Grid{Fill: new(0.5)}}, six, []int{1, 2, 3}, "fill 0.5 is not a whole number of 0..255"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.config.Image(c.data, c.shape)
			expectError(t, err, "heatmap: ", c.want)
		})
	}
	_, err := Config{VMax: new(1e300)}.Image32(make([]float32, 6), []int{2, 3})
	expectError(t, err, "too large for the float32 data")
	_, err = Config{}.ImageBytes(make([]uint8, 5), []int{2, 3})
	expectError(t, err, "5 values")
	_, err = Config{VMin: &nan}.ImageBytes(make([]uint8, 6), []int{2, 3})
	expectError(t, err, "VMin is NaN")
}

func TestBoundsErrors(t *testing.T) {
	_, _, err := Bounds([]float64{1, 2}, []int{2}, false, 1)
	expectError(t, err, "axis 1 is not in 0..0, the axes of shape [2]")
	_, _, err = Bounds([]float32{1, 2}, []int{2}, false, -1)
	expectError(t, err, "axis -1")
	_, _, err = Bounds([]float64{1, math.Inf(1)}, []int{1, 2}, true)
	expectError(t, err, "the value at [0 1] is +Inf")
	_, _, err = Bounds([]float64{1, 2}, []int{3}, false)
	expectError(t, err, "2 values for shape [3]")
}

// Bounds over two axes of a [2 3 4] array are compared with plain loops. The golden cases
// have one axis or all.
func TestBoundsOverTwoAxes(t *testing.T) {
	x := whole(8, 2*3*4)
	lo, hi, err := Bounds(x, []int{2, 3, 4}, false, 2, 0)
	if err != nil || len(lo) != 3 || len(hi) != 3 {
		t.Fatalf("%v, %v, %v", lo, hi, err)
	}
	for j := range 3 {
		var kept []float64
		for i := range 2 {
			kept = append(kept, x[(i*3+j)*4:(i*3+j)*4+4]...)
		}
		if lo[j] != slices.Min(kept) || hi[j] != slices.Max(kept) {
			t.Errorf("row %d: %v..%v, want %v..%v", j, lo[j], hi[j], slices.Min(kept), slices.Max(kept))
		}
	}
}
