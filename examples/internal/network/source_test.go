package network

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/examples/internal/picture"
	"github.com/pullback-go/pullback/nn/vision"
)

// parsed parses the flags of a source.
func parsed(args ...string) (*Source, error) {
	s := &Source{}
	f := flag.NewFlagSet("test", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	s.Register(f)
	if err := f.Parse(args); err != nil {
		return s, err
	}
	return s, s.Check(f)
}

func size(h, w int) vision.Size { return vision.Size{Height: h, Width: w} }

// Flags change what the network, or a file, says of images.
func TestPreprocessFlags(t *testing.T) {
	file := filepath.Join(t.TempDir(), "p.json")
	if err := os.WriteFile(file, []byte(`{"short": 30, "crop": [20, 20], "filter": "box", "mean": [0.5]}`), 0o666); err != nil {
		t.Fatal(err)
	}
	white := [3]uint8{255, 255, 255}
	digits := vision.Preprocess{Channels: vision.Gray, Scale: 1. / 120, Mean: []float64{1}}
	of := func(cover vision.Size, change func(v *vision.Preprocess)) picture.Preprocess {
		p := picture.Preprocess{Preprocess: digits, Cover: cover}
		change(&p.Preprocess)
		return p
	}
	for _, c := range []struct {
		args string
		want picture.Preprocess
	}{
		{"", of(size(8, 8), func(*vision.Preprocess) {})},
		{"-mean 2,3,4 -std 5 -scale 3 -filter lanczos -order bgr -layout nhwc", picture.Preprocess{Cover: size(8, 8), Preprocess: vision.Preprocess{
			Mean: []float64{2, 3, 4}, Std: []float64{5}, Scale: 3, Filter: vision.Lanczos, Channels: vision.BGR, Layout: vision.NHWC}}},
		{"-resize 9 -crop 8", of(vision.Size{}, func(v *vision.Preprocess) { v.Short, v.Crop = 9, size(8, 8) })},
		{"-crop 8", of(vision.Size{}, func(v *vision.Preprocess) { v.Crop = size(8, 8) })},
		{"-height 9", of(vision.Size{}, func(v *vision.Preprocess) { v.Size = size(9, 0) })},
		{"-width 9 -crop 8", of(vision.Size{}, func(v *vision.Preprocess) { v.Size, v.Crop = size(0, 9), size(8, 8) })},
		{"-width 9 -height 7", of(size(7, 9), func(*vision.Preprocess) {})},
		{"-white", of(size(8, 8), func(v *vision.Preprocess) { v.Background = white })},
		{"-text", picture.Preprocess{Preprocess: vision.Preprocess{Size: size(48, 0), Channels: vision.BGR, Mean: []float64{0.5}, Std: []float64{0.5}, Background: white}}},
		{"-text -width 192 -order rgb", picture.Preprocess{Cover: size(48, 192), Preprocess: vision.Preprocess{Mean: []float64{0.5}, Std: []float64{0.5}, Background: white}}},
		{"-preprocess " + file, picture.Preprocess{Preprocess: vision.Preprocess{Short: 30, Crop: size(20, 20), Filter: vision.Box, Mean: []float64{0.5}}}},
		{"-std 2 -preprocess " + file, picture.Preprocess{Preprocess: vision.Preprocess{Short: 30, Crop: size(20, 20), Filter: vision.Box, Mean: []float64{0.5}, Std: []float64{2}}}},
	} {
		s, err := parsed(strings.Fields(c.args)...)
		if err != nil {
			t.Errorf("%s: %v", c.args, err)
			continue
		}
		net, err := Digits()
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.over(net.Preprocess)
		if err != nil || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", c.want) {
			t.Errorf("%s: got %+v, %v, want %+v", c.args, got, err, c.want)
		}
	}
}

// A JSON file with the name of the network's file says how it takes images.
func TestPreprocessBesideTheNetwork(t *testing.T) {
	dir := t.TempDir()
	model := filepath.Join(dir, "net.onnx")
	content, err := os.ReadFile("../textline/ppocr_cls.onnx")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(model, content, 0o666); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{"": 0, `{"short": 77}`: 77} {
		if text != "" {
			if err := os.WriteFile(filepath.Join(dir, "net.json"), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		s, err := parsed("-model", model, "-white")
		if err != nil {
			t.Fatal(err)
		}
		net, err := s.Open()
		if err != nil || net.Name != "net" || net.Preprocess.Short != want || !net.Blank {
			t.Errorf("%q: got %+v, %v", text, net, err)
		}
		os.Remove(filepath.Join(dir, "net.json"))
		var copied strings.Builder
		if err := s.CopyTo(&copied); err != nil || copied.String() != string(content) {
			t.Errorf("%d bytes copied, %v, want %d", copied.Len(), err, len(content))
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "net.json"), []byte(`{"short": -1}`), 0o666); err != nil {
		t.Fatal(err)
	}
	s, err := parsed("-model", model)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(); err == nil || !strings.Contains(err.Error(), "net.json") {
		t.Errorf("got %v", err)
	}
}

func TestSourceErrors(t *testing.T) {
	for args, want := range map[string]string{
		"-arch vgg16": "-arch and -weights go together", "-weights x": "-arch and -weights go together", "-arch vgg99 -weights x": "vgg19",
		"-model x -weights y": "-model stands alone", "-model-input x": "are about a -model", "-resize -1": "-resize -1: want 0 to", "-crop 70000": "-crop 70000: want 0 to",
		"-height -1": "-height -1", "-width -1": "-width -1", "-scale NaN": "scale", "-std 0": "std", "-mean 1,2": "mean", "-mean x": "want numbers with commas", "-order x": "rgb, bgr",
	} {
		if _, err := parsed(strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", args, err, want)
		}
	}
	s, err := parsed("-resize", "5", "-height", "5")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(); err == nil || !strings.Contains(err.Error(), "short and size") {
		t.Errorf("got %v", err)
	}
}

func TestReaderFlags(t *testing.T) {
	dir := t.TempDir()
	labels, keys := filepath.Join(dir, "l"), filepath.Join(dir, "k")
	for path, text := range map[string]string{labels: "a\nb\n", keys: "c\n"} {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	flags := func(args ...string) (Reader, error) {
		r := ReaderFlags{}
		f := flag.NewFlagSet("test", flag.ContinueOnError)
		f.SetOutput(io.Discard)
		r.Register(f)
		if err := f.Parse(args); err != nil {
			return Reader{}, err
		}
		if err := r.Check(f); err != nil {
			return Reader{}, err
		}
		return r.Open(Network{Labels: []string{"own"}})
	}
	if r, err := flags(); err != nil || !slices.Equal(r.Labels, []string{"own"}) || r.Keys != nil || r.Activation != "softmax" {
		t.Errorf("got %+v, %v", r, err)
	}
	if r, err := flags("-labels", labels, "-keys", keys, "-activation", "none"); err != nil || !slices.Equal(r.Labels, []string{"a", "b"}) || !slices.Equal(r.Keys, []string{"c"}) || r.Activation != "none" {
		t.Errorf("got %+v, %v", r, err)
	}
	for args, want := range map[string]string{"-activation relu": `-activation "relu"`, "-labels " + labels + "x": "lx", "-keys " + dir: "not a regular file"} {
		if _, err := flags(strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", args, err, want)
		}
	}
}
