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

	"github.com/pullback-go/pullback/nn/text"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
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
	numbers, err := os.ReadFile(data)
	var list []explanation
	if err != nil || json.Unmarshal(numbers, &list) != nil || len(list) != 3 || len(list[0].Before) != places || len(list[0].Relevance) != places {
		t.Errorf("%s, %v", numbers, err)
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
	for want, args := range map[string][]string{
		"-model and -tokenizer belong together": {"-model", "a.onnx"},
		"-prompt is empty":                      {"-model", "a.onnx", "-tokenizer", "b.bin"},
		`no composite is named "attention"`:     {"-method", "attention"},
		"a.onnx: no such file":                  {"-model", "a.onnx", "-tokenizer", "b.bin", "-prompt", "Once"},
		"-n 0: want 1 to 1000 tokens":           {"-n", "0"},
		"Strict: no rule for":                   {"-method", "epsilon_plus"},
	} {
		var out bytes.Buffer
		if err := run(context.Background(), args, &out, &out); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want %q", args, err, want)
		}
	}
}

// What a model cannot go on with is an error: a tokenizer of another size, a prompt of
// nothing, an interrupt.
func TestWrittenErrors(t *testing.T) {
	m, err := settings{}.learned(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	logits := func(ids trace.Value) trace.Value { return m.Apply(ids, trace.Value{}) }
	vocabulary := func(n int) *text.Tokenizer {
		list := map[string]int{}
		for i := range n {
			list["w"+strconv.Itoa(i)] = i
		}
		model, err := json.Marshal(map[string]any{"type": "WordLevel", "vocab": list, "unk_token": "w0"})
		if err != nil {
			t.Fatal(err)
		}
		tok, err := text.ReadTokenizer(strings.NewReader(`{"pre_tokenizer": {"type": "Whitespace"}, "model": ` + string(model) + `}`))
		if err != nil {
			t.Fatal(err)
		}
		return tok
	}
	e := explainer{composite: rules.AttnLRP()}
	ctx, cancel := context.WithCancel(context.Background())
	if out, err := (settings{prompt: "w3 w4", count: 2}).written(ctx, e, logits, vocabulary(len(words))); err != nil || len(out) != 2 {
		t.Errorf("got %v, %v", out, err)
	}
	if _, err := (settings{prompt: "w3", count: 1}).written(ctx, e, logits, vocabulary(len(words)+5)); err == nil {
		t.Error("a tokenizer with more pieces than the model was taken")
	}
	if _, err := (settings{prompt: " ", count: 1}).written(ctx, e, logits, vocabulary(len(words))); err == nil || !strings.Contains(err.Error(), "has no tokens") {
		t.Errorf("got %v", err)
	}
	if _, err := (settings{prompt: "w3 w3 w3 w3 w3 w3 w3 w3 w3 w3", count: 1}).written(ctx, e, logits, vocabulary(len(words))); err == nil {
		t.Error("a prompt longer than the context was taken")
	}
	cancel()
	if _, err := (settings{prompt: "w3", count: 1}).written(ctx, e, logits, vocabulary(len(words))); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
