package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The small Llama knows its answers, and its explanation points to them.
func TestRecall(t *testing.T) {
	dir := t.TempDir()
	page, data := filepath.Join(dir, "page.html"), filepath.Join(dir, "relevance.json")
	var out bytes.Buffer
	if err := run(context.Background(), []string{"-n", "3", "-html", page, "-json", data}, &out, &out); err != nil {
		t.Fatal(err)
	}
	shares := regexp.MustCompile(`[0-9.]+ %`).FindAllString(out.String(), -1)
	if len(shares) != 2 {
		t.Fatalf("got %s", out.String())
	}
	for i, least := range []float64{99, 95} {
		if share, err := strconv.ParseFloat(strings.TrimSuffix(shares[i], " %"), 64); err != nil || share < least {
			t.Errorf("%s: %s, want at least %v", out.String(), shares[i], least)
		}
	}
	html, err := os.ReadFile(page)
	if err != nil || strings.Count(string(html), "<p>") != 3 {
		t.Errorf("%s, %v", html, err)
	}
	text, err := os.ReadFile(data)
	var list []explanation
	if err != nil || json.Unmarshal(text, &list) != nil || len(list) != 3 || len(list[0].Before) != places || len(list[0].Relevance) != places {
		t.Errorf("%s, %v", text, err)
	}
}

// Each method explains, and training goes on from nothing and can be stopped.
func TestMethods(t *testing.T) {
	for _, method := range []string{"cp_lrp", "attnlrp_efficient", "cp_lrp_efficient"} {
		var out bytes.Buffer
		if err := run(context.Background(), []string{"-n", "1", "-method", method}, &out, &out); err != nil || !strings.Contains(out.String(), "=>") {
			t.Errorf("%s: %s, %v", method, out.String(), err)
		}
	}
	var out bytes.Buffer
	weights := filepath.Join(t.TempDir(), "w.safetensors")
	if err := run(context.Background(), []string{"-n", "1", "-train", "2", "-out", weights}, &out, &out); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(weights); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := run(ctx, []string{"-train", "2"}, &out, &out); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestErrors(t *testing.T) {
	for text, args := range map[string][]string{
		"-model and -tokenizer belong together": {"-model", "a.onnx"},
		"-prompt is empty":                      {"-model", "a.onnx", "-tokenizer", "b.bin"},
		`no composite is named "attention"`:     {"-method", "attention"},
		"a.onnx: no such file":                  {"-model", "a.onnx", "-tokenizer", "b.bin", "-prompt", "Once"},
		"-n 0: want 1 to 1000 tokens":           {"-n", "0"},
		"Strict: no rule for":                   {"-method", "epsilon_plus"},
	} {
		var out bytes.Buffer
		if err := run(context.Background(), args, &out, &out); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v: got %v, want %q", args, err, text)
		}
	}
}
