package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A text that repeats is learned, and continued as it goes on.
func TestCharlm(t *testing.T) {
	file := filepath.Join(t.TempDir(), "text.txt")
	if err := os.WriteFile(file, []byte(strings.Repeat("öne_two_", 40)), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	args := strings.Fields("-steps 120 -window 16 -width 16 -heads 2 -layers 1 -batch 8 -length 24 -temperature 0 -prompt öne_two_öne_two -text " + file)
	if err := run(context.Background(), args, &out, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "\nöne_two_öne_two_öne_two_öne_two_öne_tw") {
		t.Errorf("got %s", out.String())
	}
}

func TestCharlmErrors(t *testing.T) {
	for text, args := range map[string]string{
		"the character '7' does not occur in the text":          "-prompt 7",
		"-width 10 is no multiple of -heads 4":                  "-width 10",
		"-layers 0: want 1 to 64 layers":                        "-layers 0",
		"the text has 2143 characters: want more than the 4000": "-window 4000",
		"-rate 0 -temperature -1: want a rate":                  "-rate 0 -temperature -1",
		"no such file":                                          "-text nothing.txt",
		"-prompt is empty":                                      "-prompt=",
	} {
		var out bytes.Buffer
		if err := run(context.Background(), strings.Fields(args), &out, &out); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: got %v, want %q", args, err, text)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out bytes.Buffer
	if err := run(ctx, nil, &out, &out); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
