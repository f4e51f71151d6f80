package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/trace"
)

func TestReferenceValues(t *testing.T) {
	want := "2 left out: marked as an artifact, or without expected values\n545 passed, 0 failed\n"
	for _, args := range [][]string{{"testdata"}, {"-jit", "testdata"}} {
		var out strings.Builder
		code := run(&out, args)
		if got := out.String(); code != 0 || got != want {
			t.Errorf("%v: got code %d and\n%swant code 0 and\n%s", args, code, got, want)
		}
	}
}

// suites returns the JSON files below testdata, without their extension.
func suites(t *testing.T) []string {
	files, err := filepath.Glob("testdata/*/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no suites: %v", err)
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(strings.TrimPrefix(f, "testdata/"), ".json")
	}
	return files
}

// copied copies the folder of a suite and keeps only this suite in it. It returns the
// suite's path without extension.
func copied(t *testing.T, suite string) string {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Dir("testdata/"+suite))); err != nil {
		t.Fatal(err)
	}
	others, err := filepath.Glob(dir + "/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range others {
		if filepath.Base(f) != filepath.Base(suite)+".json" {
			if err := os.Remove(f); err != nil {
				t.Fatal(err)
			}
		}
	}
	return filepath.Join(dir, filepath.Base(suite))
}

// expected are the fields that name a tensor with expected values. Fields with several
// tensors name them by further keys.
var expected = []string{
	"output", "attribution", "intermediate", "gradgrad", "output_f32", "attribution_f32", "y", "vjp", "colors", "palettes", "indices", "rgb",
	"vmin", "vmax", "result", "loss", "gradient", "x", "target_attribution", "output0",
}

// planted is a tensor to change, and the case that must notice.
type planted struct{ field, id, key string }

// alone keeps only one case in the JSON of a suite: the first with its id.
func alone(t *testing.T, path, id string) {
	doc := readJSON(t, path)
	for _, c := range doc["cases"].([]any) {
		if c.(map[string]any)["id"] == id {
			doc["cases"] = []any{c}
			break
		}
	}
	b, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path+".json", string(b))
}

func readJSON(t *testing.T, path string) (doc map[string]any) {
	b, err := os.ReadFile(path + ".json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// plantings returns, for each field, the first case of a suite with that field, and the
// tensor that it names.
func plantings(t *testing.T, path string) []planted {
	var out []planted
	cases := readJSON(t, path)["cases"].([]any)
	for _, field := range expected {
		for _, c := range cases {
			c := c.(map[string]any)
			if key := firstKey(c[field]); key != "" && c["artifact"] == nil {
				out = append(out, planted{field, c["id"].(string), key})
				break
			}
		}
	}
	return out
}

// firstKey finds a tensor's key in the value of a field.
func firstKey(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		if p, ok := v["palette"]; ok {
			return p.(string)
		}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			return firstKey(v[k])
		}
	case []any:
		return firstKey(v[0])
	}
	return ""
}

// plant changes the largest element of a tensor a little: by a fraction of 1e-7, in
// float32 of 1e-3, and in integers and zeros by 1.
func plant(t *testing.T, path, key string) {
	tensors, err := safetensors.Read(path + ".safetensors")
	if err != nil {
		t.Fatal(err)
	}
	v := tensors[key]
	by := map[trace.DType]float64{trace.Float64: 1e-7, trace.Float32: 1e-3}[v.DType()]
	data := v.Float64s()
	at := 0
	for i, x := range data {
		if x*x > data[at]*data[at] {
			at = i
		}
	}
	if change := data[at] * by; change != 0 {
		data[at] += change
	} else {
		data[at]--
	}
	tensors[key] = fn.Cast(trace.New(data, v.Shape()...), v.DType())
	if err := safetensors.Write(path+".safetensors", tensors, nil); err != nil {
		t.Fatal(err)
	}
}

func TestPlantedValues(t *testing.T) {
	seen := map[string]bool{}
	for _, suite := range suites(t) {
		for _, p := range plantings(t, "testdata/"+suite) {
			seen[p.field] = true
			t.Run(suite+"/"+p.field, func(t *testing.T) {
				path := copied(t, suite)
				alone(t, path, p.id)
				plant(t, path, p.key)
				var out strings.Builder
				code := run(&out, []string{filepath.Dir(path)})
				if want := fmt.Sprintf("FAIL %s.json: %s: ", path, p.id); code != 1 || !strings.Contains(out.String(), want) {
					t.Errorf("with another %q: got code %d and\n%swant code 1 and a line with %q", p.key, code, out.String(), want)
				}
			})
		}
	}
	for _, field := range expected {
		if !seen[field] {
			t.Errorf("no case has the field %q", field)
		}
	}
}
