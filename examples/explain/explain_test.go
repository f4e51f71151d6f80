package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/examples/internal/digits"
	"github.com/pullback-go/pullback/examples/internal/method"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/attribute"
)

// runIn runs the program in a folder.
func runIn(t *testing.T, dir string, args ...string) (code int, out, errs string) {
	t.Helper()
	return runWith(t, context.Background(), dir, args...)
}

func runWith(t *testing.T, ctx context.Context, dir string, args ...string) (code int, out, errs string) {
	t.Helper()
	t.Chdir(dir)
	var stdout, stderr bytes.Buffer
	code = run(ctx, args, &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

// must runs the program, which must succeed.
func must(t *testing.T, dir string, args ...string) string {
	t.Helper()
	code, out, errs := runIn(t, dir, args...)
	if code != exitDone || errs != "" {
		t.Fatalf("%v: exit code %d, %s", args, code, errs)
	}
	return out
}

func TestSheetOfEveryDigit(t *testing.T) {
	for _, digit := range []string{"0", "4", "9"} {
		dir := t.TempDir()
		out := must(t, dir, digit)
		if !strings.Contains(out, "the network says "+digit) {
			t.Errorf("the image of %s:\n%s", digit, out)
		}
		if n := strings.Count(out, "sum "); n != 7 {
			t.Errorf("%d relevance sums, want 7:\n%s", n, out)
		}
		img, err := heatmap.Read("explain.png")
		if err != nil {
			t.Fatal(err)
		}
		if b := img.Bounds(); b.Dx() < 4*8*18 || b.Dy() < 2*8*18 {
			t.Errorf("the sheet has %v pixels, too few for eight tiles", b)
		}
	}
}

// Without arguments, a digit, a garment and a line of text are explained, in one picture.
func TestDemonstration(t *testing.T) {
	dir := t.TempDir()
	one := must(t, dir, "-composite", "epsilon_plus", "0")
	if !strings.Contains(one, "the network says 0") {
		t.Errorf("got %s", one)
	}
	digit, err := heatmap.Read("explain.png")
	if err != nil {
		t.Fatal(err)
	}
	out := must(t, dir, "-composite", "epsilon_plus", "-json", "a.jsonl", "-html", "a.html")
	if !strings.Contains(out, one[:strings.Index(one, "wrote")]) || !strings.Contains(out, "ankle boot: the network says ankle boot") || !strings.Contains(out, "heat_map_rotated: the network says turned") {
		t.Errorf("got %s", out)
	}
	both, err := heatmap.Read("explain.png")
	if err != nil {
		t.Fatal(err)
	}
	if b := both.Bounds(); b.Dy() < digit.Bounds().Dy()+100+48 || b.Dx() < 2*192 {
		t.Errorf("the picture has %v pixels, that of the digit %v", b, digit.Bounds())
	}
	if got := files(t, "."); strings.Count(got["a.jsonl"], "\n") != 3 || !strings.Contains(got["a.html"], "<h2>heat_map_rotated</h2>") {
		t.Errorf("got %s", names(got))
	}
}

// Most relevance of a line of text lies where its letters are.
func TestLettersLightUp(t *testing.T) {
	must(t, t.TempDir(), "-attributor", "integratedgradients", "-raw", "r.safetensors")
	raw, err := safetensors.Read("r.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	x, r := raw["heat_map_rotated/input"].Float64s(), raw["heat_map_rotated/integratedgradients"].Float64s()
	dark, all := 0.0, 0.0
	for i, v := range r {
		all += max(v, -v)
		if x[i] < 1 {
			dark += max(v, -v)
		}
	}
	if !(dark >= 0.999*all && all > 0) {
		t.Errorf("relevance %v on letters, of %v", dark, all)
	}
}

// The strokes light up. With integrated gradients from black, no relevance lies on black
// pixels, and most positive relevance lies on the strokes.
func TestStrokesLightUp(t *testing.T) {
	must(t, t.TempDir(), "-attributor", "integratedgradients", "-raw", "r.safetensors", "0")
	raw, err := safetensors.Read("r.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	x, r := raw["0/input"].Float64s(), raw["0/integratedgradients"].Float64s()
	on, off := 0.0, 0.0
	for i, v := range x {
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

// What is written is what the library computes.
func TestRelevance(t *testing.T) {
	must(t, t.TempDir(), "-composite", "epsilon_plus", "-target", "7", "-raw", "r.safetensors", "-o", "none", "3")
	raw, err := safetensors.Read("r.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	net, err := digits.Model(trace.Float32)
	if err != nil {
		t.Fatal(err)
	}
	m, err := method.New("gradient", "epsilon_plus", method.Options{})
	if err != nil {
		t.Fatal(err)
	}
	x := raw["3/input"]
	want := m.Relevance(net.Apply, x, attribute.Class(7)(net.Apply(x)))
	if far := fn.Max(fn.Abs(fn.Reshape(fn.Sub(want, raw["3/epsilon_plus"]), -1)), 0).Float64(); !(far <= 1e-5) || raw["3/output"].Dim(1) != 10 {
		t.Errorf("got %v, want %v", raw, want)
	}
}

func TestChosenMethods(t *testing.T) {
	for _, c := range []struct {
		args string
		maps int
	}{
		{"-composite epsilon_plus", 1}, {"-attributor occlusion", 1}, {"-attributor inputxgradient -target 7", 1},
		{"-composite deconvnet -attributor smoothgrad -cmap 000,80:fff,f00", 1},
		{"-composite epsilon_plus,none -attributor gradient,vargrad", 4},
		{"-composite none -target top:3", 3},
		{"-attributor gradcam,gradcam++ -layer features.2", 2},
		{"-attributor expectedgradients -baselines in", 1},
		{"-composite all", 15},
		{"-no-bias -no-residual -epsilon 0.1 -stabilizer 1e-4 -gamma 0.5 -beta 3 -low -1 -high 1 -composite epsilon_gamma_box,epsilon_plus", 2},
		{"-attributor occlusion -window 3,3 -stride 1,1 -occlude-inside -baseline mean", 1},
		{"-attributor integratedgradients -samples 3 -baseline 0.5 -output-relevance", 1},
		{"-relevance-norm absolute -level 2 -composite none", 1},
	} {
		dir := digitFolder(t, 3, 4)
		if out := must(t, dir, append(strings.Fields(c.args), "5")...); strings.Count(out, "sum ") != c.maps {
			t.Errorf("%s: want %d maps:\n%s", c.args, c.maps, out)
		}
	}
}

// Flags that change what is computed do so.
func TestOptionsMatter(t *testing.T) {
	line := func(args ...string) string {
		return must(t, t.TempDir(), append(args, "-json", "-", "-o", "none", "3")...)
	}
	for _, c := range [][2]string{
		{"-composite epsilon_plus", "-no-bias"}, {"-composite epsilon_plus", "-epsilon 0.3"}, {"-composite epsilon_plus", "-stabilizer 0.3"},
		{"-composite epsilon_gamma_box", "-gamma 2"}, {"-composite epsilon_gamma_box", "-high 3"}, {"-composite beta_smooth", "-beta 1"},
		{"-attributor smoothgrad", "-seed 5"}, {"-attributor smoothgrad", "-noise 0.5"}, {"-attributor smoothgrad", "-samples 3"},
		{"-attributor occlusion", "-window 4,4"}, {"-attributor occlusion", "-occlude-inside"}, {"-attributor integratedgradients", "-baseline mean"},
		{"-composite epsilon_plus", "-output-relevance"}, {"-composite none", "-target 2"}, {"-composite none", "-activation none"}, {"-composite none", "-mean 0.5"}, {"-composite none", "-scale 0.01"},
	} {
		args := strings.Fields(c[0])
		if a, b := line(args...), line(append(args, strings.Fields(c[1])...)...); a == b {
			t.Errorf("%s: %s changes nothing", c[0], c[1])
		}
	}
}
