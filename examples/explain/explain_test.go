package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
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

// digitFolder writes images of digits, each into the folder of its label.
func digitFolder(t *testing.T, ds ...int) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range ds {
		img, err := digits.Image(d)
		if err != nil {
			t.Fatal(err)
		}
		folder := filepath.Join(dir, "in", string(rune('0'+d)))
		if err := os.MkdirAll(folder, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := writePNG(filepath.Join(folder, "a.png"), img); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// files returns the content of all files below a folder.
func files(t *testing.T, root string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		out[filepath.ToSlash(name)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func names(m map[string]string) string {
	var all []string
	for name := range m {
		all = append(all, name)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
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

// Without arguments, a digit and a line of text are explained, in one picture.
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
	if !strings.Contains(out, one[:strings.Index(one, "wrote")]) || !strings.Contains(out, "heat_map_rotated: the network says turned") {
		t.Errorf("got %s", out)
	}
	both, err := heatmap.Read("explain.png")
	if err != nil {
		t.Fatal(err)
	}
	if b := both.Bounds(); b.Dy() < digit.Bounds().Dy()+48 || b.Dx() < 2*192 {
		t.Errorf("the picture has %v pixels, that of the digit %v", b, digit.Bounds())
	}
	if got := files(t, "."); strings.Count(got["a.jsonl"], "\n") != 2 || !strings.Contains(got["a.html"], "<h2>heat_map_rotated</h2>") {
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
		{"-composite all", 10},
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

func TestFolder(t *testing.T) {
	dir := digitFolder(t, 2, 7, 9)
	for name, text := range map[string]string{"in/7/broken.png": "hello", "in/notes.txt": "no image"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	code, out, errs := runIn(t, dir, "-composite", "epsilon_plus", "-o", "out", "-json", "all.jsonl", "-batch-size", "2", "in", "nosuch.png")
	if code != exitFailed || !strings.Contains(errs, "broken.png: not a BMP") || !strings.Contains(errs, "nosuch.png: no such file") || !strings.HasSuffix(errs, "2 of 5 inputs could not be explained\n") {
		t.Errorf("exit code %d, %s", code, errs)
	}
	if !strings.Contains(out, "3 of 5 inputs explained; accuracy 100.0 % of 3") {
		t.Errorf("got %s", out)
	}
	if got, want := names(files(t, "out")), "2/a.png.png 2/a.png.safetensors 7/a.png.png 7/a.png.safetensors 9/a.png.png 9/a.png.safetensors"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var inputs []string
	for _, text := range strings.Split(strings.TrimSpace(files(t, ".")["all.jsonl"]), "\n") {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, l.Input)
		if failed := strings.Contains(l.Input, "broken") || l.Input == "nosuch.png"; failed != (l.Error != "") || failed == (len(l.Maps) == 1 && l.Top[0].Name == l.Label) {
			t.Errorf("got %s", text)
		}
	}
	if got := strings.Join(inputs, " "); got != "2/a.png 7/a.png 7/broken.png 9/a.png nosuch.png" {
		t.Errorf("got the inputs %s", got)
	}
}

// Three shards, in any order and twice, give the files of one run, bit for bit, whatever
// the batches.
func TestShards(t *testing.T) {
	dir := digitFolder(t, 0, 1, 3, 5, 8)
	args := []string{"-composite", "epsilon_plus,none", "-attributor", "smoothgrad,gradient", "-samples", "4", "-target", "top:2"}
	must(t, dir, append(args, "-o", "one", "-json", "one.jsonl", "in")...)
	for _, shard := range []string{"3/3", "1/3", "2/3", "1/3"} {
		must(t, dir, append(args, "-o", "three", "-json", "shard"+shard[:1]+".jsonl", "-batch-size", shard[:1], "-shard", shard, "in")...)
	}
	all := files(t, ".")
	if got := all["shard1.jsonl"] + all["shard2.jsonl"] + all["shard3.jsonl"]; got != all["one.jsonl"] {
		t.Errorf("got\n%s, want\n%s", got, all["one.jsonl"])
	}
	one, three := files(t, "one"), files(t, "three")
	if len(one) != 10 || names(one) != names(three) {
		t.Errorf("got %s, want %s", names(three), names(one))
	}
	for name, want := range one {
		if three[name] != want {
			t.Errorf("%s differs", name)
		}
	}
	if out := must(t, dir, append(args, "-o", "three", "-resume", "-html", "all.html", "in")...); !strings.Contains(out, "5 of 5 inputs explained, 5 of them earlier") {
		t.Errorf("got %s", out)
	}
}

// Of the inputs in a random order, each belongs to one shard.
func TestSelection(t *testing.T) {
	var all []input
	for _, name := range strings.Split("abcdefghij", "") {
		all = append(all, input{name: name})
	}
	text := func(s selection) (text string) {
		for _, in := range s.of(all) {
			text += in.name
		}
		return text
	}
	shuffled := text(selection{shuffle: true, seed: 3})
	if shuffled == "abcdefghij" || len(shuffled) != 10 || shuffled == text(selection{shuffle: true, seed: 4}) {
		t.Errorf("got %s", shuffled)
	}
	parts := ""
	for i := range 4 {
		parts += text(selection{shuffle: true, seed: 3, shard: i + 1, shards: 4})
	}
	if parts != shuffled {
		t.Errorf("the shards have %s of %s", parts, shuffled)
	}
	if got := text(selection{most: 3, shard: 2, shards: 2}); got != "bc" {
		t.Errorf("got %s", got)
	}
}

func TestResume(t *testing.T) {
	dir := digitFolder(t, 1, 6)
	args := []string{"-composite", "epsilon_plus", "-o", "out", "-resume", "in"}
	kept := func(want string, more ...string) {
		t.Helper()
		if out := must(t, dir, append(more, args...)...); !strings.Contains(out, want) {
			t.Errorf("%v: got %s, want %s", more, out, want)
		}
	}
	kept("2 of 2 inputs explained;")
	before := files(t, "out")
	kept("explained, 2 of them earlier", "-batch-size", "1")
	kept("2 of 2 inputs explained;", "-target", "3") // other settings
	kept("2 of 2 inputs explained;")
	if err := os.Remove("out/1/a.png.safetensors"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("out/6/a.png.safetensors", []byte("cut"), 0o666); err != nil {
		t.Fatal(err)
	}
	kept("2 of 2 inputs explained;") // no record, and a broken one
	img, err := digits.Image(8)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range before {
		if files(t, "out")[name] != want {
			t.Errorf("%s differs", name)
		}
	}
	if err := writePNG("in/6/a.png", img); err != nil {
		t.Fatal(err)
	}
	kept("explained, 1 of them earlier") // another input
}

// stopping cancels a context when something is printed.
type stopping struct {
	cancel context.CancelFunc
	out    bytes.Buffer
}

func (s *stopping) Write(p []byte) (int, error) {
	s.cancel()
	return s.out.Write(p)
}

// An interrupted run keeps what it has, and -resume does the rest.
func TestInterrupt(t *testing.T) {
	dir := digitFolder(t, 1, 2, 3)
	t.Chdir(dir)
	ctx, cancel := context.WithCancel(context.Background())
	out, errs := &stopping{cancel: cancel}, bytes.Buffer{}
	args := []string{"-composite", "none", "-o", "out", "-json", "a.jsonl", "-html", "a.html", "-batch-size", "1", "in"}
	if code := run(ctx, args, out, &errs); code != exitFailed || !strings.Contains(errs.String(), "interrupted after 1 of 3 inputs") {
		t.Errorf("exit code %d, %s", code, errs.String())
	}
	if got := files(t, "."); strings.Count(got["a.jsonl"], "\n") != 1 || !strings.Contains(got["a.html"], "</html>") || strings.Contains(names(got), "tmp") {
		t.Errorf("got %s", names(got))
	}
	if out := must(t, dir, append([]string{"-resume"}, args...)...); !strings.Contains(out, "3 of 3 inputs explained, 1 of them earlier") {
		t.Errorf("got %s", out)
	}
}

// No output is left of a run that fails.
func TestNothingIsLeft(t *testing.T) {
	for _, c := range []struct{ blocked, want string }{
		{"out", "out"}, {"out/2/a.png.png/x", "a.png.png"}, {"out/3/a.png.safetensors/x", "a.png.safetensors"}, {"r.safetensors/x", "r.safetensors"},
	} {
		dir := digitFolder(t, 2, 3)
		path := filepath.Join(dir, c.blocked)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		code, _, errs := runIn(t, dir, "-composite", "none", "-o", "out", "-json", "a.jsonl", "-html", "a.html", "-raw", "r.safetensors", "-batch-size", "1", "in")
		got := names(files(t, "."))
		if code != exitFailed || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, c.want) {
			t.Errorf("%s: exit code %d, %s", c.blocked, code, errs)
		}
		if strings.Contains(got, "tmp") || strings.Contains(got, "a.html") || strings.Contains(got, "a.jsonl") {
			t.Errorf("%s: left %s", c.blocked, got)
		}
	}
}

// What is collected for one file of tensors has a limit.
func TestRawTooLarge(t *testing.T) {
	x := fn.Zeros(trace.TypeOf(trace.Float32, 1, 100))
	r := &result{input: input{name: "a"}, x: x, y: x, heats: []heat{{Method: "gradient", r: x}}}
	if err := (&rawSink{tensors: map[string]trace.Value{}, room: 1200}).add(r); err != nil {
		t.Errorf("1200 bytes: %v", err)
	}
	if err := (&rawSink{path: "r", tensors: map[string]trace.Value{}, room: 1199}).add(r); err == nil || !strings.Contains(err.Error(), `-raw "r": the results need too much memory`) {
		t.Errorf("1199 bytes: %v", err)
	}
}

// Without the memory for one input, nothing is explained.
func TestTooLittleMemory(t *testing.T) {
	code, _, errs := runIn(t, t.TempDir(), "-attributor", "gradient", "-memory", "2KB", "0")
	if code != exitFailed || !strings.Contains(errs, "2048 are allowed") || strings.Count(errs, "\n") != 1 {
		t.Errorf("exit code %d, %s", code, errs)
	}
}

func TestReport(t *testing.T) {
	dir := digitFolder(t, 2, 3)
	if err := os.WriteFile(filepath.Join(dir, "in/2/<b>.png"), []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	code, _, _ := runIn(t, dir, "-composite", "epsilon_plus,deconvnet,none", "-target", "top:2", "-o", "none", "-html", "a.html", "in")
	text := files(t, ".")["a.html"]
	if code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	for _, part := range []string{
		"<h2>2/a.png</h2>", "<h2>3/a.png</h2>", "2/&lt;b&gt;.png", "Ledger of 2/a.png", "Plan: 11 sites, 0 gaps", "Plan: 18 sites, 7 gaps", `class="gap"`, "Label: 3", "2 inputs explained in", "1 could not be explained", "</html>",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("the report has no %s", part)
		}
	}
	if n := strings.Count(text, "data:image/png;base64,"); n != 2*2*4+1 {
		t.Errorf("%d pictures, want %d", n, 2*2*4+1)
	}
	for _, outside := range []string{"http:", "https:", "src=\"/", "url("} {
		if strings.Contains(text, outside) {
			t.Errorf("the report has %s", outside)
		}
	}
}

func TestPlan(t *testing.T) {
	out := must(t, t.TempDir(), "-plan", "-composite", "epsilon_plus,none", "-attributor", "gradient,smoothgrad")
	for _, part := range []string{"digits, for an input f32[1 1 8 8]", "epsilon_plus: 11 sites, 0 gaps", "plain gradient: 18 sites, 7 gaps", "features.2", "ZPlus(stabilizer=1e-06)", "keeps its plain gradient"} {
		if !strings.Contains(out, part) {
			t.Errorf("no %s in\n%s", part, out)
		}
	}
	if strings.Count(out, " gaps\n") != 2 {
		t.Errorf("want each composite once:\n%s", out)
	}
	if got := names(files(t, ".")); got != "" {
		t.Errorf("-plan wrote %s", got)
	}
}

// An array is explained as it is.
func TestArrays(t *testing.T) {
	dir := t.TempDir()
	x := fn.Normal(fn.Key(1), trace.Float32, 1, 8, 8)
	if err := safetensors.Write(filepath.Join(dir, "x.safetensors"), map[string]trace.Value{"x": x}, nil); err != nil {
		t.Fatal(err)
	}
	must(t, dir, "-composite", "epsilon_plus", "-raw", "r.safetensors", "x.safetensors")
	raw, err := safetensors.Read("r.safetensors")
	if err != nil || !slices.Equal(raw["x.safetensors/input"].Float64s(), x.Float64s()) {
		t.Errorf("got %v, %v", raw, err)
	}
	code, _, errs := runIn(t, dir, "r.safetensors")
	if code != exitFailed || !strings.Contains(errs, "r.safetensors: the file has 3 tensors: want one") {
		t.Errorf("exit code %d, %s", code, errs)
	}
}

// The preprocessing is read from a file, and flags change it.
func TestPreprocessFile(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "p.json"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	input := func(args ...string) []float64 {
		must(t, dir, append(args, "-composite", "none", "-o", "none", "-raw", "r.safetensors", "3")...)
		raw, err := safetensors.Read("r.safetensors")
		if err != nil {
			t.Fatal(err)
		}
		return raw["3/input"].Float64s()
	}
	write(`{"channels": "gray", "scale": 0.008333333333333333, "mean": [1], "size": [8, 8]}`)
	plain := input()
	if got := input("-preprocess", "p.json"); !slices.Equal(got, plain) {
		t.Errorf("got %v, want %v", got, plain)
	}
	for _, args := range []string{"-mean 0 -std 2", "-scale 1 -mean 0 -std 240"} {
		for i, v := range input(append(strings.Fields(args), "-preprocess", "p.json")...) {
			if want := (plain[i] + 1) / 2; !(v-want < 1e-6 && want-v < 1e-6) {
				t.Errorf("%s: element %d is %v, want %v", args, i, v, want)
			}
		}
	}
	for text, want := range map[string]string{`{"meen": [1]}`: "mean", `{"channels": "x"}`: "rgb, bgr", "": "p.json"} {
		write(text)
		if code, _, errs := runIn(t, dir, "-preprocess", "p.json", "3"); code != exitFailed || !strings.Contains(errs, want) {
			t.Errorf("%s: exit code %d, %s", text, code, errs)
		}
	}
}

func TestLabels(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "l.txt"), []byte("zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if out := must(t, dir, "-labels", "l.txt", "-target", "Seven", "-composite", "none", "4"); !strings.Contains(out, "says four") || !strings.Contains(out, "relevance for seven") {
		t.Errorf("got %s", out)
	}
	for _, c := range [][2]string{{"-labels l.txt -target sven 4", `no class is named "sven"; the nearest are seven`}, {"-labels none.txt 4", "none.txt"}, {"-target vector:none.npy 4", "none.npy"}} {
		if code, _, errs := runIn(t, dir, strings.Fields(c[0])...); code != exitFailed || !strings.Contains(errs, c[1]) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%v: exit code %d, %s", c, code, errs)
		}
	}
}

// Results are no inputs of the next run, though they lie below the inputs.
func TestResultsAreNoInputs(t *testing.T) {
	dir := digitFolder(t, 2, 3)
	for range 2 {
		if out := must(t, dir, "-composite", "none", "."); !strings.Contains(out, "2 of 2 inputs explained") {
			t.Errorf("got %s", out)
		}
	}
	if code, _, errs := runIn(t, dir, "-o", "explained", "explained"); code != exitFailed || !strings.Contains(errs, "explained: the folder of -o has no inputs but results") {
		t.Errorf("exit code %d, %s", code, errs)
	}
}

// Heat maps of their own keep their palettes, so that another can take its place.
func TestMaps(t *testing.T) {
	dir := digitFolder(t, 2, 3)
	must(t, dir, "-maps", "-composite", "epsilon_plus", "-attributor", "gradient,vargrad", "-o", "out", "in")
	if got, want := names(files(t, "out/2")), "a.png.epsilon_plus-vargrad.png a.png.epsilon_plus.png a.png.input.png a.png.png a.png.safetensors"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	before := readPNG(t, "out/2/a.png.epsilon_plus.png")
	must(t, dir, "palette-swap", "-cmap", "hot", "out/2/a.png.epsilon_plus.png")
	if after := readPNG(t, "out/2/a.png.epsilon_plus.png"); !slices.Equal(after.Pix, before.Pix) || rgbOf(after.Palette[0]) == rgbOf(before.Palette[0]) {
		t.Errorf("got %v, before it was %v", after.Palette, before.Palette)
	}
	must(t, dir, "-maps", "-composite", "none", "-target", "top:2", "-o", "x.png", "in/3/a.png")
	for _, name := range []string{"x.png", "x.input.png", "x.gradient.0.png", "x.gradient.1.png"} {
		if _, err := heatmap.Read(name); err != nil {
			t.Error(err)
		}
	}
}

func TestSameNames(t *testing.T) {
	dir := digitFolder(t, 2, 3)
	if code, _, errs := runIn(t, dir, "in/2/a.png", "in/3/a.png"); code != exitFailed || !strings.Contains(errs, "two inputs are named \"a.png\"") {
		t.Errorf("exit code %d, %s", code, errs)
	}
}
