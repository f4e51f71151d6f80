package onnx_test

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/testutil"
	"github.com/pullback-go/pullback/nn/onnx"
	"github.com/pullback-go/pullback/trace"
)

// The page has what is said of files that are refused, and of how models are used.
func TestMessages(t *testing.T) {
	dir := t.TempDir()
	m := network().decode(t)
	decode := func(data []byte) func() error {
		return func() error { _, err := onnx.Decode("m.onnx", data); return err }
	}
	apply := func(in map[string]trace.Value) func() error {
		return func() error { m.Apply(in); return nil }
	}
	x := ramp(4, 5, 3)
	mistakes := []testutil.Mistake{
		{Does: "loads a file that is not there", Call: func() error { _, err := onnx.Load(filepath.Join(dir, "none.onnx")); return err }},
		{Does: "loads a folder", Call: func() error { _, err := onnx.Load(dir); return err }},
		{Does: "reads a tensor that is not there", Call: func() error { _, err := onnx.ReadTensor(filepath.Join(dir, "none.pb")); return err }},
		{Does: "applies a model without its input", Call: apply(nil)},
		{Does: "misspells an input", Call: apply(map[string]trace.Value{"X": x, "x": x})},
		{Does: "gives an input of another shape", Call: apply(map[string]trace.Value{"x": ramp(4, 5)})},
		{Does: "gives an input of another dtype", Call: apply(map[string]trace.Value{"x": trace.Scalar(int64(3))})},
		{Does: "asks for a function of an input that is not there", Call: func() error { _, err := m.Func("z", ""); return err }},
		{Does: "asks for a function to an output that is not there", Call: func() error { _, err := m.Func("", "hiden"); return err }},
		{Does: "cuts a part at a value that is not there", Call: func() error { _, err := m.Between([]string{"hiden"}, []string{"y"}); return err }},
		{Does: "cuts a part without its input", Call: func() error { _, err := m.Between([]string{"y"}, []string{"hidden"}); return err }},
		{Does: "decodes a model of a new opset", Call: decode(model{opset: 24, graph: network().graph}.bytes())},
	}
	graphs := faultyGraphs()
	for _, want := range slices.Sorted(maps.Keys(graphs)) {
		mistakes = append(mistakes, testutil.Mistake{Does: "decodes a graph where " + want, Call: decode(model{graph: graphs[want]}.bytes())})
	}
	files := faultyMessages()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		mistakes = append(mistakes, testutil.Mistake{Does: "decodes a file that has " + name, Call: decode(files[name].data)})
	}
	testutil.Messages(t, map[string]string{dir: "DIR"}, mistakes...)
}
