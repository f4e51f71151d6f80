package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/examples/internal/digits"
	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/trace"
)

func runWith(t *testing.T, args ...string) (string, image.Image, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "out.png")
	o, err := parse(append(args, "-o", path), io.Discard)
	if err != nil {
		return "", nil, err
	}
	var out bytes.Buffer
	if err := explain(&out, o); err != nil {
		return "", nil, err
	}
	img, err := heatmap.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), img, nil
}

func TestSheetOfEveryDigit(t *testing.T) {
	for _, digit := range []string{"0", "4", "9"} {
		out, img, err := runWith(t, "-image", digit)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out, "the network reads a "+digit) {
			t.Errorf("the image of %s:\n%s", digit, out)
		}
		if n := strings.Count(out, "sum "); n != 7 {
			t.Errorf("%d relevance sums, want 7:\n%s", n, out)
		}
		if b := img.Bounds(); b.Dx() < 4*8*18 || b.Dy() < 2*8*18 {
			t.Errorf("the sheet has %v pixels, too few for eight tiles", b)
		}
	}
}

// The strokes light up. With integrated gradients from black, no relevance lies on black
// pixels, and most positive relevance lies on the strokes.
func TestStrokesLightUp(t *testing.T) {
	o, err := parse([]string{"-image", "0", "-attributor", "integratedgradients"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	net := network(t)
	r := o.methods[0].explain(net.Apply, o.x, 0).Float64s()
	on, off := 0.0, 0.0
	for i, v := range o.x.Float64s() {
		if v > -1 {
			on += max(r[i], 0)
		} else {
			off += max(r[i], 0)
		}
	}
	if !(on > 1 && off <= 1e-6) {
		t.Errorf("relevance %v on the strokes, %v beside them", on, off)
	}
}

func TestOneMethod(t *testing.T) {
	for _, args := range [][]string{
		{"-composite", "epsilon_plus"}, {"-attributor", "occlusion"}, {"-attributor", "inputxgradient", "-class", "7"},
		{"-composite", "deconvnet", "-attributor", "smoothgrad", "-cmap", "000,80:fff,f00"},
	} {
		out, _, err := runWith(t, args...)
		if err != nil || strings.Count(out, "sum ") != 1 {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
}

func TestImageFromAFile(t *testing.T) {
	out, _, err := runWith(t, "-image", "../internal/digits/7.png", "-composite", "none")
	if err != nil || !strings.Contains(out, "the network reads a 7") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestErrors(t *testing.T) {
	dir := t.TempDir()
	large, cut, text := filepath.Join(dir, "large.png"), filepath.Join(dir, "cut.png"), filepath.Join(dir, "text.png")
	var buf bytes.Buffer
	img := image.NewGray(image.Rect(0, 0, 9, 8))
	img.Set(1, 1, color.White)
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	for path, data := range map[string][]byte{large: buf.Bytes(), cut: buf.Bytes()[:40], text: []byte("hello")} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-image", "10"}, "no image of the digit 10"},
		{[]string{"-image", filepath.Join(dir, "none.png")}, "none.png"},
		{[]string{"-image", large}, "large.png: the image has 9 by 8 pixels, want 8 by 8"},
		{[]string{"-image", cut}, "cut.png"},
		{[]string{"-image", text}, "text.png: not a PNG, JPEG or GIF image"},
		{[]string{"-class", "10"}, `-class "10": want a class from 0 to 9, or top`},
		{[]string{"-composite", "epsilon_pluss"}, "epsilon_plus"},
		{[]string{"-attributor", "magic"}, `-attributor "magic": want one of gradient`},
		{[]string{"-cmap", "bwrr"}, "-cmap"},
		{[]string{"-o", filepath.Join(dir, "no", "where.png")}, "where.png"},
		{[]string{"stray"}, `unexpected argument "stray"`},
	} {
		o, err := parse(c.args, io.Discard)
		if err == nil {
			err = explain(io.Discard, o)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: got %v, want one line with %q", c.args, err, c.want)
		}
	}
}

func network(t *testing.T) digits.Net {
	t.Helper()
	net, err := digits.Model(trace.Float32)
	if err != nil {
		t.Fatal(err)
	}
	return net
}
