package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzSuite checks the promise of the reader of suites: whatever the JSON says, a suite
// ends with printed lines and an exit code. The tensors are those of the suites in
// testdata.
func FuzzSuite(f *testing.F) {
	dir := f.TempDir()
	files, err := filepath.Glob("testdata/*/*.json")
	if err != nil || len(files) == 0 {
		f.Fatal("no suites: ", err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(path, ".json")
		tensors, err := os.ReadFile(name + ".safetensors")
		if err != nil {
			f.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)+".safetensors"), tensors, 0o600); err != nil {
			f.Fatal(err)
		}
		for _, seed := range smallSuites(f, path) {
			f.Add(seed)
		}
	}
	f.Add([]byte(`{"format":1,"group":"rules","tensors":"../t.safetensors","cases":[7,null,{}]}`))
	suite := filepath.Join(dir, "suite.json")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(suite, text, 0o600); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		code := run(&out, []string{dir})
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if last := lines[len(lines)-1]; code > 1 || (code == 0) != strings.HasSuffix(last, " 0 failed") {
			t.Errorf("code %d and\n%s", code, out.String())
		}
		for _, line := range lines[:len(lines)-1] {
			if !strings.HasPrefix(line, "FAIL ") && !strings.Contains(line, " left out: ") || len(line) > 3000 {
				t.Errorf("a line of %d bytes: %.300s", len(line), line)
			}
		}
	})
}

// smallSuites returns suites with one case each: the first and the last of a file.
func smallSuites(f *testing.F, path string) (seeds [][]byte) {
	text, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	var doc map[string]json.RawMessage
	var cases []json.RawMessage
	if err := json.Unmarshal(text, &doc); err != nil {
		f.Fatal(err)
	}
	if err := json.Unmarshal(doc["cases"], &cases); err != nil {
		f.Fatal(err)
	}
	for _, one := range [][]json.RawMessage{cases[:1], cases[len(cases)-1:]} {
		doc["cases"], err = json.Marshal(one)
		if err != nil {
			f.Fatal(err)
		}
		seed, err := json.Marshal(doc)
		if err != nil {
			f.Fatal(err)
		}
		seeds = append(seeds, seed)
	}
	return seeds
}
