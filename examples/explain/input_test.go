package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/trace"
)

// An array is explained as it is.
func TestArrays(t *testing.T) {
	dir := t.TempDir()
	x := random.Normal(random.Key(1), trace.Float32, 1, 8, 8)
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
