package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/examples/internal/digits"
)

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

func TestSameNames(t *testing.T) {
	dir := digitFolder(t, 2, 3)
	if code, _, errs := runIn(t, dir, "in/2/a.png", "in/3/a.png"); code != exitFailed || !strings.Contains(errs, "two inputs are named \"a.png\"") {
		t.Errorf("exit code %d, %s", code, errs)
	}
}
