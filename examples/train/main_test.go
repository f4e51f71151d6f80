package main

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/examples/internal/dataset"
	"github.com/pullback-go/pullback/examples/internal/digits"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/safetensors"
)

// Training reaches what the README says, and the weights that it wrote do so again.
func TestTrain(t *testing.T) {
	dir := t.TempDir()
	weights, curve := filepath.Join(dir, "w.safetensors"), filepath.Join(dir, "loss.png")
	var out bytes.Buffer
	args := []string{"-out", weights, "-curve", curve}
	want := 0.97
	if testing.Short() {
		args, want = append(args, "-epochs", "8"), 0.93
	}
	if err := run(context.Background(), args, &out, &out); err != nil {
		t.Fatal(err)
	}
	f, err := safetensors.Read(weights)
	if err != nil {
		t.Fatal(err)
	}
	model, err := nn.Load(digits.Untrained(), f)
	if err != nil {
		t.Fatal(err)
	}
	_, test, err := dataset.Digits()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := accuracy(context.Background(), model, test); err != nil || got < want {
		t.Errorf("%v of the test images are right, want %v; %v\n%s", got, want, err, out.String())
	}
	if _, ok := f["features.0.weight"]; !ok {
		t.Errorf("the weights have the names %v", f)
	}
	file, err := os.Open(curve)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, err := png.Decode(file)
	if err != nil || img.Bounds().Dx() != width {
		t.Errorf("the picture: %v", err)
	}
}

func TestTrainErrors(t *testing.T) {
	for text, args := range map[string][]string{
		`-data "cars": want digits or fashion`: {"-data", "cars"},
		"-rate -1: want a number above 0":      {"-rate", "-1"},
		"-batch 0: want 1 to 10000 images":     {"-batch", "0"},
		"install Debian's package":             {"-data", "fashion", "-folder", t.TempDir()},
		"unexpected argument":                  {"extra"},
	} {
		var out bytes.Buffer
		if err := run(context.Background(), args, &out, &out); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v: got %v, want %q", args, err, text)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out bytes.Buffer
	if err := run(ctx, nil, &out, &out); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// Losses that are no positive numbers do not disturb the picture.
func TestCurveOfOddLosses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.png")
	for _, losses := range [][]float64{nil, {1}, {0, math.NaN(), math.Inf(1), 1e-3}, {2, 2, 2}} {
		if err := drawCurve(path, losses, 1); err != nil {
			t.Errorf("%v: %v", losses, err)
		}
	}
	if got := smooth([]float64{1, 3, 5}, 2); got[2] != 4 || got[0] != 1 {
		t.Errorf("smoothed: %v", got)
	}
}
