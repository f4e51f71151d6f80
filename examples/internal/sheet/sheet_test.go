package sheet

import (
	"flag"
	"image"
	"image/color"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/trace"
)

// Of the heat map of the values -1, 0 and 3, each norm places the values elsewhere.
func TestNorms(t *testing.T) {
	r := trace.New([]float64{-1, 0, 3}, 1, 1, 1, 3)
	for norm, want := range map[string][]uint8{"symmetric": {85, 127, 255}, "absolute": {85, 0, 255}, "unaligned": {0, 63, 255}} {
		img, err := Drawing{Norm: norm, Level: 1}.Heat(r, nil)
		if err != nil || !slices.Equal(img.(*image.Paletted).Pix, want) {
			t.Errorf("%s: got %v, %v, want %v", norm, img, err, want)
		}
	}
}

func TestPlane(t *testing.T) {
	shown := image.NewNRGBA(image.Rect(0, 0, 2, 3)) // 3 high
	for _, c := range []struct {
		shape []int
		shown image.Image
		want  []int
		first float64
	}{
		{[]int{1, 3, 3, 2}, shown, []int{3, 2}, 0 + 6 + 12}, {[]int{1, 3, 2, 3}, shown, []int{3, 2}, 0 + 1 + 2}, {[]int{1, 3, 2}, shown, []int{3, 2}, 0},
		{[]int{1, 3, 4, 5}, nil, []int{4, 5}, 0 + 20 + 40}, {[]int{1, 7}, nil, []int{1, 7}, 0}, {[]int{1, 2, 7}, nil, []int{2, 7}, 0},
	} {
		n := 1
		for _, d := range c.shape {
			n *= d
		}
		counted := make([]float64, n)
		for i := range counted {
			counted[i] = float64(i)
		}
		values, shape := plane(trace.New(counted, c.shape...), c.shown)
		if !slices.Equal(shape, c.want) || values[0] != c.first {
			t.Errorf("%v: got %v from %v, want %v from %v", c.shape, shape, values[0], c.want, c.first)
		}
	}
}

// Level 0 leaves the middle color alone.
func TestLevelZero(t *testing.T) {
	for level, want := range map[float64]bool{0: true, 1: false} {
		img, err := Drawing{Level: level}.Heat(trace.New([]float64{-1, 0, 3}, 1, 1, 1, 3), nil)
		if err != nil {
			t.Fatal(err)
		}
		p := img.(*image.Paletted).Palette
		if same := p[0] == p[255]; same != want {
			t.Errorf("level %v: the ends are %v and %v", level, p[0], p[255])
		}
	}
}

func TestCaptionsAreASCII(t *testing.T) {
	for text, want := range map[string]string{`"x" \y`: `"x" \y`, "\u00e9\n": `\u00e9\n`, "": ""} {
		if got := ascii(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// Small images are enlarged, and several groups begin their own rows.
func TestSheet(t *testing.T) {
	small := image.NewNRGBA(image.Rect(0, 0, 8, 8))
	group := func(n int) (panels []heatmap.Panel) {
		for range n {
			panels = append(panels, heatmap.Panel{Image: small, Caption: "\u00e9"})
		}
		return panels
	}
	for _, c := range []struct {
		groups     [][]heatmap.Panel
		cols, rows int
	}{
		{[][]heatmap.Panel{group(1)}, 1, 1}, {[][]heatmap.Panel{group(3)}, 3, 1}, {[][]heatmap.Panel{group(6)}, 4, 2}, {[][]heatmap.Panel{group(6), group(6)}, 4, 4},
	} {
		img, err := Of(c.groups)
		if err != nil {
			t.Fatal(err)
		}
		if b := img.Bounds(); b.Dx()/150 != c.cols || b.Dy()/160 != c.rows {
			t.Errorf("%d groups of %d: got %v, want %d by %d cells", len(c.groups), len(c.groups[0]), b, c.cols, c.rows)
		}
	}
}

func TestStack(t *testing.T) {
	one, two := image.NewGray(image.Rect(5, 5, 7, 6)), image.NewGray(image.Rect(0, 0, 3, 2))
	all := Stack([]image.Image{one, two})
	for at, want := range map[image.Point]color.Color{{X: 0, Y: 0}: color.Black, {X: 2, Y: 0}: color.White, {X: 2, Y: 2}: color.Black} {
		if got := color.GrayModel.Convert(all.At(at.X, at.Y)); got != color.GrayModel.Convert(want) {
			t.Errorf("%v is %v, want %v", at, got, want)
		}
	}
	if all.Bounds() != image.Rect(0, 0, 3, 3) {
		t.Errorf("got %v", all.Bounds())
	}
}

func TestFlags(t *testing.T) {
	for args, want := range map[string]string{"-cmap bwrr": "-cmap: ", "-relevance-norm x": "want one of symmetric", "-level Inf": "-level +Inf: want a finite number", "": ""} {
		var d Drawing
		f := flag.NewFlagSet("test", flag.ContinueOnError)
		f.SetOutput(io.Discard)
		d.Register(f)
		err := f.Parse(strings.Fields(args))
		if err == nil {
			err = d.Check(f)
		}
		if want == "" && (err != nil || d.Colors.String() != "00f,80:fff,f00") || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %v, want %s", args, err, want)
		}
	}
}
