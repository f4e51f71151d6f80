package safetensors_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/pullback-go/pullback/internal/testutil"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/trace"
)

// The page has what is said of each hostile file, and of what users do.
func TestMessages(t *testing.T) {
	dir := t.TempDir()
	file := encoded(t, map[string]trace.Value{".Weight": trace.New([]float32{1, 2}, 2)})
	same := func(path string) string { return path }
	load := func(tree layer) error { _, err := safetensors.Load(file, tree, same); return err }
	read := func(name, text string) error {
		path := filepath.Join(dir, name)
		if text != "" {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		_, err := safetensors.Read(path)
		return err
	}
	write := func(name string, v trace.Value) error {
		return safetensors.Encode(&bytes.Buffer{}, map[string]trace.Value{name: v}, nil)
	}
	mistakes := []testutil.Mistake{
		{Does: "asks for a tensor by a wrong name", Call: func() error { _, err := file.Value(".weight"); return err }},
		{Does: "loads a tree with a leaf too many", Call: func() error { return load(layer{Weight: trace.New([]float32{1, 2}), Bias: trace.Scalar(1.0)}) }},
		{Does: "loads a tree of another shape", Call: func() error { return load(layer{Weight: trace.New([]float32{1, 2}, 1, 2)}) }},
		{Does: "loads a tree of another dtype", Call: func() error { return load(layer{Weight: trace.New([]float64{1, 2})}) }},
		{Does: "reads a file that is not there", Call: func() error { return read("none.safetensors", "") }},
		{Does: "reads a folder", Call: func() error { return read("", "") }},
		{Does: "reads a text", Call: func() error { return read("text.safetensors", "hello, world") }},
		{Does: "writes into a folder that is not there", Call: func() error {
			return safetensors.Write(filepath.Join(dir, "none", "m.safetensors"), map[string]trace.Value{"w": trace.Scalar(1.0)}, nil)
		}},
		{Does: "writes a tensor by the metadata's name", Call: func() error { return write("__metadata__", trace.Scalar(1.0)) }},
		{Does: "writes a tensor by a name of bytes", Call: func() error { return write("a\xff", trace.Scalar(1.0)) }},
		{Does: "writes an absent value", Call: func() error { return write("a", trace.Value{}) }},
		{Does: "writes while a function is traced", Call: func() error { return write("a", trace.Unknown(trace.TypeOf(trace.Float32, 2))) }},
	}
	for _, h := range hostile {
		mistakes = append(mistakes, testutil.Mistake{Does: "decodes a file: " + h.name, Call: func() error {
			_, err := safetensors.Decode("bad.safetensors", h.file)
			return err
		}})
	}
	testutil.Messages(t, map[string]string{dir: "DIR"}, mistakes...)
}
