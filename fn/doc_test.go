package fn_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The package page names every function, in one family each, and nothing else.
func TestFamilies(t *testing.T) {
	for _, room := range rooms {
		families(t, room)
	}
}

func families(t *testing.T, room string) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(room, "doc.go"))
	if err != nil {
		t.Fatal(err)
	}
	times := map[string]int{}
	for _, line := range strings.Split(string(page), "\n") {
		if list, ok := strings.CutPrefix(line, "//\t"); ok {
			for _, name := range strings.Fields(list) {
				times[name]++
			}
		}
	}
	for _, name := range exportedFunctions(t, room) {
		if times[name] != 1 {
			t.Errorf("%s/doc.go names %s %d times among the families, want 1", room, name, times[name])
		}
		delete(times, name)
	}
	for name := range times {
		t.Errorf("%s/doc.go names %s, which is not there", room, name)
	}
}

func exportedFunctions(t *testing.T, room string) (names []string) {
	files, err := filepath.Glob(filepath.Join(room, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && d.Recv == nil && d.Name.IsExported() {
				names = append(names, d.Name.Name)
			}
		}
	}
	if len(names) < 8 {
		t.Fatalf("only %d functions are found in %s", len(names), room)
	}
	return names
}
