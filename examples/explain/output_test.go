package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/trace"
)

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
